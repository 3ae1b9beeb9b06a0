import { and, asc, inArray, sql, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { hostedKey } from '../conversations/hosted.ts'
import { addEvent, type ConversationRow } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { attachments, conversations, drafts, identities, interactions, lines, problems, replies } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { ConflictError } from '../errors.ts'
import { dropExchanges } from '../history/drop.ts'
import { dismissOutcomes } from '../measures/outcomes.ts'
import { clearJobs, clearShelf, deleted, scrubEvents } from './clear.ts'
import type { Counts } from './receipt.ts'
import { takeMentions, takePosts } from './take-posts.ts'
import { bury } from './tombstones.ts'

export type EraseContext = Pick<Context, 'queue' | 'signals' | 'clock' | 'newId' | 'key' | 'channels'>

export const onItsWay = 'A reply to them is on its way. Undo it on its card, or wait until it is sent; then try again'

interface Erased {
  counts: Counts
  /** Who wrote in them, or began them. */
  customerIds: string[]
}

interface EraseOptions {
  /** A teammate's id, or `deskbell`. */
  by: string
  /** The customer asked for it: what a provider delivers again is not taken. */
  isForgotten: boolean
  /** Leaves out those of which this is not true, or not any more. */
  condition?: SQL | undefined
}

/**
 * Deletes conversations for good, with everything that tells of them; numbers and the event log stay, without words. What
 * stands in rooms is taken out afterwards: see `remove-posts`. What waited counts as dismissed from now on, and scheduled
 * replies are withdrawn. Runs in the transaction that holds the receipt. At most some hundreds at once.
 * Throws ConflictError while a reply is on its way: then nothing may be committed.
 */
export async function eraseConversations(
  ctx: EraseContext,
  tx: Db,
  ids: string[],
  erasureId: string,
  { by, isForgotten, condition }: EraseOptions,
): Promise<Erased> {
  const rows = await lockAll(tx, ids, condition)
  const mine = rows.map(({ id }) => id)
  if (mine.length === 0) return { counts: {}, customerIds: [] }
  await settleReplies(ctx, tx, mine, by)
  await settleWaiting(ctx, tx, rows, by)
  if (isForgotten) await bury(ctx, tx, { conversationIds: mine })
  const said = await tx
    .select({ id: interactions.id, text: interactions.text, customerId: identities.customerId })
    .from(interactions)
    .innerJoin(identities, sql`${identities.id} = ${interactions.identityId}`)
    .where(isAnyOf(interactions.conversationId, mine))
  const interactionIds = said.map(({ id }) => id)
  const since = new Date(Math.min(...rows.map(({ createdAt }) => createdAt.getTime())))
  const taken = await takePosts(ctx, tx, erasureId, mine)
  const shown = await takeMentions(ctx, tx, erasureId, { conversationIds: mine, interactionIds, since })
  await clearJobs(tx, mine)
  await clearShelf(tx, mine, isForgotten ? said.map(({ text }) => text) : [])
  await scrubEvents(tx, mine)
  await dropExchanges(tx, mine)
  const counts: Counts = {
    files: await deleted(
      tx,
      sql`delete from ${attachments} where ${isAnyOf(attachments.interactionId, interactionIds)}`,
    ),
    messages: await deleted(tx, sql`delete from ${interactions} where ${isAnyOf(interactions.conversationId, mine)}`),
    replies: await deleted(tx, sql`delete from ${replies} where ${isAnyOf(replies.conversationId, mine)}`),
  }
  await tx.delete(lines).where(isAnyOf(lines.conversationId, mine))
  await tx.delete(drafts).where(isAnyOf(drafts.conversationId, mine))
  await tx.delete(problems).where(
    // Of conversations that were erased before, and of jobs that failed without one, the payload tells.
    sql`${isAnyOf(problems.conversationId, mine)} or ${problems.payload}->>'conversationId' in (select jsonb_array_elements_text(${JSON.stringify(mine)}::jsonb))`,
  )
  counts['conversations'] = await deleted(
    tx,
    sql`delete from ${conversations} where ${isAnyOf(conversations.id, mine)}`,
  )
  await ctx.signals.send(tx, 'hosted', hostedAmong(ctx, rows))
  const customerIds = new Set([
    ...rows.map(({ customerId }) => customerId),
    ...said.map(({ customerId }) => customerId),
  ])
  return { counts: { ...counts, posts: taken + shown }, customerIds: [...customerIds] }
}

/**
 * Replies first, then conversations, then posts, as everywhere. Rows that refer to a conversation can still be added by who
 * holds a post: else they would wait for us, and we for them.
 */
export async function lockAll(tx: Db, ids: string[], condition: SQL | undefined): Promise<ConversationRow[]> {
  await tx
    .select({ id: replies.id })
    .from(replies)
    .where(isAnyOf(replies.conversationId, ids))
    .orderBy(asc(replies.id))
    .for('update')
  return tx
    .select()
    .from(conversations)
    .where(and(isAnyOf(conversations.id, ids), condition))
    .orderBy(asc(conversations.id))
    .for('no key update')
}

/** What a teammate chose a time for has not begun to leave; everything else may be on the wire. */
export async function settleReplies(ctx: EraseContext, tx: Db, ids: string[], by: string): Promise<void> {
  const unsettled = await tx
    .select({
      id: replies.id,
      conversationId: replies.conversationId,
      state: replies.state,
      isScheduled: replies.isScheduled,
    })
    .from(replies)
    .where(and(isAnyOf(replies.conversationId, ids), inArray(replies.state, ['queued', 'sending'])))
  if (unsettled.some(({ state, isScheduled }) => state === 'sending' || !isScheduled)) throw new ConflictError(onItsWay)
  for (const { id: replyId, conversationId } of unsettled)
    await addEvent(ctx, tx, 'reply.withdrawn', { conversationId, replyId, actor: by })
}

/** Nobody waits in what is gone: else the numbers would have them wait for ever. */
async function settleWaiting(ctx: EraseContext, tx: Db, rows: ConversationRow[], by: string): Promise<void> {
  const open = rows.filter(({ state }) => state === 'waiting' || state === 'snoozed' || state === 'sending')
  const dismissals = []
  for (const { id: conversationId, inboundSeq: seq } of open) {
    const data = { reason: 'no-reply-needed' as const, seq }
    const at = await addEvent(ctx, tx, 'conversation.dismissed', { conversationId, actor: by, data })
    dismissals.push({ conversationId, at, ...data })
  }
  await dismissOutcomes(tx, dismissals)
}

function hostedAmong({ channels }: EraseContext, rows: ConversationRow[]): string[] {
  return rows
    .filter(({ channel }) => channels.get(channel)?.open.isHosted)
    .map(({ channel, account, externalId }) => hostedKey(channel, account, externalId))
}
