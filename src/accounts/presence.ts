import { and, eq, gt } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { leases } from '../db/schema.ts'
import type { AccountRef, BrokenAccount } from './queries.ts'

// While settings change, a replica with the new ones runs beside one with the old. An account that either of them has isn't gone.

/** So long a change of settings may take to reach every replica. */
const graceMs = 10 * 60_000

const nameOf = ({ channel, account }: AccountRef): string => `account:${JSON.stringify([channel, account])}`

/** Tells the other replicas that this one has the account. To be said again before ten minutes have passed. */
export async function keepAccount(ctx: Pick<Context, 'db' | 'clock' | 'newId'>, ref: AccountRef): Promise<void> {
  const until = new Date(ctx.clock.now().getTime() + graceMs)
  await ctx.db
    .insert(leases)
    .values({ name: nameOf(ref), holder: ctx.newId(), until })
    .onConflictDoUpdate({ target: leases.name, set: { until } })
}

/** True once no replica has had the account for ten minutes. */
export async function isGone(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  broken: Pick<BrokenAccount, keyof AccountRef | 'since'>,
): Promise<boolean> {
  const now = clock.now()
  // Who found it broken had it then.
  if (now.getTime() - broken.since.getTime() < graceMs) return false
  const [kept] = await db
    .select({ name: leases.name })
    .from(leases)
    .where(and(eq(leases.name, nameOf(broken)), gt(leases.until, now)))
  return kept === undefined
}

/** Once an account is no longer broken, nobody asks who has it. */
export async function forgetPresence(tx: Db, ref: AccountRef): Promise<void> {
  await tx.delete(leases).where(eq(leases.name, nameOf(ref)))
}
