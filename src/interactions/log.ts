import { and, eq } from 'drizzle-orm'
import { z } from 'zod'
import type { CustomerIdentity } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import { dismissConversation } from '../conversations/dismiss.ts'
import { interactions } from '../db/schema.ts'
import { BadInputError } from '../errors.ts'
import { checkAccess } from '../teammates/access.ts'
import { knowTeammate } from '../teammates/know.ts'
import type { Teammate } from '../workspaces/workspace.ts'
import { record } from './record.ts'

const entrySchema = z.object({
  /** The log's account: `phone`, `visit` or `other`. */
  how: z.string(),
  name: z.string().trim().min(1, 'Say who it was').max(200, 'The name is too long'),
  /** An email address, a phone number, or empty. */
  contact: z.string().trim().max(200, 'The contact is too long'),
  text: z
    .string()
    .trim()
    .min(1, 'Write down what they said')
    .max(20_000, 'This is too long: 20,000 characters at most'),
  /** When they said it. */
  at: z.date('Choose when it was'),
  /** What was logged, where it has an id: logged twice, it is one. */
  externalId: z.string().min(1).max(500).optional(),
  /** Where it can be read. */
  source: z
    .url({ protocol: /^https?$/, error: 'The source must be a web address' })
    .max(490)
    .optional(),
  /** Dealt with already: nobody waits. */
  isSettled: z.boolean(),
})

export type LogEntry = z.infer<typeof entrySchema>

/**
 * Records what a teammate heard elsewhere, as an interaction like any other; what is settled is dismissed in the same go.
 * Throws BadInputError with what is wrong, ConflictError when the teammate may not.
 */
export async function logInteraction(
  ctx: Pick<
    Context,
    'db' | 'queue' | 'signals' | 'clock' | 'log' | 'metrics' | 'newId' | 'key' | 'channels' | 'workspaces'
  >,
  workspaceId: string,
  entry: LogEntry,
  teammate: Teammate,
): Promise<{ conversationId: string; isDuplicate: boolean }> {
  const channel = ctx.channels.get('log')
  if (!channel) throw new BadInputError('Logging is switched off here (LOG=off)')
  const parsed = entrySchema.safeParse(entry)
  if (!parsed.success) throw new BadInputError(parsed.error.issues.map(({ message }) => message).join('. '))
  const { how, name, contact, text, at, source, isSettled, externalId = ctx.newId() } = parsed.data
  const account = channel.open.accounts.find(({ id }) => id === how)
  if (!account) throw new BadInputError('Choose how it reached you')
  if (at > ctx.clock.now()) throw new BadInputError('Choose a time that is not in the future')
  await checkAccess(ctx, workspaceId, teammate, 'agent')
  const by = await knowTeammate(ctx, workspaceId, teammate)
  const logged = await ctx.db.transaction(async (tx) => {
    // Also when the other said that it came another way.
    const [known] = await tx
      .select({ conversationId: interactions.conversationId })
      .from(interactions)
      .where(and(eq(interactions.channel, channel.id), eq(interactions.externalId, externalId)))
      .limit(1)
    if (known) return { conversationId: known.conversationId, isDuplicate: true }
    const within = { ...ctx, db: tx }
    const inbound = {
      account: account.id,
      externalId,
      kind: account.id === 'phone' ? ('call' as const) : ('message' as const),
      conversation: { externalId },
      // Who is only a number or an address here may have a name from before.
      customer: { ...identityOf(contact, externalId), ...(name === contact ? {} : { name }) },
      text,
      occurredAt: at,
      notes: [`Logged by ${teammate.name}`, ...(source === undefined ? [] : [`From ${source}`])],
    }
    const [recorded] = await record(within, [{ channel, delivery: { interactions: [inbound] } }])
    const stored = recorded?.interactions[0]
    if (!stored) throw new Error('What was logged was not recorded')
    const { conversationId, isDuplicate } = stored
    if (isSettled && !isDuplicate)
      await dismissConversation(within, { conversationId, seenSeq: 1, reason: 'handled-elsewhere', by })
    return { conversationId, isDuplicate }
  })
  ctx.metrics.interactions.inc({ channel: channel.id, outcome: logged.isDuplicate ? 'duplicate' : 'recorded' })
  ctx.log.info('interaction logged by a teammate', { ...logged, workspace: workspaceId, teammate: teammate.id })
  return logged
}

/** The same address or number is the same customer; without one, nobody can tell who it was. */
function identityOf(contact: string, externalId: string): CustomerIdentity {
  if (contact === '') return { externalId: `entry:${externalId}` }
  if (z.email().safeParse(contact).success) {
    const email = contact.toLowerCase()
    return { externalId: email, handle: email, email }
  }
  // "+49 (170) 12-34" and "+49170 1234" are one number.
  const number = contact.replace(/[\s()./-]+/g, '')
  const isNumber = /^\+?\d{3,}$/.test(number)
  return {
    externalId: isNumber ? number : contact.toLowerCase(),
    handle: contact,
    ...(isNumber && { phone: contact }),
  }
}
