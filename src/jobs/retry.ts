import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { conversations, problems } from '../db/schema.ts'
import { BadInputError, ConflictError } from '../errors.ts'
import { jobNames, jobSchemas, type JobName, type JobPayload } from './jobs.ts'

/**
 * Has a job that failed for good tried again; a draft for words that were dealt with since is not written any more.
 * Throws ConflictError when somebody did so already.
 */
export async function retryJob(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId'>,
  { problemId, by }: { problemId: string; by: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [problem] = await tx.select().from(problems).where(eq(problems.id, problemId))
    const name = jobNames.find((job) => job === problem?.job)
    if (!problem || !name) throw new ConflictError('This is being tried again already')
    const { conversationId } = problem
    const payload = readPayload(name, problem.payload)
    let isMoot = false
    // The conversation first, as everywhere: two transactions never wait for one another.
    if (conversationId && 'seq' in payload) {
      const isOpen = and(
        eq(conversations.inboundSeq, payload.seq),
        inArray(conversations.state, ['waiting', 'snoozed']),
      )
      isMoot = !(await changeConversation(ctx, tx, conversationId, { isDrafting: true }, isOpen))
    }
    if (conversationId && (isMoot || !('seq' in payload))) await changeConversation(ctx, tx, conversationId, {})
    const resolved = await tx
      .update(problems)
      .set({ resolvedAt: ctx.clock.now() })
      .where(and(eq(problems.id, problemId), isNull(problems.resolvedAt)))
      .returning({ id: problems.id })
    if (resolved.length === 0) throw new ConflictError('This is being tried again already')
    if (!isMoot) await ctx.queue.add(tx, name, payload)
    await addEvent(ctx, tx, 'job.retried', { conversationId, actor: by, data: { job: name, isMoot } })
  })
}

function readPayload<Name extends JobName>(name: Name, payload: unknown): JobPayload<Name> {
  const parsed = jobSchemas[name].safeParse(payload)
  if (!parsed.success)
    throw new BadInputError('This can not be tried again: another version of the program asked for it')
  return parsed.data as JobPayload<Name>
}
