import type { Context } from '../context.ts'
import { eq } from 'drizzle-orm'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { conversations, drafts } from '../db/schema.ts'
import { insertDraft } from '../drafts/queries.ts'
import { ConflictError } from '../errors.ts'
import { deliveryJobs } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { askForDraft, moveReply, type SettleContext } from './settle.ts'

/** Takes an approved reply back before it leaves; its text is the draft again. Throws ConflictError when it left already. */
export async function undoReply(
  ctx: SettleContext & Pick<Context, 'db'>,
  { conversationId, replyId, by }: { conversationId: string; replyId: string; by: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const reply = await moveReply(tx, replyId, ['queued', 'by_hand'], { state: 'withdrawn' })
    if (reply?.conversationId !== conversationId) throw new ConflictError('Too late to undo: the reply is on its way')
    const row = await changeConversation(ctx, tx, conversationId, { state: 'waiting', replyId: null })
    await resolveProblems(ctx, tx, conversationId, deliveryJobs)
    const [approved] = await tx.select().from(drafts).where(eq(drafts.id, reply.draftId))
    if (row && approved) {
      const { revision: _, ...copy } = approved
      const draft = await insertDraft(tx, { ...copy, id: ctx.newId(), state: 'proposed', createdAt: ctx.clock.now() })
      await tx.update(drafts).set({ state: 'superseded' }).where(eq(drafts.id, approved.id))
      await tx.update(conversations).set({ draftId: draft.id }).where(eq(conversations.id, conversationId))
      if (row.inboundSeq > reply.answersSeq) await askForDraft(ctx, tx, conversationId, row.inboundSeq)
    }
    await addEvent(ctx, tx, 'reply.withdrawn', { conversationId, replyId, actor: by })
  })
}
