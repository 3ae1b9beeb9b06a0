import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock, type Clock } from '../../src/clock.ts'
import type { Db } from '../../src/db/client.ts'
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

const times = { leaseMs: 9000, renewMs: 30, marginMs: 2000 }
const ctx = (by: Clock = clock, db = database.db) => ({ db, clock: by, log: createLog('silent'), newId: () => newId() })
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
const workOnce = () => vi.fn<(signal: AbortSignal) => Promise<void>>(untilAborted)

/** A replica's own way to the database, which can break. `late`: what was asked arrives when it is mended. */
interface Line {
  db: Db
  state: 'up' | 'refuses' | 'late'
  mend(): void
  /** How often the lease was asked for. */
  asked: number
}

function lineTo(db: Db): Line {
  let arrive: () => void = () => {}
  const line: Line = {
    state: 'up',
    asked: 0,
    mend() {
      line.state = 'up'
      arrive()
    },
    db: new Proxy(db, {
      get: (target, key) => (key === 'insert' ? insert : Reflect.get(target, key)),
    }),
  }
  const insert = (table: typeof leases) => ({
    values: (row: typeof leases.$inferInsert) => ({
      onConflictDoUpdate: (
        how: Parameters<ReturnType<ReturnType<Db['insert']>['values']>['onConflictDoUpdate']>[0],
      ) => ({
        async returning() {
          line.asked += 1
          if (line.state === 'refuses') throw new Error('connection refused')
          if (line.state === 'late') {
            const before = arrive
            await new Promise<void>((resolve) => {
              arrive = () => {
                before()
                resolve()
              }
            })
          }
          return db.insert(table).values(row).onConflictDoUpdate(how).returning()
        },
      }),
    }),
  })
  return line
}

/** Who stops waits for the database's word on this no longer than a renewal takes, and that is short here. */
function untilFree(): Promise<void> {
  return vi.waitFor(async () => expect(await database.db.select().from(leases)).toEqual([]), 15_000)
}

