import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { events, outcomes } from '../../src/db/schema.ts'
import { insertAll } from '../../src/db/sets.ts'
import { dimensions, measures, type Measure, type Numbers } from '../../src/measures/numbers.ts'
import { readGroups } from '../../src/measures/read-groups.ts'
import { readItems } from '../../src/measures/read-items.ts'
import { readNumbers } from '../../src/measures/read-numbers.ts'
import { newId } from '../../src/id.ts'
import { testClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'
import { random as randomOf } from '../digests/support.ts'
import { randomOutcomes, randomPeriod, randomTuning } from './random-outcomes.ts'

describe('what is behind a number', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase()
  })
  beforeEach(async () => {
    for (const table of [outcomes, events]) await database.db.delete(table)
  })
  afterAll(() => database.close())

  async function fill(seed: number) {
    const random = randomOf(seed)
    const { rows, events: happened } = randomOutcomes(random, 120)
    await insertAll(database.db, outcomes, rows)
    await insertAll(
      database.db,
      events,
      happened.map((event) => ({ ...event, id: newId(), actor: 'deskbell', data: {} })),
    )
    const ctx = { db: database.db, clock: testClock('2026-12-01T00:00:00Z'), channels: new Map() }
    return { random, ctx }
  }

  it.each([11, 12, 13])('is exactly as many as the number says, whichever it is (%i)', async (seed) => {
    const { random, ctx } = await fill(seed)
    for (let turn = 0; turn < 4; turn++) {
      const [period, tuning] = [randomPeriod(random), randomTuning(random)]
      const query = { from: period.from.toISOString(), to: period.to.toISOString(), where: {} }
      const numbers = await readNumbers(ctx, tuning, period)
      for (const measure of measures) {
        const { count, items } = await readItems(ctx, tuning, { ...query, measure }, 5)
        expect([measure, count]).toEqual([measure, countOf[measure](numbers)])
        expect(items).toHaveLength(Math.min(5, count))
      }
    }
  })

  it('is of one value of a dimension as many as its group says, also where the value is not known', async () => {
    const { random, ctx } = await fill(14)
    const [period, tuning] = [randomPeriod(random), randomTuning(random)]
    const query = { from: period.from.toISOString(), to: period.to.toISOString() }
    for (const by of dimensions)
      for (const { key, received, answered, waiting } of (await readGroups(ctx, tuning, period, by)).slice(0, 12)) {
        const countBy = async (measure: Measure) =>
          (await readItems(ctx, tuning, { ...query, measure, where: { [by]: key ?? '' } }, 1)).count
        expect([by, key, await countBy('answered')]).toEqual([by, key, answered])
        if (by === 'teammate') continue
        expect([by, key, await countBy('received'), await countBy('waiting')]).toEqual([by, key, received, waiting])
      }
  })

  it('comes newest first, and what was answered, is late or waits slowest first', async () => {
    const { random, ctx } = await fill(15)
    const tuning = randomTuning(random)
    const query = { from: '2026-03-28T00:00:00Z', to: '2026-04-06T00:00:00Z', where: {} }
    const read = async (measure: Measure) => (await readItems(ctx, tuning, { ...query, measure }, 1000)).items
    const isFalling = (values: number[]) =>
      values.every((value, index) => index === 0 || value <= (values[index - 1] ?? 0))
    const answered = await read('answered')
    expect(answered.length).toBeGreaterThan(20)
    expect(isFalling(answered.map(({ responseMs }) => responseMs ?? -1))).toBe(true)
    const waiting = await read('waiting')
    expect(waiting.length).toBeGreaterThan(20)
    expect(isFalling(waiting.map(({ occurredAt }) => -occurredAt.getTime()))).toBe(true)
    expect(waiting.map(({ settledAs, approvedBy, responseMs }) => settledAs ?? approvedBy ?? responseMs)).toEqual(
      waiting.map(() => null),
    )
  })
})

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0)

const countOf: Record<Measure, (numbers: Numbers) => number> = {
  received: ({ received }) => received,
  answered: ({ answered }) => answered,
  'within-target': ({ target }) => target?.within ?? 0,
  late: ({ target }) => (target ? target.of - target.within : 0),
  waiting: ({ waiting }) => waiting.count,
  unedited: ({ drafts }) => drafts.unedited,
  edited: ({ drafts }) => drafts.edited,
  rewritten: ({ drafts }) => drafts.rewritten,
  'self-written': ({ drafts }) => drafts.selfWritten,
  'by-hand': ({ byHand }) => byHand,
  dismissed: ({ dismissed }) => sum(dismissed),
  spam: ({ spam }) => spam,
  automatic: ({ automatic }) => automatic,
  undelivered: ({ undelivered }) => sum(undelivered),
  csat: ({ csat }) => csat?.of ?? 0,
  nps: ({ nps }) => nps?.of ?? 0,
}
