import { and, desc, eq, exists, gt, inArray, isNotNull, isNull, min, sql } from 'drizzle-orm'
import type { ConversationRow } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { required, type Item } from './arrival.ts'
import type { Theme } from './interaction.ts'
import { conversations, interactions, lines, outcomes, replies } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'

export interface ConversationKey {
  channel: string
  account: string
  externalId: string
}

type Known = ConversationKey & { conversationId: string }

/** Interactions on any channel with one of these external ids. */
export async function findKnownInteractions(tx: Db, externalIds: string[]): Promise<(Known & { id: string })[]> {
  return tx
    .select({
      id: interactions.id,
      conversationId: interactions.conversationId,
      channel: interactions.channel,
      account: interactions.account,
      externalId: interactions.externalId,
    })
    .from(interactions)
    .where(isAnyOf(interactions.externalId, externalIds))
}

/** Conversations in which one of these external ids was said, by the customer or by us. */
export async function findConversations(tx: Db, externalIds: string[]): Promise<Known[]> {
  const ours = await tx
    .select({
      conversationId: replies.conversationId,
      channel: replies.channel,
      account: replies.account,
      externalId: replies.externalId,
    })
    .from(replies)
    .where(isAnyOf(replies.externalId, externalIds))
  const theirs = await findKnownInteractions(tx, externalIds)
  return [...theirs, ...ours.flatMap(({ externalId, ...row }) => (externalId === null ? [] : [{ ...row, externalId }]))]
}

/**
 * When the oldest interaction after `answeredSeq` was written by a person; null when nothing stands there. Who changed their
 * words has waited since their first ones.
 */
export async function findOldestUnanswered(tx: Db, conversationId: string, answeredSeq: number): Promise<Date | null> {
  const [oldest] = await tx
    .select({
      at: min(interactions.occurredAt),
      isOpen: sql<boolean | null>`bool_or(${interactions.replacedAt} is null)`,
    })
    .from(interactions)
    .where(
      and(
        eq(interactions.conversationId, conversationId),
        gt(interactions.seq, answeredSeq),
        isNull(interactions.automatic),
        isNull(interactions.removedAt),
      ),
    )
  return oldest?.isOpen ? oldest.at : null
}

/** What a customer did and waits for an answer to. `isCurrent`: no later version took its place. */
export interface WaitingInteraction {
  id: string
  seq: number
  occurredAt: Date
  isCurrent: boolean
}

/** All that waits in a conversation, whatever its state. */
export async function findWaiting(tx: Db, conversationId: string): Promise<WaitingInteraction[]> {
  return tx
    .select({
      id: interactions.id,
      seq: interactions.seq,
      occurredAt: interactions.occurredAt,
      isCurrent: sql<boolean>`${interactions.replacedAt} is null`,
    })
    .from(outcomes)
    .innerJoin(interactions, eq(interactions.id, outcomes.interactionId))
    .where(and(eq(outcomes.conversationId, conversationId), isNull(outcomes.settledAt)))
}

/** True of what was neither replaced by a later version nor taken back. */
export const stands = and(isNull(interactions.replacedAt), isNull(interactions.removedAt))

/** The theme of what a person wrote last; null while nobody knows it. */
export async function findNewestTheme(tx: Db, conversationId: string): Promise<Theme | null> {
  const [newest] = await tx
    .select({ theme: interactions.theme })
    .from(interactions)
    .where(and(eq(interactions.conversationId, conversationId), stands))
    .orderBy(isNotNull(interactions.automatic), desc(interactions.seq), desc(interactions.id))
    .limit(1)
  return newest?.theme ?? null
}

export interface NewestInteraction {
  id: string
  text: string
  lastLineAt: Date
  /** Nothing was answered since, and a person wrote it. */
  isOpen: boolean
}

/** The newest interaction of each conversation whose thread Deskbell keeps. */
export async function findNewest(
  tx: Db,
  items: Item[],
  conversationOf: Map<Item, ConversationRow>,
): Promise<Map<string, NewestInteraction>> {
  const grouped = items.filter(({ channel }) => channel.open.isHosted).map((item) => required(conversationOf.get(item)))
  const talking = new Map(grouped.filter(({ inboundSeq }) => inboundSeq > 0).map((row) => [row.id, row]))
  if (talking.size === 0) return new Map()
  const rows = await tx
    .selectDistinctOn([interactions.conversationId])
    .from(interactions)
    .where(isAnyOf(interactions.conversationId, [...talking.keys()]))
    .orderBy(interactions.conversationId, desc(interactions.seq), desc(interactions.id))
  return new Map(
    rows.map((row) => [
      row.conversationId,
      {
        id: row.id,
        text: row.text,
        lastLineAt: row.lastLineAt,
        isOpen: talking.get(row.conversationId)?.state === 'waiting' && row.automatic === null,
      },
    ]),
  )
}

/** Ids of conversations in which something came in that was answered by the provider's word, and the team has sent a reply, or tried to. */
export async function findAnsweredByUs(
  tx: Db,
  items: Item[],
  conversationOf: Map<Item, ConversationRow>,
): Promise<Set<string>> {
  const answered = items.filter(({ inbound }) => inbound.automatic === 'answered')
  const ids = new Set(answered.map((item) => required(conversationOf.get(item)).id))
  if (ids.size === 0) return ids
  const rows = await tx
    .selectDistinct({ id: replies.conversationId })
    .from(replies)
    .where(isAnyOf(replies.conversationId, [...ids]))
  return new Set(rows.map(({ id }) => id))
}

/** Lines of hosted conversations that were stored before, as `[conversation, external id]`. */
export async function findKnownLines(
  tx: Db,
  items: Item[],
  conversationOf: Map<Item, ConversationRow>,
): Promise<Set<string>> {
  const hosted = items.filter(({ channel }) => channel.open.isHosted)
  if (hosted.length === 0) return new Set()
  const rows = await tx
    .select({ conversationId: lines.conversationId, externalId: lines.externalId })
    .from(lines)
    .where(
      and(
        isAnyOf(
          lines.conversationId,
          hosted.map((item) => required(conversationOf.get(item)).id),
        ),
        isAnyOf(
          lines.externalId,
          hosted.map(({ inbound }) => inbound.externalId),
        ),
      ),
    )
  return new Set(rows.map(({ conversationId, externalId }) => JSON.stringify([conversationId, externalId])))
}

/** External ids of an account's conversations that wait for the team, or are put off. */
export async function findOpen(db: Db, channel: string, account: string): Promise<string[]> {
  const rows = await db
    .select({ externalId: conversations.externalId })
    .from(conversations)
    .where(
      and(
        inArray(conversations.state, ['waiting', 'snoozed']),
        eq(conversations.channel, channel),
        eq(conversations.account, account),
      ),
    )
  return rows.map(({ externalId }) => externalId)
}

/** External ids of an account's conversations in which something stands that the customer did. */
export async function findStanding(db: Db, channel: string, account: string): Promise<string[]> {
  const rows = await db
    .select({ externalId: conversations.externalId })
    .from(conversations)
    .where(
      and(
        eq(conversations.channel, channel),
        eq(conversations.account, account),
        exists(
          db
            .select({ id: interactions.id })
            .from(interactions)
            .where(and(eq(interactions.conversationId, conversations.id), stands)),
        ),
      ),
    )
  return rows.map(({ externalId }) => externalId)
}
