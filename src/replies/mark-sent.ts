import type { Context } from '../context.ts'
import { ConflictError } from '../errors.ts'
import { settleAccepted, settleFailed, type SettleContext } from './settle.ts'

/** A teammate says that a reply did reach the customer: sent by hand, or found after an unknown outcome. */
export async function markSent(
  ctx: SettleContext & Pick<Context, 'db'>,
  { replyId, by }: { replyId: string; by: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const sent = { externalId: `by-hand:${replyId}`, at: ctx.clock.now() }
    const reply = await settleAccepted(ctx, tx, replyId, ['by_hand', 'unknown'], sent, {
      type: 'reply.marked-sent',
      actor: by,
    })
    if (!reply) throw new ConflictError('This reply is settled already')
  })
}

/** A teammate says that a reply of unknown outcome did not reach the customer: the conversation waits again. */
export async function markUnsent(
  ctx: SettleContext & Pick<Context, 'db'>,
  { replyId, by }: { replyId: string; by: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const reply = await settleFailed(
      ctx,
      tx,
      replyId,
      ['unknown'],
      'failed',
      { reason: 'it did not arrive' },
      { actor: by },
    )
    if (!reply) throw new ConflictError('This reply is settled already')
  })
}
