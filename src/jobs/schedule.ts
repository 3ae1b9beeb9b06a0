import { schedule } from 'node-cron'
import type { Context } from '../context.ts'
import { sweepUses } from '../db/allow.ts'
import { messageOf } from '../errors.ts'

/** Starts what happens by the clock. Returns how to stop it. */
export function startSchedule(ctx: Pick<Context, 'db' | 'clock' | 'log'>): () => Promise<void> {
  const sweep = schedule('17 * * * *', async () => {
    await sweepUses(ctx).catch((error: unknown) => ctx.log.warn('sweep failed', { error: messageOf(error) }))
  })
  return async () => void (await sweep.destroy())
}
