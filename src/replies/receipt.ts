import { and, eq, isNull, or, sql } from 'drizzle-orm'
import type { Receipt } from '../channels/channel.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { conversations, replies } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { supersedeDrafts } from '../drafts/queries.ts'
import { isUuid } from '../id.ts'
import type { ReplyState } from './reply.ts'
import { attemptLimit, backoffMs, timeLimitMs } from './send.ts'
import { moveReply, settleAccepted, settleFailed, type ReplyRow, type SettleContext } from './settle.ts'

/** Not accepted yet, as far as we know. */
const onItsWay: ReplyState[] = ['sending', 'unknown', 'queued']
const clockSkewMs = 2000

/**
 * Locks the replies that receipts are about, until the transaction ends. Replies come before conversations everywhere,
 * so that two transactions never wait for one another.
 */
export async function lockReplies(tx: Db, receipts: Receipt[]): Promise<void> {
  if (receipts.length === 0) return
  const externalIds = receipts.map(({ externalId }) => externalId)
  const ids = receipts.flatMap(({ replyId }) => (replyId && isUuid(replyId) ? [replyId] : []))
  await tx
    .select({ id: replies.id })
    .from(replies)
    .where(or(isAnyOf(replies.externalId, externalIds), isAnyOf(replies.id, ids)))
    .orderBy(replies.id)
    .for('update')
}

/**
 * Takes the provider's later word on a reply, in whatever order it comes. One about a reply that isn't ours, about an attempt that
 * another followed, or that says nothing new, changes nothing. Call it after `lockReplies`.
 */
export async function applyReceipt(ctx: SettleContext, tx: Db, channel: string, receipt: Receipt): Promise<void> {
  const { externalId, replyId } = receipt
  const isOurs = replyId && isUuid(replyId) ? eq(replies.id, replyId) : undefined
  const [reply] = await tx
    .select()
    .from(replies)
    .where(and(eq(replies.channel, channel), or(eq(replies.externalId, externalId), isOurs)))
  if (!reply) return
  switch (receipt.state) {
    case 'accepted':
      // Known already, where this very attempt was accepted: then it failed since.
      if (reply.externalId !== externalId && !isOld(reply, receipt)) await accept(ctx, tx, reply, receipt, onItsWay)
      return
    case 'delivered':
    case 'read':
      return arrive(ctx, tx, reply, receipt)
    case 'published':
      return publish(ctx, tx, reply, receipt)
    case 'rejected':
    case 'failed':
      if (!isOld(reply, receipt)) await fail(ctx, tx, reply, receipt)
  }
}

/** It is proof that the customer has it, whatever the attempt looked like from here. */
async function arrive(ctx: SettleContext, tx: Db, reply: ReplyRow, receipt: Receipt): Promise<void> {
  await acceptAfterAll(ctx, tx, reply, receipt)
  const column = receipt.state === 'read' ? 'readAt' : 'deliveredAt'
  const set = { [column]: receipt.at }
  const moved = await moveReply(tx, reply.id, ['accepted', 'published'], set, isNull(replies[column]))
  if (moved) await changeConversation(ctx, tx, moved.conversationId, {})
}

async function publish(ctx: SettleContext, tx: Db, reply: ReplyRow, receipt: Receipt): Promise<void> {
  await acceptAfterAll(ctx, tx, reply, receipt)
  const url = receipt.url ? { url: receipt.url } : {}
  const moved = await moveReply(tx, reply.id, ['accepted'], { state: 'published', ...url })
  if (!moved) return
  await changeConversation(ctx, tx, moved.conversationId, {})
  await addEvent(ctx, tx, 'reply.published', {
    conversationId: moved.conversationId,
    replyId: moved.id,
    actor: 'deskbell',
    data: { at: receipt.at.toISOString() },
  })
}

/** Also one that was said to have failed, where nothing was sent in its place and nobody closed the conversation. */
async function acceptAfterAll(ctx: SettleContext, tx: Db, reply: ReplyRow, receipt: Receipt): Promise<void> {
  if (reply.state !== 'failed' && reply.state !== 'rejected') return accept(ctx, tx, reply, receipt, onItsWay)
  const isLast = and(eq(conversations.replyId, reply.id), eq(conversations.state, 'waiting'))
  if (!(await changeConversation(ctx, tx, reply.conversationId, {}, isLast))) return
  await supersedeDrafts(tx, reply.conversationId)
  await accept(ctx, tx, reply, receipt, ['failed', 'rejected'])
}

