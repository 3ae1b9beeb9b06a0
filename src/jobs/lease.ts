import { and, eq, lt, or, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { leases } from '../db/schema.ts'
import { messageOf } from '../errors.ts'
import { pause, within } from '../waiting.ts'

interface LeaseTimes {
  /** How long a lease lasts from when it was asked for. */
  leaseMs: number
  /** How often its holder renews it, and the others look whether it is free. */
  renewMs: number
  /** How long before its end the holder stops: so long `work` has to end before another may begin. */
  marginMs: number
}

/** Short enough for another replica to take over within 15 s, and to be connected by then. */
const usualTimes: LeaseTimes = { leaseMs: 9000, renewMs: 3000, marginMs: 2000 }

type LeaseContext = Pick<Context, 'db' | 'clock' | 'log' | 'newId'>

/**
 * Runs `work` on one replica at a time, for as long as `signal` lets it. When the holder dies, another takes over within
 * 15 s; when it stops, within 3 s. While the database can't be reached the holder works on, until shortly before its
 * lease runs out. When `work` throws or ends by itself, it is started again after a pause.
 */
export async function holdLease(
  ctx: LeaseContext,
  name: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
  times = usualTimes,
): Promise<void> {
  const lease = leaseOf(ctx, name, times)
  let failures = 0
  while (!signal.aborted) {
    // An answer that takes longer is worth nothing; the next question may go another way, where a connection is dead.
    const answer = await within(unlessAborted(lease.renew(), signal), times.leaseMs)
    if (answer !== 'held' || lease.leftMs() <= 0) {
      await pause(times.renewMs, signal)
      continue
    }
    const [lost, ended] = [new AbortController(), new AbortController()]
    const startedAt = performance.now()
    let error: unknown = null
    try {
      void keep(lease, times, lost, ended.signal)
      // Also when it throws: what it began must not go on beside the next start.
      await work(AbortSignal.any([signal, lost.signal, ended.signal]))
    } catch (thrown) {
      error = thrown
    }
    ended.abort()
    if (signal.aborted) break
    if (lost.signal.aborted) {
      ctx.log.warn('lease lost', { name })
      continue
    }
    if (performance.now() - startedAt > 60_000) failures = 0
    failures += 1
    const reason = error === null ? 'it ended' : messageOf(error)
    ctx.log.warn('stream broke; starting it again', { name, failures, error: reason })
    // In a long pause the lease runs out: it may go better on another replica.
    await pause(Math.min(60_000, 500 * 2 ** failures), signal)
  }
  await within(lease.giveUp(), times.renewMs)
}

interface Lease {
  /** `unknown`: the database can't say. */
  renew(): Promise<'held' | 'taken' | 'unknown'>
  /** For how long the holder may work on, by the clock and by the time that has passed. */
  leftMs(): number
  giveUp(): Promise<void>
}

function leaseOf(ctx: LeaseContext, name: string, { leaseMs, marginMs }: LeaseTimes): Lease {
  const holder = ctx.newId()
  const isMine = eq(leases.holder, holder)
  let usable = { from: 0, until: new Date(0) }
  let asking: Promise<unknown> = Promise.resolve()

  async function ask(): ReturnType<Lease['renew']> {
    const from = performance.now()
    const now = ctx.clock.now()
    const until = new Date(now.getTime() + leaseMs)
    try {
      const rows = await ctx.db
        .insert(leases)
        .values({ name, holder, until })
        .onConflictDoUpdate({
          target: leases.name,
          // What was asked earlier and comes later shortens nothing.
          set: { holder, until: sql`greatest(${leases.until}, excluded.until)` },
          setWhere: or(isMine, lt(leases.until, now)) ?? isMine,
        })
        .returning()
      if (rows.length === 0) return 'taken'
      usable = { from, until }
      return 'held'
    } catch {
      return 'unknown'
    }
  }

  return {
    renew() {
      const answer = ask()
      asking = Promise.allSettled([asking, answer]).then(() => {})
      return answer
    },
    leftMs: () =>
      Math.min(usable.from + leaseMs - performance.now(), usable.until.getTime() - ctx.clock.now().getTime()) -
      marginMs,
    async giveUp() {
      // Else it may come after this, and nobody would have the lease.
      await asking
      await ctx.db
        .delete(leases)
        .where(and(eq(leases.name, name), isMine))
        .catch(() => {})
    },
  }
}

/** Renews a lease until `ended`. Aborts `lost` as soon as another has it, and in good time before it runs out. */
async function keep(lease: Lease, { renewMs }: LeaseTimes, lost: AbortController, ended: AbortSignal): Promise<void> {
  const over = AbortSignal.any([lost.signal, ended])
  let runsOut = setTimeout(() => lost.abort(), lease.leftMs())
  let waitMs = renewMs
  for (;;) {
    await pause(waitMs, over)
    if (over.aborted) break
    const answer = lease.leftMs() > 0 ? await unlessAborted(lease.renew(), over) : 'taken'
    if (over.aborted) break
    if (answer === 'taken') lost.abort()
    if (answer === 'held') {
      clearTimeout(runsOut)
      runsOut = setTimeout(() => lost.abort(), lease.leftMs())
    }
    waitMs = answer === 'held' ? renewMs : renewMs / 3
  }
  clearTimeout(runsOut)
}

/** Null once `signal` is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(null)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
