import { and, desc, eq, gt, isNotNull, isNull, min } from 'drizzle-orm'
import type { ConversationRow } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { required, type Item } from './arrival.ts'
import type { Theme } from './interaction.ts'
import { interactions, lines, replies } from '../db/schema.ts'
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

/** When the oldest interaction after `answeredSeq` was written by a person; null when there is none. */
export async function findOldestUnanswered(tx: Db, conversationId: string, answeredSeq: number): Promise<Date | null> {
  const [oldest] = await tx
    .select({ at: min(interactions.occurredAt) })
    .from(interactions)
    .where(
      and(
        eq(interactions.conversationId, conversationId),
        gt(interactions.seq, answeredSeq),
        isNull(interactions.automatic),
      ),
    )
  return oldest?.at ?? null
}

/** The theme of what a person wrote last; null while nobody knows it. */
export async function findNewestTheme(tx: Db, conversationId: string): Promise<Theme | null> {
  const [newest] = await tx
    .select({ theme: interactions.theme })
    .from(interactions)
    .where(eq(interactions.conversationId, conversationId))
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

/** The newest interaction of each conversation on channels whose lines are grouped or kept. */
export async function findNewest(
  tx: Db,
  items: Item[],
  conversationOf: Map<Item, ConversationRow>,
): Promise<Map<string, NewestInteraction>> {
  const grouped = items
    .filter(({ channel }) => channel.open.isHosted || channel.limits.quietSeconds > 0)
    .map((item) => required(conversationOf.get(item)))
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
