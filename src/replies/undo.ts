import { eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { replies } from '../db/schema.ts'
import { ConflictError } from '../errors.ts'
import type { SettleContext } from './settle.ts'
import { withdrawReply } from './withdraw.ts'

/** Takes an approved reply back before it leaves. Throws ConflictError when it left already. */
export async function undoReply(
  ctx: SettleContext & Pick<Context, 'db'>,
  { conversationId, replyId, by }: { conversationId: string; replyId: string; by: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const condition = eq(replies.conversationId, conversationId)
    const reply = await withdrawReply(ctx, tx, replyId, ['queued', 'by_hand'], by, { condition })
    if (!reply) throw new ConflictError('Too late to undo: the reply is on its way')
  })
}
