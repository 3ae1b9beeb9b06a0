import { isDeepStrictEqual } from 'node:util'
import { eq } from 'drizzle-orm'
import { checkTemplates } from '../assistant/templates.ts'
import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import { settings } from '../db/schema.ts'
import { BadInputError } from '../errors.ts'
import { roomsChanged } from '../posts/rooms.ts'
import { defaultTuning, tuningSchema, type Tuning } from './tuning.ts'

export type UpdateContext = Pick<Context, 'db' | 'queue' | 'clock' | 'newId' | 'workspaces'>

/**
 * Changes what the team tuned. Of two changes at once, the second is made to what the first left, so neither is lost.
 * `by`: a teammate's id. Throws BadInputError naming each field that is wrong, and what `change` throws: nothing is changed then.
 */
export async function updateTuning(
  ctx: UpdateContext,
  change: (tuning: Tuning) => unknown,
  by: string,
): Promise<Tuning> {
  return ctx.db.transaction(async (tx) => {
    const key = eq(settings.key, 'tuning')
    const updatedAt = ctx.clock.now()
    await tx.insert(settings).values({ key: 'tuning', value: defaultTuning, updatedAt }).onConflictDoNothing()
    const [row] = await tx.select({ value: settings.value }).from(settings).where(key).for('update')
    const before = tuningSchema.parse(row?.value)
    const after = parseTuning(change(before))
    const sections = (Object.keys(after) as (keyof Tuning)[]).filter(
      (section) => !isDeepStrictEqual(before[section], after[section]),
    )
    if (sections.length === 0) return after
    if (sections.includes('brand')) checkBrand(after)
    await tx.update(settings).set({ value: after, updatedAt }).where(key)
    await addEvent(ctx, tx, 'settings.changed', { conversationId: null, actor: by, data: { sections } })
    if (sections.includes('rooms')) await roomsChanged(ctx, tx)
    return after
  })
}

/** Replaces the sections that `input` has; the others stay as they are. Throws as above. */
export async function writeTuning(ctx: UpdateContext, input: unknown, by: string): Promise<Tuning> {
  return updateTuning(ctx, (tuning) => ({ ...tuning, ...(input as object) }), by)
}

function parseTuning(input: unknown): Tuning {
  const parsed = tuningSchema.safeParse(input)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new BadInputError(problems.join('; '), { status: 422 })
}

function checkBrand({ brand }: Tuning): void {
  const problems = checkTemplates(brand.templates)
  if (problems.length > 0) throw new BadInputError(problems.join('; '), { status: 422 })
}
