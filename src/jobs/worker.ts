import { setTimeout as pause } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import type { Job, JobResult, JobWithMetadata } from 'pg-boss'
import type { Context } from '../context.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { conversations, problems } from '../db/schema.ts'
import { PermanentError, RetryableError } from '../errors.ts'
import { isUuid } from '../id.ts'
import { jobNames, jobSchemas, type JobName, type JobPayload } from './jobs.ts'
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
        await Promise.race([idle(), pause(longestYieldMs, undefined, { ref: false })])
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
    const timer = setTimeout(() => {
      timers.delete(timer)
      boss.notifyWorker(id)
    }, inMs + 5)
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
        ctx.log.error('job failed', { ...ids, error: message, stack: error instanceof Error ? error.stack : undefined })
      return { id: job.id, status: error instanceof PermanentError ? 'deadletter' : 'failed', output: { message } }
    }
  }
}

/** Keeps what failed for good, and shows it on the card. */
export async function keepProblem(
  ctx: WorkerContext,
  job: Pick<JobWithMetadata<object>, 'data' | 'sourceName' | 'sourceOutput'>,
): Promise<void> {
  const name = jobNames.find((one) => one === job.sourceName)
  if (!name) return
  const data = job.data as Record<string, unknown>
  const conversationId = await knownConversation(ctx, data['conversationId'])
  const output = job.sourceOutput as { message?: unknown } | null
  const error =
    typeof output?.message === 'string' ? output.message : 'The program was stopped again and again while at it'
  await ctx.db.transaction(async (tx) => {
    await tx
      .insert(problems)
      .values({ id: ctx.newId(), job: name, payload: data, conversationId, error, at: ctx.clock.now() })
    await addEvent(ctx, tx, 'job.failed', { conversationId, actor: 'deskbell', data: { job: name, error } })
    if (conversationId)
      await changeConversation(
        ctx,
        tx,
        conversationId,
        name === 'triage' || name === 'propose' ? { isDrafting: false } : {},
      )
  })
  ctx.log.error('job failed for good', { job: name, conversationId, error })
}

/** A payload that nobody understands, or one of a conversation that is gone, is kept all the same. */
async function knownConversation(ctx: Pick<Context, 'db'>, id: unknown): Promise<string | null> {
  if (typeof id !== 'string' || !isUuid(id)) return null
  const [row] = await ctx.db.select({ id: conversations.id }).from(conversations).where(eq(conversations.id, id))
  return row?.id ?? null
}

function messageOf(error: unknown): string {
  // Drizzle's own message quotes the statement with its values: customers' words have no place in a log.
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (!cause.message.startsWith('Failed query')) return cause.message
  return 'The database refused a statement'
}
