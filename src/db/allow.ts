import { lt, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { uses } from './schema.ts'

/** Counts one use of `key`; false once there were more than `max` in the current window. Shared by all replicas. */
export async function allow(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  key: string,
  max: number,
  windowSeconds: number,
): Promise<boolean> {
  const now = Math.floor(clock.now().getTime() / 1000)
  const windowStart = now - (now % windowSeconds)
  const [row] = await db
    .insert(uses)
    .values({ key: key.slice(0, 500), windowStart, count: 1 })
    .onConflictDoUpdate({ target: [uses.key, uses.windowStart], set: { count: sql`${uses.count} + 1` } })
    .returning({ count: uses.count })
  return (row?.count ?? 0) <= max
}

/** Forgets windows that are over. */
export async function sweepUses({ db, clock }: Pick<Context, 'db' | 'clock'>): Promise<void> {
  await db.delete(uses).where(lt(uses.windowStart, Math.floor(clock.now().getTime() / 1000) - 86_400))
}
