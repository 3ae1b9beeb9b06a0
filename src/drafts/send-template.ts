import { eq } from 'drizzle-orm'
import type { MessageTemplate } from '../channels/channel.ts'
import { conversations } from '../db/schema.ts'
import { BadInputError, NotFoundError } from '../errors.ts'
import { storable } from '../interactions/clean.ts'
import type { QueueContext } from '../replies/queue.ts'
import type { FilledTemplate } from '../replies/reply.ts'
import { sendEdited, type Sending } from './approve.ts'
import { readTemplates } from './read-templates.ts'
import { blanksOf, filledText } from './template.ts'

/**
 * Sends an approved template, as the provider has it now, with its blanks filled: like a teammate's own words, but also when the
 * reply window has closed. Throws as `sendEdited`; BadInputError also when the template is gone, or a blank is left empty.
 */
export async function sendTemplate(
  ctx: QueueContext,
  { template: { id, values }, ...input }: Sending & { draftId: string | null; template: FilledTemplate },
): Promise<void> {
  const [row] = await ctx.db
    .select({ channel: conversations.channel, account: conversations.account })
    .from(conversations)
    .where(eq(conversations.id, input.conversationId))
  if (!row) throw new NotFoundError('This conversation does not exist any more')
  const known = (await readTemplates(ctx, row)).find((one) => one.id === id)
  if (!known) throw new BadInputError('This template is gone, or not approved any more. Choose another one')
  const template = { id, values: checkValues(known, values) }
  await sendEdited(ctx, { ...input, text: filledText(known, template.values), template })
}

/** What fills a template's blanks, and nothing else. */
function checkValues(template: MessageTemplate, values: Record<string, string>): Record<string, string> {
  const filled = blanksOf(template).map((name): [string, string] => [name, cleanValue(values[name] ?? '')])
  const empty = filled.filter(([, value]) => value === '').map(([name]) => name)
  if (empty.length > 0)
    throw new BadInputError(`“${template.name}” has blanks that are empty: ${empty.join(', ')}. Fill them all`)
  return Object.fromEntries(filled)
}

/** On one line: providers take no others. */
export function cleanValue(text: string): string {
  return storable(text).replace(/\s+/g, ' ').trim()
}
