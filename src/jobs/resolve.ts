import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { problems } from '../db/schema.ts'
import type { JobName } from './jobs.ts'

/** Ends the alarm about jobs that failed for good, when what they were to do is done, or moot. Returns how many there were. */
export async function resolveProblems(
  ctx: Pick<Context, 'clock'>,
  tx: Db,
  conversationId: string,
  jobs: JobName[],
): Promise<number> {
  const resolved = await tx
    .update(problems)
    .set({ resolvedAt: ctx.clock.now() })
    .where(and(eq(problems.conversationId, conversationId), isNull(problems.resolvedAt), inArray(problems.job, jobs)))
    .returning({ id: problems.id })
  return resolved.length
}
