import { schedule, type Logger } from 'node-cron'
import { watchAccounts } from '../accounts/watch.ts'
import type { Context } from '../context.ts'
import { allow, sweepUses } from '../db/allow.ts'
import { sweepShelf } from '../db/shelf.ts'
import { readAudiences } from '../measures/audience.ts'
import { retryDigests } from '../digests/retry.ts'
import { claimDigests } from '../digests/send.ts'
import { sweepReports } from '../digests/stored.ts'
import { sweepRemovals } from '../erasures/remove-posts.ts'
import { eraseOldByNight } from '../erasures/retention.ts'
import { sweepLists } from '../history/lists.ts'
import { watchSurges } from '../surges/watch.ts'
import { messageOf } from '../errors.ts'
import { sweepPosts } from '../posts/sweep.ts'
import { watchTargets } from '../targets/watch.ts'
import { watchWindows } from '../windows/watch.ts'

interface Task {
  name: string
  run(ctx: Context): Promise<void>
  /** One replica in so many seconds is enough; null: every replica, each time. */
  onceInSeconds: number | null
}

const minutely: Task[] = [
  { name: 'sweep-posts', run: sweepPosts, onceInSeconds: 60 },
  { name: 'watch-targets', run: watchTargets, onceInSeconds: 60 },
  { name: 'watch-windows', run: watchWindows, onceInSeconds: 60 },
  { name: 'watch-surges', run: watchSurges, onceInSeconds: 60 },
  { name: 'sweep-removals', run: sweepRemovals, onceInSeconds: 60 },
  { name: 'watch-accounts', run: watchAccounts, onceInSeconds: null },
  { name: 'claim-digests', run: claimDigests, onceInSeconds: null },
]
const hourly: Task[] = [
  { name: 'sweep-uses', run: sweepUses, onceInSeconds: null },
  { name: 'sweep-shelf', run: sweepShelf, onceInSeconds: null },
  { name: 'sweep-reports', run: sweepReports, onceInSeconds: 3600 },
  { name: 'sweep-lists', run: sweepLists, onceInSeconds: 3600 },
  { name: 'erase-old', run: eraseOldByNight, onceInSeconds: 3600 },
  { name: 'retry-digests', run: retryDigests, onceInSeconds: 3600 },
  { name: 'read-audiences', run: readAudiences, onceInSeconds: 6 * 3600 },
]

/** Starts what happens by the clock. Returns how to stop it. */
export function startSchedule(ctx: Context): () => Promise<void> {
  const options = { noOverlap: true, logger: loggerOf(ctx) }
  const started = [
    schedule('* * * * *', () => runMinutely(ctx), options),
    schedule('17 * * * *', () => runHourly(ctx), options),
  ]
  return async () => {
    for (const one of started) await one.destroy()
  }
}

/** node-cron's own writes on standard error. */
function loggerOf({ log }: Pick<Context, 'log'>): Logger {
  return {
    info: (fact) => log.debug(fact),
    debug: (fact) => log.debug(messageOf(fact)),
    warn: (fact) => log.warn('the schedule is behind', { reason: fact }),
    error: (fact) => log.error('the schedule failed', { error: messageOf(fact) }),
  }
}

export const runMinutely = (ctx: Context): Promise<void> => runAll(ctx, minutely)
export const runHourly = (ctx: Context): Promise<void> => runAll(ctx, hourly)

/** One after another; what fails keeps no other from its turn. */
async function runAll(ctx: Context, tasks: Task[]): Promise<void> {
  for (const { name, run, onceInSeconds } of tasks) {
    try {
      if (onceInSeconds === null || (await allow(ctx, name, 1, onceInSeconds))) await run(ctx)
    } catch (error) {
      ctx.log.warn('a task of the schedule failed', { task: name, error: messageOf(error) })
    }
  }
}
