import { sql, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { rowsOf } from '../db/client.ts'
import type { Tuning } from '../settings/tuning.ts'
import { targetFor, type Aimed } from '../targets/target.ts'
import { businessTime, type BusinessTime } from './business-time.ts'
import type { Period } from './period.ts'

// The rows behind every number, as they were known at one moment: whatever happened since is not looked at.

/** What is to be counted. Everything in it is as of `until`. */
export interface Count {
  from: Date
  /** The period's end; now, while it is not over. */
  until: Date
  timeZone: string
  /** Covers everything that is counted. */
  time: BusinessTime
  /** Which answers were due when, of the kinds that occur. */
  due: Due[]
}

interface Due extends Aimed {
  ms: number
  isBusinessTime: boolean
}

/**
 * Which rows. `received`: what people wrote in the period, spam apart. `settled`: what was answered or dismissed in it, or
 * needed no answer. `waiting`: at its end. `undelivered`: the newest of each conversation in which a reply did not arrive.
 */
export type CountedSet = 'received' | 'settled' | 'waiting' | 'undelivered'

/** Hours before that are not looked up: a provider's date may be of 1970, and every day of it has its price. */
const longestMs = 3 * 366 * 86_400_000

/** Looks at what was answered or waits, for the targets and the hours by which it is measured. */
export async function openCount(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { hours, targets }: Pick<Tuning, 'hours' | 'targets'>,
  { from, to }: Period,
): Promise<Count> {
  const now = clock.now()
  const until = to < now ? to : now
  const kinds = await rowsOf<Aimed & { first: number; last: number | null }>(db, kindsQuery(from, until))
  const times = kinds.flatMap(({ first, last }) => (last === null ? [first] : [first, last]))
  const last = Math.max(until.getTime(), ...times)
  const first = Math.max(until.getTime() - longestMs, Math.min(until.getTime(), ...times))
  return {
    from,
    until,
    timeZone: hours.timeZone,
    time: businessTime(hours, new Date(first), new Date(last)),
    due: kinds.flatMap(({ channel, theme, urgency }) => {
      const target = targetFor(targets, { channel, theme, urgency })
      if (!target) return []
      return [{ channel, theme, urgency, ms: target.minutes * 60_000, isBusinessTime: target.isBusinessTime }]
    }),
  }
}

/** What was answered or waits, by what targets ask for; and from when to when there is something to measure. */
export function kindsQuery(from: Date, until: Date): SQL {
  return sql`
    select channel, theme, urgency, ${epoch(sql`min(occurred_at)`)} as first, ${epoch(sql`max(accepted_at)`)} as last
    from (
      select channel, theme, urgency, occurred_at, accepted_at from outcomes
      where ${isSettled(from, until)} and settled_as = 'answered'
      union all
      select channel, theme, urgency, occurred_at, null from outcomes where ${isWaiting(until)}
    ) o group by channel, theme, urgency`
}

/**
 * For `with`: the hours and the targets that `countedRows` measures by. Before the first opening stands one in which it was
 * never open, so that every moment has one before it.
 */
export function measuring({ time, due }: Count): SQL {
  const never = -1e15
  const list = (values: number[]) => sql`${`{${values.join(',')}}`}::float8[]`
  const base = time.before.map((before, index) => before - (time.opens[index] ?? 0))
  return sql`hours as materialized (
      select ${list([never, ...time.opens])} as opens, ${list([never, ...time.closes])} as closes, ${list([-never, ...base])} as base),
    due as materialized (
      select channel, coalesce(theme, '') as theme, coalesce(urgency, '') as urgency, ms as limit_ms, "isBusinessTime" as in_hours
      from jsonb_to_recordset(${JSON.stringify(due)}::jsonb)
        as due(channel text, theme text, urgency text, ms float8, "isBusinessTime" boolean))`
}

/**
 * The rows of a set, with `is_settled`, `response_ms`, `business_ms`, `limit_ms`, `is_within` and when it was `ended_ms` beside
 * what they have: of an answer until it was accepted, of what waits so far. Those are null where nobody owes an answer;
 * the last two of what has no target. Needs `measuring` in the same statement. `page`: what follows the condition, to have some of them.
 */
export function countedRows(count: Count, set: CountedSet, page = sql``): SQL {
  const { until } = count
  // `offset 0`, as otherwise each use of a column would reckon it anew.
  return sql`(
    select o.*, ended_ms - started_ms as response_ms, limit_ms,
      case when in_hours then business_ms else ended_ms - started_ms end <= limit_ms as is_within
    from (
      select o.*, ${openUntil('ended_ms')} - ${openUntil('started_ms')} as business_ms
      from (
        select o.*,
          case when not is_settled then greatest(started_ms, ${until.getTime()}::float8)
            when accepted_at is not null then greatest(started_ms, ${epoch(sql`accepted_at`)}) end as ended_ms
        from (
          select *, coalesce(settled_at < ${moment(until)}, false) as is_settled, ${epoch(sql`occurred_at`)} as started_ms
          from outcomes where ${conditionOf(count, set)} ${page} offset 0
        ) o offset 0
      ) o cross join hours offset 0
    ) o left join due on due.channel = o.channel and due.theme = coalesce(o.theme, '') and due.urgency = coalesce(o.urgency, '')
  ) o`
}

/** True of the rows of a set; in a query of `outcomes`. */
export function conditionOf(count: Count, set: CountedSet): SQL {
  const { from, until } = count
  switch (set) {
    case 'received':
      return sql`received_at >= ${moment(from)} and received_at < ${moment(until)} and ${holds(until)}
        and not coalesce(settled_at < ${moment(until)} and (settled_as = 'automatic' or dismissed_reason = 'spam'), false)`
    case 'settled':
      return isSettled(from, until)
    case 'waiting':
      return isWaiting(until)
    case 'undelivered':
      return sql`(interaction_id, since) in (select interaction_id, since from ${undelivered(count)})`
  }
}

/**
 * Conversations in which a reply failed or got lost in the period, and none arrived after it until its end: their newest
 * interaction and, as `type`, what was the last to be known of it.
 */
export function undelivered({ from, until }: Count): SQL {
  return sql`(
    select newest.interaction_id, newest.since, problem.type
    from (
      select distinct on (conversation_id) conversation_id, at, type from events
      where type in ('reply.failed', 'reply.rejected', 'reply.unknown') and at >= ${moment(from)} and at < ${moment(until)}
      order by conversation_id, at desc, type
    ) problem cross join lateral (
      select interaction_id, since from outcomes
      where conversation_id = problem.conversation_id and ${holds(until)}
      order by seq desc, interaction_id desc limit 1
    ) newest
    where not exists (
      select from events arrived
      where arrived.conversation_id = problem.conversation_id and arrived.type in ('reply.accepted', 'reply.marked-sent')
        and arrived.at > problem.at and arrived.at < ${moment(until)})
  ) undelivered`
}

/** True of the one row that tells what is known of an interaction at that moment. */
export function holds(until: Date): SQL {
  return sql`since < ${moment(until)} and (undone_at is null or undone_at >= ${moment(until)})`
}

function isSettled(from: Date, until: Date): SQL {
  return sql`settled_at >= ${moment(from)} and settled_at < ${moment(until)}
    and (undone_at is null or undone_at >= ${moment(until)})`
}

/** What was settled later was undone later still. */
function isWaiting(until: Date): SQL {
  return sql`(settled_at is null or settled_at >= ${moment(until)}) and since < ${moment(until)}`
}

function moment(at: Date): SQL {
  return sql`${at.toISOString()}::timestamptz`
}

/** Milliseconds since 1970, as a whole number. */
export function epoch(at: SQL): SQL {
  return sql`round(date_part('epoch', ${at}) * 1000)`
}

/** As in `business-time.ts`. */
function openUntil(column: 'started_ms' | 'ended_ms'): SQL {
  const at = sql.identifier(column)
  const index = sql`width_bucket(${at}, opens)`
  return sql`(base[${index}] + least(${at}, closes[${index}]))`
}
