import { sql, type SQL } from 'drizzle-orm'
import { rowsOf, type Db } from '../db/client.ts'
import type { FindOrder } from '../workspaces/command-find.ts'
import { tsqueriesOf, type Plan } from './query.ts'
import { mostLookedAt, openWindows } from './windows.ts'

/** One exchange that was found. */
export interface Hit {
  interactionId: string
  conversationId: string
  customerId: string
  channel: string
  /** ISO 8601, to the microsecond: where the next page goes on. */
  at: string
}

interface Position {
  at: string
  id: string
}

/** Where a page begins: after this exchange, or after so many of the best of those after it. */
export type Cursor = Position | { skip: number; after: Position | null }

export interface FoundExchanges {
  hits: Hit[]
  /** What to pass for the next page, which may turn out empty; null: there is none. */
  next: Cursor | null
  /** More may be found before this moment: enough was looked at for once. ISO 8601; null: what there is was looked at. */
  lookedBackTo: string | null
}

/** Of so many, the newest, the best are told; then of as many before those. */
const mostRanked = 40
/** Fewer than this are all looked at, whenever they were. */
const fewMatches = 150
/** Where words stand is in no index: each row that has them all is read. */
const phraseCost = 5
/** Of nothing (D), the customer's name (C), what the team answered (B), what the customer said (A). */
const weights = '{0.1, 0.5, 0.2, 1}'
/** Before all others of the same moment. */
const noId = '00000000-0000-0000-0000-000000000000'

/** One page. `budget`: about so many rows are looked at; what is further back is left to the next page. */
export async function searchExchanges(
  db: Db,
  plan: Plan,
  {
    before,
    limit,
    order,
    budget = mostLookedAt,
  }: { before: Cursor | null; limit: number; order: FindOrder; budget?: number },
): Promise<FoundExchanges> {
  const { skip, after } = blockOf(before)
  if (order !== 'best' || plan.ranked.length === 0) return findNewest(db, plan, after, { limit, budget })
  const ranking = tsqueriesOf({ must: plan.ranked, not: [] }).join(' & ')
  const found = await findNewest(db, plan, after, { limit: mostRanked, budget, ranking })
  const ranked = found.hits.toSorted(byRank)
  const end = skip + limit
  const hits = ranked.slice(skip, end)
  if (ranked.length > end) return { hits, next: { skip: end, after }, lookedBackTo: null }
  return { ...found, hits, next: found.next && { skip: 0, after: found.next } }
}

function blockOf(before: Cursor | null): { skip: number; after: Position | null } {
  return before && 'skip' in before ? before : { skip: 0, after: before }
}

/** The newest that fit, in order; at most `limit`. */
async function findNewest(
  db: Db,
  plan: Plan,
  before: Position | null,
  { limit, budget, ranking = null }: { limit: number; budget: number; ranking?: string | null },
): Promise<FoundExchanges & { hits: RankedHit[]; next: Position | null }> {
  const { hits, stoppedAt } = await look(db, plan, before, limit + 1, { budget, ranking })
  if (hits.length <= limit)
    return { hits, next: stoppedAt === null ? null : { at: stoppedAt, id: noId }, lookedBackTo: stoppedAt }
  const page = hits.slice(0, limit)
  const last = page.at(-1)
  return { hits: page, next: last ? { at: last.at, id: last.interactionId } : null, lookedBackTo: null }
}

