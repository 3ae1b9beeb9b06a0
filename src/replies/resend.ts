import type { Context } from '../context.ts'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { conversations } from '../db/schema.ts'
import { BadInputError, ConflictError } from '../errors.ts'
import { whyClosed } from './queue.ts'
import { moveReply, type SettleContext } from './settle.ts'

/**
 * Sends a reply again, word for word as it was approved: one that failed, or one of which nobody could tell.
 * Throws ConflictError when it is settled already, a new draft was written, or the customer wrote again; BadInputError when the
 * reply window has closed.
 */
export async function resendReply(
  ctx: SettleContext & Pick<Context, 'db'>,
  { conversationId, replyId, by }: { conversationId: string; replyId: string; by: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const reply = await moveReply(tx, replyId, ['failed', 'rejected', 'unknown'], {
      state: 'queued',
      attempts: 0,
      sendAfter: ctx.clock.now(),
      isScheduled: false,
      problem: null,
      deliveredAt: null,
      readAt: null,
    })
    const row =
      reply &&
      (await changeConversation(
        ctx,
        tx,
        conversationId,
        { state: 'sending', isDrafting: false },
        and(
          eq(conversations.replyId, replyId),
          eq(conversations.inboundSeq, reply.answersSeq),
          inArray(conversations.state, ['waiting', 'sending']),
          sql`not exists (select 1 from drafts d where d.conversation_id = ${conversationId} and d.state = 'proposed')`,
        ),
      ))
    if (!row)
      throw new ConflictError(
        'This reply is settled already, a new draft was written, or the customer wrote again since',
      )
    const closed = reply.template === null ? whyClosed(ctx, row) : null
    if (closed !== null) throw new BadInputError(closed)
    await addEvent(ctx, tx, 'reply.retried', { conversationId, replyId, actor: by })
    await ctx.queue.add(tx, 'send-reply', { replyId, conversationId })
  })
}
