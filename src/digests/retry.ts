import { and, gte, isNotNull, isNull, lte } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { reports } from '../db/schema.ts'
import { notify } from '../posts/notify.ts'
import { titleOf } from '../measures/period.ts'
import { lateMs } from './schedule.ts'
import { planSchema } from './send.ts'

/** After so long nobody waits for it any more. */
const longestMs = 86_400_000

/**
 * Has digests tried again that fell due a while ago and were not written: their job failed for good, or was lost. Says so once in
 * their room. May be repeated: a digest is written once.
 */
export async function retryDigests(ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'log'>): Promise<void> {
  const before = (ms: number) => new Date(ctx.clock.now().getTime() - ms)
  const unwritten = await ctx.db
    .select({ id: reports.id, workspace: reports.workspace, plan: reports.plan })
    .from(reports)
    .where(
      and(
        isNotNull(reports.key),
        isNull(reports.content),
        lte(reports.createdAt, before(lateMs)),
        gte(reports.createdAt, before(longestMs)),
      ),
    )
  for (const { id, workspace, plan } of unwritten) {
    const { room, days } = planSchema.parse(plan)
    await ctx.db.transaction(async (tx) => {
      await ctx.queue.add(tx, 'send-digest', { reportId: id })
      const title = `The digest of ${titleOf(days)} could not be written yet`
      const lines = [{ text: 'It is tried again every hour' }]
      await notify(ctx, tx, { workspace, room, key: `digest:${id}`, title, lines })
    })
    ctx.log.warn('digest tried again', { workspace, reportId: id })
  }
}
