import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { interactions } from '../db/schema.ts'
import { findWaiting } from '../interactions/queries.ts'
import { dismissUnasked } from './dismiss-unasked.ts'

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
  return dismissUnasked(ctx, tx, conversationId, 'removed')
}
