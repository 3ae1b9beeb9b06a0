import { and, eq, isNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { problems } from '../db/schema.ts'
import { ConflictError } from '../errors.ts'
import { jobNames, jobSchemas, type JobName } from './jobs.ts'

/** Has a job that failed for good tried again. Throws ConflictError when somebody did so already. */
export async function retryJob(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId'>,
  { problemId, by }: { problemId: string; by: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [problem] = await tx
      .update(problems)
      .set({ resolvedAt: ctx.clock.now() })
      .where(and(eq(problems.id, problemId), isNull(problems.resolvedAt)))
      .returning()
    const name = jobNames.find((job) => job === problem?.job)
    if (!problem || !name) throw new ConflictError('This is being tried again already')
    const isWriting = name === 'triage' || name === 'propose'
    if (problem.conversationId)
      await changeConversation(ctx, tx, problem.conversationId, isWriting ? { isDrafting: true } : {})
    await addAgain(ctx, tx, name, problem.payload)
    await addEvent(ctx, tx, 'job.retried', { conversationId: problem.conversationId, actor: by, data: { job: name } })
  })
}

async function addAgain<Name extends JobName>(
  ctx: Pick<Context, 'queue'>,
  tx: Context['db'],
  name: Name,
  payload: unknown,
): Promise<void> {
  await ctx.queue.add(tx, name, jobSchemas[name].parse(payload) as Parameters<typeof ctx.queue.add<Name>>[2])
}
