import { eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { settings } from '../db/schema.ts'
import { defaultTuning, tuningSchema, type Tuning } from './tuning.ts'

/** What the team tuned, or the defaults. */
export async function readTuning(db: Db): Promise<Tuning> {
  const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, 'tuning'))
  return row ? tuningSchema.parse(row.value) : defaultTuning
}

/** Reads a secret that every replica shares, and makes it when there is none. */
export async function ensureSecret(ctx: Pick<Context, 'db' | 'clock'>, make: () => string): Promise<string> {
  await ctx.db
    .insert(settings)
    .values({ key: 'secret', value: make(), updatedAt: ctx.clock.now() })
    .onConflictDoNothing()
  const [row] = await ctx.db.select({ value: settings.value }).from(settings).where(eq(settings.key, 'secret'))
  return String(row?.value)
}
