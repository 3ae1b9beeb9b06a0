import { and, desc, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { isAside, type Conversation } from '../conversations/conversation.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { readConversation } from '../conversations/read.ts'
import { viewOf } from '../conversations/view.ts'
import type { Db } from '../db/client.ts'
import { conversations, interactions } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { describeOutcomes } from '../measures/outcomes.ts'
import { writingJobs, type JobPayload } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { stands } from './queries.ts'
import type { SettleContext } from '../replies/settle.ts'
import { withdrawScheduled } from '../replies/withdraw.ts'
import { readTuning } from '../settings/queries.ts'

/**
 * Works out what a customer wants, also when a teammate has decided already, and has a draft written if they wait for one.
 * Does nothing when they wrote again since: a newer job does it. May be repeated.
 */
export async function triageInteraction(
  ctx: Pick<Context, 'db' | 'queue' | 'signals' | 'clock' | 'newId' | 'channels' | 'assistant'>,
  { conversationId, seq, redraft }: JobPayload<'triage'>,
  signal: AbortSignal,
): Promise<void> {
  const conversation = await readConversation(ctx.db, ctx.channels, conversationId)
  if (!conversation || conversation.inboundSeq !== seq || isAside(conversation)) return
  // What came in while a reply is on its way gets its turn when that is settled; one that has not left is taken back.
  if (conversation.isDrafting && conversation.state === 'sending') return withdrawOutdated(ctx, conversation)
  if (!conversation.isDrafting && (await findUntriaged(ctx.db, conversationId)).length === 0) return
  const { language: teamLanguage } = await readTuning(ctx.db)
  const view = viewOf(conversation, teamLanguage)
  if (view.turns.every(({ from }) => from === 'team')) return stopDrafting(ctx, conversationId, seq)
  const again = redraft ? { redraft } : {}
  const { value: triage, by, fallback } = await ctx.assistant.triage(view, signal)
  await ctx.db.transaction(async (tx) => {
    const row = await changeConversation(ctx, tx, conversationId, {}, eq(conversations.inboundSeq, seq))
    if (!row) return
    // What it made of words that were taken back meanwhile may tell of them.
    if (await areRemoved(tx, conversation)) return ctx.queue.add(tx, 'triage', { conversationId, seq, ...again })
    const [newest] = await tx
      .select({ id: interactions.id })
      .from(interactions)
      .where(and(eq(interactions.conversationId, conversationId), stands))
      .orderBy(isNotNull(interactions.automatic), desc(interactions.seq), desc(interactions.id))
      .limit(1)
    if (!newest) return
    // What they wrote in quick succession is one matter: no interaction is left without a theme.
    const ids = [...new Set([newest.id, ...(await findUntriaged(tx, conversationId))])]
    await tx
      .update(interactions)
      .set({ ...triage, translation: null, triagedBy: by, triagedAt: ctx.clock.now() })
      .where(isAnyOf(interactions.id, ids))
    await tx.update(interactions).set({ translation: triage.translation }).where(eq(interactions.id, newest.id))
    await describeOutcomes(tx, ids, triage)
    const { theme, sentiment, urgency, language } = triage
    for (const interactionId of ids) {
      await addEvent(ctx, tx, 'interaction.triaged', {
        conversationId,
        interactionId,
        actor: 'assistant',
        data: { theme, sentiment, urgency, language, by, fallback },
      })
    }
    await resolveProblems(ctx, tx, conversationId, writingJobs)
    // Decided meanwhile, or on its way: the next draft is asked for when it is needed.
    if (!row.isDrafting || (row.state !== 'waiting' && row.state !== 'snoozed')) return
    if (triage.needsReply || redraft) {
      const { instruction, by: askedBy } = redraft ?? { instruction: null, by: null }
      await ctx.queue.add(tx, 'propose', { conversationId, seq, instruction, by: askedBy })
    } else {
      await tx.update(conversations).set({ isDrafting: false }).where(eq(conversations.id, conversationId))
    }
  })
}

async function withdrawOutdated(
  ctx: SettleContext & Pick<Context, 'db'>,
  { reply, inboundSeq }: Conversation,
): Promise<void> {
  if (!reply?.isScheduled || reply.answersSeq >= inboundSeq) return
  await ctx.db.transaction((tx) => withdrawScheduled(ctx, tx, reply.id))
}

/** All that they wrote was taken back: there is nothing to write a draft for. */
async function stopDrafting(
  ctx: Pick<Context, 'db' | 'queue' | 'clock'>,
  conversationId: string,
  seq: number,
): Promise<void> {
  const isAsked = and(eq(conversations.inboundSeq, seq), eq(conversations.isDrafting, true))
  await ctx.db.transaction((tx) => changeConversation(ctx, tx, conversationId, { isDrafting: false }, isAsked))
}

async function areRemoved(tx: Db, { turns }: Conversation): Promise<boolean> {
  const read = turns.filter(({ from, undone }) => from === 'customer' && !undone).map(({ id }) => id)
  const [removed] = await tx
    .select({ id: interactions.id })
    .from(interactions)
    .where(and(isAnyOf(interactions.id, read), isNotNull(interactions.removedAt)))
    .limit(1)
  return removed !== undefined
}

const mostAtOnce = 100

/** What people wrote of which nobody knows the theme yet, the newest first. */
async function findUntriaged(db: Db, conversationId: string): Promise<string[]> {
  const rows = await db
    .select({ id: interactions.id })
    .from(interactions)
    .where(
      and(
        eq(interactions.conversationId, conversationId),
        isNull(interactions.triagedAt),
        isNull(interactions.automatic),
        stands,
      ),
    )
    .orderBy(desc(interactions.seq))
    .limit(mostAtOnce)
  return rows.map(({ id }) => id)
}