describe('a lease', () => {
  it('lets one replica work at a time, and the next one when the first stops', async () => {
    const [first, second] = [new AbortController(), new AbortController()]
    const happened: string[] = []
    const work = (name: string) => async (signal: AbortSignal) => {
      happened.push(`${name} began`)
      await untilAborted(signal)
      await wait(100)
      happened.push(`${name} ended`)
    }
    const a = holdLease(ctx(), 'stream', first.signal, work('a'), times)
    await vi.waitFor(() => expect(happened).toEqual(['a began']), 15_000)
    const b = holdLease(ctx(), 'stream', second.signal, work('b'), times)
    first.abort()
    await a
    await vi.waitFor(() => expect(happened).toEqual(['a began', 'a ended', 'b began']), 15_000)
    second.abort()
    await b
    await untilFree()
  })

  it('is taken over from a replica that died, once it has run out', async () => {
    const until = new Date(clock.now().getTime() + times.leaseMs)
    await database.db.insert(leases).values({ name: 'stream', holder: newId(), until })
    const line = lineTo(database.db)
    const stop = new AbortController()
    const work = workOnce()
    const running = holdLease(ctx(clock, line.db), 'stream', stop.signal, work, times)
    clock.set(until)
    const asked = line.asked
    await vi.waitFor(() => expect(line.asked).toBeGreaterThan(asked + 1), 15_000)
    expect(work).not.toHaveBeenCalled()
    clock.advance(1)
    await vi.waitFor(() => expect(work).toHaveBeenCalled(), 15_000)
    stop.abort()
    await running
  })

  it('is kept by who holds it while the database can’t be reached for a moment', async () => {
    const line = lineTo(database.db)
    const stop = new AbortController()
    const work = workOnce()
    const running = holdLease(ctx(clock, line.db), 'stream', stop.signal, work, times)
    await vi.waitFor(() => expect(work).toHaveBeenCalled(), 15_000)
    for (const state of ['refuses', 'late'] as const) {
      line.state = state
      const asked = line.asked
      await vi.waitFor(() => expect(line.asked).toBeGreaterThan(asked), 15_000)
      line.mend()
      const mended = line.asked
      await vi.waitFor(() => expect(line.asked).toBeGreaterThan(mended + 1), 15_000)
    }
    expect(work).toHaveBeenCalledTimes(1)
    expect(work.mock.calls[0]?.[0].aborted).toBe(false)
    stop.abort()
    await running
  })

  it.each(['refuses', 'late'] as const)(
    'ends the work of who can’t renew it before another may begin (%s)',
    async (state) => {
      const short = { leaseMs: 1000, renewMs: 30, marginMs: 500 }
      const [stop, happened]: [AbortController, string[]] = [new AbortController(), []]
      const lines = { a: lineTo(database.db), b: lineTo(database.db) }
      const run = (name: 'a' | 'b') =>
        holdLease(
          ctx(systemClock, lines[name].db),
          'stream',
          stop.signal,
          async (signal) => {
            happened.push(`${name} began`)
            await untilAborted(signal)
            happened.push(`${name} ended`)
          },
          short,
        )
      const a = run('a')
      await vi.waitFor(() => expect(happened).toEqual(['a began']), 15_000)
      const b = run('b')
      lines.a.state = state
      await vi.waitFor(() => expect(happened).toEqual(['a began', 'a ended', 'b began']), 15_000)
      lines.a.mend()
      const asked = lines.a.asked
      await vi.waitFor(() => expect(lines.a.asked).toBeGreaterThan(asked + 1), 15_000)
      expect(happened).toHaveLength(3)
      stop.abort()
      await Promise.all([a, b])
    },
  )

  it('is never held by two, whatever becomes of their connections', async () => {
    const short = { leaseMs: 300, renewMs: 20, marginMs: 150 }
    const stop = new AbortController()
    const lines = Array.from({ length: 3 }, () => lineTo(database.db))
    let [working, most, began] = [0, 0, 0]
    const running = lines.map((line) =>
      holdLease(
        ctx(systemClock, line.db),
        'stream',
        stop.signal,
        async (signal) => {
          working += 1
          began += 1
          most = Math.max(most, working)
          await untilAborted(signal)
          working -= 1
        },
        short,
      ),
    )
    const states = ['up', 'late', 'refuses'] as const
    for (let turn = 0; turn < 40; turn += 1) {
      const line = lines[turn % 3]
      const state = states[(Math.floor(turn / 3) + (turn % 3)) % 3] ?? 'up'
      if (line && state === 'up') line.mend()
      else if (line) line.state = state
      await wait(70)
    }
    for (const line of lines) line.mend()
    await vi.waitFor(() => expect(working).toBe(1), 15_000)
    expect(began).toBeGreaterThan(1)
    expect(most).toBe(1)
    stop.abort()
    await Promise.all(running)
  })

  it('is asked for again where no answer comes', async () => {
    const short = { leaseMs: 300, renewMs: 20, marginMs: 150 }
    const line = lineTo(database.db)
    line.state = 'late'
    const stop = new AbortController()
    const work = workOnce()
    const running = holdLease(ctx(systemClock, line.db), 'stream', stop.signal, work, short)
    await vi.waitFor(() => expect(line.asked).toBe(1), 15_000)
    line.state = 'up'
    await vi.waitFor(() => expect(work).toHaveBeenCalled(), 15_000)
    stop.abort()
    line.mend()
    await running
    await untilFree()
  })

  it('is lost by who finds that another has it', async () => {
    const stop = new AbortController()
    const work = workOnce()
    const running = holdLease(ctx(), 'stream', stop.signal, work, times)
    await vi.waitFor(() => expect(work).toHaveBeenCalled(), 15_000)
    await database.db.update(leases).set({ holder: newId() })
    await vi.waitFor(() => expect(work.mock.calls[0]?.[0].aborted).toBe(true), 15_000)
    stop.abort()
    await running
    expect(await database.db.select().from(leases)).toHaveLength(1)
  })

  it.each([
    ['broke', () => Promise.reject(new Error('connection lost'))],
    ['ended by itself', async () => {}],
  ])('has work started again that %s, after a pause', async (_, how) => {
    const stop = new AbortController()
    const work = vi.fn<(signal: AbortSignal) => Promise<void>>(how)
    const running = holdLease(ctx(), 'stream', stop.signal, work, times)
    await vi.waitFor(() => expect(work.mock.calls.length).toBeGreaterThan(1), 15_000)
    expect(work.mock.calls.length).toBeLessThan(4)
    stop.abort()
    await running
    await untilFree()
  })

  it('ends what work began before it broke, when it is started again', async () => {
    const stop = new AbortController()
    const work = vi.fn<(signal: AbortSignal) => Promise<void>>(async () => {
      throw new Error('connection lost')
    })
    const running = holdLease(ctx(), 'stream', stop.signal, work, times)
    await vi.waitFor(() => expect(work.mock.calls.length).toBeGreaterThan(1), 15_000)
    expect(work.mock.calls[0]?.[0].aborted).toBe(true)
    stop.abort()
    await running
  })

  it('is given up at once by who stops, also while a renewal is under way', async () => {
    const line = lineTo(database.db)
    const stop = new AbortController()
    const work = workOnce()
    const running = holdLease(ctx(clock, line.db), 'stream', stop.signal, work, { ...times, renewMs: 300 })
    await vi.waitFor(() => expect(work).toHaveBeenCalled(), 15_000)
    line.state = 'late'
    const asked = line.asked
    await vi.waitFor(() => expect(line.asked).toBeGreaterThan(asked), 15_000)
    stop.abort()
    await wait(50)
    line.mend()
    await running
    await untilFree()
  })
})
