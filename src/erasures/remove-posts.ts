import { and, asc, eq, inArray, isNull, lte, min, or, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { posts, removals } from '../db/schema.ts'
import { GoneError, messageOf, PermanentError, RetryableError } from '../errors.ts'
import type { JobPayload } from '../jobs/jobs.ts'
import { escalate } from '../posts/notify.ts'
import { postBackoffMs } from '../posts/post.ts'
import { holdMs, isPost } from '../posts/queries.ts'
import { readTuning } from '../settings/queries.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import { receiptNumber, settleReceipt, settleReceipts } from './receipt.ts'
import { showAnew, watchCard } from './show-anew.ts'

type RemoveContext = Pick<Context, 'db' | 'queue' | 'clock' | 'log' | 'channels' | 'workspaces'>
type RemovalRow = typeof removals.$inferSelect

/** One run takes out so many, and leaves the rest to the next. */
const mostPerRun = 50
/** What the platform refuses is tried again so much later. */
const refusedMs = 86_400_000
/** After so many attempts the team hears of it; it goes on being tried, day by day. */
const patientAttempts = 12
/** A post on its way is there by then, or its next attempt is. */
const settlingMs = 10_000
/** Whoever writes a receipt is done with it by then. */
const unfinishedMs = 600_000

/**
 * Takes posts of what was erased out of a workspace's rooms, one after another, and shows those anew that only mention it.
 * May be repeated, and run on several replicas at once: each post is held by one of them.
 */
export async function removePosts(ctx: RemoveContext, { workspace: id }: JobPayload<'remove-posts'>): Promise<void> {
  const workspace = ctx.workspaces.get(id)
  // Switched off: they are looked after when it is there again.
  if (!workspace) return
  let waitMs = 0
  let tried = 0
  while (tried < mostPerRun && waitMs === 0) {
    const removal = await takeNext(ctx, id)
    if (!removal) break
    tried += 1
    waitMs = await attempt(ctx, workspace, removal)
  }
  // Whoever did nothing leaves it to those who are at it, and to the sweep.
  if (tried > 0) await goOn(ctx, id, waitMs)
}

/** Queues what is due and nobody works on, and finishes receipts that a crash left open; to be called every minute. */
export async function sweepRemovals(ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'workspaces'>): Promise<void> {
  const now = ctx.clock.now()
  const due = await ctx.db
    .selectDistinct({ workspace: removals.workspace })
    .from(removals)
    .where(and(inArray(removals.workspace, [...ctx.workspaces.keys()]), lte(removals.notBefore, now), isFree(now)))
  for (const payload of due) await ctx.queue.add(ctx.db, 'remove-posts', payload)
  await settleReceipts(ctx, ctx.db, new Date(now.getTime() - unfinishedMs))
}

const isFree = (now: Date) => or(isNull(removals.heldUntil), lte(removals.heldUntil, now))

/** What stands in a thread goes before the card above it. */
async function takeNext(ctx: RemoveContext, workspace: string): Promise<RemovalRow | null> {
  return ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const [row] = await tx
      .select()
      .from(removals)
      .where(and(eq(removals.workspace, workspace), lte(removals.notBefore, now), isFree(now)))
      .orderBy(asc(removals.notBefore), sql`${removals.threadRef} is null`, asc(removals.id))
      .limit(1)
      .for('update', { skipLocked: true })
    if (!row) return null
    const set = { heldUntil: new Date(now.getTime() + holdMs), attempts: row.attempts + 1 }
    await tx.update(removals).set(set).where(eq(removals.id, row.id))
    return { ...row, ...set }
  })
}

