import { eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { conversations } from '../db/schema.ts'
import { ConflictError, NotFoundError } from '../errors.ts'
import { isUuid } from '../id.ts'
import { repeated } from '../interactions/arrival.ts'
import { dateOf } from '../settings/hours.ts'
import { readTuning } from '../settings/queries.ts'
import type { Tuning } from '../settings/tuning.ts'
import { refusalFor } from '../teammates/access.ts'
import { knowTeammate } from '../teammates/know.ts'
import type { CustomerChange, CustomerPage, CustomerRef } from '../workspaces/found.ts'
import { counted, isolated, oneLine } from '../workspaces/kit/text.ts'
import type { Answer, AnswerLine, Teammate } from '../workspaces/workspace.ts'
import { distinguishCustomers } from './distinguish.ts'
import { joinCustomers } from './join.ts'
import { dateText } from './journey.ts'
import { goneCustomer, removeNote } from './notes.ts'
import { readCustomerPage } from './page.ts'
import { partCustomers } from './part.ts'
import { findHome } from './queries.ts'
import { nearestName, readPresent, resolveCustomer, wantedOf, type Resolved } from './resolve.ts'

type AnswerContext = Pick<Context, 'db' | 'clock' | 'newId' | 'channels' | 'workspaces'>

const mostListed = 10
const examples: AnswerLine[] = [
  { text: 'By name, also only a part of it: /desk customer Mia Jansen' },
  { text: 'By address or number, whole: /desk customer mia@example.com' },
]

/** `/desk customer`: who is meant by a name, an address or an id. Several: a line for each. Never throws for what was typed. */
export async function answerCustomer(
  ctx: AnswerContext,
  workspaceId: string,
  customer: string,
  teammate: Teammate,
): Promise<Answer> {
  const tuning = await readTuning(ctx.db)
  const refused = await refusalFor(ctx, workspaceId, teammate, 'agent', tuning)
  if (refused !== null) return { title: refused, lines: [] }
  const typed = wantedOf(customer)
  if (typed === '') return { title: '/desk customer shows who a customer is', lines: examples }
  const found = await resolveCustomer(ctx, typed, mostListed + 1)
  const [first, ...others] = found
  if (!first) return nobody(ctx, typed)
  if (others.length === 0) return show(ctx, workspaceId, first.id, teammate, tuning)
  const isMore = found.length > mostListed
  return {
    title: isMore
      ? `More than ${mostListed} customers are called “${oneLine(typed, 60)}”. Those heard from last:`
      : `${counted(found.length, 'customer')} are called “${oneLine(typed, 60)}”`,
    lines: [
      ...(await linesOf(ctx, found.slice(0, mostListed), tuning)),
      ...(isMore ? [{ text: 'Type more of the name, or an address: /desk customer mia@example.com' }] : []),
    ],
  }
}

/** The page of a customer, or of whom a conversation is with. */
export async function openCustomer(
  ctx: AnswerContext,
  workspaceId: string,
  ref: CustomerRef,
  teammate: Teammate,
): Promise<Answer> {
  const tuning = await readTuning(ctx.db)
  const refused = await refusalFor(ctx, workspaceId, teammate, 'agent', tuning)
  if (refused !== null) return { title: refused, lines: [] }
  const customerId = 'customerId' in ref ? ref.customerId : await customerOf(ctx.db, ref.conversationId)
  return show(ctx, workspaceId, customerId, teammate, tuning)
}

/** Carries out what a teammate decided about who somebody is, and shows the page as it is then; what came first is told above it. */
export async function changeCustomer(
  ctx: AnswerContext & Pick<Context, 'queue'>,
  workspaceId: string,
  change: CustomerChange,
  teammate: Teammate,
): Promise<Answer> {
  const tuning = await readTuning(ctx.db)
  const refused = await refusalFor(ctx, workspaceId, teammate, 'agent', tuning)
  if (refused !== null) return { title: refused, lines: [] }
  let title: string
  try {
    title = await carryOut(ctx, workspaceId, change, teammate, tuning)
  } catch (error) {
    if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error
    title = error.message
  }
  return show(ctx, workspaceId, change.customerId, teammate, tuning, title)
}

async function carryOut(
  ctx: AnswerContext & Pick<Context, 'queue'>,
  workspaceId: string,
  change: CustomerChange,
  teammate: Teammate,
  tuning: Tuning,
): Promise<string> {
  const { customerId } = change
  const by = await knowTeammate(ctx, workspaceId, teammate)
  const isManager = (await refusalFor(ctx, workspaceId, teammate, 'manager', tuning)) === null
  const run = async (tx: Db): Promise<string> => {
    switch (change.kind) {
      case 'join':
      case 'distinguish': {
        const other = await readPresent(tx, change.otherId)
        if (!isUuid(customerId) || !other) throw new NotFoundError(goneCustomer)
        const { otherId } = change
        const who = isolated(other.name, 60)
        if (change.kind === 'distinguish') {
          await distinguishCustomers(ctx, tx, { customerId, otherId, by })
          return `Kept: ${who} is somebody else`
        }
        await joinCustomers(ctx, tx, { customerId, otherId, reason: 'A teammate said that they are one person', by })
        return 'They are one customer now. This can be undone below'
      }
      case 'part':
        await partCustomers(ctx, tx, change.mergeId, by)
        return 'They are two customers again'
      case 'remove-note':
        await removeNote(ctx, tx, { noteId: change.noteId, by, isManager })
        return 'The note was removed'
    }
  }
  // What comes in from them, or an erasure, may hold what this wants, and want what this holds.
  return repeated(() => ctx.db.transaction(run))
}

/** `title`: what is to be said above the page; else it is the customer's name. */
async function show(
  ctx: AnswerContext,
  workspaceId: string,
  customerId: string | null,
  teammate: Teammate,
  tuning: Tuning,
  title?: string,
): Promise<Answer> {
  const [page, actor] = await Promise.all([
    customerId === null ? null : readHomePage(ctx, workspaceId, customerId, teammate, tuning),
    knowTeammate(ctx, workspaceId, teammate),
  ])
  if (!page) return { title: title ?? goneCustomer, lines: [] }
  const data = { customerId: page.customerId }
  await addEvent(ctx, ctx.db, 'customer.read', { conversationId: null, actor, data })
  return { title: title ?? page.name, lines: [], customer: page }
}

/** Of whom they were joined into, if they were. */
async function readHomePage(
  ctx: AnswerContext,
  workspaceId: string,
  customerId: string,
  teammate: Teammate,
  tuning: Tuning,
): Promise<CustomerPage | null> {
  const page = await readCustomerPage(ctx, workspaceId, customerId, teammate, tuning)
  if (page || !isUuid(customerId)) return page
  const home = await findHome(ctx.db, customerId)
  return home === customerId ? null : readCustomerPage(ctx, workspaceId, home, teammate, tuning)
}

async function customerOf(db: Db, conversationId: string): Promise<string | null> {
  if (!isUuid(conversationId)) return null
  const [row] = await db
    .select({ customerId: conversations.customerId })
    .from(conversations)
    .where(eq(conversations.id, conversationId))
  return row?.customerId ?? null
}

/** "Mia Jansen · Email · last heard from on 3 November 2026" */
async function linesOf(ctx: AnswerContext, found: Resolved[], { hours }: Tuning): Promise<AnswerLine[]> {
  const ids = JSON.stringify(found.map(({ id }) => id))
  const rows = await rowsOf<{ id: string; channel: string; at: Date | string }>(
    ctx.db,
    sql`select asked.id, c.channel, c.last_inbound_at as at
          from (select value::uuid as id from jsonb_array_elements_text(${ids}::jsonb)) asked
          cross join lateral (
            select channel, last_inbound_at from conversations where customer_id = asked.id
            order by created_at desc limit 1) c`,
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  return found.map(({ id, name }) => {
    const last = byId.get(id)
    const where = last && (ctx.channels.get(last.channel)?.name ?? last.channel)
    const date = last && dateOf(new Date(last.at), hours.timeZone)
    const when = date && `last heard from on ${dateText(date, { day: 'numeric', month: 'long', year: 'numeric' })}`
    return { text: [isolated(name, 80), where, when].filter(Boolean).join(' · '), customerId: id }
  })
}

async function nobody(ctx: AnswerContext, typed: string): Promise<Answer> {
  const nearest = isUuid(typed) ? null : await nearestName(ctx.db, typed)
  return {
    title: isUuid(typed) ? goneCustomer : `Nobody who wrote is called “${oneLine(typed, 60)}”`,
    lines: nearest === null ? examples : [{ text: `Did you mean /desk customer ${nearest}?` }],
  }
}
