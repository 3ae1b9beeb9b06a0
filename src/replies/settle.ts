import { and, eq, inArray, type SQL } from 'drizzle-orm'
import type { Sent } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import { hostedKey } from '../conversations/hosted.ts'
import { dismissIfRemoved } from '../conversations/dismiss-removed.ts'
import { addEvent, changeConversation, type ConversationRow, type EventType } from '../conversations/queries.ts'
import { findOldestUnanswered } from '../interactions/queries.ts'
import type { Db } from '../db/client.ts'
import { conversations, lines, replies, teammates } from '../db/schema.ts'
import { answerOutcomes, dismissOutcomes, failOutcomes } from '../measures/outcomes.ts'
import { findFirstDrafted } from '../drafts/queries.ts'
import { deliveryJobs } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import type { ReplyProblem, ReplyState } from './reply.ts'

export type SettleContext = Pick<Context, 'queue' | 'signals' | 'clock' | 'newId' | 'channels'>
export type ReplyRow = typeof replies.$inferSelect

/** Moves a reply on, if it is in one of the states `from` and `condition` holds. Null: it is not, and nothing changed. */
export async function moveReply(
  tx: Db,
  replyId: string,
  from: ReplyState[],
  set: Partial<ReplyRow>,
  condition?: SQL,
): Promise<ReplyRow | null> {
  const [row] = await tx
    .update(replies)
    .set(set)
    .where(and(eq(replies.id, replyId), inArray(replies.state, from), condition))
    .returning()
  return row ?? null
}

/** The provider accepted the reply: the conversation is answered, unless the customer wrote again meanwhile. */
export async function settleAccepted(
  ctx: SettleContext,
  tx: Db,
  replyId: string,
  from: ReplyState[],
  sent: Sent,
  event: { type: EventType; actor: string; condition?: SQL | undefined },
): Promise<ReplyRow | null> {
  const set = { acceptedAt: sent.at, externalId: sent.externalId, url: sent.url ?? null, problem: null }
  const reply = await moveReply(tx, replyId, from, { state: 'accepted', ...set }, event.condition)
  if (!reply) return null
  const row = await changeConversation(ctx, tx, reply.conversationId, {})
  if (!row) return reply
  await resolveProblems(ctx, tx, row.id, deliveryJobs)
  const since = row.inboundSeq > reply.answersSeq ? await findOldestUnanswered(tx, row.id, reply.answersSeq) : null
  if (since) {
    await tx.update(conversations).set({ state: 'waiting', waitingSince: since }).where(eq(conversations.id, row.id))
    await askForDraft(ctx, tx, row.id, row.inboundSeq)
  } else {
    await tx
      .update(conversations)
      .set({ state: 'answered', waitingSince: null, isDrafting: false })
      .where(eq(conversations.id, row.id))
  }
  const ms = (date: Date | null) => (date ? sent.at.getTime() - date.getTime() : null)
  const { conversationId, answersSeq } = reply
  const draftedAt = await findFirstDrafted(tx, conversationId, answersSeq)
  const data = {
    channel: reply.channel,
    account: reply.account,
    answersSeq,
    acceptedAt: sent.at.toISOString(),
    approvedBy: reply.approvedBy,
    draftedAt: draftedAt?.toISOString() ?? null,
    approvedAt: reply.approvedAt.toISOString(),
    responseMs: ms(reply.waitingSince),
    deliveryMs: ms(reply.approvedAt),
    editedShare: reply.editedShare,
    isByHand: reply.attemptedAt === null,
  }
  const at = await addEvent(ctx, tx, event.type, { conversationId, replyId, actor: event.actor, data })
  await answerOutcomes(tx, [{ conversationId, at, replyId, data }])
  if (ctx.channels.get(reply.channel)?.open.isHosted) {
    const [author] = await tx.select({ name: teammates.name }).from(teammates).where(eq(teammates.id, reply.approvedBy))
    // One that failed after all and was sent again is there already.
    await tx
      .insert(lines)
      .values({
        conversationId: row.id,
        seq: row.version,
        sender: 'team',
        externalId: reply.id,
        name: author?.name ?? null,
        text: reply.text,
        at: sent.at,
      })
      .onConflictDoNothing()
    await ctx.signals.send(tx, 'hosted', [hostedKey(row.channel, row.account, row.externalId)])
  }
  return reply
}

