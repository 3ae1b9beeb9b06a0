import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { conversations, interactions } from '../db/schema.ts'
import { supersedeDrafts } from '../drafts/queries.ts'
import { findWaiting } from '../interactions/queries.ts'
import { writingJobs } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { dismissOutcomes } from '../measures/outcomes.ts'
import { addEvent, changeConversation } from './queries.ts'

/**
 * Dismisses a conversation that waits for an answer to nothing, because what it was about was removed by its author. False:
 * somebody waits, or that is not why. The conversation is locked.
 */
export async function dismissIfRemoved(
  ctx: Pick<Context, 'queue' | 'clock' | 'newId'>,
  tx: Db,
  conversationId: string,
): Promise<boolean> {
  const [removed] = await tx
    .select({ id: interactions.id })
    .from(interactions)
    .where(
      and(
        eq(interactions.conversationId, conversationId),
        isNotNull(interactions.removedAt),
        isNull(interactions.automatic),
      ),
    )
    .limit(1)
  if (!removed) return false
  const left = await findWaiting(tx, conversationId)
  if (left.some(({ isCurrent }) => isCurrent)) return false
  const row = await changeConversation(
    ctx,
    tx,
    conversationId,
    {
      state: 'dismissed',
      dismissedReason: 'removed',
      dismissedBy: null,
      isDrafting: false,
      waitingSince: null,
      snoozedUntil: null,
    },
    inArray(conversations.state, ['waiting', 'snoozed']),
  )
  if (!row) return false
  await supersedeDrafts(tx, conversationId, 'dismissed')
  await resolveProblems(ctx, tx, conversationId, writingJobs)
  const data = { reason: 'removed' as const, seq: row.inboundSeq }
  const at = await addEvent(ctx, tx, 'conversation.dismissed', { conversationId, actor: 'deskbell', data })
  await dismissOutcomes(tx, [{ conversationId, at, ...data }])
  return true
}
