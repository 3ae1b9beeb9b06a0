import { and, asc, eq, lte, sql, type SQL } from 'drizzle-orm'
import { accountName, type Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { brokenAccounts, replies } from '../db/schema.ts'
import { originOf } from '../workspaces/card.ts'

/** One inbox on a channel, by their ids. */
export interface AccountRef {
  channel: string
  account: string
}

export type BrokenAccount = typeof brokenAccounts.$inferSelect
type ReplyRow = typeof replies.$inferSelect

/** True of a reply that waits until its account is authorised anew. */
export const isHeld: SQL = sql`${replies.problem} ->> 'isHeld' = 'true'`

/** "WhatsApp · +49 30 1234567" */
export function accountText({ channels }: Pick<Context, 'channels'>, { channel: id, account }: AccountRef): string {
  const channel = channels.get(id)
  return originOf({ name: channel?.name ?? id, account: accountName(channel, account) })
}

export function isAccount({ channel, account }: AccountRef): SQL | undefined {
  return and(eq(brokenAccounts.channel, channel), eq(brokenAccounts.account, account))
}

/** Accounts that must be authorised anew; those first that have been so for longest. */
export async function listBroken(db: Db): Promise<BrokenAccount[]> {
  return db.select().from(brokenAccounts).orderBy(asc(brokenAccounts.since), asc(brokenAccounts.account))
}

/**
 * Why the account that a reply leaves by must be authorised anew, which nobody can change until the transaction ends; null: it
 * works, as far as is known. Accounts are locked before replies everywhere, so that two transactions never wait for one another.
 */
export async function keepBroken(tx: Db, replyId: string): Promise<Pick<BrokenAccount, 'reason' | 'action'> | null> {
  const [row] = await tx
    .select({ reason: brokenAccounts.reason, action: brokenAccounts.action })
    .from(brokenAccounts)
    .innerJoin(replies, and(eq(replies.channel, brokenAccounts.channel), eq(replies.account, brokenAccounts.account)))
    .where(eq(replies.id, replyId))
    .for('share', { of: brokenAccounts })
  return row ?? null
}

/** Replies of an account that should be on their way by now, the first that was approved first. */
export async function findDue(tx: Db, { channel, account }: AccountRef, now: Date): Promise<ReplyRow[]> {
  return tx
    .select()
    .from(replies)
    .where(
      and(
        // As it stands in the index, whatever the values are.
        sql`${replies.state} in ('queued', 'sending')`,
        eq(replies.channel, channel),
        eq(replies.account, account),
        lte(replies.sendAfter, now),
      ),
    )
    .orderBy(asc(replies.approvedAt), asc(replies.id))
}

/** Locks an account's held replies in the order in which replies are locked everywhere. */
export async function lockHeld(tx: Db, { channel, account }: AccountRef): Promise<ReplyRow[]> {
  return tx
    .select()
    .from(replies)
    .where(and(sql`${replies.state} = 'queued'`, eq(replies.channel, channel), eq(replies.account, account), isHeld))
    .orderBy(asc(replies.id))
    .for('update')
}

/** Replies of an account of which nobody knows yet whether they arrived. */
export async function findUnknown(
  tx: Db,
  { channel, account }: AccountRef,
): Promise<{ replyId: string; conversationId: string }[]> {
  return tx
    .select({ replyId: replies.id, conversationId: replies.conversationId })
    .from(replies)
    .where(and(sql`${replies.state} = 'unknown'`, eq(replies.channel, channel), eq(replies.account, account)))
}
