import { eq } from 'drizzle-orm'
import { checkTemplates } from '../assistant/templates.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { settings } from '../db/schema.ts'
import { BadInputError } from '../errors.ts'
import { defaultTuning, tuningSchema, type Tuning } from './tuning.ts'

/** What the team tuned, or the defaults. */
export async function readTuning(db: Db): Promise<Tuning> {
  const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, 'tuning'))
  return row ? tuningSchema.parse(row.value) : defaultTuning
}

/** Replaces what the team tuned. Throws BadInputError naming each field that is wrong. */
export async function writeTuning(ctx: Pick<Context, 'db' | 'clock'>, input: unknown): Promise<Tuning> {
  const parsed = tuningSchema.safeParse(input)
  if (!parsed.success) {
    throw new BadInputError(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
      { status: 422 },
    )
  }
  const problems = checkTemplates(parsed.data.brand.templates)
  if (problems.length > 0) throw new BadInputError(problems.join('; '), { status: 422 })
  await writeSetting(ctx, 'tuning', parsed.data)
  return parsed.data
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

async function writeSetting(ctx: Pick<Context, 'db' | 'clock'>, key: string, value: unknown): Promise<void> {
  const row = { value, updatedAt: ctx.clock.now() }
  await ctx.db
    .insert(settings)
    .values({ key, ...row })
    .onConflictDoUpdate({ target: settings.key, set: row })
}
