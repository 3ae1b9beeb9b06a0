import { schedule } from 'node-cron'
import type { Context } from '../context.ts'
import { allow, sweepUses } from '../db/allow.ts'
import { sweepShelf } from '../db/shelf.ts'
import { readAudiences } from '../measures/audience.ts'
import { claimDigests } from '../digests/send.ts'
import { sweepReports } from '../digests/stored.ts'
import { watchSurges } from '../surges/watch.ts'
import { messageOf } from '../errors.ts'
import { sweepPosts } from '../posts/sweep.ts'
import { watchTargets } from '../targets/watch.ts'

interface Task {
  name: string
  run(ctx: Context): Promise<void>
  /** One replica in so many seconds is enough; null: every replica, each time. */
  onceInSeconds: number | null
}

const minutely: Task[] = [
  { name: 'sweep-posts', run: sweepPosts, onceInSeconds: 60 },
  { name: 'watch-targets', run: watchTargets, onceInSeconds: 60 },
  { name: 'watch-surges', run: watchSurges, onceInSeconds: 60 },
  { name: 'claim-digests', run: claimDigests, onceInSeconds: null },
]
const hourly: Task[] = [
  { name: 'sweep-uses', run: sweepUses, onceInSeconds: null },
  { name: 'sweep-shelf', run: sweepShelf, onceInSeconds: null },
  { name: 'sweep-reports', run: sweepReports, onceInSeconds: 3600 },
  { name: 'read-audiences', run: readAudiences, onceInSeconds: 6 * 3600 },
]

/** Starts what happens by the clock; each time, one task after another. Returns how to stop it. */
export function startSchedule(ctx: Context): () => Promise<void> {
  const started = [
    schedule('* * * * *', () => runAll(ctx, minutely), { noOverlap: true }),
    schedule('17 * * * *', () => runAll(ctx, hourly), { noOverlap: true }),
  ]
  return async () => {
    for (const one of started) await one.destroy()
  }
}

async function runAll(ctx: Context, tasks: Task[]): Promise<void> {
  for (const { name, run, onceInSeconds } of tasks) {
    try {
      if (onceInSeconds === null || (await allow(ctx, name, 1, onceInSeconds))) await run(ctx)
    } catch (error) {
      ctx.log.warn('a task of the schedule failed', { task: name, error: messageOf(error) })
    }
  }
}
