import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import { findAlike } from '../customers/alike.ts'
import { resolveCustomer } from '../customers/resolve.ts'
import { clockText } from '../settings/hours.ts'
import { readTuning } from '../settings/queries.ts'
import { refusalFor } from '../teammates/access.ts'
import { knowTeammate } from '../teammates/know.ts'
import { isolated } from '../workspaces/kit/text.ts'
import type { Answer, Teammate } from '../workspaces/workspace.ts'
import { readHeld, type Held } from './held.ts'
import { countsText } from './receipt.ts'

type AnswerContext = Pick<Context, 'db' | 'clock' | 'newId' | 'channels' | 'workspaces'>

const mostListed = 10
const mostAlike = 3

/** `/desk forget`: who is meant, what is held, and a form that asks before anything is erased. Managers only. */
export async function answerForget(
  ctx: AnswerContext,
  workspaceId: string,
  customer: string,
  teammate: Teammate,
): Promise<Answer> {
  const found = await findOne(ctx, workspaceId, customer, teammate, 'forget')
  if ('title' in found) return found
  const { customerId, held, timeZone } = found
  const alike = await findAlike(ctx, customerId, mostAlike)
  return {
    title: `Erase ${held.name}?`,
    lines: [
      ...heldLines(held, timeZone),
      { text: 'All of it is erased for good, and posts are taken out of the rooms within minutes. Numbers stay.' },
      {
        text: 'Files that somebody was given before, mail in your own mailboxes, and what others wrote about them are not reached from here.',
      },
      ...(held.isSending
        ? [{ text: 'A reply to them is on its way: undo it on its card, or wait until it is sent.' }]
        : []),
      ...alike.map(({ customerId: otherId, name, reason }) => ({
        text: `Not erased with them: ${isolated(name, 80)}, ${reason}. If they are one person, join them first`,
        customerId: otherId,
      })),
    ],
    forms: [{ label: 'Erase…', form: 'forget', about: { customerId } }],
  }
}

/** `/desk export`: everything that is held about a customer, as a file for them. Managers only. */
export async function answerExport(
  ctx: AnswerContext,
  workspaceId: string,
  customer: string,
  teammate: Teammate,
): Promise<Answer> {
  const found = await findOne(ctx, workspaceId, customer, teammate, 'export')
  if ('title' in found) return found
  const { customerId, held, timeZone } = found
  return {
    title: `Everything about ${held.name}`,
    lines: heldLines(held, timeZone),
    file: { source: { kind: 'customer', customerId }, formats: ['json'] },
  }
}

async function findOne(
  ctx: AnswerContext,
  workspaceId: string,
  typed: string,
  teammate: Teammate,
  command: 'forget' | 'export',
): Promise<Answer | { customerId: string; held: Held; timeZone: string }> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'manager')
  if (refused !== null) return { title: refused, lines: [] }
  const example = `For example: /desk ${command} mia@example.com`
  if (typed.trim() === '') return { title: `Whom? A name or an address. ${example}`, lines: [] }
  const found = await resolveCustomer(ctx, typed)
  const [first] = found
  if (!first) return { title: 'Nobody is known by this name or address', lines: [{ text: example }] }
  const people = await Promise.all(
    found.slice(0, mostListed).map(async ({ id }) => ({ id, held: await readHeld(ctx.db, id) })),
  )
  if (found.length > 1) {
    return {
      title: `Which of them? Type the address: /desk ${command} …`,
      lines: [
        ...people.flatMap(({ id, held }) => (held ? [{ text: personText(held), customerId: id }] : [])),
        ...(found.length > mostListed ? [{ text: 'and others: write more of the name, or the address' }] : []),
      ],
    }
  }
  const held = people[0]?.held
  if (!held) return { title: 'There is no such customer any more', lines: [] }
  const [{ hours }, actor] = await Promise.all([readTuning(ctx.db), knowTeammate(ctx, workspaceId, teammate)])
  const data = { customerId: first.id }
  await addEvent(ctx, ctx.db, 'customer.read', { conversationId: null, actor, data })
  return { customerId: first.id, held, timeZone: hours.timeZone }
}

const personText = ({ name, identities, counts }: Held): string =>
  [name, ...identities.slice(0, 2), countsText(counts)].join(' · ')

/** What is held, for who decides about it. */
export function heldLines({ identities, counts, since }: Held, timeZone: string): { text: string }[] {
  return [
    ...(identities.length > 0 ? [{ text: `Known as ${identities.join(', ')}` }] : []),
    { text: `Held: ${countsText(counts)}${since ? `, since ${clockText(since, timeZone).slice(0, 10)}` : ''}` },
  ]
}
