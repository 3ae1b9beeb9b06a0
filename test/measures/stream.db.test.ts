import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measures, type ItemsQuery } from '../../src/measures/numbers.ts'
import { readItems, streamItems, type Item } from '../../src/measures/read-items.ts'
import { defaultTuning, type Tuning } from '../../src/settings/tuning.ts'
import { makeHistory } from '../bench/history.ts'
import { testClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
  await makeHistory(database.db, { size: 5000, lastDay: new Date('2026-03-18T00:00:00Z'), onLastDay: 3500, days: 30 })
})
afterAll(() => database.close())

const tuning: Tuning = {
  ...defaultTuning,
  targets: [{ channels: [], themes: [], urgencies: [], minutes: 10, isBusinessTime: false }],
}

describe('everything behind a number', () => {
  const cases = [
    ...measures.map((measure): [string, Pick<ItemsQuery, 'measure' | 'where'>] => [measure, { measure, where: {} }]),
    ['received of a theme', { measure: 'received', where: { theme: 'complaint' } }],
    ['answered of a channel', { measure: 'answered', where: { channel: 'email' } }],
  ] satisfies [string, Pick<ItemsQuery, 'measure' | 'where'>][]

  it.each(cases)('comes page by page, each once: %s', async (_, asked) => {
    const ctx = { db: database.db, clock: testClock('2026-03-19T09:00:00Z'), channels: new Map() }
    const query = { from: '2026-03-17T00:00:00Z', to: '2026-03-19T00:00:00Z', ...asked }
    const { count, items } = await readItems(ctx, tuning, query, 100_000)
    const streamed: Item[] = []
    for await (const page of streamItems(ctx, tuning, query)) streamed.push(...page)
    const inOrder = (all: Item[]) => all.toSorted((a, b) => (a.interactionId < b.interactionId ? -1 : 1))
    expect(streamed).toHaveLength(count)
    expect(inOrder(streamed)).toEqual(inOrder(items))
  })
})
