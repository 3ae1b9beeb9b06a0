import { and, eq, inArray } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { conversations } from '../db/schema.ts'
import { dismissOutcomes } from '../measures/outcomes.ts'
import { explainConflict, type Approval } from '../drafts/conflict.ts'
import { supersedeDrafts } from '../drafts/queries.ts'
import { writingJobs } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import type { DismissReason } from './conversation.ts'
import { addEvent, changeConversation } from './queries.ts'

/** Closes a conversation without a reply. Throws ConflictError if what the teammate saw is out of date. */
export async function dismissConversation(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId' | 'channels'>,
  input: Approval & { reason: DismissReason },
): Promise<void> {
  const { conversationId, seenSeq, by, reason } = input
  await ctx.db.transaction(async (tx) => {
    const row = await changeConversation(
      ctx,
      tx,
      conversationId,
      {
        state: 'dismissed',
        dismissedReason: reason,
        dismissedBy: by,
        isDrafting: false,
        waitingSince: null,
        snoozedUntil: null,
      },
      and(eq(conversations.inboundSeq, seenSeq), inArray(conversations.state, ['waiting', 'snoozed', 'quarantined'])),
    )
    if (!row) throw await explainConflict(ctx, tx, input)
    await supersedeDrafts(tx, conversationId, 'dismissed')
    await resolveProblems(ctx, tx, conversationId, writingJobs)
    // Which words it is about: those that come later are none of them.
    const data = { reason, seq: seenSeq }
    const at = await addEvent(ctx, tx, 'conversation.dismissed', { conversationId, actor: by, data })
    await dismissOutcomes(tx, [{ conversationId, at, ...data }])
  })
}
