import { lockConversation, changeConversation } from '../conversations/queries.ts'
import type { JobName } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { hasUnposted, type PostContext } from './queries.ts'

/** A card that says that it could not be updated, or something not be posted: now it was, in every room. */
export async function endAlarm(
  ctx: Pick<PostContext, 'db' | 'queue' | 'clock' | 'workspaces'>,
  conversationId: string,
  jobs: Extract<JobName, 'sync-card' | 'deliver-posts'>[],
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    // The conversation first, as everywhere.
    await lockConversation(tx, conversationId)
    const isWaiting = await hasUnposted(tx, conversationId, ctx.workspaces.keys())
    const over = isWaiting ? jobs.filter((job) => job !== 'deliver-posts') : jobs
    if ((await resolveProblems(ctx, tx, conversationId, over)) > 0) {
      await changeConversation(ctx, tx, conversationId, {})
    }
  })
}
