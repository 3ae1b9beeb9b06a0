import { and, eq, sql } from 'drizzle-orm'
import type { TranscriptLine } from '../channels/channel.ts'
import type { Db } from '../db/client.ts'
import { conversations, lines } from '../db/schema.ts'

/** Names a hosted conversation to those who wait for changes of it. */
export const hostedKey = (channel: string, account: string, externalId: string): string =>
  `${channel}/${account}/${externalId}`

/** What was said in a hosted conversation after `afterSeq`, oldest first. One that began anew since it was erased: all of it. */
export async function readTranscript(
  db: Db,
  channel: string,
  account: string,
  externalId: string,
  afterSeq: number,
): Promise<TranscriptLine[]> {
  return db
    .select({
      seq: lines.seq,
      from: lines.sender,
      externalId: lines.externalId,
      name: lines.name,
      text: lines.text,
      at: lines.at,
    })
    .from(lines)
    .innerJoin(conversations, eq(conversations.id, lines.conversationId))
    .where(
      and(
        eq(conversations.channel, channel),
        eq(conversations.account, account),
        eq(conversations.externalId, externalId),
        sql`${lines.seq} > case when ${conversations.version} < ${afterSeq}::bigint then 0 else ${afterSeq}::bigint end`,
      ),
    )
    .orderBy(lines.seq)
    .limit(500)
}
