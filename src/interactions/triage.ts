import { desc, eq, isNotNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { readConversation } from '../conversations/read.ts'
import { viewOf } from '../conversations/view.ts'
import { conversations, interactions } from '../db/schema.ts'
import type { JobPayload } from '../jobs/jobs.ts'
import { readTuning } from '../settings/queries.ts'

/**
 * Works out what a customer wants, and has a draft written if they wait for one.
 * Does nothing when they wrote again since: a newer job does it. May be repeated.
 */
export async function triageInteraction(
  ctx: Pick<Context, 'db' | 'queue' | 'signals' | 'clock' | 'newId' | 'channels' | 'assistant'>,
  { conversationId, seq }: JobPayload<'triage'>,
  signal: AbortSignal,
): Promise<void> {
  const conversation = await readConversation(ctx.db, ctx.channels, conversationId)
  if (!conversation || conversation.inboundSeq !== seq || !conversation.isDrafting) return
  const { language } = await readTuning(ctx.db)
  const { value: triage, by, fallback } = await ctx.assistant.triage(viewOf(conversation, language), signal)
  await ctx.db.transaction(async (tx) => {
    const row = await changeConversation(
      ctx,
      tx,
      conversationId,
      { isDrafting: triage.needsReply },
      eq(conversations.inboundSeq, seq),
    )
    if (!row) return
    const [newest] = await tx
      .select({ id: interactions.id })
      .from(interactions)
      .where(eq(interactions.conversationId, conversationId))
      .orderBy(isNotNull(interactions.automatic), desc(interactions.seq), desc(interactions.id))
      .limit(1)
    if (!newest) return
    await tx
      .update(interactions)
      .set({ ...triage, triagedBy: by, triagedAt: ctx.clock.now() })
      .where(eq(interactions.id, newest.id))
    await addEvent(ctx, tx, 'interaction.triaged', {
      conversationId,
      interactionId: newest.id,
      actor: 'assistant',
      data: {
        theme: triage.theme,
        sentiment: triage.sentiment,
        urgency: triage.urgency,
        language: triage.language,
        by,
        fallback,
      },
    })
    if (triage.needsReply) await ctx.queue.add(tx, 'propose', { conversationId, seq, instruction: null, by: null })
  })
}