async function look(
  db: Db,
  plan: Plan,
  before: Position | null,
  limit: number,
  { budget, ranking }: { budget: number; ranking: string | null },
): Promise<{ hits: RankedHit[]; stoppedAt: string | null }> {
  const all = (hits: RankedHit[]) => ({ hits, stoppedAt: null })
  const atMost = Math.min(...plan.counts)
  if (atMost === 0) return all([])
  const span = spanOf(plan, before)
  const queries = tsqueriesOf(plan)
  if (plan.customerId !== null)
    return all(await rowsOf(db, ofCustomerQuery(plan.customerId, queries, span, limit, ranking)))
  if (queries.length === 0) return all(await rowsOf(db, anyQuery(span, limit)))
  if (atMost <= fewMatches) return all(await rowsOf(db, termsQuery(queries, span, limit, ranking)))
  const edge = before ? Date.parse(before.at) + (before.id === noId ? 0 : 1) : Infinity
  const until = new Date(Math.min(plan.until.getTime(), edge))
  const { from, counts } = plan
  const windows = await openWindows(db, { from, until, counts, budget: hasPhrase(plan) ? budget / phraseCost : budget })
  const hits: RankedHit[] = []
  for (let wanted = limit; wanted > 0; wanted = limit - hits.length) {
    const window = await windows.next(hits.length, wanted)
    if (!window) return { hits, stoppedAt: windows.isEnd() ? null : span.before.at }
    const within = { ...span, from: window.from > span.from ? window.from : span.from }
    const rows = await rowsOf<RankedHit>(db, termsQuery(tsqueriesOf(plan, window.terms), within, wanted, ranking))
    hits.push(...rows)
    span.before = { at: window.from, id: noId }
  }
  return all(hits)
}

const hasPhrase = ({ must, not }: Plan): boolean => [...must, ...not].some(({ kind }) => kind === 'phrase')

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
    before: before ?? { at: 'infinity', id: noId },
  }
}

/** How well it fits what was asked for, where that was asked. */
interface RankedHit extends Hit {
  rank: number
}

/** The best first, then the newest. */
function byRank(a: RankedHit, b: RankedHit): number {
  if (a.rank !== b.rank) return b.rank - a.rank
  if (a.at !== b.at) return a.at < b.at ? 1 : -1
  return a.interactionId < b.interactionId ? 1 : -1
}

function inSpan({ from, until, before }: Span): SQL {
  return sql`at >= ${from}::timestamptz and at < ${until}::timestamptz
    and (at, interaction_id) < (${before.at}::timestamptz, ${before.id}::uuid)`
}

/** Those few are ranked, after all others were left out: only their terms are read. */
function newestOf(source: SQL, limit: number, ranking: string | null): SQL {
  const rank =
    ranking === null
      ? sql`0`
      : sql`(select ts_rank_cd(${weights}::float4[], terms, ${ranking}::tsquery) from exchanges e where e.interaction_id = newest.interaction_id)`
  return sql`
    select interaction_id as "interactionId", conversation_id as "conversationId", customer_id as "customerId", channel,
      to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, ${rank} as rank
    from (select * from ${source} order by found.at desc, interaction_id desc limit ${limit}) newest
    order by newest.at desc, interaction_id desc`
}

/** By the index of terms alone, whatever the planner knows of them: the query is no constant to it, and the times are cut after. */
function termsQuery(queries: string[], span: Span, limit: number, ranking: string | null): SQL {
  const fits = sql.join(
    queries.map((query) => sql`terms @@ (select ${query}::tsquery)`),
    sql` and `,
  )
  return sql`
    with found as materialized (
      select interaction_id, conversation_id, customer_id, channel, at from exchanges where ${fits}
    ) ${newestOf(sql`found where ${inSpan(span)}`, limit, ranking)}`
}

function anyQuery(span: Span, limit: number): SQL {
  return newestOf(sql`exchanges found where ${inSpan(span)}`, limit, null)
}

/** By the customer's own index; of those, which fit. */
function ofCustomerQuery(
  customerId: string,
  queries: string[],
  span: Span,
  limit: number,
  ranking: string | null,
): SQL {
  const theirs = sql`exchanges where customer_id = ${customerId}::uuid and ${inSpan(span)}`
  if (queries.length === 0) return newestOf(sql`(select * from ${theirs}) found`, limit, ranking)
  return newestOf(
    sql`(select * from ${theirs} offset 0) found where terms @@ ${queries.join(' & ')}::tsquery`,
    limit,
    ranking,
  )
}
