import type { Context } from '../context.ts'
import { conversations, customers, teammates } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { BadInputError } from '../errors.ts'
import { countsText, readLeft, receiptNumber, type Receipt } from '../erasures/receipt.ts'
import { isUuid } from '../id.ts'
import { daysOf, periodOf, titleOf, type Days, type PeriodAsk } from '../measures/period.ts'
import { readCardRefs } from '../posts/queries.ts'
import { clockText, dateOf } from '../settings/hours.ts'
import { readTuning } from '../settings/queries.ts'
import type { Hours } from '../settings/tuning.ts'
import { refusalFor } from '../teammates/access.ts'
import type { AuditCommand, AuditWhat } from '../workspaces/command-audit.ts'
import type { Answer, AnswerLine, Teammate } from '../workspaces/workspace.ts'
import { findActors, readDeeds, type Deed } from './read-audit.ts'

type AuditContext = Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces'>

const lineLimit = 15

const whatNames: Record<AuditWhat, string> = {
  approved: 'Approved',
  read: 'Read',
  shared: 'Shown to a room',
  exported: 'Exported',
  erased: 'Erased',
  joined: 'Joined, parted and noted',
  settings: 'Settings',
}

/** `/desk audit`: who did what and when, the newest first: at most 15. Managers only. */
export async function answerAudit(
  ctx: AuditContext,
  workspaceId: string,
  { period, teammate: called, what }: Omit<AuditCommand, 'kind'>,
  teammate: Teammate,
): Promise<Answer> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'manager')
  if (refused !== null) return { title: refused, lines: [] }
  const { hours } = await readTuning(ctx.db)
  let days: Days
  try {
    days = auditDays(period, ctx.clock.now(), hours)
  } catch (error) {
    if (error instanceof BadInputError) return { title: error.message, lines: [] }
    throw error
  }
  const by = called === null ? null : await findActors(ctx, workspaceId, called)
  if (by?.length === 0) return { title: `Nobody called “${called}” did anything here`, lines: [] }
  const ask = { period: periodOf(days, hours.timeZone), what, by }
  // Twice as many, as two may be told as one.
  const deeds = withoutBeginnings(await readDeeds(ctx, ask, 2 * lineLimit + 1))
  const lines = await linesOf(ctx, workspaceId, deeds.slice(0, lineLimit), hours.timeZone)
  const title = ['Audit', what && whatNames[what], called, titleOf(days)].filter(Boolean).join(' · ')
  if (lines.length === 0) return { title, lines: [{ text: 'Nothing was done' }] }
  const hasMore = deeds.length > lineLimit
  const narrower =
    days.from === days.to
      ? 'These are the newest. For the others name a person or a kind: /desk audit @ana exported'
      : `These are the newest. For earlier ones name fewer days: /desk audit ${[what, days.from].filter(Boolean).join(' ')}`
  return { title, lines: hasMore ? [...lines, { text: narrower }] : lines }
}

/** A week ends today: who looks for what was done may have done it just now. */
function auditDays(period: PeriodAsk, now: Date, hours: Hours): Days {
  const days = daysOf(period, now, hours)
  return period.kind === 'week' ? { ...days, to: dateOf(now, hours.timeZone) } : days
}

/** An export is logged when it begins and when its last row left: of one that came to its end, only the end is told. */
function withoutBeginnings(deeds: Deed[]): Deed[] {
  const ended = new Map<string, number>()
  return deeds.filter((deed) => {
    if (deed.kind !== 'event' || deed.event.type !== 'history.exported') return true
    const { list, format, rows } = deed.event.data
    const key = [deed.by, list, format].join(' ')
    const ends = ended.get(key) ?? 0
    ended.set(key, typeof rows === 'number' ? ends + 1 : Math.max(0, ends - 1))
    return typeof rows === 'number' || ends === 0
  })
}

/** "Ana · approved a reply · 2026-11-20 14:02" */
async function linesOf(ctx: AuditContext, workspaceId: string, deeds: Deed[], timeZone: string): Promise<AnswerLine[]> {
  const [names, left, links] = await Promise.all([
    readNames(
      ctx,
      deeds.map(({ by }) => by),
    ),
    readLeft(
      ctx.db,
      deeds.flatMap((deed) => (deed.kind === 'erasure' ? [deed.receipt.id] : [])),
    ),
    readLinks(ctx, workspaceId, deeds),
  ])
  return deeds.map((deed) => {
    const text =
      deed.kind === 'erasure' ? erasureText(deed.receipt, left.get(deed.receipt.id), timeZone) : deedText(deed.event)
    return {
      text: [names.get(deed.by) ?? deed.by, text, clockText(deed.at, timeZone)].join(' · '),
      ...(deed.kind === 'event' ? links(deed.event) : {}),
    }
  })
}

