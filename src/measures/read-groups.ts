import { sql, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { rowsOf } from '../db/client.ts'
import type { Tuning } from '../settings/tuning.ts'
import { countedRows, measuring, openCount, type Count, type CountedSet } from './counted.ts'
import { spreadBy, spreadOf } from './number-queries.ts'
import type { Dimension, Group } from './numbers.ts'
import type { Period } from './period.ts'

const maxGroups = 100
const hoursOfWeek = 168

/**
 * The numbers of a period by one dimension, most received first; at most 100, or all hours. Of `account` the key is `channel/account`, of
 * `hour` 0 to 167. A teammate is who approved an answer: nothing that came in or waits is anybody's.
 */
export async function readGroups(
  ctx: Pick<Context, 'db' | 'clock' | 'channels'>,
  tuning: Tuning,
  period: Period,
  by: Dimension,
): Promise<Group[]> {
  const count = await openCount(ctx, tuning, period)
  const [received, answered, waiting] = await Promise.all([
    by === 'teammate' ? [] : readTallies(ctx, count, 'received', by),
    readTallies(ctx, count, 'settled', by),
    by === 'teammate' ? [] : readTallies(ctx, count, 'waiting', by),
  ])
  const groups = new Map<string | null, Group>()
  const groupOf = (key: string | null): Group => {
    const known = groups.get(key)
    if (known) return known
    const group: Group = { key, received: 0, answered: 0, response: null, waiting: 0, target: null }
    groups.set(key, group)
    return group
  }
  const add = (group: Group, within: number, of: number) => {
    if (of > 0) group.target = { within: (group.target?.within ?? 0) + within, of: (group.target?.of ?? 0) + of }
  }
  for (const { key, rows } of received) groupOf(key).received = rows
  for (const { key, rows, within, late, spread } of answered) {
    const group = groupOf(key)
    group.answered = rows
    group.response = spreadOf(spread)
    add(group, within, within + late)
  }
  for (const { key, rows, late } of waiting) {
    const group = groupOf(key)
    group.waiting = rows
    add(group, 0, late)
  }
  return [...groups.values()].toSorted(inOrder).slice(0, by === 'hour' ? hoursOfWeek : maxGroups)
}

/** The most first; what is not known last of equals. */
export function inOrder(a: Group, b: Group): number {
  return (
    b.received - a.received ||
    b.answered - a.answered ||
    b.waiting - a.waiting ||
    (a.key === null ? 1 : b.key === null ? -1 : a.key < b.key ? -1 : 1)
  )
}

interface Tally {
  key: string | null
  rows: number
  within: number
  late: number
  spread: number[] | null
}

function readTallies({ db }: Pick<Context, 'db'>, count: Count, set: CountedSet, by: Dimension): Promise<Tally[]> {
  const measured =
    set === 'received'
      ? sql``
      : sql`, (count(*) filter (where is_within))::int as within, (count(*) filter (where not is_within))::int as late`
  const spread = set === 'settled' ? sql`, ${spreadBy(sql`response_ms`)} as spread` : sql``
  return rowsOf<Tally>(
    db,
    sql`with ${measuring(count)}
        select ${keyOf(by, count.timeZone)} as key, count(*)::int as rows ${measured} ${spread}
        from ${countedRows(count, set)} ${by === 'topic' ? eachTopic : sql``}
        ${set === 'settled' ? sql`where settled_as = 'answered'` : sql``} group by 1`,
  )
}

/** Something without topics is of the one that is null. */
const eachTopic = sql`cross join lateral
  jsonb_array_elements_text(case when jsonb_array_length(o.topics) > 0 then o.topics else '[null]' end) as each(topic)`

/** A value of the dimension, as text; in a query of `countedRows`. */
export function keyOf(by: Dimension, timeZone: string): SQL {
  switch (by) {
    case 'channel':
      return sql`o.channel`
    case 'account':
      return sql`o.channel || '/' || o.account`
    case 'theme':
      return sql`o.theme`
    case 'topic':
      return sql`topic`
    case 'urgency':
      return sql`o.urgency`
    case 'language':
      return sql`o.language`
    case 'teammate':
      return sql`case when is_settled then o.approved_by end`
    case 'hour': {
      // Of an offset, Postgres takes the sign the other way round unless it is told that it is one.
      const zone = /^[+-]/.test(timeZone) ? sql`${timeZone}::interval` : sql`${timeZone}::text`
      const wall = sql`(o.received_at at time zone ${zone})`
      return sql`((date_part('isodow', ${wall}) - 1) * 24 + date_part('hour', ${wall}))::int::text`
    }
  }
}