/** Returns for how many milliseconds the platform wants to be left alone; 0: for none. */
async function attempt(ctx: RemoveContext, workspace: Workspace, removal: RemovalRow): Promise<number> {
  const ids = { workspace: workspace.id, room: removal.room, removalId: removal.id, erasureId: removal.erasureId }
  try {
    const laterMs = await removeOne(ctx, workspace, removal)
    if (laterMs !== null) {
      await putOff(ctx, removal, laterMs)
      return 0
    }
  } catch (error) {
    const saidMs = error instanceof RetryableError ? error.retryAfterMs : undefined
    const isRefused =
      error instanceof PermanentError || error instanceof GoneError || removal.attempts >= patientAttempts
    ctx.log.warn('a post could not be taken out', { ...ids, attempt: removal.attempts, error: messageOf(error) })
    if (isRefused) await keepProblem(ctx, workspace, removal, error)
    else await putOff(ctx, removal, saidMs ?? postBackoffMs(removal.attempts))
    return saidMs ?? 0
  }
  await ctx.db.transaction(async (tx) => {
    await tx.delete(removals).where(eq(removals.id, removal.id))
    await settleReceipt(ctx, tx, removal.erasureId)
  })
  ctx.log.info('a post was taken out', ids)
  return 0
}

/** Null once nothing of it is left; else in how many milliseconds to look again. Throws what the workspace throws. */
async function removeOne(ctx: RemoveContext, workspace: Workspace, removal: RemovalRow): Promise<number | null> {
  const [post] = await ctx.db.select().from(posts).where(isPost(workspace.id, removal.key))
  // Only what is about one conversation has left the outbox, except for its card; in another room, an earlier copy of that goes.
  const isCard = post?.body.kind === 'card' && post.room === removal.room
  if (post && (post.conversationId === null || isCard)) {
    // How what is on its way was rendered can't be told.
    if (post.ref === null && post.attemptedAt !== null) return Math.max(settlingMs, postBackoffMs(removal.attempts))
    if (!isCard) {
      await showAnew(ctx, workspace, post)
      return null
    }
    const laterMs = await watchCard(ctx, removal.attempts, post)
    if (laterMs !== null && removal.attempts >= patientAttempts) throw new Error('the card can’t be changed')
    return laterMs
  }
  const { room, threadRef: thread, key, since } = removal
  const ref = removal.ref ?? (await workspace.find({ room, thread, key }, since))
  if (ref) await workspace.remove(ref)
  return null
}

async function putOff(ctx: RemoveContext, { id }: RemovalRow, inMs: number): Promise<void> {
  const notBefore = new Date(ctx.clock.now().getTime() + inMs)
  await ctx.db.update(removals).set({ heldUntil: null, notBefore }).where(eq(removals.id, id))
}

/** The receipt says so; the team hears of it once for each receipt, with what to do. */
async function keepProblem(
  ctx: RemoveContext,
  workspace: Workspace,
  removal: RemovalRow,
  error: unknown,
): Promise<void> {
  const notBefore = new Date(ctx.clock.now().getTime() + refusedMs)
  const problem = messageOf(error)
  const action = error instanceof PermanentError ? error.action : undefined
  const url = removal.ref && workspace.urlOf(removal.ref)
  await ctx.db.transaction(async (tx) => {
    await tx.update(removals).set({ heldUntil: null, notBefore, problem }).where(eq(removals.id, removal.id))
    await escalate(ctx, tx, await readTuning(tx), {
      key: `removal:${removal.erasureId}`,
      title: 'Something erased still stands in a room',
      lines: [
        { text: `A post in ${removal.room} can't be taken out: ${[problem, action].filter(Boolean).join('. ')}` },
        { text: url ? `Delete it by hand: ${url}` : 'Delete it by hand. It is tried again every day' },
        { text: `Receipt ${receiptNumber(removal.erasureId)}; what is left: /desk audit erased` },
      ],
    })
  })
}

/** Has the rest taken out when it is due, and not before the platform wants to hear of it. */
async function goOn(ctx: RemoveContext, workspace: string, waitMs: number): Promise<void> {
  const dueAt = sql`greatest(${removals.notBefore}, coalesce(${removals.heldUntil}, ${removals.notBefore}))`
  const [next] = await ctx.db
    .select({ at: min(dueAt).mapWith(removals.notBefore) })
    .from(removals)
    .where(eq(removals.workspace, workspace))
  const due = next?.at as Date | null | undefined
  const now = ctx.clock.now().getTime()
  // What is a day off is left to the sweep.
  if (!due || due.getTime() - now > 3_600_000) return
  const at = Math.max(due.getTime(), now + waitMs)
  await ctx.queue.add(ctx.db, 'remove-posts', { workspace }, at > now ? new Date(at) : undefined)
}
