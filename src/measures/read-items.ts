import { sql, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { rowsOf } from '../db/client.ts'
import type { Theme, Urgency } from '../interactions/interaction.ts'
import type { Tuning } from '../settings/tuning.ts'
import { countedRows, epoch, measuring, openCount, type Count, type CountedSet } from './counted.ts'
import type { Settlement } from './measures.ts'
import { dimensions, type Dimension, type ItemsQuery, type Measure } from './numbers.ts'
import { keyOf } from './read-groups.ts'

/** Something that a customer did, and what was known of it at the end of the period. Null: not known, or not so. */
export interface Item {
  interactionId: string
  conversationId: string
  channel: string
  account: string
  theme: Theme | null
  topics: string[]
  urgency: Urgency | null
  language: string | null
  /** By the provider's clock. */
  occurredAt: Date
  settledAt: Date | null
  settledAs: Settlement | null
  /** Of what was answered; milliseconds. */
  responseMs: number | null
  businessMs: number | null
  approvedBy: string | null
  editedShare: number | null
  rating: number | null
  recommends: number | null
}

type Row = Omit<Item, 'occurredAt' | 'settledAt'> & { occurredMs: number; settledMs: number | null }

/**
 * What is behind a number: how many there are, and the first of them. What came in newest first; what was answered, is late or
 * waits, slowest first. In `where` an empty text stands for "not known". Of a reply that did not arrive: what it was to answer.
 */
export async function readItems(
  ctx: Pick<Context, 'db' | 'clock' | 'channels'>,
  tuning: Tuning,
  { from, to, measure, where }: ItemsQuery,
  limit: number,
): Promise<{ count: number; items: Item[] }> {
  const count = await openCount(ctx, tuning, { from: new Date(from), to: new Date(to) })
  const { sets } = isMeasured[measure]
  const union = sql.join(
    sets.map((set) => sql`select * from ${countedRows(count, set)}`),
    sql` union all `,
  )
  const rows = sql`(${union}) o where ${isAsked({ measure, where }, count)}`
  const [[counted], items] = await Promise.all([
    rowsOf<{ count: number }>(ctx.db, sql`with ${measuring(count)} select count(*)::int as count from ${rows}`),
    rowsOf<Row>(
      ctx.db,
      sql`with ${measuring(count)} select ${columns} from ${rows} order by ${orderOf(measure)} limit ${limit}`,
    ),
  ])
  return {
    count: counted?.count ?? 0,
    items: items.map(itemOf),
  }
}

const pageSize = 1000

/**
 * All that is behind a number, page by page, each read when it is asked for, so that any number of them needs little memory.
 * In the order in which they came in, or were settled.
 */
export async function* streamItems(
  ctx: Pick<Context, 'db' | 'clock' | 'channels'>,
  tuning: Tuning,
  { from, to, measure, where }: ItemsQuery,
): AsyncGenerator<Item[]> {
  const count = await openCount(ctx, tuning, { from: new Date(from), to: new Date(to) })
  for (const set of isMeasured[measure].sets) {
    const column = pagedBy[set]
    for (let after: PageEnd | null = null; ;) {
      const rows: (Row & PageEnd & { isAsked: boolean })[] = await rowsOf(
        ctx.db,
        sql`with ${measuring(count)}
            select ${columns}, coalesce(${isAsked({ measure, where }, count)}, false) as "isAsked", ${momentText(column)} as "pageAt"
            from ${countedRows(count, set, pageAfter(column, after))}
            order by ${sql.identifier(column)}, o.interaction_id`,
      )
      yield rows.flatMap(({ isAsked: isOne, pageAt: _, ...row }) => (isOne ? [itemOf(row)] : []))
      after = rows.at(-1) ?? null
      if (rows.length < pageSize || !after) break
    }
  }
}

/** The last row of a page, and its time to the microsecond. */
interface PageEnd {
  interactionId: string
  pageAt: string
}

/** By their index; of what waits or was not delivered there is little, and the time it was heard of is as good as any. */
const pagedBy: Record<CountedSet, 'received_at' | 'settled_at'> = {
  received: 'received_at',
  settled: 'settled_at',
  waiting: 'received_at',
  undelivered: 'received_at',
}

function pageAfter(column: string, after: PageEnd | null): SQL {
  const at = sql.identifier(column)
  const beyond =
    after && sql`and (${at}, interaction_id) > (${after.pageAt}::timestamptz, ${after.interactionId}::uuid)`
  return sql`${beyond ?? sql``} order by ${at}, interaction_id limit ${pageSize}`
}

const momentText = (column: string): SQL =>
  sql`to_char(${sql.identifier(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const itemOf = ({ occurredMs, settledMs, ...item }: Row): Item => ({
  ...item,
  occurredAt: new Date(occurredMs),
  settledAt: settledMs === null ? null : new Date(settledMs),
})

/** True of the rows that are meant. */
function isAsked({ measure, where }: Pick<ItemsQuery, 'measure' | 'where'>, count: Count): SQL {
  const conditions = dimensions.flatMap((by) => {
    const value = where[by]
    return value === undefined ? [] : [isOf(by, value, count)]
  })
  return sql.join([sql.raw(`(${isMeasured[measure].condition})`), ...conditions], sql` and `)
}

/** Of which sets a measure counts which rows. */
const isMeasured: Record<Measure, { sets: CountedSet[]; condition: string }> = {
  received: { sets: ['received'], condition: 'true' },
  answered: { sets: ['settled'], condition: `settled_as = 'answered'` },
  'within-target': { sets: ['settled'], condition: `settled_as = 'answered' and is_within` },
  late: { sets: ['settled', 'waiting'], condition: `(settled_as = 'answered' or not is_settled) and not is_within` },
  waiting: { sets: ['waiting'], condition: 'true' },
  unedited: { sets: ['settled'], condition: `settled_as = 'answered' and edited_share = 0` },
  edited: { sets: ['settled'], condition: `settled_as = 'answered' and edited_share > 0 and edited_share < 0.5` },
  rewritten: { sets: ['settled'], condition: `settled_as = 'answered' and edited_share >= 0.5` },
  'self-written': { sets: ['settled'], condition: `settled_as = 'answered' and edited_share is null` },
  'by-hand': { sets: ['settled'], condition: `settled_as = 'answered' and is_by_hand` },
  dismissed: { sets: ['settled'], condition: `settled_as = 'dismissed' and dismissed_reason is distinct from 'spam'` },
  spam: { sets: ['settled'], condition: `settled_as = 'dismissed' and dismissed_reason = 'spam'` },
  automatic: { sets: ['settled'], condition: `settled_as = 'automatic'` },
  undelivered: { sets: ['undelivered'], condition: 'true' },
  csat: { sets: ['received'], condition: `kind = 'survey' and rating is not null` },
  nps: { sets: ['received'], condition: `kind = 'survey' and recommends is not null` },
}

const slowestFirst = new Set<Measure>(['answered', 'late', 'waiting'])

function orderOf(measure: Measure): SQL {
  return slowestFirst.has(measure)
    ? sql`ended_ms - started_ms desc, o.interaction_id`
    : sql`o.received_at desc, o.interaction_id desc`
}

/** True of the rows of this value; those of an empty one are not known. */
function isOf(by: Dimension, value: string, { timeZone }: Count): SQL {
  if (by === 'topic')
    return value === '' ? sql`jsonb_array_length(o.topics) = 0` : sql`jsonb_exists(o.topics, ${value})`
  const key = keyOf(by, timeZone)
  return value === '' ? sql`${key} is null` : sql`${key} = ${value}`
}

/** Nothing that was learned after the period's end. */
const known = (column: string) => sql`case when is_settled then ${sql.identifier(column)} end`
const ofAnswer = (column: string) =>
  sql`case when is_settled and settled_as = 'answered' then ${sql.identifier(column)} end`

const columns = sql`
  o.interaction_id as "interactionId", o.conversation_id as "conversationId", o.channel, o.account, o.theme, o.topics, o.urgency,
  o.language, started_ms as "occurredMs", ${epoch(known('settled_at'))} as "settledMs", ${known('settled_as')} as "settledAs",
  ${ofAnswer('response_ms')} as "responseMs", ${ofAnswer('business_ms')} as "businessMs", ${ofAnswer('approved_by')} as "approvedBy",
  ${ofAnswer('edited_share')} as "editedShare", o.rating, o.recommends`
