import { eq } from 'drizzle-orm'
import type { Conversation } from '../conversations/conversation.ts'
import { lockConversation } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { conversations, posts } from '../db/schema.ts'
import type { PermanentError } from '../errors.ts'
import type { JobName } from '../jobs/jobs.ts'
import { addProblem } from '../jobs/keep.ts'
import { isHeld, never, type PostContext, type PostRow } from './queries.ts'

interface Refusal {
  error: PermanentError
  conversation: Conversation | null
}

const job: JobName = 'deliver-posts'

/**
 * The platform will not take a post: it is not tried again until its conversation changes, and the card says so where
 * it is seen. Null: there is nothing to say, since nobody waits.
 */
export async function refusePost(ctx: PostContext, row: PostRow, refusal: Refusal | null): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const { conversationId } = row
    if (conversationId) await lockConversation(tx, conversationId)
    const [before] = conversationId
      ? await tx
          .select({ version: conversations.version })
          .from(conversations)
          .where(eq(conversations.id, conversationId))
      : []
    const version = before?.version ?? 0
    const changed = refusal ? await keepRefusal(ctx, tx, row, refusal) : null
    // Our own news is no change that could help; what somebody else changed since it was rendered is.
    const rendered = refusal?.conversation?.version ?? version
    const shownVersion = rendered === version ? (changed ?? version) : rendered
    await tx
      .update(posts)
      .set({ attemptedAt: null, heldUntil: null, notBefore: never, shownVersion })
      .where(isHeld(row))
    if (conversationId && rendered !== version && changed === null)
      await ctx.queue.add(tx, 'sync-card', { conversationId })
  })
}

/** Returns the conversation's new version; null when the trouble was known. */
async function keepRefusal(ctx: PostContext, tx: Db, row: PostRow, { error }: Refusal): Promise<number | null> {
  const { conversationId, workspace, room } = row
  const text = [error.message, error.action].filter(Boolean).join('. ')
  const payload = { workspace, room, at: ctx.clock.now().toISOString() }
  const changed = await addProblem(ctx, tx, { id: ctx.newId(), job, payload, conversationId, error: text })
  return changed?.version ?? null
}
