import { and, eq, sql, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { conversations, events } from '../db/schema.ts'

export type ConversationRow = typeof conversations.$inferSelect

/** The rows a change may set; `version` and `updatedAt` move by themselves. */
export type ConversationChange = Partial<Omit<ConversationRow, 'id' | 'version' | 'updatedAt' | 'inboundSeq'>>

/**
 * Changes one conversation where `condition` holds, and has its cards follow. Returns the row as it is now,
 * or null when the condition did not hold: then nothing changed.
 */
export async function changeConversation(
  ctx: Pick<Context, 'queue' | 'clock'>,
  tx: Db,
  id: string,
  set: ConversationChange,
  condition?: SQL,
): Promise<ConversationRow | null> {
  const [row] = await tx
    .update(conversations)
    .set({ ...set, version: sql`${conversations.version} + 1`, updatedAt: ctx.clock.now() })
    .where(and(eq(conversations.id, id), condition))
    .returning()
  if (!row) return null
  await ctx.queue.add(tx, 'sync-card', { conversationId: id })
  return row
}

/** Holds a conversation until the transaction ends. Replies are locked before it, everything else after. False: there is none. */
export async function lockConversation(tx: Db, id: string): Promise<boolean> {
  const rows = await tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(eq(conversations.id, id))
    .for('update')
  return rows.length > 0
}

export type EventType =
  | 'interaction.removed'
  | 'interaction.triaged'
  | 'draft.proposed'
  | 'draft.redraft-asked'
  | 'draft.first-approved'
  | 'draft.approved'
  | 'reply.sending'
  | 'reply.accepted'
  | 'reply.published'
  | 'reply.rejected'
  | 'reply.failed'
  | 'reply.unknown'
  | 'reply.held'
  | 'reply.retried'
  | 'reply.withdrawn'
  | 'reply.marked-sent'
  | 'conversation.dismissed'
  | 'conversation.reopened'
  | 'conversation.snoozed'
  | 'conversation.woken'
  | 'conversation.assigned'
  | 'conversation.at-risk'
  | 'conversation.late'
  | 'conversation.window-closed'
  | 'account.broken'
  | 'account.mended'
  | 'job.failed'
  | 'job.retried'
  | 'settings.changed'
  // What is no change of a conversation, for the audit: data holds ids and counts, never words.
  | 'history.read'
  | 'history.shared'
  | 'history.exported'
  | 'history.erased'
  | 'customer.read'
  | 'customer.noted'
  | 'customer.joined'
  | 'customer.parted'
  | 'customer.distinguished'
  | 'customer.exported'
  | 'customer.forgotten'

/** Adds one row to the event log. Returns its time. */
export async function addEvent(
  ctx: Pick<Context, 'clock' | 'newId'>,
  tx: Db,
  type: EventType,
  event: {
    conversationId: string | null
    actor: string
    interactionId?: string
    draftId?: string
    replyId?: string
    data?: Record<string, unknown>
  },
): Promise<Date> {
  const at = ctx.clock.now()
  await tx.insert(events).values({ id: ctx.newId(), at, type, data: {}, ...event })
  return at
}
