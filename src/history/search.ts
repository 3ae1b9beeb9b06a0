import { sql, type SQL } from 'drizzle-orm'
import { rowsOf, type Db } from '../db/client.ts'
import { exchanges } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import type { FindOrder } from '../workspaces/command-find.ts'
import { tsqueryOf, type Plan } from './query.ts'
import { openWindows } from './windows.ts'

/** One exchange that was found. */
export interface Hit {
  interactionId: string
  conversationId: string
  customerId: string
  channel: string
  /** ISO 8601, to the microsecond: where the next page goes on. */
  at: string
}

/** Where a page begins: after this exchange, or after so many of the best. */
export type Cursor = { at: string; id: string } | { skip: number }

/** Of so many, the newest, the best are told. */
const mostRanked = 300
/** Fewer than this are all looked at, whenever they were. */
const fewMatches = 400
/** Of nothing (D), the customer's name (C), what the team answered (B), what the customer said (A). */
const weights = '{0.1, 0.5, 0.2, 1}'

/** One page. `next`: what to pass for the one after it; null: there is none. */
export async function searchExchanges(
  db: Db,
  plan: Plan,
  { before, limit, order }: { before: Cursor | null; limit: number; order: FindOrder },
): Promise<{ hits: Hit[]; next: Cursor | null }> {
  if (order === 'best' && plan.ranked.length > 0) {
    const ranked = await rank(db, plan, await findNewest(db, plan, null, mostRanked))
    const skip = before && 'skip' in before ? before.skip : 0
    const end = skip + limit
    return { hits: ranked.slice(skip, end), next: ranked.length > end ? { skip: end } : null }
  }
  const found = await findNewest(db, plan, before && 'at' in before ? before : null, limit + 1)
  const hits = found.slice(0, limit)
  const last = hits.at(-1)
  return { hits, next: found.length > limit && last ? { at: last.at, id: last.interactionId } : null }
}

type Position = { at: string; id: string }

/** The newest that fit, in order; at most `limit`. */
async function findNewest(db: Db, plan: Plan, before: Position | null, limit: number): Promise<Hit[]> {
  if (plan.atMost === 0) return []
  const span = spanOf(plan, before)
  const query = tsqueryOf(plan)
  if (plan.customerId !== null) return rowsOf(db, ofCustomerQuery(plan.customerId, query, span, limit))
  if (query === null) return rowsOf(db, anyQuery(span, limit))
  if (plan.atMost <= fewMatches) return rowsOf(db, termsQuery(query, span, limit))
  const end = before ? new Date(Math.min(plan.until.getTime(), Date.parse(before.at) + 1)) : plan.until
  const windows = await openWindows(db, { from: plan.from, until: end, atMost: plan.atMost })
  const hits: Hit[] = []
  for (let wanted = limit; wanted > 0; wanted = limit - hits.length) {
    const window = await windows.next(hits.length, wanted)
    if (!window) break
    // Nothing but what is to be missing: without its times, every row would be looked at.
    const times = window.isAll && plan.must.length > 0 ? [] : window.terms
    const rows = await rowsOf<Hit>(db, termsQuery(tsqueryOf(plan, times) ?? query, span, wanted))
    hits.push(...rows)
  }
  return hits
}

/** Always the same parameters, so that each statement is prepared once. */
interface Span {
  from: string
  until: string
  before: Position
}

function spanOf({ from, until }: Plan, before: Position | null): Span {
  return {
    from: from?.toISOString() ?? '-infinity',
    until: until.toISOString(),
    before: before ?? { at: 'infinity', id: '00000000-0000-0000-0000-000000000000' },
  }
}

const columns = sql`interaction_id as "interactionId", conversation_id as "conversationId", customer_id as "customerId", channel,
  to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`

function inSpan({ from, until, before }: Span): SQL {
  return sql`at >= ${from}::timestamptz and at < ${until}::timestamptz
    and (at, interaction_id) < (${before.at}::timestamptz, ${before.id}::uuid)`
}

const ordered = (source: SQL, limit: number): SQL =>
  sql`select ${columns} from ${source} order by found.at desc, interaction_id desc limit ${limit}`

/** By the index of terms alone, whatever the planner knows of them: the query is no constant to it, and the times are cut after. */
function termsQuery(query: string, span: Span, limit: number): SQL {
  return sql`
    with found as materialized (
      select interaction_id, conversation_id, customer_id, channel, at from exchanges where terms @@ (select ${query}::tsquery)
    ) ${ordered(sql`found where ${inSpan(span)}`, limit)}`
}

function anyQuery(span: Span, limit: number): SQL {
  return ordered(sql`exchanges found where ${inSpan(span)}`, limit)
}

/** By the customer's own index; of those, which fit. */
function ofCustomerQuery(customerId: string, query: string | null, span: Span, limit: number): SQL {
  const theirs = sql`exchanges where customer_id = ${customerId}::uuid and ${inSpan(span)}`
  if (query === null) return ordered(sql`(select * from ${theirs}) found`, limit)
  return ordered(sql`(select * from ${theirs} offset 0) found where terms @@ ${query}::tsquery`, limit)
}

async function rank(db: Db, { ranked }: Plan, hits: Hit[]): Promise<Hit[]> {
  const query = tsqueryOf({ must: ranked, not: [] })
  if (query === null || hits.length < 2) return hits
  const ids = hits.map(({ interactionId }) => interactionId)
  const rows = await rowsOf<{ id: string }>(db, rankQuery(query, ids))
  const byId = new Map(hits.map((hit) => [hit.interactionId, hit]))
  return rows.flatMap(({ id }) => byId.get(id) ?? [])
}

/** The best first, then the newest. */
function rankQuery(query: string, ids: string[]): SQL {
  return sql`
    select interaction_id as id from exchanges where ${isAnyOf(exchanges.interactionId, ids)}
    order by ts_rank_cd(${weights}::float4[], terms, ${query}::tsquery) desc, at desc, interaction_id desc`
}
