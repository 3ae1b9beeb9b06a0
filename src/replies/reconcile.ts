import { eq } from 'drizzle-orm'
import { reportAccount, type AccountContext } from '../accounts/broken.ts'
import { keepBroken } from '../accounts/queries.ts'
import type { Found, OpenChannel, OutboundReply } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import { CredentialsError, messageOf, RetryableError } from '../errors.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { replies } from '../db/schema.ts'
import type { JobPayload } from '../jobs/jobs.ts'
import { attemptLimit, backoffMs, outboundReply, timeLimitMs } from './send.ts'
import { moveReply, settleAccepted, settleFailed, type ReplyRow, type SettleContext } from './settle.ts'
import { withdrawMoot } from './withdraw.ts'

/** How long a channel may take to show what it accepted. */
const patienceMs = 3 * 60_000
const pauseMs = 20_000

/**
 * Finds out whether a reply of unknown outcome arrived: by asking the channel; where sending again does no harm, by sending again;
 * where neither tells within a few minutes, by asking the team on the card. While its account must be authorised anew, nobody is
 * asked: `mendAccount` has it looked up then. May be repeated.
 */
export async function reconcileReply(
  ctx: SettleContext & Pick<Context, 'db' | 'log' | 'workspaces'>,
  { replyId, conversationId }: JobPayload<'reconcile-reply'>,
): Promise<void> {
  const [reply] = await ctx.db.select().from(replies).where(eq(replies.id, replyId))
  if (reply?.state !== 'unknown' || (await keepBroken(ctx.db, replyId))) return
  const channel = ctx.channels.get(reply.channel)?.open
  const found = await ask(ctx, channel, reply, await outboundReply(ctx.db, reply))
  if (found === null) return
  ctx.log.info('reply of unknown outcome looked up', { replyId, conversationId, outcome: found.outcome })
  await ctx.db.transaction(async (tx) => {
    if (found.outcome === 'arrived') {
      await settleAccepted(ctx, tx, replyId, ['unknown'], found.sent, { type: 'reply.accepted', actor: 'deskbell' })
      return
    }
    const now = ctx.clock.now().getTime()
    const sinceMs = now - (reply.attemptedAt?.getTime() ?? 0)
    // An attempt that another worker took for lost may still be on the wire.
    if (found.outcome === 'absent' && !channel?.isResendSafe && sinceMs < timeLimitMs) {
      const then = new Date(now + timeLimitMs - sinceMs)
      return ctx.queue.add(tx, 'reconcile-reply', { replyId, conversationId }, then)
    }
    if (found.outcome === 'absent' && reply.attempts >= attemptLimit) {
      await settleFailed(ctx, tx, replyId, ['unknown'], 'failed', {
        reason: `it did not arrive, after ${reply.attempts} attempts`,
      })
      return
    }
    if (found.outcome === 'absent') {
      const sendAfter = new Date(reply.attempts > 1 ? now + backoffMs(reply.attempts) : now)
      const moved = await moveReply(tx, replyId, ['unknown'], { state: 'queued', sendAfter, problem: null })
      if (!moved) return
      await changeConversation(ctx, tx, conversationId, {})
      if (await withdrawMoot(ctx, tx, replyId)) return
      await addEvent(ctx, tx, 'reply.retried', {
        conversationId,
        replyId,
        actor: 'deskbell',
        data: { reason: 'It did not arrive' },
      })
      await ctx.queue.add(tx, 'send-reply', { replyId, conversationId }, sendAfter)
      return
    }
    const isEarly = channel?.find && sinceMs < patienceMs
    if (isEarly) return ctx.queue.add(tx, 'reconcile-reply', { replyId, conversationId }, new Date(now + pauseMs))
    const problem = {
      reason: 'the connection broke while it was being sent',
      action: 'Look whether the customer has it, then choose',
    }
    if (await moveReply(tx, replyId, ['unknown'], { problem })) await changeConversation(ctx, tx, conversationId, {})
  })
}

/** Null: the account must be authorised anew before the channel can tell. */
async function ask(
  ctx: AccountContext & Pick<Context, 'log'>,
  channel: OpenChannel | undefined,
  reply: ReplyRow,
  outbound: OutboundReply,
): Promise<Found | null> {
  if (channel?.isResendSafe) return { outcome: 'absent' }
  if (!channel?.find) return { outcome: 'unclear' }
  try {
    return await channel.find(outbound)
  } catch (error) {
    if (error instanceof CredentialsError) {
      await reportAccount(ctx, reply.channel, reply.account, error)
      return null
    }
    // Whatever keeps the channel from telling: in the end the team is asked.
    if (!(error instanceof RetryableError))
      ctx.log.warn('a reply could not be looked up', { replyId: outbound.id, error: messageOf(error) })
    return { outcome: 'unclear' }
  }
}
