import type { Context } from '../context.ts'
import { NotFoundError } from '../errors.ts'
import { addEvent, changeConversation } from './queries.ts'

/** Gives a conversation to a teammate, or to nobody. */
export async function assignConversation(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId'>,
  input: { conversationId: string; to: string | null; by: string },
): Promise<void> {
  const { conversationId, to, by } = input
  await ctx.db.transaction(async (tx) => {
    const row = await changeConversation(ctx, tx, conversationId, { assignee: to })
    if (!row) throw new NotFoundError('This conversation does not exist any more')
    await addEvent(ctx, tx, 'conversation.assigned', { conversationId, actor: by, data: { to } })
  })
}
