import { and, eq, isNull } from 'drizzle-orm'
import type { JobWithMetadata } from 'pg-boss'
import type { Context } from '../context.ts'
import {
  addEvent,
  changeConversation,
  lockConversation,
  type ConversationChange,
  type ConversationRow,
} from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { problems } from '../db/schema.ts'
import { isUuid } from '../id.ts'
import { jobNames, writingJobs, type JobName } from './jobs.ts'

/** Keeps a job that failed for good, and shows it on the card. May be repeated; the same trouble is kept once. */
export async function keepProblem(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'log' | 'newId'>,
  job: Pick<JobWithMetadata<object>, 'id' | 'data' | 'sourceName' | 'sourceOutput'>,
): Promise<void> {
  const name = jobNames.find((one) => one === job.sourceName)
  if (!name) return
  const data = job.data as Record<string, unknown>
  const output = job.sourceOutput as { message?: unknown } | null
  const error =
    typeof output?.message === 'string' ? output.message : 'The program was stopped again and again while at it'
  await ctx.db.transaction(async (tx) => {
    const named = data['conversationId']
    // A payload that nobody understands, or one of a conversation that is gone, is kept all the same.
    const conversationId =
      typeof named === 'string' && isUuid(named) && (await lockConversation(tx, named)) ? named : null
    const set = writingJobs.includes(name) ? { isDrafting: false } : {}
    await addProblem(ctx, tx, { id: job.id, job: name, payload: data, conversationId, error }, set)
  })
  ctx.log.error('job failed for good', { job: name, conversationId: data['conversationId'], error })
}

/**
 * Adds a problem, unless the same trouble of the conversation is known, and has the card tell of it. Call it with the
 * conversation locked. Returns the conversation as it is then; null when nothing changed there.
 */
export async function addProblem(
  ctx: Pick<Context, 'queue' | 'clock' | 'newId'>,
  tx: Db,
  problem: Omit<typeof problems.$inferInsert, 'job' | 'at'> & { job: JobName; conversationId: string | null },
  set: ConversationChange = {},
): Promise<ConversationRow | null> {
  const { job, conversationId, error } = problem
  // A card that can't be updated would otherwise fail again over the news that it failed, without end.
  const [known] = conversationId
    ? await tx
        .select({ id: problems.id })
        .from(problems)
        .where(and(eq(problems.conversationId, conversationId), eq(problems.job, job), isNull(problems.resolvedAt)))
    : []
  if (known) return null
  const [kept] = await tx
    .insert(problems)
    .values({ ...problem, at: ctx.clock.now() })
    .onConflictDoNothing()
    .returning({ id: problems.id })
  if (!kept) return null
  await addEvent(ctx, tx, 'job.failed', { conversationId, actor: 'deskbell', data: { job, error } })
  return conversationId ? changeConversation(ctx, tx, conversationId, set) : null
}
