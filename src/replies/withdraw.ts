import { and, eq, gte, lte, type SQL } from 'drizzle-orm'
import { dismissIfRemoved } from '../conversations/dismiss-removed.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { conversations, drafts, outcomes, replies } from '../db/schema.ts'
import { insertDraft } from '../drafts/queries.ts'
import { findWaiting } from '../interactions/queries.ts'
import { deliveryJobs } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import type { ReplyProblem, ReplyState } from './reply.ts'
import { askForDraft, moveReply, type ReplyRow, type SettleContext } from './settle.ts'

/**
 * Takes a reply back that has not left: its text is the draft again, to be approved anew.
 * With a `problem`, the card goes on telling of it. Null: it left, or was taken back already, and nothing changed.
 */
export async function withdrawReply(
  ctx: SettleContext,
  tx: Db,
  replyId: string,
  from: ReplyState[],
  actor: string,
  { problem = null, condition }: { problem?: ReplyProblem | null; condition?: SQL | undefined } = {},
): Promise<ReplyRow | null> {
  const reply = await moveReply(tx, replyId, from, { state: 'withdrawn', problem }, condition)
  if (!reply) return null
  const { conversationId } = reply
  const row = await changeConversation(ctx, tx, conversationId, {
    state: 'waiting',
    replyId: problem ? replyId : null,
  })
  await resolveProblems(ctx, tx, conversationId, deliveryJobs)
  const [approved] = await tx.select().from(drafts).where(eq(drafts.id, reply.draftId))
  if (row && approved) {
    const { revision: _, ...copy } = approved
    const draft = await insertDraft(tx, {
      ...copy,
      id: ctx.newId(),
      state: 'proposed',
      firstApprovedBy: null,
      createdAt: ctx.clock.now(),
    })
    await tx.update(drafts).set({ state: 'superseded' }).where(eq(drafts.id, approved.id))
    await tx.update(conversations).set({ draftId: draft.id }).where(eq(conversations.id, conversationId))
    if (row.inboundSeq > reply.answersSeq) await askForDraft(ctx, tx, conversationId, row.inboundSeq)
  }
  const data = problem ? { reason: problem.reason } : {}
  await addEvent(ctx, tx, 'reply.withdrawn', { conversationId, replyId, actor, data })
  await dismissIfRemoved(ctx, tx, conversationId)
  return reply
}

/**
 * Takes a queued reply back, when all that it would answer was removed by its author since it was approved. A reply may come
 * back into the queue after that: then it must not leave. The conversation is locked. False: nothing changed.
 */
export async function withdrawMoot(ctx: SettleContext, tx: Db, replyId: string): Promise<boolean> {
  const [reply] = await tx.select().from(replies).where(eq(replies.id, replyId))
  if (reply?.state !== 'queued') return false
  const { conversationId, answersSeq, approvedAt } = reply
  // What was removed before, the team knew of.
  const removed = await tx.$count(
    outcomes,
    and(
      eq(outcomes.conversationId, conversationId),
      lte(outcomes.seq, answersSeq),
      eq(outcomes.dismissedReason, 'removed'),
      gte(outcomes.settledAt, approvedAt),
    ),
  )
  if (removed === 0) return false
  const left = await findWaiting(tx, conversationId)
  if (left.some(({ seq, isCurrent }) => isCurrent && seq <= answersSeq)) return false
  const problem = { reason: 'The reply was taken back, because what it answers was removed by its author' }
  return (await withdrawReply(ctx, tx, replyId, ['queued'], 'deskbell', { problem })) !== null
}

/** Takes a scheduled reply back because the customer wrote again. It does nothing to one that was claimed meanwhile. */
export async function withdrawScheduled(ctx: SettleContext, tx: Db, replyId: string): Promise<void> {
  await withdrawReply(ctx, tx, replyId, ['queued'], 'deskbell', {
    problem: { reason: 'The scheduled reply was taken back, because they wrote again' },
    condition: eq(replies.isScheduled, true),
  })
}
