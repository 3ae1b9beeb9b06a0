import { and, eq, or, sql } from 'drizzle-orm'
import { changeConversation, addEvent } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { attachments, conversations, drafts, identities, interactions, lines, replies } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { dropExchanges } from '../history/drop.ts'
import { findOldestUnanswered } from '../interactions/queries.ts'
import { dismissOutcomes } from '../measures/outcomes.ts'
import { tellingRest, tellsOf } from '../posts/post.ts'
import { clearWriting, deleted, scrubEvents } from './clear.ts'
import { eraseConversations, lockAll, settleReplies, type EraseContext } from './erase.ts'
import { sumOf, type Counts } from './receipt.ts'
import { takeMentions, takePosts } from './take-posts.ts'
import { bury } from './tombstones.ts'

/**
 * Deletes what a person wrote in conversations of others, into which they were forwarded, and what the team answered to them
 * there. Those conversations go on without it. Call it once their own are gone. Throws as `eraseConversations`.
 */
export async function eraseElsewhere(
  ctx: EraseContext,
  tx: Db,
  customerIds: string[],
  erasureId: string,
  by: string,
): Promise<Counts> {
  const said = await tx
    .select({ id: interactions.id, conversationId: interactions.conversationId })
    .from(interactions)
    .innerJoin(identities, eq(identities.id, interactions.identityId))
    .where(isAnyOf(identities.customerId, customerIds))
  const all: Counts[] = []
  for (const [conversationId, written] of Map.groupBy(said, (one) => one.conversationId)) {
    const ids = written.map(({ id }) => id)
    all.push(await eraseFrom(ctx, tx, { conversationId, ids, customerIds, erasureId, by }))
  }
  return sumOf(all)
}

interface Part {
  conversationId: string
  /** Of what they wrote there. */
  ids: string[]
  customerIds: string[]
  erasureId: string
  by: string
}

async function eraseFrom(ctx: EraseContext, tx: Db, part: Part): Promise<Counts> {
  const { conversationId, ids, customerIds, erasureId, by } = part
  const [row] = await lockAll(tx, [conversationId], undefined)
  if (!row) return {}
  const rest = await tx.$count(
    interactions,
    and(eq(interactions.conversationId, conversationId), sql`not ${isAnyOf(interactions.id, ids)}`),
  )
  if (rest === 0)
    return (await eraseConversations(ctx, tx, [conversationId], erasureId, { by, isForgotten: true })).counts
  await settleReplies(ctx, tx, [conversationId], by)
  await bury(ctx, tx, { interactionIds: ids })
  const written = await tx.select().from(interactions).where(isAnyOf(interactions.id, ids))
  const toThem = await tx
    .select({ id: replies.id })
    .from(replies)
    // What was still to leave is withdrawn by now: it answered what is gone.
    .where(and(eq(replies.conversationId, conversationId), or(isTo(customerIds), eq(replies.state, 'queued'))))
  const replyIds = toThem.map(({ id }) => id)
  const told = { turns: written, replyIds }
  const taken = await takePosts(ctx, tx, erasureId, [conversationId], ({ body }) =>
    tellsOf(body, told) ? (tellingRest(body, told) ?? 'goes') : 'stays',
  )
  const gone = { conversationIds: [conversationId], interactionIds: ids, since: row.createdAt }
  const shown = await takeMentions(ctx, tx, erasureId, gone)
  await scrubEvents(tx, [conversationId])
  await dropExchanges(tx, [conversationId])
  const counts: Counts = {
    files: await deleted(tx, sql`delete from ${attachments} where ${isAnyOf(attachments.interactionId, ids)}`),
    messages: await deleted(tx, sql`delete from ${interactions} where ${isAnyOf(interactions.id, ids)}`),
    replies: await deleted(tx, sql`delete from ${replies} where ${isAnyOf(replies.id, replyIds)}`),
    posts: taken + shown,
  }
  const lineIds = [...written.map(({ externalId }) => externalId), ...replyIds]
  await tx.delete(lines).where(and(eq(lines.conversationId, conversationId), isAnyOf(lines.externalId, lineIds)))
  // Whatever was drafted there may have answered them, and what was found out of all at once tells of all.
  await tx
    .delete(drafts)
    .where(
      and(
        eq(drafts.conversationId, conversationId),
        sql`not exists (select from ${replies} where ${replies.draftId} = ${drafts.id})`,
      ),
    )
  await tx.update(drafts).set({ evidence: [], instruction: null }).where(eq(drafts.conversationId, conversationId))
  await clearWriting(tx, conversationId)
  const triaged = written.flatMap(({ triagedAt }) => triagedAt?.toISOString() ?? [])
  await tx
    .update(interactions)
    .set({ summary: null, translation: null })
    .where(
      and(
        eq(interactions.conversationId, conversationId),
        sql`${interactions.triagedAt} in (select value::timestamptz from jsonb_array_elements_text(${JSON.stringify(triaged)}::jsonb))`,
      ),
    )
  await goOn(ctx, tx, conversationId, by)
  return counts
}

/** Replies that went to one of these customers. */
function isTo(customerIds: string[]) {
  return sql`exists (select from ${identities} where ${isAnyOf(identities.customerId, customerIds)}
    and lower(${replies.recipient}) in (lower(${identities.externalId}), lower(${identities.email})))`
}

/** The conversation as it is without them: nobody may be left waiting in it, or a draft be missing. */
async function goOn(ctx: EraseContext, tx: Db, conversationId: string, by: string): Promise<void> {
  const lost = sql`case when exists (select from ${drafts} d where d.id = ${conversations.draftId}) then ${conversations.draftId} end`
  const settled = sql`case when exists (select from ${replies} r where r.id = ${conversations.replyId}) then ${conversations.replyId} end`
  // Whoever is reading it all just now, to write a draft of it, comes too late.
  const inboundSeq = sql`${conversations.inboundSeq} + 1`
  await tx
    .update(conversations)
    .set({ draftId: lost, replyId: settled, indexedVersion: 0, inboundSeq })
    .where(eq(conversations.id, conversationId))
  const row = await changeConversation(ctx, tx, conversationId, {})
  if (!row) return
  // What others wrote there may be without a theme still.
  await ctx.queue.add(tx, 'triage', { conversationId, seq: row.inboundSeq })
  if (row.state !== 'waiting' && row.state !== 'snoozed' && row.state !== 'sending') return
  const [answered] = await tx
    .select({ seq: sql<number>`coalesce(max(${replies.answersSeq}), 0)::int` })
    .from(replies)
    .where(and(eq(replies.conversationId, conversationId), sql`${replies.state} in ('accepted', 'published')`))
  const since = await findOldestUnanswered(tx, conversationId, answered?.seq ?? 0)
  if (since) {
    const state = row.state === 'sending' && row.replyId === null ? ('waiting' as const) : row.state
    await tx.update(conversations).set({ state, waitingSince: since }).where(eq(conversations.id, conversationId))
    if (state !== 'sending' && row.draftId === null)
      await tx.update(conversations).set({ isDrafting: true }).where(eq(conversations.id, conversationId))
    return
  }
  const data = { reason: 'no-reply-needed' as const, seq: row.inboundSeq }
  await tx
    .update(conversations)
    .set({
      state: 'dismissed',
      dismissedReason: data.reason,
      isDrafting: false,
      waitingSince: null,
      snoozedUntil: null,
    })
    .where(eq(conversations.id, conversationId))
  const at = await addEvent(ctx, tx, 'conversation.dismissed', { conversationId, actor: by, data })
  await dismissOutcomes(tx, [{ conversationId, at, ...data }])
}
