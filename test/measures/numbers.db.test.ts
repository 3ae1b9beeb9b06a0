import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { audiences, countedPeriods, events, outcomes } from '../../src/db/schema.ts'
import { insertAll } from '../../src/db/sets.ts'
import { openCount } from '../../src/measures/counted.ts'
import { dimensions, type Numbers } from '../../src/measures/numbers.ts'
import { groupsOf, numbersOf, type Known, type OutcomeRow } from '../../src/measures/numbers-of.ts'
import { inOrder, readGroups } from '../../src/measures/read-groups.ts'
import { readNumbers } from '../../src/measures/read-numbers.ts'
import { newId } from '../../src/id.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import { fakeChannel } from '../support/channel.ts'
import { testClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'
import { random as randomOf } from '../digests/support.ts'
import { blank, randomOutcomes, randomPeriod, randomTuning } from './random-outcomes.ts'

const reviews = fakeChannel('reviews', {}, { isPublic: true })
const channels = new Map(
  [reviews, fakeChannel('chat', {}, { isPublic: true }), fakeChannel('email')].map((one) => [one.id, one]),
)

describe('the numbers of a period', () => {
  let database: TestDatabase
  const clock = testClock('2026-12-01T00:00:00Z')
  beforeAll(async () => {
    database = await openTestDatabase()
  })
  beforeEach(async () => {
    for (const table of [outcomes, events, audiences, countedPeriods]) await database.db.delete(table)
  })
  afterAll(() => database.close())

  const ctx = () => ({ db: database.db, clock, channels })
  async function fill({ rows, events: happened, audiences: followers }: Omit<Known, 'publicChannels'>): Promise<void> {
    await insertAll(database.db, outcomes, rows)
    await insertAll(database.db, audiences, followers)
    await insertAll(
      database.db,
      events,
      happened.map((event) => ({ ...event, id: newId(), actor: 'deskbell', data: {} })),
    )
  }

  it.each([1, 2, 3, 4, 5, 6])('are what one gets row by row, and so are the groups (%i)', async (seed) => {
    const random = randomOf(seed)
    const known = randomOutcomes(random, 150)
    await fill(known)
    for (let turn = 0; turn < 4; turn++) {
      const [period, tuning] = [randomPeriod(random), randomTuning(random)]
      const numbers = await readNumbers(ctx(), tuning, period)
      expect(comparable(numbers)).toEqual(comparable(numbersOf(known, tuning, period)))
      expect(await readNumbers(ctx(), tuning, period)).toEqual(numbers)
      for (const by of dimensions) {
        const groups = await readGroups(ctx(), tuning, period, by)
        expect(rounded(groups)).toEqual(rounded(groupsOf(known, tuning, period, by).toSorted(inOrder)))
      }
    }
  })

  const monday = { from: new Date('2026-03-02T00:00:00Z'), to: new Date('2026-03-03T00:00:00Z') }

  it('are told by hand: two answers, a bounce, one that waits too long, and what is counted apart', async () => {
    const answered = (id: number, from: string, to: string, over: Partial<OutcomeRow> = {}) =>
      outcome(id, from, {
        settledAt: at(to),
        settledAs: 'answered',
        acceptedAt: at(to),
        approvedBy: 'web:ana',
        ...over,
      })
    await fill({
      rows: [
        // In time: 30 minutes, of which 20 before the team's day.
        answered(1, '08:40', '09:10', { draftedAt: at('08:41'), approvedAt: at('09:09'), editedShare: 0 }),
        // Too late by a minute; only the next day was it known that it bounced.
        answered(2, '10:00', '11:01', { editedShare: 0.6, undoneAt: new Date('2026-03-03T07:00:00Z') }),
        { ...outcome(2, '10:00'), since: new Date('2026-03-03T07:00:00Z') },
        outcome(3, '15:00'),
        outcome(4, '23:30'),
        outcome(5, '12:00', { settledAt: at('12:00'), settledAs: 'automatic' }),
        outcome(6, '12:00', { settledAt: at('12:05'), settledAs: 'dismissed', dismissedReason: 'spam' }),
        outcome(7, '12:00', { settledAt: at('12:05'), settledAs: 'dismissed', dismissedReason: 'duplicate' }),
      ],
      events: [{ at: at('16:00'), type: 'reply.unknown', conversationId: idOf(3) }],
      audiences: [],
    })
    const target = { channels: [], themes: [], urgencies: [], minutes: 60, isBusinessTime: true }
    const numbers = await readNumbers(ctx(), { ...defaultTuning, targets: [target] }, monday)
    const minute = 60_000
    expect(numbers).toMatchObject({
      received: 5,
      automatic: 1,
      spam: 1,
      answered: 2,
      response: { calendar: { median: 45.5 * minute }, business: { median: 35.5 * minute } },
      waiting: { count: 2, late: 1, longestMs: 9 * 60 * minute },
      target: { within: 1, of: 3 },
      drafts: { unedited: 1, edited: 0, rewritten: 1, selfWritten: 0 },
      dismissed: { duplicate: 1 },
      undelivered: { failed: 0, unknown: 1 },
      csat: null,
      nps: null,
    })
  })

  it('take no longer for a date out of the world, which counts as late by any clock', async () => {
    await fill({ rows: [outcome(1, '10:00', { occurredAt: new Date(0) })], events: [], audiences: [] })
    const target = { channels: [], themes: [], urgencies: [], minutes: 60, isBusinessTime: true }
    const tuning = { ...defaultTuning, targets: [target] }
    expect((await openCount(ctx(), tuning, monday)).time.opens.length).toBeLessThan(3 * 366)
    expect(await readNumbers(ctx(), tuning, monday)).toMatchObject({
      waiting: { count: 1, late: 1, longestMs: monday.to.getTime() },
      target: { within: 0, of: 1 },
    })
  })

  it('of a period that is over are counted once, and again by other hours or targets', async () => {
    await fill({ rows: [outcome(1, '10:00')], events: [], audiences: [] })
    expect((await readNumbers(ctx(), defaultTuning, monday)).received).toBe(1)
    await database.db.delete(outcomes)
    expect((await readNumbers(ctx(), defaultTuning, monday)).received).toBe(1)
    const target = { channels: [], themes: [], urgencies: [], minutes: 5, isBusinessTime: false }
    expect((await readNumbers(ctx(), { ...defaultTuning, targets: [target] }, monday)).received).toBe(0)
  })

  it('of a period that has just ended, or goes on, are as of now and not kept', async () => {
    await fill({ rows: [outcome(1, '10:00'), outcome(2, '12:00')], events: [], audiences: [] })
    const nowAt = (text: string) => ({ ...ctx(), clock: testClock(text) })
    const noon = await readNumbers(nowAt('2026-03-02T12:00:00Z'), defaultTuning, monday)
    expect(noon).toMatchObject({ received: 1, waiting: { count: 1, longestMs: 2 * 3_600_000 } })
    expect(await readNumbers(nowAt('2026-03-03T00:09:00Z'), defaultTuning, monday)).toMatchObject({ received: 2 })
    expect(await database.db.select().from(countedPeriods)).toEqual([])
  })
})

const at = (time: string) => new Date(`2026-03-02T${time}:00Z`)
const idOf = (id: number) => `00000000-0000-4000-8000-00000000000${id}`

/** Something that nobody answered yet. */
function outcome(id: number, time: string, over: Partial<OutcomeRow> = {}): OutcomeRow {
  return {
    ...blank,
    interactionId: idOf(id),
    conversationId: idOf(id),
    since: at(time),
    receivedAt: at(time),
    occurredAt: at(time),
    seq: 1,
    isFirst: true,
    channel: 'email',
    account: 'main',
    kind: 'message',
    ...over,
  }
}

/** Percentiles are sums of fractions, in whichever order. */
function rounded<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_, one: unknown) =>
    typeof one === 'number' ? Math.round(one * 100) / 100 : one,
  )
}

/** What is equally frequent comes in any order. */
function comparable(numbers: Numbers): Numbers {
  const sorted = numbers.themes.map((one) => ({
    ...one,
    topics: one.topics.toSorted((a, b) => (a.topic < b.topic ? -1 : 1)),
  }))
  return rounded({
    ...numbers,
    engagement: numbers.engagement.toSorted((a, b) => (a.channel < b.channel ? -1 : 1)),
    themes: sorted.toSorted((a, b) => (a.theme < b.theme ? -1 : 1)),
  })
}