async function readNames({ db }: AuditContext, ids: string[]): Promise<Map<string, string>> {
  const rows = await db
    .select({ id: teammates.id, name: teammates.name })
    .from(teammates)
    .where(isAnyOf(teammates.id, [...new Set(ids)]))
  return new Map([
    ['deskbell', 'Deskbell'],
    ['operator', 'Operator'],
    ...rows.map(({ id, name }) => [id, name] as const),
  ])
}

/** To the card and the customer of an event, where there still are. */
async function readLinks(
  ctx: AuditContext,
  workspaceId: string,
  deeds: Deed[],
): Promise<(event: EventOf) => Partial<AnswerLine>> {
  const logged = deeds.flatMap((deed) => (deed.kind === 'event' ? [deed.event] : []))
  const conversationIds = [...new Set(logged.flatMap(({ conversationId }) => conversationId ?? []))]
  const customerIds = [...new Set(logged.flatMap((event) => customerOf(event) ?? []))]
  const [standing, known, refs] = await Promise.all([
    ctx.db.select({ id: conversations.id }).from(conversations).where(isAnyOf(conversations.id, conversationIds)),
    ctx.db.select({ id: customers.id }).from(customers).where(isAnyOf(customers.id, customerIds)),
    readCardRefs(ctx.db, workspaceId, conversationIds),
  ])
  const workspace = ctx.workspaces.get(workspaceId)
  return (event) => {
    const { conversationId } = event
    const customerId = customerOf(event)
    const ref = conversationId === null ? undefined : refs.get(conversationId)
    const url = ref && workspace?.urlOf(ref)
    return {
      ...(conversationId && standing.some(({ id }) => id === conversationId) ? { conversationId } : {}),
      ...(customerId && known.some(({ id }) => id === customerId) ? { customerId } : {}),
      ...(url ? { url } : {}),
    }
  }
}

type EventOf = Extract<Deed, { kind: 'event' }>['event']

function customerOf({ data }: EventOf): string | null {
  const id = data['customerId']
  return typeof id === 'string' && isUuid(id) ? id : null
}

function deedText({ type, data }: EventOf): string {
  const count = (key: string, noun: string) => {
    const held = data[key]
    const value = Array.isArray(held) ? held.length : held
    return typeof value === 'number' ? ` (${value.toLocaleString('en')} ${noun}${value === 1 ? '' : 's'})` : ''
  }
  const list = (key: string) => (Array.isArray(data[key]) ? `: ${data[key].join(', ')}` : '')
  const format = data['format'] === 'csv' ? 'CSV' : 'JSON'
  switch (type) {
    case 'draft.approved':
      return 'approved a reply'
    case 'draft.first-approved':
      return 'approved a reply as the first of two'
    case 'reply.marked-sent':
      return 'marked a reply as sent'
    case 'history.read':
      return `read what a search found${count('conversations', 'conversation')}`
    case 'customer.read':
      return 'read a customer’s page'
    case 'history.shared':
      return `showed what a search found to a room${count('conversations', 'conversation')}`
    case 'history.exported':
      return `exported what a search finds as ${format}${count('rows', 'row') || ' (not to its end)'}`
    case 'customer.exported':
      return `exported everything about a customer${count('conversations', 'conversation')}`
    case 'customer.joined':
      return 'joined two customers'
    case 'customer.parted':
      return 'undid a join of two customers'
    case 'customer.distinguished':
      return 'told two customers apart'
    case 'customer.noted':
      return data['isRemoved'] === true ? 'removed a note about a customer' : 'wrote a note about a customer'
    case 'settings.changed':
      return `changed the settings${list('sections')}`
    default:
      return type
  }
}

/** "erased a customer: 3 conversations, 12 messages · receipt 1a2b3c4d5e6f · 12 posts still to be taken out" */
function erasureText(
  { id, kind, counts, doneAt }: Receipt,
  left: { posts: number; problem: string | null } | undefined,
  timeZone: string,
): string {
  // Without the customer it was cut off, and they are there still.
  const forgotten = counts['customers'] ? 'erased a customer' : 'began to erase a customer, who must be asked for again'
  const kept = 'erased what was kept long enough'
  const takenBack = 'took out of the rooms what its author took back'
  const what = { forget: forgotten, retention: kept, removal: takenBack }[kind]
  const posts = left
    ? `${left.posts.toLocaleString('en')} ${left.posts === 1 ? 'post' : 'posts'} still to be taken out${left.problem ? ` (${left.problem})` : ''}`
    : `nothing is left in the rooms${doneAt ? ` since ${clockText(doneAt, timeZone)}` : ''}`
  return [`${what}: ${countsText(counts)}`, `receipt ${receiptNumber(id)}`, posts].join(' · ')
}
