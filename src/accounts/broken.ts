import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { brokenAccounts } from '../db/schema.ts'
import { CredentialsError } from '../errors.ts'
import { escalate } from '../posts/notify.ts'
import { readTuning } from '../settings/queries.ts'
import { tryAccount } from './mend.ts'
import { accountText, countHeld, isAccount, type AccountRef } from './queries.ts'

export type AccountContext = Pick<Context, 'db' | 'queue' | 'clock' | 'newId' | 'channels' | 'workspaces'>

/**
 * Takes a channel's word on one of its accounts: that it must be authorised anew, or (null) that it works. May be said as often as it
 * is found, and on several replicas at once: the room is told once of each break, and once when it is mended.
 */
export async function reportAccount(
  ctx: AccountContext,
  channel: string,
  account: string,
  problem: CredentialsError | null,
): Promise<void> {
  if (problem === null) return tryAccount(ctx, { channel, account })
  await ctx.db.transaction((tx) => breakAccount(ctx, tx, { channel, account }, problem))
}

/**
 * Keeps that an account must be authorised anew, and tells the room if that is news. `hold` is called with the account locked. Call it
 * first and last in a transaction: accounts are locked before everything else, and rooms after it.
 */
export async function breakAccount(
  ctx: Omit<AccountContext, 'db'>,
  tx: Db,
  ref: AccountRef,
  { message: reason, action }: CredentialsError,
  hold: () => Promise<void> = async () => {},
): Promise<void> {
  const isNews = await markBroken(tx, { ...ref, reason, action, since: ctx.clock.now() })
  await hold()
  if (!isNews) return
  const { channel, account } = ref
  await addEvent(ctx, tx, 'account.broken', {
    conversationId: null,
    actor: 'deskbell',
    data: { channel, account, reason },
  })
  await escalate(ctx, tx, await readTuning(tx), {
    key: `broken:${channel}:${account}:${ctx.newId()}`,
    title: `${accountText(ctx, ref)} must be authorised anew`,
    lines: [{ text: reason }, { text: `What to do: ${action}` }, { text: waitingText(await countHeld(tx, ref)) }],
  })
}

/** Returns whether the account was not broken before. It is locked then. */
async function markBroken(tx: Db, row: typeof brokenAccounts.$inferInsert): Promise<boolean> {
  const { reason, action } = row
  for (;;) {
    const known = await tx
      .update(brokenAccounts)
      .set({ reason, action })
      .where(isAccount(row))
      .returning({ since: brokenAccounts.since })
    if (known.length > 0) return false
    const fresh = await tx
      .insert(brokenAccounts)
      .values(row)
      .onConflictDoNothing()
      .returning({ since: brokenAccounts.since })
    // Neither: another replica found it in between.
    if (fresh.length > 0) return true
  }
}

function waitingText(held: number): string {
  if (held === 0) return 'Replies that are approved meanwhile wait, and go out once it is mended'
  return held === 1
    ? '1 reply waits, and goes out once it is mended'
    : `${held} replies wait, and go out once it is mended`
}
