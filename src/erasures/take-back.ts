import { eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { erasures, removals, type interactions } from '../db/schema.ts'
import { tellingRest, tellsOf } from '../posts/post.ts'
import { addToReceipt, openReceipt } from './receipt.ts'
import { isUntried, takeMentions, takePosts } from './take-posts.ts'

/**
 * Has what its author took back taken out of the rooms, with its files: every post in a thread that tells of it is taken out,
 * and what else it told is told anew. Cards show what is left, and so does what nobody tried to post yet. What else
 * mentions it is shown anew. Runs in the transaction that takes out the words, with the conversation locked as `takePosts` says.
 */
export async function takeBack(
  ctx: Pick<Context, 'queue' | 'clock' | 'newId'>,
  tx: Db,
  conversationId: string,
  gone: (typeof interactions.$inferSelect)[],
): Promise<void> {
  const receipt = await openReceipt(ctx, tx, { id: ctx.newId(), kind: 'removal', by: 'deskbell' })
  const told = { turns: gone, replyIds: [] }
  const taken = await takePosts(ctx, tx, receipt.id, [conversationId], (post) =>
    isUntried(post) || !tellsOf(post.body, told) ? 'stays' : (tellingRest(post.body, told) ?? 'goes'),
  )
  const shown = await takeMentions(ctx, tx, receipt.id, {
    conversationIds: [conversationId],
    interactionIds: gone.map(({ id }) => id),
    since: new Date(Math.min(...gone.map(({ receivedAt }) => receivedAt.getTime()))),
  })
  // Where nothing was posted of it, there is nothing to account for.
  const left = await tx.$count(removals, eq(removals.erasureId, receipt.id))
  if (left === 0) await tx.delete(erasures).where(eq(erasures.id, receipt.id))
  else await addToReceipt(tx, receipt, { messages: gone.length, posts: taken + shown })
}
