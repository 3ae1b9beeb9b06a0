import { isDeepStrictEqual } from 'node:util'
import { eq } from 'drizzle-orm'
import { conversations, posts } from '../db/schema.ts'
import type { PostRef, Workspace } from '../workspaces/workspace.ts'
import { cardKey, type CardBody } from './post.ts'
import { isPost, savePost, type PostContext, type PostRow } from './queries.ts'
import { openStates, wakeRoom } from './rooms.ts'

/** A card that is to be posted anew: where it was is forgotten. */
export function renewCard(card: PostRow, replaces: CardBody['replaces'], now: Date): PostRow {
  const body = card.body.kind === 'card' && replaces ? { ...card.body, replaces } : card.body
  return { ...card, body, ref: null, shownVersion: 0, attempts: 0, attemptedAt: null, heldUntil: null, notBefore: now }
}

/**
 * Somebody deleted a card: it is posted anew while the customer waits, else it stays away. True: it is posted anew, or was.
 * `ref`: the card that is gone, so that of many who miss it one has it posted.
 */
export async function loseCard(
  ctx: PostContext,
  workspace: Workspace,
  conversationId: string,
  ref: PostRef,
): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    const [conversation] = await tx
      .select({ state: conversations.state, version: conversations.version })
      .from(conversations)
      .where(eq(conversations.id, conversationId))
    const [card] = await tx
      .select()
      .from(posts)
      .where(isPost(workspace.id, cardKey(conversationId)))
      .for('update')
    if (!card || !isDeepStrictEqual(card.ref, ref)) return true
    if (!conversation) return false
    if (!openStates.includes(conversation.state)) {
      // What doesn't stand shows nothing that is out of date, until the conversation changes.
      await tx.update(posts).set({ shownVersion: conversation.version }).where(isPost(workspace.id, card.key))
      return false
    }
    await savePost(tx, card, renewCard(card, 'deleted', ctx.clock.now()))
    if (workspace.paceMs > 0) await wakeRoom(ctx, tx, workspace.id, card.room)
    return true
  })
}
