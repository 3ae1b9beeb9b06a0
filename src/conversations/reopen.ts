import { inArray } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { conversations } from '../db/schema.ts'
import { ConflictError } from '../errors.ts'
import { addEvent, changeConversation } from './queries.ts'

/** Puts a dismissed, snoozed or quarantined conversation back among those that wait, and has a draft written. */
export async function reopenConversation(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId'>,
  { conversationId, by }: { conversationId: string; by: string },
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const row = await changeConversation(
      ctx,
      tx,
      conversationId,
      {
        state: 'waiting',
        dismissedReason: null,
        dismissedBy: null,
        snoozedUntil: null,
        suspicion: [],
        isDrafting: true,
      },
      inArray(conversations.state, ['dismissed', 'snoozed', 'quarantined']),
    )
    if (!row) throw new ConflictError('This conversation is already open')
    await changeConversation(ctx, tx, conversationId, { waitingSince: row.waitingSince ?? row.lastInboundAt })
    await addEvent(ctx, tx, 'conversation.reopened', { conversationId, actor: by })
    await ctx.queue.add(tx, 'triage', { conversationId, seq: row.inboundSeq })
  })
}