/** Does nothing to one that was accepted already. */
async function accept(
  ctx: SettleContext,
  tx: Db,
  reply: ReplyRow,
  { externalId, at, url }: Receipt,
  from: ReplyState[],
): Promise<void> {
  // Of one that was accepted before, the time of that counts.
  const acceptedAt = reply.externalId === externalId ? reply.acceptedAt : null
  const sent = { externalId, at: acceptedAt ?? at, ...(url ? { url } : {}) }
  await settleAccepted(ctx, tx, reply.id, from, sent, { type: 'reply.accepted', actor: 'deskbell' })
}

async function fail(ctx: SettleContext, tx: Db, reply: ReplyRow, receipt: Receipt): Promise<void> {
  // What the customer has did not fail, whatever came before it.
  if (reply.deliveredAt || reply.readAt) return
  const state = receipt.state === 'rejected' ? 'rejected' : 'failed'
  const reason = receipt.reason ?? (state === 'rejected' ? 'The provider rejected it' : 'It could not be delivered')
  const action = receipt.action ?? 'Reach the customer another way, or send again'
  const from: ReplyState[] = ['sending', 'unknown', 'accepted', 'published']
  const failed = await settleFailed(
    ctx,
    tx,
    reply.id,
    from,
    state,
    { reason, action },
    { at: receipt.at, isWindowClosed: receipt.isWindowClosed ?? false },
  )
  if (!failed) return
  // An attempt whose answer is still to come is known again by it.
  if (reply.state === 'sending' || reply.state === 'unknown')
    await moveReply(tx, reply.id, [state], { externalId: receipt.externalId })
  if (state === 'failed' && receipt.isRetryable) await sendAgain(ctx, tx, failed, reply.state, reason)
}

/** Puts a reply that the provider could not deliver now back on its way, unless something happened in the conversation since: then the team decides. */
async function sendAgain(
  ctx: SettleContext,
  tx: Db,
  reply: ReplyRow,
  before: ReplyState,
  reason: string,
): Promise<void> {
  const { id: replyId, conversationId, attempts, attemptedAt } = reply
  if (attempts >= attemptLimit) return
  const isUntouched = and(
    eq(conversations.replyId, replyId),
    eq(conversations.inboundSeq, reply.answersSeq),
    eq(conversations.state, 'waiting'),
    sql`not exists (select 1 from drafts d where d.conversation_id = ${conversationId} and d.state = 'proposed')`,
  )
  const set = { state: 'sending', isDrafting: false } as const
  if (!(await changeConversation(ctx, tx, conversationId, set, isUntouched))) return
  // The call that it was sent with may not have come back yet.
  const isOver = before === 'accepted' || before === 'published' || attemptedAt === null
  const earliest = isOver ? 0 : attemptedAt.getTime() + 2 * timeLimitMs
  const sendAfter = new Date(Math.max(ctx.clock.now().getTime() + backoffMs(attempts), earliest))
  const problem = { reason, action: 'It will be tried again' }
  await moveReply(tx, replyId, ['failed'], { state: 'queued', sendAfter, problem })
  const data = { reason, attempt: attempts }
  await addEvent(ctx, tx, 'reply.retried', { conversationId, replyId, actor: 'deskbell', data })
  await ctx.queue.add(tx, 'send-reply', { replyId, conversationId }, sendAfter)
}

/**
 * True of news about an attempt that another one followed: it was settled then. Where ids don't tell, time does; the provider's
 * clock may be a little behind, and know whole seconds only.
 */
function isOld({ state, externalId, attemptedAt }: ReplyRow, receipt: Receipt): boolean {
  if (externalId === null || attemptedAt === null) return false
  const isSettled = state === 'accepted' || state === 'published'
  if (isSettled && receipt.externalId === externalId) return false
  return receipt.at.getTime() < attemptedAt.getTime() - clockSkewMs
}
