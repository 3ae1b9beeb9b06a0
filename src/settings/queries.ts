import { eq } from 'drizzle-orm'
import { checkTemplates } from '../assistant/templates.ts'
import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { settings } from '../db/schema.ts'
import { BadInputError } from '../errors.ts'
import { defaultTuning, tuningSchema, type Tuning } from './tuning.ts'

/** What the team tuned, or the defaults. */
export async function readTuning(db: Db): Promise<Tuning> {
  const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, 'tuning'))
  return row ? tuningSchema.parse(row.value) : defaultTuning
}

/** Replaces what the team tuned. `by`: a teammate's id. Throws BadInputError naming each field that is wrong. */
export async function writeTuning(
  ctx: Pick<Context, 'db' | 'clock' | 'newId'>,
  input: unknown,
  by: string,
): Promise<Tuning> {
  const parsed = tuningSchema.safeParse(input)
  if (!parsed.success) {
    throw new BadInputError(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
      { status: 422 },
    )
  }
  const problems = checkTemplates(parsed.data.brand.templates)
  if (problems.length > 0) throw new BadInputError(problems.join('; '), { status: 422 })
  await ctx.db.transaction(async (tx) => {
    const row = { value: parsed.data, updatedAt: ctx.clock.now() }
    await tx
      .insert(settings)
      .values({ key: 'tuning', ...row })
      .onConflictDoUpdate({ target: settings.key, set: row })
    await addEvent(ctx, tx, 'settings.changed', { conversationId: null, actor: by })
  })
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
