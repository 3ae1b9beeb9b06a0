import { and, asc, eq, isNull, lte, or, sql, type SQL } from 'drizzle-orm'
import type { Removal } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import { dismissIfRemoved } from '../conversations/dismiss-removed.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { attachments, conversations, interactions, replies } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { supersedeDrafts } from '../drafts/queries.ts'
import { takeBack } from '../erasures/take-back.ts'
import { buryKeys } from '../erasures/tombstones.ts'
import { removeOutcomes } from '../measures/outcomes.ts'
import { askForDraft } from '../replies/settle.ts'
import { withdrawMoot } from '../replies/withdraw.ts'
import { interactionKey } from './arrival.ts'
import { findWaiting } from './queries.ts'
import type { RecordContext } from './record.ts'

/** Something on this channel that was taken back. */
export type Taken = Removal & { channel: string }

type InteractionRow = typeof interactions.$inferSelect

const lockKey = sql.raw('7305204412')

/** Whatever is about to come in is there before it is taken back, or finds that it was: see `lockForRemovals`. */
export async function waitForRemovals(tx: Db): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock_shared(${lockKey})`)
}

/**
 * To be called before anything else is locked. Waits for what is coming in right now, which could be what was taken back, and
 * holds the replies that answer it: replies come before conversations everywhere. Returns the conversations it stands in.
 */
export async function lockForRemovals(tx: Db, taken: Taken[]): Promise<string[]> {
  if (taken.length === 0) return []
  await tx.execute(sql`select pg_advisory_xact_lock(${lockKey})`)
  const ids = [...new Set((await findTaken(tx, taken)).map(({ conversationId }) => conversationId))]
  await tx
    .select({ id: replies.id })
    .from(replies)
    .where(and(isAnyOf(replies.conversationId, ids), eq(replies.state, 'queued')))
    .orderBy(asc(replies.id))
    .for('update')
  return ids
}

/**
 * Takes the words out of what was taken back, for good, also where they were posted, and nobody waits for an answer to it any
 * more. What was never here is kept from coming in. May be repeated. `conversationIds`: where it may stand; nothing else comes
 * in until the transaction ends.
 */
export async function remove(ctx: RecordContext, tx: Db, taken: Taken[], conversationIds: string[]): Promise<void> {
  if (taken.length === 0) return
  await buryKeys(
    ctx,
    tx,
    taken.map(({ channel, account, externalId, at }) => ({ key: interactionKey(channel, account, externalId), at })),
  )
  if (conversationIds.length === 0) return
  const held = await tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(isAnyOf(conversations.id, conversationIds))
    .orderBy(asc(conversations.id))
    // Rows that refer to one can still be added by who holds a post: see `takePosts`.
    .for('no key update')
  const rows = Map.groupBy(await findTaken(tx, taken), ({ conversationId }) => conversationId)
  for (const { id } of held) await removeFrom(ctx, tx, id, rows.get(id) ?? [])
}

/** What stands of it; `takenAt`: when it was taken back. */
async function findTaken(tx: Db, taken: Taken[]): Promise<(InteractionRow & { takenAt: Date })[]> {
  const found = new Map<string, InteractionRow & { takenAt: Date }>()
  for (const { channel, account, externalId, at } of taken) {
    const isThis = (which: SQL | undefined): SQL | undefined =>
      and(which, eq(interactions.channel, channel), eq(interactions.account, account), isNull(interactions.removedAt))
    const [own, versions] = await Promise.all([
      tx
        .select()
        .from(interactions)
        .where(isThis(eq(interactions.externalId, externalId))),
      // Written anew since, it stands.
      tx
        .select()
        .from(interactions)
        .where(isThis(and(eq(interactions.versionOf, externalId), lte(interactions.occurredAt, at)))),
    ])
    for (const row of [...own, ...versions]) found.set(row.id, { ...row, takenAt: at })
  }
  return [...found.values()]
}

async function removeFrom(
  ctx: RecordContext,
  tx: Db,
  conversationId: string,
  gone: (InteractionRow & { takenAt: Date })[],
): Promise<void> {
  if (gone.length === 0) return
  const isGone = (column: typeof interactions.id | typeof attachments.interactionId) =>
    isAnyOf(
      column,
      gone.map(({ id }) => id),
    )
  const waited = await findWaiting(tx, conversationId)
  for (const { id: interactionId, takenAt } of gone) {
    const none = { text: '', fullText: null, notes: [], topics: null, summary: null, translation: null }
    await tx
      .update(interactions)
      .set({ ...none, removedAt: takenAt })
      .where(eq(interactions.id, interactionId))
    const event = { conversationId, interactionId, actor: 'customer', data: { at: takenAt.toISOString() } }
    const at = await addEvent(ctx, tx, 'interaction.removed', event)
    await removeOutcomes(tx, [{ interactionId, at }])
  }
  await tx.delete(attachments).where(isGone(attachments.interactionId))
  await takeBack(ctx, tx, conversationId, gone)
  const row = await changeConversation(ctx, tx, conversationId, {})
  if (!row || waited.length === 0) return
  if (row.state === 'sending' && row.replyId !== null) await withdrawMoot(ctx, tx, row.replyId)
  if (await dismissIfRemoved(ctx, tx, conversationId)) return
  const wasWaiting = gone.some(({ id, replacedAt }) => replacedAt === null && waited.some((one) => one.id === id))
  if (wasWaiting) await askAnew(ctx, tx, conversationId)
}

/** Others wait still: the draft for all of it, and whatever a teammate or the assistant is reading just now, is out of date. */
async function askAnew(ctx: Pick<Context, 'queue'>, tx: Db, conversationId: string): Promise<void> {
  const left = await findWaiting(tx, conversationId)
  const since = left.map(({ occurredAt }) => occurredAt).toSorted((a, b) => a.getTime() - b.getTime())[0]
  const [row] = await tx
    .update(conversations)
    .set({ waitingSince: since ?? null, inboundSeq: sql`${conversations.inboundSeq} + 1` })
    .where(
      and(
        eq(conversations.id, conversationId),
        or(eq(conversations.state, 'waiting'), eq(conversations.state, 'snoozed')),
      ),
    )
    .returning({ seq: conversations.inboundSeq })
  if (!row) return
  await supersedeDrafts(tx, conversationId)
  await askForDraft(ctx, tx, conversationId, row.seq)
}
