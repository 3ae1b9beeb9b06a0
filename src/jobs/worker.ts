import type { Job, JobResult, JobWithMetadata } from 'pg-boss'
import type { Context } from '../context.ts'
import { framesOf, messageOf, PermanentError, RetryableError } from '../errors.ts'
import { within } from '../waiting.ts'
import { jobNames, jobSchemas, type JobName, type JobPayload } from './jobs.ts'
import { keepProblem } from './keep.ts'
import { deadQueue, type OpenQueue } from './queue.ts'

/** What each job does. `signal` aborts when the program stops or another worker took the job over. */
export type JobHandlers = { [Name in JobName]: (payload: JobPayload<Name>, signal: AbortSignal) => Promise<void> }

type WorkerContext = Pick<Context, 'db' | 'queue' | 'clock' | 'log' | 'metrics' | 'newId'>

/** Fetching one at a time would mean one job per poll when there is a backlog. */
const batchSize = 4
const pollSeconds = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 5 }
const longestTimerMs = 3_600_000
/** Accepting comes first: in a flood, a job waits so long at most. */
const longestYieldMs = 1000

/**
 * Starts working. `concurrency`: batches at once per queue. `idle`: resolves once there is nothing more urgent to do.
 * Returns how to stop, which lets running jobs finish.
 */
export async function startWorker(
  ctx: WorkerContext,
  queue: OpenQueue,
  handlers: JobHandlers,
  concurrency: number,
  idle: () => Promise<void>,
): Promise<() => Promise<void>> {
  const { boss } = queue
  const stopping = new AbortController()
  const workerIds = new Map<JobName, string>()
  const timers = new Set<NodeJS.Timeout>()
  for (const name of jobNames) {
    const work = runOne(ctx, name, handlers)
    const id = await boss.work<object, unknown>(
      name,
      { batchSize, burstWhenBatchFull: true, localConcurrency: concurrency, perJobResults: true, ...pollSeconds },
      async (jobs: Job<object>[]) => {
        await within(idle(), longestYieldMs)
        return Promise.all(jobs.map((job) => work(job, AbortSignal.any([job.signal, stopping.signal]))))
      },
    )
    workerIds.set(name, id)
  }
  await boss.work(deadQueue, { includeMetadata: true, ...pollSeconds }, async (jobs: JobWithMetadata<object>[]) => {
    for (const job of jobs) await keepProblem(ctx, job)
  })
  // A job for later raises no notification when it falls due.
  queue.onDeferred((name, at) => {
    const inMs = at.getTime() - Date.now()
    const id = workerIds.get(name)
    if (!id || inMs > longestTimerMs) return
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        boss.notifyWorker(id)
      },
      Math.max(0, inMs) + 5,
    )
    timers.add(timer)
  })
  return async () => {
    for (const timer of timers) clearTimeout(timer)
    const grace = setTimeout(() => stopping.abort(), 10_000)
    await Promise.all([...jobNames, deadQueue].map((name) => boss.offWork(name, { wait: true })))
    clearTimeout(grace)
  }
}

function runOne<Name extends JobName>(
  ctx: WorkerContext,
  name: Name,
  handlers: JobHandlers,
): (job: Job<object>, signal: AbortSignal) => Promise<JobResult> {
  return async (job, signal) => {
    const end = ctx.metrics.jobs.startTimer({ job: name })
    const ids = {
      job: name,
      jobId: job.id,
      ...('conversationId' in job.data ? { conversationId: job.data.conversationId } : {}),
    }
    try {
      await handlers[name](jobSchemas[name].parse(job.data) as JobPayload<Name>, signal)
      end({ outcome: 'completed' })
      return { id: job.id, status: 'completed' }
    } catch (error) {
      end({ outcome: 'failed' })
      const message = messageOf(error)
      if (error instanceof RetryableError) ctx.log.info('job will be repeated', { ...ids, error: message })
      else
        ctx.log.error('job failed', {
          ...ids,
          error: message,
          frames: error instanceof Error ? framesOf(error) : undefined,
        })
      return { id: job.id, status: error instanceof PermanentError ? 'deadletter' : 'failed', output: { message } }
    }
  }
}
