import type { Context } from '../context.ts'
import { audiences } from '../db/schema.ts'
import { messageOf } from '../errors.ts'

/**
 * Writes down how many follow each public account today. A channel that can't tell is left out until the next time. May be
 * repeated; the newest count of a day stands.
 */
export async function readAudiences(ctx: Pick<Context, 'db' | 'clock' | 'log' | 'channels'>): Promise<void> {
  const date = ctx.clock.now().toISOString().slice(0, 10)
  for (const { id: channel, limits, open } of ctx.channels.values()) {
    if (!open.audience || !limits.isPublic) continue
    try {
      for (const [account, followers] of Object.entries(await open.audience()))
        await ctx.db
          .insert(audiences)
          .values({ channel, account, date, followers })
          .onConflictDoUpdate({ target: [audiences.channel, audiences.account, audiences.date], set: { followers } })
    } catch (error) {
      ctx.log.warn('followers could not be counted', { channel, error: messageOf(error) })
    }
  }
}
