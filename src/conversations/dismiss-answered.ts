import { and, eq, lte, notExists, or, sql } from 'drizzle-orm'
import type { ElsewhereAnswer } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { conversations, interactions, replies } from '../db/schema.ts'
import { findWaiting, stands } from '../interactions/queries.ts'
import { dismissUnasked } from './dismiss-unasked.ts'
import { lockConversation } from './queries.ts'

/**
 * Dismisses a conversation in which all that waits was answered past Deskbell, and notes what was said. One that the team has
 * reopened, or sent anything in, is theirs: that answer may be their own. May be repeated.
 */
export async function dismissIfAnswered(
  ctx: Pick<Context, 'queue' | 'clock' | 'newId'>,
  tx: Db,
  channel: string,
  { account, externalId, note, at }: ElsewhereAnswer,
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
  const told = await answered
  const waiting = (await findWaiting(tx, conversationId)).filter(({ isCurrent }) => isCurrent)
  if (!waiting.every(({ id }) => told.some((one) => one.id === id))) return
  const isUntouched = and(
    sql`${conversations.surfacedBecause} is distinct from 'reopened'`,
    notExists(tx.select({ id: replies.id }).from(replies).where(eq(replies.conversationId, conversationId))),
  )
  if (!(await dismissUnasked(ctx, tx, conversationId, 'handled-elsewhere', isUntouched))) return
  for (const { id, notes } of told.filter((one) => !one.notes.includes(note)))
    await tx
      .update(interactions)
      .set({ notes: [...notes, note] })
      .where(eq(interactions.id, id))
}
