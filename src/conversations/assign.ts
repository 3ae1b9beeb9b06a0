import { eq, inArray, isNull, or } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { conversations, teammates } from '../db/schema.ts'
import { ConflictError, NotFoundError } from '../errors.ts'
import { addEvent, changeConversation } from './queries.ts'

/** Gives a conversation to a teammate, or to nobody. Who has it may pass it on; throws ConflictError when another has it. */
export async function assignConversation(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId'>,
  input: { conversationId: string; to: string | null; by: string },
): Promise<void> {
  const { conversationId, to, by } = input
  await ctx.db.transaction(async (tx) => {
    const isFree =
      to === null ? undefined : or(isNull(conversations.assignee), inArray(conversations.assignee, [to, by]))
    const row = await changeConversation(ctx, tx, conversationId, { assignee: to }, isFree)
    if (!row) {
      const [owner] = await tx
        .select({ name: teammates.name })
        .from(conversations)
        .innerJoin(teammates, eq(teammates.id, conversations.assignee))
        .where(eq(conversations.id, conversationId))
      if (!owner) throw new NotFoundError('This conversation does not exist any more')
      throw new ConflictError(`${owner.name} took this first. Nothing was changed`)
    }
    await addEvent(ctx, tx, 'conversation.assigned', { conversationId, actor: by, data: { to } })
  })
}
