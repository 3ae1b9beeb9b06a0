import { eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { conversations, posts } from '../db/schema.ts'
import { GoneError } from '../errors.ts'
import { isBulletin, renderBulletin } from '../posts/bulletins.ts'
import { postBackoffMs, type PostBody } from '../posts/post.ts'
import { isPost } from '../posts/queries.ts'
import type { Message } from '../workspaces/message.ts'
import type { Workspace } from '../workspaces/workspace.ts'

type ShowContext = Pick<Context, 'db' | 'queue' | 'clock' | 'channels' | 'workspaces'>

/**
 * A card that stays, and is to show what is left: has it changed, until it was. Null: it was; else in how many milliseconds to
 * look again.
 */
export async function watchCard(
  ctx: ShowContext,
  attempts: number,
  { ref, conversationId, shownVersion }: typeof posts.$inferSelect,
): Promise<number | null> {
  // What is posted anew shows it.
  if (conversationId === null || ref === null) return null
  const [now] = await ctx.db
    .select({ version: conversations.version })
    .from(conversations)
    .where(eq(conversations.id, conversationId))
  if (!now || shownVersion >= now.version) return null
  await ctx.queue.add(ctx.db, 'sync-card', { conversationId })
  return postBackoffMs(attempts)
}

/** What tells of several conversations is changed to what is left of it, and goes when that is nothing. Throws what the workspace throws. */
export async function showAnew(ctx: ShowContext, workspace: Workspace, post: typeof posts.$inferSelect): Promise<void> {
  const { ref, body } = post
  const message = isBulletin(body) ? await renderBulletin(ctx, ctx.db, workspace.id, body) : null
  const left = message && !isEmpty(body, message) ? message : null
  if (!left) {
    if (ref) await workspace.remove(ref)
    await ctx.db.delete(posts).where(isPost(workspace.id, post.key))
    return
  }
  try {
    if (ref) await workspace.update(ref, left)
  } catch (error) {
    if (!(error instanceof GoneError && error.what === 'post')) throw error
  }
}

/** Nothing is left of what it was posted for. */
function isEmpty(body: PostBody, message: Message): boolean {
  switch (message.kind) {
    case 'found':
      return message.passages.length === 0
    case 'notice': {
      const isTold = (lines: { conversationId?: string }[]) => lines.some((line) => line.conversationId !== undefined)
      return body.kind === 'notice' && isTold(body.lines) && !isTold(message.lines)
    }
    default:
      return false
  }
}
