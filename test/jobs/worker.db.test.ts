import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { problems } from '../../src/db/schema.ts'
import { PermanentError } from '../../src/errors.ts'
import { openQueue, type OpenQueue } from '../../src/jobs/queue.ts'
import { startWorker, type JobHandlers } from '../../src/jobs/worker.ts'
import { createLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { newId } from '../../src/id.ts'
import { systemClock } from '../../src/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'

let database: TestDatabase
let queue: OpenQueue
let stopWorker: () => Promise<void>
let idle: Promise<void>
const log = createLog('silent')
const conversationId = '00000000-0000-7000-8000-000000000001'
const handlers = {
  triage: vi.fn<JobHandlers['triage']>(),
  propose: vi.fn<JobHandlers['propose']>(),
  'sync-card': vi.fn<JobHandlers['sync-card']>(),
  'deliver-posts': vi.fn<JobHandlers['deliver-posts']>(),
  'fetch-attachment': vi.fn<JobHandlers['fetch-attachment']>(),
  'send-reply': vi.fn<JobHandlers['send-reply']>(),
  'reconcile-reply': vi.fn<JobHandlers['reconcile-reply']>(),
  wake: vi.fn<JobHandlers['wake']>(),
  'send-digest': vi.fn<JobHandlers['send-digest']>(),
  'remove-posts': vi.fn<JobHandlers['remove-posts']>(),
} satisfies JobHandlers

beforeEach(async () => {
  vi.resetAllMocks()
  idle = Promise.resolve()
  database = await openTestDatabase()
  queue = await openQueue(database, log)
  const ctx = { db: database.db, queue, clock: systemClock, log, metrics: createMetrics(), newId: () => newId() }
  stopWorker = await startWorker(ctx, queue, handlers, 1, () => idle)
})
afterEach(async () => {
  await stopWorker()
  await queue.stop()
  await database.close()
})

describe('the worker', () => {
  it('runs a job once its transaction is committed, and never one that was rolled back', async () => {
    const rolledBack = database.db.transaction(async (tx) => {
      await queue.add(tx, 'sync-card', { conversationId: '00000000-0000-7000-8000-00000000dead' })
      throw new Error('changed my mind')
    })
    await expect(rolledBack).rejects.toThrow('changed my mind')
    await database.db.transaction((tx) => queue.add(tx, 'sync-card', { conversationId }))
    await vi.waitFor(() => expect(handlers['sync-card']).toHaveBeenCalled(), 10_000)
    expect(handlers['sync-card'].mock.calls.map(([payload]) => payload)).toEqual([{ conversationId }])
  })

  it('runs what is for later when it is due, not before', async () => {
    const due = new Date(Date.now() + 1500)
    let ranAt = 0
    handlers['sync-card'].mockImplementation(async () => void (ranAt = Date.now()))
    await database.db.transaction((tx) => queue.add(tx, 'sync-card', { conversationId }, due))
    await vi.waitFor(() => expect(ranAt).toBeGreaterThanOrEqual(due.getTime()), 10_000)
  })

  it('lets what is more urgent go first, but not for ever', async () => {
    let becomeIdle = (): void => {}
    idle = new Promise((resolve) => void (becomeIdle = resolve))
    const addedAt = performance.now()
    await database.db.transaction((tx) => queue.add(tx, 'sync-card', { conversationId }))
    await vi.waitFor(() => expect(handlers['sync-card']).toHaveBeenCalledTimes(1), 10_000)
    expect(performance.now() - addedAt).toBeGreaterThan(900)
    await database.db.transaction((tx) => queue.add(tx, 'triage', { conversationId, seq: 1 }))
    becomeIdle()
    await vi.waitFor(() => expect(handlers.triage).toHaveBeenCalledTimes(1), 10_000)
  })

  it('tries again what failed', async () => {
    handlers.triage.mockRejectedValueOnce(new Error('once'))
    await database.db.transaction((tx) => queue.add(tx, 'triage', { conversationId, seq: 1 }))
    await vi.waitFor(() => expect(handlers.triage).toHaveBeenCalledTimes(2), 15_000)
    expect(await database.db.select().from(problems)).toEqual([])
  })

  it('keeps what failed for good, with the reason, even when its conversation is gone', async () => {
    handlers.wake.mockRejectedValue(new PermanentError('The room is gone'))
    await database.db.transaction((tx) => queue.add(tx, 'wake', { conversationId, until: '2026-03-02T09:00:00.000Z' }))
    await vi.waitFor(async () => {
      const kept = await database.db
        .select({ job: problems.job, error: problems.error, payload: problems.payload })
        .from(problems)
      expect(kept).toEqual([
        { job: 'wake', error: 'The room is gone', payload: { conversationId, until: '2026-03-02T09:00:00.000Z' } },
      ])
    }, 15_000)
  })

  it('lets running jobs finish when it stops', async () => {
    let finish = (): void => {}
    handlers.triage.mockImplementation(() => new Promise((resolve) => void (finish = resolve)))
    await database.db.transaction((tx) => queue.add(tx, 'triage', { conversationId, seq: 1 }))
    await vi.waitFor(() => expect(handlers.triage).toHaveBeenCalled(), 10_000)
    let hasStopped = false
    const stopping = stopWorker().then(() => void (hasStopped = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(hasStopped).toBe(false)
    finish()
    await stopping
    const left = await queue.boss.findJobs('triage', { queued: true })
    expect(left).toEqual([])
  })
})
