import { sql, type SQL } from 'drizzle-orm'
import { dismissReasons, type DismissReason } from '../conversations/conversation.ts'
import type { Theme } from '../interactions/interaction.ts'
import { conditionOf, countedRows, epoch, holds, measuring, undelivered, type Count } from './counted.ts'
import { mostTopics, type Spread } from './numbers.ts'

// One statement for each set of rows, so that they can be read side by side.

/** Median and p90, as JSON: both drivers read it alike. */
export function spreadBy(ms: SQL, those = sql`true`): SQL {
  return sql`to_jsonb(percentile_cont(array[0.5, 0.9]) within group (order by ${ms}) filter (where ${those}))`
}

/** What `spreadBy` gives; null for none. */
export function spreadOf(spread: number[] | null | undefined): Spread | null {
  const [median, p90] = spread ?? []
  return median === undefined || p90 === undefined ? null : { median, p90 }
}

export interface Received {
  channel: string
  theme: Theme | null
  count: number
  rated: number
  satisfied: number
  asked: number
  promoters: number
  detractors: number
}

/** What came in, by channel and theme. */
export function receivedQuery(count: Count): SQL {
  const those = (condition: SQL) => sql`(count(*) filter (where kind = 'survey' and ${condition}))::int`
  return sql`
    select channel, theme, count(*)::int as count,
      ${those(sql`rating is not null`)} as rated, ${those(sql`rating >= 4`)} as satisfied,
      ${those(sql`recommends is not null`)} as asked, ${those(sql`recommends >= 9`)} as promoters,
      ${those(sql`recommends <= 6`)} as detractors
    from outcomes where ${conditionOf(count, 'received')} group by channel, theme`
}

export interface TopicCount {
  theme: Theme
  topic: string
  count: number
}

/** What came in, by theme and topic, the most first: up to `mostTopics` of each theme. */
export function topicsQuery(count: Count): SQL {
  return sql`
    select theme, topic, count from (
      select theme, topic, count(*)::int as count,
        row_number() over (partition by theme order by count(*) desc, topic collate "C") as place
      from outcomes cross join lateral jsonb_array_elements_text(topics) as each(topic)
      where ${conditionOf(count, 'received')} and theme is not null group by theme, topic
    ) counted where place <= ${mostTopics} order by theme, place`
}

export interface Settled {
  answered: number
  automatic: number
  spam: number
  /** By each reason but spam. */
  dismissed: Partial<Record<DismissReason, number>>
  unedited: number
  edited: number
  rewritten: number
  selfWritten: number
  byHand: number
  within: number
  late: number
  response: number[] | null
  business: number[] | null
  first: number[] | null
  drafting: number | null
  person: number | null
  delivery: number | null
}

/** What was settled. The three parts of a response are cut at its ends: clocks of others may be behind ours. */
export function settledQuery(count: Count): SQL {
  const answered = (condition: SQL) => sql`(count(*) filter (where is_answered and ${condition}))::int`
  const dismissed = dismissReasons
    .filter((reason) => reason !== 'spam')
    .map((reason) => sql.raw(`'${reason}', count(*) filter (where dismissed_reason = '${reason}')`))
  const median = (ms: SQL) => sql`percentile_cont(0.5) within group (order by ${ms}) filter (where is_answered)`
  return sql`
    with ${measuring(count)}
    select ${answered(sql`true`)} as answered,
      (count(*) filter (where settled_as = 'automatic'))::int as automatic,
      (count(*) filter (where dismissed_reason = 'spam'))::int as spam,
      jsonb_build_object(${sql.join(dismissed, sql`, `)}) as dismissed,
      ${answered(sql`edited_share = 0`)} as unedited,
      ${answered(sql`edited_share > 0 and edited_share < 0.5`)} as edited,
      ${answered(sql`edited_share >= 0.5`)} as rewritten,
      ${answered(sql`edited_share is null`)} as "selfWritten",
      ${answered(sql`is_by_hand`)} as "byHand",
      ${answered(sql`is_within`)} as within,
      ${answered(sql`not is_within`)} as late,
      ${spreadBy(sql`response_ms`, sql`is_answered`)} as response,
      ${spreadBy(sql`business_ms`, sql`is_answered`)} as business,
      ${spreadBy(sql`response_ms`, sql`is_answered and is_first`)} as first,
      ${median(sql`drafted_ms - started_ms`)} as drafting,
      ${median(sql`approved_ms - drafted_ms`)} as person,
      ${median(sql`ended_ms - approved_ms`)} as delivery
    from (
      select o.*, least(greatest(${epoch(sql`drafted_at`)}, started_ms), approved_ms) as drafted_ms
      from (
        select o.*, settled_as = 'answered' as is_answered,
          least(greatest(coalesce(${epoch(sql`approved_at`)}, ended_ms), started_ms), ended_ms) as approved_ms
        from ${countedRows(count, 'settled')}
      ) o
    ) o`
}

export interface Waiting {
  count: number
  late: number
  longest: number | null
}

export function waitingQuery(count: Count): SQL {
  return sql`
    with ${measuring(count)}
    select count(*)::int as count, (count(*) filter (where not is_within))::int as late, max(ended_ms - started_ms) as longest
    from ${countedRows(count, 'waiting')}`
}

/** From the first moment to the last answer, of conversations with an answer in the period in which nobody waits. */
export function resolutionQuery(count: Count): SQL {
  const { until } = count
  return sql`
    select ${spreadBy(sql`greatest(0, ${epoch(sql`ended_at`)} - ${epoch(sql`started_at`)})`)} as spread
    from (
      select distinct conversation_id from outcomes where ${conditionOf(count, 'settled')} and settled_as = 'answered'
    ) answered cross join lateral (
      select min(occurred_at) filter (where is_first) as started_at, max(accepted_at) as ended_at,
        bool_and(coalesce(settled_at < ${until.toISOString()}::timestamptz, false)) as is_over
      from outcomes where conversation_id = answered.conversation_id and ${holds(until)}
    ) o where is_over and started_at is not null`
}

export function undeliveredQuery(count: Count): SQL {
  return sql`
    select (count(*) filter (where type <> 'reply.unknown'))::int as failed,
      (count(*) filter (where type = 'reply.unknown'))::int as unknown
    from ${undelivered(count)}`
}

export interface Followers {
  channel: string
  followers: number
}

/** Who followed each channel's accounts at the end: of each account, the last that is known. */
export function followersQuery({ until }: Count): SQL {
  const lastDate = new Date(until.getTime() - 1).toISOString().slice(0, 10)
  return sql`
    select channel, sum(followers)::int as followers from (
      select distinct on (channel, account) channel, followers from audiences where date <= ${lastDate}
      order by channel, account, date desc
    ) newest group by channel having sum(followers) > 0`
}
