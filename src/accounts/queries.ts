import { and, asc, count, eq, gt, isNotNull, lte, sql, type SQL } from 'drizzle-orm'
import { accountName, type Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { brokenAccounts, replies } from '../db/schema.ts'
import { originOf } from '../workspaces/card-words.ts'

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

/** Whether a reply of an account that isn't held fell due in this time, and nobody knows yet what becomes of it. */
export async function isUnderWay(
  tx: Db,
  ref: AccountRef,
  { after, until }: { after: Date; until: Date },
): Promise<boolean> {
  const found = await tx
    .select({ id: replies.id })
    .from(replies)
    .where(
      and(
        // As it stands in the index, whatever the values are.
        sql`${replies.state} in ('queued', 'sending')`,
        isBy(ref),
        gt(replies.sendAfter, after),
        lte(replies.sendAfter, until),
        sql`(${isHeld}) is not true`,
      ),
    )
    .limit(1)
  return found.length > 0
}

/** Replies that leave by an account. */
function isBy({ channel, account }: AccountRef): SQL | undefined {
  return and(eq(replies.channel, channel), eq(replies.account, account))
}

function isHeldOf(ref: AccountRef): SQL | undefined {
  return and(sql`${replies.state} = 'queued'`, isBy(ref), isHeld)
}

/** Ids of an account's held replies, and when each was tried last, the first that was approved first. */
export async function findHeld(
  tx: Db,
  ref: AccountRef,
  most?: number,
): Promise<Pick<ReplyRow, 'id' | 'conversationId' | 'attemptedAt'>[]> {
  const { id, conversationId, attemptedAt } = replies
  const held = tx
    .select({ id, conversationId, attemptedAt })
    .from(replies)
    .where(isHeldOf(ref))
    .orderBy(asc(replies.approvedAt), asc(replies.id))
  return most === undefined ? held : held.limit(most)
}

/** Whether the provider took a reply of an account that waits now: then being taken is no proof that the account works. */
export async function wasTakenInVain(tx: Db, ref: AccountRef): Promise<boolean> {
  const found = await tx
    .select({ id: replies.id })
    .from(replies)
    .where(and(isHeldOf(ref), isNotNull(replies.externalId)))
    .limit(1)
  return found.length > 0
}

/** Replies of an account that were tried after this, and that the provider took. */
export async function findTaken(
  tx: Db,
  ref: AccountRef,
  after: Date,
): Promise<Pick<ReplyRow, 'acceptedAt' | 'deliveredAt' | 'readAt'>[]> {
  const { acceptedAt, deliveredAt, readAt } = replies
  return tx
    .select({ acceptedAt, deliveredAt, readAt })
    .from(replies)
    .where(
      and(sql`${replies.state} = 'accepted'`, isBy(ref), gt(replies.acceptedAt, after), gt(replies.attemptedAt, after)),
    )
    .orderBy(asc(replies.acceptedAt))
    .limit(10)
}

export async function countHeld(tx: Db, ref: AccountRef): Promise<number> {
  const [held] = await tx.select({ count: count() }).from(replies).where(isHeldOf(ref))
  return held?.count ?? 0
}

/** Locks an account's held replies in the order in which replies are locked everywhere. */
export async function lockHeld(
  tx: Db,
  ref: AccountRef,
): Promise<Pick<ReplyRow, 'id' | 'conversationId' | 'approvedAt'>[]> {
  const { id, conversationId, approvedAt } = replies
  return tx
    .select({ id, conversationId, approvedAt })
    .from(replies)
    .where(isHeldOf(ref))
    .orderBy(asc(replies.id))
    .for('update')
}

/** Replies of an account of which nobody knows yet whether they arrived. */
export async function findUnknown(tx: Db, ref: AccountRef): Promise<{ replyId: string; conversationId: string }[]> {
  return tx
    .select({ replyId: replies.id, conversationId: replies.conversationId })
    .from(replies)
    .where(and(sql`${replies.state} = 'unknown'`, isBy(ref)))
}
