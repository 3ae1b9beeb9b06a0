import { and, eq, gt, lte, notExists, or } from 'drizzle-orm'
import type { ElsewhereAnswer } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { events, interactions, replies } from '../db/schema.ts'
import { findWaiting, stands } from '../interactions/queries.ts'
import { isSameText, type ReplyState } from '../replies/reply.ts'
import { dismissUnasked } from './dismiss-unasked.ts'
import { changeConversation, lockConversation } from './queries.ts'

const longestQuote = 300
/** What the provider took from us, or may have taken. */
const mayStand = new Set<ReplyState>(['sending', 'unknown', 'accepted', 'published'])

/**
 * Notes what was answered outside Deskbell, and dismisses the conversation where that is all that waited. One that the team has
 * reopened since, or sent anything in, is theirs to dismiss. An answer of our own changes nothing. May be repeated.
 */
export async function hearElsewhere(
  ctx: Pick<Context, 'queue' | 'clock' | 'newId'>,
  tx: Db,
  channel: string,
  { account, externalId, text, at }: ElsewhereAnswer,
): Promise<void> {
  const answered = tx
    .select()
    .from(interactions)
    .where(
      and(
        eq(interactions.channel, channel),
        eq(interactions.account, account),
        or(eq(interactions.externalId, externalId), eq(interactions.versionOf, externalId)),
        lte(interactions.occurredAt, at),
        stands,
      ),
    )
  const [found] = await answered
  if (!found || !(await lockConversation(tx, found.conversationId))) return
  const { conversationId } = found
  const [told, sent] = await Promise.all([
    answered,
    tx
      .select({ text: replies.text, state: replies.state })
      .from(replies)
      .where(eq(replies.conversationId, conversationId)),
  ])
  if (sent.some((reply) => mayStand.has(reply.state) && isSameText(reply.text, text))) return
  const waiting = (await findWaiting(tx, conversationId)).filter(({ isCurrent }) => isCurrent)
  if (sent.length === 0 && waiting.every(({ id }) => told.some((one) => one.id === id))) {
    const reopened = tx
      .select({ id: events.id })
      .from(events)
      .where(
        and(eq(events.conversationId, conversationId), eq(events.type, 'conversation.reopened'), gt(events.at, at)),
      )
    await dismissUnasked(ctx, tx, conversationId, 'handled-elsewhere', notExists(reopened))
  }
  const note = noteOf(text)
  const news = told.filter(({ notes }) => !notes.includes(note))
  if (news.length === 0) return
  for (const { id, notes } of news)
    await tx
      .update(interactions)
      .set({ notes: [...notes, note] })
      .where(eq(interactions.id, id))
  await changeConversation(ctx, tx, conversationId, {})
}

function noteOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const quote = line.length > longestQuote ? `${line.slice(0, longestQuote).trimEnd()}…` : line
  return `It was answered outside Deskbell: "${quote.toWellFormed()}"`
}
