import { and, eq, or } from 'drizzle-orm'
import type { Receipt } from '../channels/channel.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { replies } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { isUuid } from '../id.ts'
import { moveReply, settleFailed, type SettleContext } from './settle.ts'

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

/** Takes the provider's later word on a reply. One about a reply that isn't ours, or that says nothing new, changes nothing. */
export async function applyReceipt(ctx: SettleContext, tx: Db, channel: string, receipt: Receipt): Promise<void> {
  const [reply] = await tx
    .select({ id: replies.id })
    .from(replies)
    .where(
      and(
        eq(replies.channel, channel),
        or(
          eq(replies.externalId, receipt.externalId),
          receipt.replyId && isUuid(receipt.replyId) ? eq(replies.id, receipt.replyId) : undefined,
        ),
      ),
    )
  if (!reply) return
  if (receipt.state !== 'published') {
    const reason =
      receipt.reason ?? (receipt.state === 'rejected' ? 'The provider rejected it' : 'It could not be delivered')
    await settleFailed(
      ctx,
      tx,
      reply.id,
      ['sending', 'unknown', 'accepted', 'published'],
      receipt.state,
      {
        reason,
        action: 'Reach the customer another way, or send again',
      },
      { at: receipt.at },
    )
    return
  }
  const moved = await moveReply(tx, reply.id, ['accepted'], { state: 'published' })
  if (!moved) return
  await changeConversation(ctx, tx, moved.conversationId, {})
  await addEvent(ctx, tx, 'reply.published', {
    conversationId: moved.conversationId,
    replyId: moved.id,
    actor: 'deskbell',
    data: { at: receipt.at.toISOString() },
  })
}
