import { and, eq, ne, or } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { conversations } from '../db/schema.ts'
import { explainConflict, type Approval } from '../drafts/conflict.ts'
import { BadInputError } from '../errors.ts'
import type { JobPayload } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { addEvent, changeConversation } from './queries.ts'

const longestMs = 90 * 86_400_000

/** Takes a conversation out of the way until a time, or until the customer writes again. */
export async function snoozeConversation(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId' | 'channels'>,
  input: Approval & { until: Date },
): Promise<void> {
  const { conversationId, seenSeq, until, by } = input
  const inMs = until.getTime() - ctx.clock.now().getTime()
  if (!(inMs > 0 && inMs <= longestMs)) throw new BadInputError('Choose a time between now and 90 days from now')
  await ctx.db.transaction(async (tx) => {
    const row = await changeConversation(
      ctx,
      tx,
      conversationId,
      { state: 'snoozed', snoozedUntil: until },
      and(
        eq(conversations.inboundSeq, seenSeq),
        or(
          eq(conversations.state, 'waiting'),
          and(eq(conversations.state, 'snoozed'), ne(conversations.snoozedUntil, until)),
        ),
      ),
    )
    if (!row) throw await explainConflict(ctx, tx, input)
    await addEvent(ctx, tx, 'conversation.snoozed', { conversationId, actor: by, data: { until: until.toISOString() } })
    await ctx.queue.add(tx, 'wake', { conversationId, until: until.toISOString() }, until)
  })
}

/** Ends a snooze that nobody changed since. May be repeated. */
export async function wakeConversation(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId'>,
  { conversationId, until }: JobPayload<'wake'>,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await changeConversation(
      ctx,
      tx,
      conversationId,
      { state: 'waiting', snoozedUntil: null },
      and(eq(conversations.state, 'snoozed'), eq(conversations.snoozedUntil, new Date(until))),
    )
    if (!row) return
    await tx
      .update(conversations)
      .set({ surfacings: row.surfacings + 1, surfacedBecause: 'woken' })
      .where(eq(conversations.id, conversationId))
    await resolveProblems(ctx, tx, conversationId, ['wake'])
    await addEvent(ctx, tx, 'conversation.woken', { conversationId, actor: 'deskbell' })
  })
}
