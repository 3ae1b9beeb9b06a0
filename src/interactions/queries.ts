import { inArray } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { interactions, replies } from '../db/schema.ts'

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
    .where(inArray(interactions.externalId, externalIds))
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
    .where(inArray(replies.externalId, externalIds))
  const theirs = await findKnownInteractions(tx, externalIds)
  return [...theirs, ...ours.flatMap(({ externalId, ...row }) => (externalId === null ? [] : [{ ...row, externalId }]))]
}
