import { sql, type SQL } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowsOf, type Db } from '../../src/db/client.ts'
import { kindsQuery, openCount, type Count } from '../../src/measures/counted.ts'
import * as queries from '../../src/measures/number-queries.ts'
import { answerOutcomes, continueOutcomes, dismissOutcomes, receiveOutcomes } from '../../src/measures/outcomes.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import { makeHistory } from '../bench/history.ts'
import { testClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'

describe('what a verb changes', () => {
  const id = '00000000-0000-4000-8000-000000000001'
  const at = new Date('2026-03-19T09:00:00Z')
  const one = {
    id,
    conversationId: id,
    seq: 1,
    channel: 'email',
    account: 'main',
    kind: 'message',
    occurredAt: at,
    receivedAt: at,
  } as const
  const data = { answersSeq: 1, acceptedAt: at.toISOString(), approvedBy: 'fake:ana' }

  // The plan of a table of which nothing is known may stay while it fills.
  it.each<[string, (tx: Db) => Promise<void>]>([
    ['what came in', (tx) => receiveOutcomes(tx, [one], new Set())],
    ['what went on', (tx) => continueOutcomes(tx, [{ interactionId: id, seq: 2 }])],
    ['what was answered', (tx) => answerOutcomes(tx, [{ conversationId: id, at, replyId: id, data }])],
    ['what was dismissed', (tx) => dismissOutcomes(tx, [{ conversationId: id, at, seq: 1, reason: 'spam' }])],
  ])('is found by the index of its own, also in a new table: %s', async (_, change) => {
    const { db, close } = await openTestDatabase()
    try {
      let plan: Record<string, string>[] = []
      const explaining = { execute: async (query: SQL) => void (plan = await rowsOf(db, sql`explain ${query}`)) }
      await change(explaining as unknown as Db)
      const text = plan.map((row) => Object.values(row).join()).join('\n')
      expect(text).not.toMatch(/Seq Scan on outcomes|outcomes_settled/)
      expect(text).toMatch(/Index.* Scan.* (on|using) outcomes_(conversation|pkey)/)
    } finally {
      await close()
    }
  })
})

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