interface Failure {
  actor?: string
  /** When the provider says that it failed. */
  at?: Date
  condition?: SQL | undefined
  /** The provider says that the reply window has closed. */
  isWindowClosed?: boolean
}

/** The reply will not arrive: the conversation waits again, and the card says why. */
export async function settleFailed(
  ctx: SettleContext,
  tx: Db,
  replyId: string,
  from: ReplyState[],
  state: 'failed' | 'rejected',
  problem: ReplyProblem,
  { actor = 'deskbell', at, condition, isWindowClosed = false }: Failure = {},
): Promise<ReplyRow | null> {
  const reply = await moveReply(tx, replyId, from, { state, problem }, condition)
  if (!reply) return null
  const row = await changeConversation(ctx, tx, reply.conversationId, {})
  await resolveProblems(ctx, tx, reply.conversationId, deliveryJobs)
  if (row?.replyId === replyId && row.state !== 'dismissed' && row.state !== 'quarantined') {
    const isOver = row.state === 'sending' || row.state === 'answered'
    const since = [row.waitingSince, reply.waitingSince].filter((date) => date !== null)
    const oldest = since.toSorted((a, b) => a.getTime() - b.getTime())[0]
    await tx
      .update(conversations)
      .set({ state: isOver ? 'waiting' : row.state, waitingSince: oldest ?? row.lastInboundAt })
      .where(eq(conversations.id, row.id))
    if (isOver && row.inboundSeq > reply.answersSeq) await askForDraft(ctx, tx, row.id, row.inboundSeq)
  }
  if (row && isWindowClosed) await closeWindow(ctx, tx, row, reply)
  const { conversationId } = reply
  // Nobody waits in what the team closed since, and nothing would ever end the waiting.
  const dismissed = row?.state === 'quarantined' ? 'spam' : row?.state === 'dismissed' ? row.dismissedReason : null
  const data = { ...problem, ...(at ? { at: at.toISOString() } : {}), ...(dismissed ? { dismissed } : {}) }
  const toldAt = await addEvent(ctx, tx, `reply.${state}`, { conversationId, replyId, actor, data })
  await failOutcomes(tx, [{ conversationId, at: toldAt, replyId }])
  if (row && dismissed)
    await dismissOutcomes(tx, [{ conversationId, at: toldAt, seq: row.inboundSeq, reason: dismissed }])
  await dismissIfRemoved(ctx, tx, conversationId)
  return reply
}

/** By the provider's clock, and its own idea of what opens it; until they write again. */
async function closeWindow(ctx: SettleContext, tx: Db, row: ConversationRow, { attemptedAt }: ReplyRow): Promise<void> {
  if (row.windowMinutes === 0 || attemptedAt === null || row.lastInboundAt > attemptedAt) return
  await tx.update(conversations).set({ windowMinutes: 0 }).where(eq(conversations.id, row.id))
  const data = { closedAt: ctx.clock.now().toISOString() }
  await addEvent(ctx, tx, 'conversation.window-closed', { conversationId: row.id, actor: 'deskbell', data })
}

/** What came in while a reply was on its way gets a draft of its own. */
export async function askForDraft(
  ctx: Pick<Context, 'queue'>,
  tx: Db,
  conversationId: string,
  seq: number,
): Promise<void> {
  await tx.update(conversations).set({ isDrafting: true }).where(eq(conversations.id, conversationId))
  await ctx.queue.add(tx, 'triage', { conversationId, seq })
}
