import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { allow, sweepUses } from '../../src/db/allow.ts'
import { createLedger } from '../../src/drafts/ledger.ts'
import { settings, uses } from '../../src/db/schema.ts'
import { newId } from '../../src/id.ts'
import { createMetrics } from '../../src/metrics.ts'
import { ensureSecret } from '../../src/settings/queries.ts'
import { testClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'

let database: TestDatabase
const clock = testClock()
const ctx = () => ({ db: database.db, clock, newId: () => newId() })
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  await database.db.delete(settings)
})

it('makes one secret for all replicas', async () => {
  let made = 0
  const secrets = await Promise.all(Array.from({ length: 5 }, () => ensureSecret(ctx(), () => `secret ${++made}`)))
  expect(new Set(secrets).size).toBe(1)
})

it('counts uses in windows, across replicas, and forgets old windows', async () => {
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => allow(ctx(), 'key', 3, 60)))
  expect(outcomes.filter(Boolean)).toHaveLength(3)
  expect(await allow(ctx(), 'other', 3, 60)).toBe(true)
  clock.advance(60_000)
  expect(await allow(ctx(), 'key', 3, 60)).toBe(true)
  clock.advance(2 * 86_400_000)
  await sweepUses(ctx())
  expect(await database.db.select().from(uses)).toEqual([])
})

it('keeps the books of model calls by day', async () => {
  const ledger = createLedger({ ...ctx(), metrics: createMetrics() })
  const call = {
    purpose: 'draft' as const,
    model: 'm',
    outcome: 'ok' as const,
    inputTokens: 100,
    cachedTokens: 40,
    outputTokens: 20,
    cost: 0.001,
    latencyMs: 812.4,
  }
  expect(await ledger.tokensToday()).toBe(0)
  await ledger.record(call)
  await ledger.record({ ...call, cost: null })
  expect(await ledger.tokensToday()).toBe(240)
  clock.advance(86_400_000)
  expect(await ledger.tokensToday()).toBe(0)
})
