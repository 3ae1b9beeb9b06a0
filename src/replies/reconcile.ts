import { eq } from 'drizzle-orm'
import type { Found, OpenChannel, OutboundReply } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import { messageOf, RetryableError } from '../errors.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { replies } from '../db/schema.ts'
import type { JobPayload } from '../jobs/jobs.ts'
import { attemptLimit, backoffMs, outboundReply, timeLimitMs } from './send.ts'
import { moveReply, settleAccepted, settleFailed, type SettleContext } from './settle.ts'

/** How long a channel may take to show what it accepted. */
const patienceMs = 3 * 60_000
const pauseMs = 20_000

/**
 * Finds out whether a reply of unknown outcome arrived: by asking the channel; where sending again does no harm, by sending again;
 * where neither tells within a few minutes, by asking the team on the card. May be repeated.
 */
export async function reconcileReply(
  ctx: SettleContext & Pick<Context, 'db' | 'log'>,
  { replyId, conversationId }: JobPayload<'reconcile-reply'>,
): Promise<void> {
  const [reply] = await ctx.db.select().from(replies).where(eq(replies.id, replyId))
  if (reply?.state !== 'unknown') return
  const channel = ctx.channels.get(reply.channel)?.open
  const found = await ask(ctx, channel, await outboundReply(ctx.db, reply))
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

async function ask(
  ctx: Pick<Context, 'log'>,
  channel: OpenChannel | undefined,
  outbound: OutboundReply,
): Promise<Found> {
  if (channel?.isResendSafe) return { outcome: 'absent' }
  if (!channel?.find) return { outcome: 'unclear' }
  try {
    return await channel.find(outbound)
  } catch (error) {
    // Whatever keeps the channel from telling: in the end the team is asked.
    if (!(error instanceof RetryableError))
      ctx.log.warn('a reply could not be looked up', { replyId: outbound.id, error: messageOf(error) })
    return { outcome: 'unclear' }
  }
}
