import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { leases } from '../../src/db/schema.ts'
import { holdLease } from '../../src/jobs/lease.ts'
import { newId } from '../../src/id.ts'
import { createLog } from '../../src/log.ts'
import { testClock, type TestClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'

let database: TestDatabase
let clock: TestClock
beforeEach(async () => {
  database = await openTestDatabase()
  clock = testClock()
})
afterEach(() => database.close())

const ctx = () => ({ db: database.db, clock, log: createLog('silent'), newId: () => newId() })
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

it('lets one replica work at a time, and the next one when the first stops', async () => {
  const [first, second] = [new AbortController(), new AbortController()]
  const started: string[] = []
  const work = (name: string) => (signal: AbortSignal) => {
    started.push(name)
    return untilAborted(signal)
  }
  const a = holdLease(ctx(), 'stream', first.signal, work('a'))
  await vi.waitFor(() => expect(started).toEqual(['a']))
  const b = holdLease(ctx(), 'stream', second.signal, work('b'))
  first.abort()
  await a
  await vi.waitFor(() => expect(started).toEqual(['a', 'b']), 15_000)
  second.abort()
  await b
  expect(await database.db.select().from(leases)).toEqual([])
})

it('takes over from a replica that died, once its lease has run out', async () => {
  await database.db
    .insert(leases)
    .values({ name: 'stream', holder: newId(), until: new Date(clock.now().getTime() + 15_000) })
  const stop = new AbortController()
  const work = vi.fn<(signal: AbortSignal) => Promise<void>>(untilAborted)
  const running = holdLease(ctx(), 'stream', stop.signal, work)
  clock.advance(16_000)
  await vi.waitFor(() => expect(work).toHaveBeenCalled(), 15_000)
  stop.abort()
  await running
})

it('starts work again that broke', async () => {
  const stop = new AbortController()
  const work = vi
    .fn<(signal: AbortSignal) => Promise<void>>(untilAborted)
    .mockRejectedValueOnce(new Error('connection lost'))
  const running = holdLease(ctx(), 'stream', stop.signal, work)
  await vi.waitFor(() => expect(work).toHaveBeenCalledTimes(2), 15_000)
  stop.abort()
  await running
})
