import { sql } from 'drizzle-orm'
import { rowsOf, type Db } from '../db/client.ts'

/** A stretch of time, told by the terms of its days and months. */
interface Window {
  terms: string[]
  /** It reaches from the newest to the oldest. */
  isAll: boolean
}

interface Windows {
  /**
   * The next one back in time, in which about so many more should be found; null: there is none. `found`: how many were
   * found in those before it.
   */
  next(found: number, wanted: number): Promise<Window | null>
}

interface Bucket {
  term: string
  count: number
}

/** A window is so large that it should have this many: one that is too small costs another look. */
const fewest = 60
const mostWider = 16

/**
 * Stretches of time from `until` back to `from`, sized by how often what is looked for can be there: `atMost` in all. They
 * are days and months of UTC, so the first and the last may reach beyond.
 */
export async function openWindows(
  db: Db,
  { from, until, atMost }: { from: Date | null; until: Date; atMost: number },
): Promise<Windows> {
  const first = from?.toISOString() ?? ''
  const last = new Date(until.getTime() - 1).toISOString()
  const months = await rowsOf<Bucket>(
    db,
    sql`select term, count from terms where term ~>=~ 'month=' and term ~<~ 'month>' order by term collate "C" desc`,
  )
  const total = months.reduce((sum, { count }) => sum + count, 0)
  /** How many of a bucket's rows fit, at most and on average. */
  const share = total === 0 ? 0 : Math.min(1, atMost / total)
  const isWithin = ({ term }: Bucket) => {
    const date = term.slice(term.indexOf('=') + 1)
    return date >= first.slice(0, date.length) && date <= last.slice(0, date.length)
  }
  const pending = months.filter(isWithin)
  const isEverything = pending.length === months.length
  let isFirst = true
  let expected = 0
  let seen = 0

  return {
    async next(found, wanted) {
      if (pending.length === 0) return null
      const least = Math.max(fewest, wanted * 1.5)
      // Fewer came than expected: what is looked for together is hardly ever together.
      const needed = wanted * 1.5 * ((seen + 1) / (found + 1))
      const goal = isFirst ? least : Math.max(least, Math.min(expected * mostWider, needed))
      const terms: string[] = []
      expected = 0
      while (expected < goal) {
        const [bucket] = pending
        if (!bucket) break
        const some = bucket.count * share
        if (bucket.term.startsWith('month=') && expected + some > goal * 2) {
          pending.splice(0, 1, ...(await readDays(db, bucket.term)).filter(isWithin))
          continue
        }
        pending.shift()
        terms.push(bucket.term)
        expected += some
      }
      const isAll = isFirst && isEverything && pending.length === 0
      isFirst = false
      seen += expected
      return terms.length > 0 ? { terms, isAll } : null
    },
  }
}

/** The days of `month=2026-11`, the newest first. */
async function readDays(db: Db, month: string): Promise<Bucket[]> {
  const day = month.replace('month=', 'day=')
  return rowsOf(
    db,
    sql`select term, count from terms where term ~>=~ ${`${day}-`} and term ~<~ ${`${day}.`} order by term collate "C" desc`,
  )
}
