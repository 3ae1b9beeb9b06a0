import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { brokenAccounts, replies } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { escalate } from '../posts/notify.ts'
import { moveReply, settleFailed, type SettleContext } from '../replies/settle.ts'
import { readTuning } from '../settings/queries.ts'
import { forgetPresence } from './presence.ts'
import {
  accountText,
  findHeld,
  findTaken,
  findUnknown,
  isAccount,
  isHeld,
  isUnderWay,
  lockHeld,
  wasTakenInVain,
  type AccountRef,
} from './queries.ts'

type MendContext = Pick<Context, 'db' | 'queue' | 'clock' | 'newId' | 'channels' | 'workspaces'>

/** A reply that was sent on its way as a trial, and of which nothing was heard since, is not waited for any longer. */
const trialMs = 5 * 60_000
const longestPauseMs = 15 * 60_000

/**
 * An account seems to work again. The reply that has waited longest is sent as a trial, and `mendAccount` follows when it isn't refused;
 * where none waits, the account is taken for mended. Costs one look at the database where it wasn't broken.
 */
export async function tryAccount(ctx: MendContext, ref: AccountRef): Promise<void> {
  const [broken] = await ctx.db.select().from(brokenAccounts).where(isAccount(ref))
  if (!broken) return
  const { since } = broken
  const isFree = await ctx.db.transaction(async (tx) => {
    const locked = await tx.select().from(brokenAccounts).where(isAccount(ref)).for('update')
    if (locked.length === 0) return false
    const now = ctx.clock.now()
    const taken = await findTaken(tx, ref, since)
    if (taken.length > 0) return taken.some((one) => isProof(one, now))
    if (await isUnderWay(tx, ref, { after: new Date(now.getTime() - trialMs), until: now })) return false
    const [first] = await findHeld(tx, ref, 1)
    if (!first) return true
    if (isTooEarly(since, first.attemptedAt, now)) return false
    const { id: replyId, conversationId } = first
    if (await moveReply(tx, replyId, ['queued'], { problem: null, sendAfter: now }, isHeld))
      await ctx.queue.add(tx, 'send-reply', { replyId, conversationId, isTrial: true })
    return false
  })
  if (isFree) await mendAccount(ctx, ref)
}

/** It arrived, or nobody said for a while that it didn't. */
function isProof(
  { acceptedAt, deliveredAt, readAt }: Awaited<ReturnType<typeof findTaken>>[number],
  now: Date,
): boolean {
  if (deliveredAt || readAt) return true
  return acceptedAt !== null && now.getTime() - acceptedAt.getTime() >= trialMs
}

/**
 * A trial wasn't refused: the account is mended. But where replies of it were taken before, and failed all the same, it is mended
 * once `tryAccount` finds that this one stands. `tried`: as for `mendAccount`.
 */
export async function endTrial(
  ctx: MendContext,
  reply: AccountRef & { externalId: string | null },
  tried: number,
): Promise<void> {
  if (reply.externalId === null && !(await wasTakenInVain(ctx.db, reply))) await mendAccount(ctx, reply, tried)
}

/** Where trials go on being refused, though nothing else tells that the account is broken, they become rarer. */
function isTooEarly(since: Date, attemptedAt: Date | null, now: Date): boolean {
  if (attemptedAt === null) return false
  const pauseMs = Math.min((attemptedAt.getTime() - since.getTime()) / 4, longestPauseMs)
  return now.getTime() - attemptedAt.getTime() < pauseMs
}

/**
 * An account works again: replies that waited go out at once, the first that was approved first; those of unknown outcome are looked up,
 * and the room is told once. `tried`: how many went out already to find out. Nothing happens where it wasn't broken.
 */
export async function mendAccount(ctx: MendContext, ref: AccountRef, tried = 0): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [broken] = await tx.delete(brokenAccounts).where(isAccount(ref)).returning()
    if (!broken) return
    const held = await lockHeld(tx, ref)
    await forgetPresence(tx, ref)
    const ids = held.map(({ id }) => id)
    await tx.update(replies).set({ problem: null }).where(isAnyOf(replies.id, ids))
    const inOrder = held.toSorted((a, b) => a.approvedAt.getTime() - b.approvedAt.getTime())
    const jobs = inOrder.map(({ id, conversationId }) => ({ payload: { replyId: id, conversationId } }))
    await ctx.queue.addAll(tx, 'send-reply', jobs)
    await lookUpUnknown(ctx, tx, ref)
    const count = held.length + tried
    const { channel, account } = ref
    const data = { channel, account, since: broken.since.toISOString(), replies: count }
    await addEvent(ctx, tx, 'account.mended', { conversationId: null, actor: 'deskbell', data })
    const now = count === 0 ? '' : count === 1 ? ': 1 reply goes out now' : `: ${count} replies go out now`
    await escalate(ctx, tx, await readTuning(tx), {
      key: `mended:${channel}:${account}:${ctx.newId()}`,
      title: `${accountText(ctx, ref)} works again${now}`,
      lines: [],
    })
  })
}

/** An account that is no longer configured anywhere: what waits for it fails, with what to do about it. May be repeated. */
export async function dropAccount(ctx: MendContext & SettleContext, ref: AccountRef): Promise<void> {
  const problem = {
    reason: `${accountText(ctx, ref)} is not connected any more`,
    action: 'Connect it again and send again, or answer the customer in another way',
  }
  for (const { id } of await findHeld(ctx.db, ref))
    await ctx.db.transaction((tx) => settleFailed(ctx, tx, id, ['queued'], 'failed', problem, { condition: isHeld }))
  await ctx.db.transaction(async (tx) => {
    const locked = await tx.select().from(brokenAccounts).where(isAccount(ref)).for('update')
    // One that was held in between is found the next time.
    if (locked.length === 0 || (await lockHeld(tx, ref)).length > 0) return
    await tx.delete(brokenAccounts).where(isAccount(ref))
    await forgetPresence(tx, ref)
    await lookUpUnknown(ctx, tx, ref)
  })
}

async function lookUpUnknown(ctx: Pick<Context, 'queue'>, tx: Db, ref: AccountRef): Promise<void> {
  const unknown = await findUnknown(tx, ref)
  await ctx.queue.addAll(
    tx,
    'reconcile-reply',
    unknown.map((payload) => ({ payload })),
  )
}
