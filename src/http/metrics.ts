import { count, inArray, isNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { listBroken } from '../accounts/queries.ts'
import { conversations, problems, replies } from '../db/schema.ts'
import type { OpenQueue } from '../jobs/queue.ts'

const unsettled = ['queued', 'sending', 'unknown'] as const
const open = ['waiting', 'sending', 'snoozed', 'quarantined'] as const

/** Everything in Prometheus' text form; what lives in the database is read now. Without the database, the rest still comes. */
export async function metricsText(ctx: Pick<Context, 'db' | 'metrics'>, queue: OpenQueue): Promise<string> {
  const { metrics, db } = ctx
  try {
    const [states, replyStates, [problem], broken, queues] = await Promise.all([
      db
        .select({ state: conversations.state, count: count() })
        .from(conversations)
        .where(inArray(conversations.state, [...open]))
        .groupBy(conversations.state),
      db
        .select({ state: replies.state, count: count() })
        .from(replies)
        .where(inArray(replies.state, [...unsettled]))
        .groupBy(replies.state),
      db.select({ count: count() }).from(problems).where(isNull(problems.resolvedAt)),
      listBroken(db),
      queue.boss.getQueues(),
    ])
    for (const state of open) metrics.state.set({ state }, states.find((row) => row.state === state)?.count ?? 0)
    for (const state of unsettled)
      metrics.unsettled.set({ state }, replyStates.find((row) => row.state === state)?.count ?? 0)
    metrics.problems.set(problem?.count ?? 0)
    // One of a channel that is mended, or switched off, must not stay.
    metrics.broken.reset()
    for (const { channel } of broken) metrics.broken.inc({ channel })
    for (const { name, readyCount } of queues) metrics.queued.set({ job: name }, readyCount)
  } catch {
    metrics.state.reset()
    metrics.unsettled.reset()
    metrics.problems.reset()
    metrics.broken.reset()
    metrics.queued.reset()
  }
  return metrics.registry.metrics()
}
