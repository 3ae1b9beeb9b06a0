import { eq, sql } from 'drizzle-orm'
import { openDatabase, rowsOf, type Db } from '../../src/db/client.ts'
import { countedPeriods } from '../../src/db/schema.ts'
import { readNumbers } from '../../src/measures/read-numbers.ts'
import { defaultTuning, type Tuning } from '../../src/settings/tuning.ts'
import { median, type Figure } from './figures.ts'
import { makeHistory } from './history.ts'

const dayMs = 86_400_000
const lastDay = new Date('2026-03-18T00:00:00Z')
const now = new Date(lastDay.getTime() + dayMs + 9 * 3_600_000)
const onLastDay = 100_000
const days = 90
const rounds = 5

const tuning: Tuning = {
  ...defaultTuning,
  targets: [
    { channels: [], themes: ['complaint'], urgencies: [], minutes: 60, isBusinessTime: true },
    { channels: ['live-chat'], themes: [], urgencies: ['high'], minutes: 10, isBusinessTime: false },
    { channels: [], themes: [], urgencies: [], minutes: 240, isBusinessTime: true },
  ],
}

/** What a daily digest reads: the day, the day before, the same weekday of four weeks, and the days of the charts. */
const daysAgo = [...new Set([0, 1, 7, 14, 21, 28, ...Array.from({ length: 14 }, (_, day) => day)])]

/** Reading a day of 100,000 interactions, within histories of these sizes, against counting its rows by the same index. */
export async function digestTimes(
  withDatabase: <T>(use: (url: string) => Promise<T>) => Promise<T>,
  sizes = [1_000_000, 3_000_000],
): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const size of sizes)
    figures.push(
      ...(await withDatabase(async (url) => {
        const database = await openDatabase({ url, poolSize: 10, tls: 'off', dataDir: '' })
        try {
          await makeHistory(database.db, { size, lastDay, onLastDay, days })
          return await measure(database.db, size)
        } finally {
          await database.close()
        }
      })),
    )
  return figures
}

async function measure(db: Db, size: number): Promise<Figure[]> {
  const ctx = { db, clock: { now: () => now }, channels: new Map() }
  const periodOf = (ago: number) => ({
    from: new Date(lastDay.getTime() - ago * dayMs),
    to: new Date(lastDay.getTime() - (ago - 1) * dayMs),
  })
  const digest = () => Promise.all(daysAgo.map((ago) => readNumbers(ctx, tuning, periodOf(ago))))
  const forgetDay = () => db.delete(countedPeriods).where(eq(countedPeriods.fromAt, lastDay))
  const bare = () => {
    const { from, to } = periodOf(0)
    return rowsOf(
      db,
      sql`select count(*) from outcomes
          where settled_at >= ${from.toISOString()}::timestamptz and settled_at < ${to.toISOString()}::timestamptz and undone_at is null`,
    )
  }
  const counts: number[] = []
  const warm: number[] = []
  const cold: number[] = []
  await digest()
  for (let round = 0; round < rounds; round++) {
    counts.push(await msOf(bare))
    await forgetDay()
    warm.push(await msOf(digest))
    await db.delete(countedPeriods)
    cold.push(await msOf(digest))
  }
  const name = `${size / 1_000_000} million`
  const [one, all] = [median(warm), median(cold)]
  const ratio = median(warm.map((ms, round) => ms / (counts[round] ?? Number.NaN)))
  return [
    {
      what: `Count of the day's rows in ${name}, by their index`,
      value: `${Math.round(median(counts))} ms`,
      aim: '',
      isMet: null,
    },
    {
      what: `A day's digest in ${name}, earlier days counted`,
      value: `${Math.round(one)} ms (${ratio.toFixed(1)} ×)`,
      aim: '< 1000 ms',
      isMet: one < 1000,
    },
    { what: `A day's digest in ${name}, nothing counted`, value: `${Math.round(all)} ms`, aim: '', isMet: null },
  ]
}

async function msOf(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await act()
  return performance.now() - startedAt
}
