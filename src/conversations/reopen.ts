import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { conversations, drafts, replies } from '../db/schema.ts'
import { reopenOutcomes } from '../measures/outcomes.ts'
import { ConflictError } from '../errors.ts'
import { findOldestUnanswered } from '../interactions/queries.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { addEvent, changeConversation } from './queries.ts'

/** Puts a dismissed, snoozed or quarantined conversation back among those that wait, with a draft for its newest words. */
export async function reopenConversation(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId'>,
  { conversationId, by }: { conversationId: string; by: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [before] = await tx
      .select({ state: conversations.state })
      .from(conversations)
      .where(eq(conversations.id, conversationId))
      .for('update')
    const row = await changeConversation(
      ctx,
      tx,
      conversationId,
      { state: 'waiting', dismissedReason: null, dismissedBy: null, snoozedUntil: null, suspicion: [] },
      inArray(conversations.state, ['dismissed', 'snoozed', 'quarantined']),
    )
    if (!row) throw new ConflictError('This conversation is already open')
    const [answered] = await tx
      .select({ seq: replies.answersSeq })
      .from(replies)
      .where(and(eq(replies.conversationId, conversationId), inArray(replies.state, ['accepted', 'published'])))
      .orderBy(desc(replies.answersSeq))
      .limit(1)
    const since = await findOldestUnanswered(tx, conversationId, answered?.seq ?? 0)
    const [draft] = await tx
      .select({ id: drafts.id })
      .from(drafts)
      .where(
        and(
          eq(drafts.conversationId, conversationId),
          eq(drafts.state, 'proposed'),
          eq(drafts.answersSeq, row.inboundSeq),
        ),
      )
    // A snooze keeps both: how long they wait, and the draft that is being written.
    const needsDraft = !draft && !row.isDrafting
    await tx
      .update(conversations)
      .set({
        waitingSince: row.waitingSince ?? since ?? row.lastInboundAt,
        isDrafting: row.isDrafting || needsDraft,
        // What was quarantined never stood in the room.
        ...(before?.state === 'quarantined' ? {} : { surfacings: row.surfacings + 1, surfacedBecause: 'reopened' }),
      })
      .where(eq(conversations.id, conversationId))
    await resolveProblems(ctx, tx, conversationId, ['wake'])
    const data = { from: before?.state }
    const at = await addEvent(ctx, tx, 'conversation.reopened', { conversationId, actor: by, data })
    // A snooze undoes nothing: what was dismissed before stays so.
    if (before?.state !== 'snoozed') await reopenOutcomes(tx, [{ conversationId, at }])
    if (needsDraft) await ctx.queue.add(tx, 'triage', { conversationId, seq: row.inboundSeq })
  })
}
