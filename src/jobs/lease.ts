import { and, eq, lt, or } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { leases } from '../db/schema.ts'
import { messageOf } from '../errors.ts'

const leaseMs = 15_000
const renewMs = 5000

/**
 * Runs `work` on one replica at a time, for as long as `signal` lets it. When the holder dies, another takes over within 15 s.
 * When `work` throws, it is started again after a pause.
 */
export async function holdLease(
  ctx: Pick<Context, 'db' | 'clock' | 'log' | 'newId'>,
  name: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const holder = ctx.newId()
  let failures = 0
  while (!signal.aborted) {
    if (!(await renew(ctx, name, holder))) {
      await pause(renewMs, signal)
      continue
    }
    const lost = new AbortController()
    const renewal = setInterval(() => {
      void renew(ctx, name, holder).then((isHeld) => isHeld || lost.abort())
    }, renewMs)
    const startedAt = performance.now()
    try {
      await work(AbortSignal.any([signal, lost.signal]))
    } catch (error) {
      if (performance.now() - startedAt > 60_000) failures = 0
      failures += 1
      ctx.log.warn('stream broke; starting it again', {
        name,
        failures,
        error: messageOf(error),
      })
      await pause(Math.min(60_000, 500 * 2 ** failures), signal)
    } finally {
      clearInterval(renewal)
    }
  }
  await ctx.db
    .delete(leases)
    .where(and(eq(leases.name, name), eq(leases.holder, holder)))
    .catch(() => {})
}

/** False when another holds it, or the database can't say. */
async function renew(ctx: Pick<Context, 'db' | 'clock'>, name: string, holder: string): Promise<boolean> {
  const now = ctx.clock.now()
  const until = new Date(now.getTime() + leaseMs)
  try {
    const rows = await ctx.db
      .insert(leases)
      .values({ name, holder, until })
      .onConflictDoUpdate({
        target: leases.name,
        set: { holder, until },
        setWhere: or(eq(leases.holder, holder), lt(leases.until, now)) ?? eq(leases.holder, holder),
      })
      .returning()
    return rows.length > 0
  } catch {
    return false
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
