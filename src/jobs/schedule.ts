import { schedule } from 'node-cron'
import type { Context } from '../context.ts'
import { allow, sweepUses } from '../db/allow.ts'
import { sweepShelf } from '../db/shelf.ts'
import { messageOf } from '../errors.ts'
import { sweepPosts } from '../posts/sweep.ts'

/** Starts what happens by the clock. Returns how to stop it. */
export function startSchedule(ctx: Context): () => Promise<void> {
  const sweep = schedule('17 * * * *', async () => {
    for (const clear of [sweepUses, sweepShelf])
      await clear(ctx).catch((error: unknown) => ctx.log.warn('sweep failed', { error: messageOf(error) }))
  })
  const posts = schedule('* * * * *', async () => {
    try {
      // One replica a minute is enough.
      if (await allow(ctx, 'sweep-posts', 1, 60)) await sweepPosts(ctx)
    } catch (error) {
      ctx.log.warn('sweep of posts failed', { error: messageOf(error) })
    }
  })
  return async () => {
    await sweep.destroy()
    await posts.destroy()
  }
}
