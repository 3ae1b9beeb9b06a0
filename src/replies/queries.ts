import { and, desc, eq, sql } from 'drizzle-orm'
import type { UnsettledReply } from '../channels/channel.ts'
import type { Db } from '../db/client.ts'
import { conversations, replies } from '../db/schema.ts'

const mostUnsettled = 1000

/** Replies of an account that were accepted, and neither published nor rejected yet; the newest. */
export async function findUnsettled(db: Db, channel: string, account: string): Promise<UnsettledReply[]> {
  const { id, text, approvedAt, attemptedAt, acceptedAt } = replies
  const { externalId, subject } = conversations
  return db
    .select({ id, text, approvedAt, attemptedAt, acceptedAt, conversation: { externalId, subject } })
    .from(replies)
    .innerJoin(conversations, eq(conversations.id, replies.conversationId))
    .where(and(eq(replies.channel, channel), eq(replies.account, account), sql`${replies.state} = 'accepted'`))
    .orderBy(desc(replies.acceptedAt))
    .limit(mostUnsettled)
}
