import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowsOf } from '../../src/db/client.ts'
import { kindsQuery, openCount, type Count } from '../../src/measures/counted.ts'
import * as queries from '../../src/measures/number-queries.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import { makeHistory } from '../bench/history.ts'
import { testClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'

describe('a day within a long history', () => {
  let database: TestDatabase
  let count: Count
  beforeAll(async () => {
    database = await openTestDatabase()
    const { db } = database
    const lastDay = new Date('2026-03-18T00:00:00Z')
    await makeHistory(db, { size: 30_000, lastDay, onLastDay: 500, days: 60 })
    await db.execute(sql`
      insert into events (id, at, type, conversation_id, actor, data)
      select gen_random_uuid(), since, case when seq = 1 then 'reply.accepted' else 'interaction.received' end, conversation_id, 'deskbell', '{}'
      from outcomes`)
    await db.execute(sql`vacuum analyze events`)
    const clock = testClock('2026-03-19T09:00:00Z')
    count = await openCount({ db, clock }, defaultTuning, { from: lastDay, to: new Date('2026-03-19T00:00:00Z') })
  })
  afterAll(() => database.close())

  it.each([
    ['what was answered or waits', () => kindsQuery(count.from, count.until)],
    ['what came in', () => queries.receivedQuery(count)],
    ['its topics', () => queries.topicsQuery(count)],
    ['what was settled', () => queries.settledQuery(count)],
    ['what waits', () => queries.waitingQuery(count)],
    ['what was resolved', () => queries.resolutionQuery(count)],
    ['what did not arrive', () => queries.undeliveredQuery(count)],
  ])('is found by indexes: %s', async (_, query) => {
    const plan = await rowsOf<Record<string, string>>(database.db, sql`explain ${query()}`)
    const steps = plan.map((row) => Object.values(row).join())
    expect(steps.filter((step) => /Seq Scan on (outcomes|events)/.test(step))).toEqual([])
    expect(steps.join('\n')).toMatch(/Index.* Scan.* (on|using) (outcomes|events)_/)
  })
})
