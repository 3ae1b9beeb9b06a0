import { sql } from 'drizzle-orm'
import { rowsOf, type Db } from '../db/client.ts'

/** A stretch of time, each beginning where the one after it ends. */
export interface Window {
  /** ISO 8601: its first moment. */
  from: string
  /** Days and months: each row in it has one of them, and others may. None where they would hardly leave anything out. */
  terms: string[]
}

interface Windows {
  /**
   * The next one back in time, in which about so many more should be found; null: there is none, or enough was looked at.
   * `found`: how many were found in those before it.
   */
  next(found: number, wanted: number): Promise<Window | null>
  /** Whether there are more after it. */
  isEnd(): boolean
}

interface Bucket {
  term: string
  count: number
}

/** A window is so large that it should have this many: one that is too small costs another look. */
const fewest = 60
const mostWider = 16
/** Beyond so many rows nothing is worth another look at once. */
export const mostLookedAt = 60_000
/** What is asked for together is together more often than by chance: 1 would be chance, 0 always. */
const independence = 0.7

/**
 * Stretches of time from `until` back to `from`, sized by how many rows have each of what must be there. They
 * are days and months of UTC, so the first and the last may reach beyond. Together they hold about `budget` rows.
 */
export async function openWindows(
  db: Db,
  { from, until, counts, budget }: { from: Date | null; until: Date; counts: number[]; budget: number },
): Promise<Windows> {
  const first = from?.toISOString() ?? ''
  const last = new Date(until.getTime() - 1).toISOString()
  const { months, days } = await readBuckets(db, last)
  const total = sum(months)
  const atMost = Math.min(...counts)
  const share = shareOfAll(counts, total)
  const isWithin = ({ term }: Bucket) => {
    const date = dateIn(term)
    return date >= first.slice(0, date.length) && date <= last.slice(0, date.length)
  }
  const pending = months.filter(isWithin)
  const isToEnd = pending.at(-1)?.term === months.at(-1)?.term
  const monthCounts = new Map(months.map(({ term, count }) => [dateIn(term), count]))
  let isFirst = true
  let expected = 0
  let seen = 0
  let looked = 0

  return {
    isEnd: () => pending.length === 0,
    async next(found, wanted) {
      if (pending.length === 0 || looked >= budget) return null
      const least = Math.max(fewest, wanted * 1.5)
      // Fewer came than expected: what is looked for together is hardly ever together.
      const needed = wanted * 1.5 * ((seen + 1) / (found + 1))
      const goal = isFirst ? least : Math.max(least, Math.min(expected * mostWider, needed))
      // Of the rarest of what is looked for, all can be gone through, however long ago they were.
      const room = atMost <= budget - looked ? Infinity : budget - looked
      const taken: Bucket[] = []
      let rows = 0
      expected = 0
      while (expected < goal && rows < room) {
        const [bucket] = pending
        if (!bucket) break
        const some = bucket.count * share
        const isLarge = expected + some > goal * 2 || rows + bucket.count > room
        if (bucket.term.startsWith('month=') && isLarge) {
          pending.splice(0, 1, ...(days.get(dateIn(bucket.term)) ?? (await readDays(db, bucket.term))).filter(isWithin))
          continue
        }
        pending.shift()
        taken.push(bucket)
        expected += some
        rows += bucket.count
      }
      isFirst = false
      seen += expected
      looked += Math.min(rows, atMost)
      const oldest = taken.at(-1)
      if (!oldest) return null
      // Where nothing must be there, every row would be looked at without its times.
      const isMost = isToEnd && pending.length === 0 && rows * 2 >= total && atMost < Infinity
      return { from: startOf(oldest.term), terms: isMost ? [] : covering(taken, monthCounts) }
    },
  }
}

/** How many of a bucket's rows probably have it all: the rarest, less for each of the others. */
function shareOfAll(counts: number[], total: number): number {
  if (total === 0) return 0
  const [rarest = 1, ...others] = counts.map((count) => Math.min(1, count / total)).toSorted((a, b) => a - b)
  return others.reduce((share, other) => share * other ** independence, rarest)
}

const sum = (buckets: Bucket[]): number => buckets.reduce((all, { count }) => all + count, 0)

/** "2026-11", "2026-11-20" */
const dateIn = (term: string): string => term.slice(term.indexOf('=') + 1)

const startOf = (term: string): string => `${dateIn(term).padEnd(10, '-01')}T00:00:00.000Z`

/** The fewest terms that all of them have: each is one more to be looked up for every row. The month, where its days are half of it. */
function covering(buckets: Bucket[], monthCounts: ReadonlyMap<string, number>): string[] {
  const byMonth = Map.groupBy(buckets, ({ term }) => dateIn(term).slice(0, 7))
  return [...byMonth].flatMap(([month, some]) =>
    some.length > 1 && sum(some) * 2 >= (monthCounts.get(month) ?? Infinity)
      ? [`month=${month}`]
      : some.map(({ term }) => term),
  )
}

/** Every month, and the days of those two in which a search that ends on `last` begins; the newest first. */
async function readBuckets(db: Db, last: string): Promise<{ months: Bucket[]; days: Map<string, Bucket[]> }> {
  const before = new Date(Date.parse(`${last.slice(0, 7)}-01`) - 1).toISOString()
  const newest = [last, before].map((date) => date.slice(0, 7))
  const [from, to] = [`day=${newest[1]}-`, `day=${newest[0]}.`]
  const buckets = await rowsOf<Bucket>(
    db,
    sql`select term, count from terms
        where term ~>=~ 'month=' and term ~<~ 'month>' or term ~>=~ ${from} and term ~<~ ${to}
        order by term collate "C" desc`,
  )
  const { true: months = [], false: others = [] } = Object.groupBy(
    buckets,
    ({ term }) => `${term.startsWith('month=')}`,
  )
  const days = Map.groupBy(others, ({ term }) => dateIn(term).slice(0, 7))
  return { months, days: new Map(newest.map((month) => [month, days.get(month) ?? []])) }
}

/** The days of `month=2026-11`, the newest first. */
async function readDays(db: Db, month: string): Promise<Bucket[]> {
  const day = month.replace('month=', 'day=')
  return rowsOf(
    db,
    sql`select term, count from terms where term ~>=~ ${`${day}-`} and term ~<~ ${`${day}.`} order by term collate "C" desc`,
  )
}
