import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Conversation } from '../conversations/conversation.ts'
import type { Db } from '../db/client.ts'
import { conversations, posts, rooms } from '../db/schema.ts'
import { GoneError, messageOf, PermanentError, RetryableError } from '../errors.ts'
import { readTuning } from '../settings/queries.ts'
import type { PostRef, Workspace } from '../workspaces/workspace.ts'
import { endAlarm } from './alarm.ts'
import { notifyOfLoss, roomLeft } from './notify.ts'
import { postBackoffMs } from './post.ts'
import type { Taken } from './prepare.ts'
import { isHeld, type PostContext, type PostRow } from './queries.ts'
import { refusePost } from './refuse.ts'
import { loseCard } from './renew.ts'
import { isRoom, loseRoom, regainRoom, wakeRoom } from './rooms.ts'

/** Before it is looked up whether a post of unknown outcome is there. */
const unknownMs = 5000

const free = { heldUntil: null, attemptedAt: null }

/** It stands there. `conversation`: as it shows; null where that isn't known. */
export async function settlePosted(
  ctx: PostContext,
  workspace: Workspace,
  row: PostRow,
  ref: PostRef,
  conversation: Conversation | null,
): Promise<void> {
  const isCard = row.body.kind === 'card'
  const shownVersion = isCard ? (conversation?.version ?? 0) : 0
  const isKept = await ctx.db.transaction(async (tx) => {
    const [kept] = await tx
      .update(posts)
      .set({ ...free, ref, shownVersion, attempts: 0, notBefore: ctx.clock.now() })
      .where(and(isHeld(row), isNull(posts.ref)))
      .returning({ key: posts.key })
    if (!kept) return false
    await regainRoom(ctx, tx, workspace.id, row.room)
    if (row.conversationId && isCard) {
      const [now] = await tx
        .select({ version: conversations.version })
        .from(conversations)
        .where(eq(conversations.id, row.conversationId))
      if (now && now.version !== shownVersion)
        await ctx.queue.add(tx, 'sync-card', { conversationId: row.conversationId })
    }
    await wakeIfPaced(ctx, tx, workspace, row)
    return true
  })
  if (!isKept) ctx.log.warn('a post took too long and may stand there twice', idsOf(row))
  else if (conversation && conversation.problems.length > 0) await endAlarm(ctx, conversation.id, ['deliver-posts'])
}

/** What becomes of a post that failed, or could not be looked up. */
export async function settleFailure(
  ctx: PostContext,
  workspace: Workspace,
  { row, place, attempt }: Taken,
  error: unknown,
): Promise<void> {
  const outcome = outcomeOf(error, attempt === null)
  ctx.metrics.posts.inc({ workspace: workspace.id, outcome })
  ctx.log[outcome === 'retry' ? 'info' : 'warn']('not posted', { ...idsOf(row), outcome, error: messageOf(error) })
  if (error instanceof GoneError && error.what === 'room') {
    await releaseRow(ctx, workspace, row, { ...free, notBefore: ctx.clock.now() })
    await loseRoom(ctx, workspace.id, row.room, error)
    return row.conversationId
      ? ctx.queue.add(ctx.db, 'sync-card', { conversationId: row.conversationId })
      : moveNotice(ctx, workspace, row)
  }
  if (error instanceof GoneError && row.conversationId && place.thread) {
    const isAnew = await loseCard(ctx, workspace, row.conversationId, place.thread)
    // Nobody waits: its card is not posted anew, and so neither is this, until the conversation changes.
    return isAnew
      ? releaseRow(ctx, workspace, row, { ...free, notBefore: ctx.clock.now() })
      : refusePost(ctx, row, null)
  }
  if (error instanceof PermanentError && attempt)
    return refusePost(ctx, row, { error, conversation: attempt.conversation })
  const backoffMs = postBackoffMs(row.attempts)
  const retryAfterMs = error instanceof RetryableError ? error.retryAfterMs : undefined
  const inMs = outcome === 'unknown' ? Math.max(unknownMs, backoffMs) : (retryAfterMs ?? backoffMs)
  const notBefore = new Date(ctx.clock.now().getTime() + inMs)
  const isSettled = outcome !== 'unknown' && attempt !== null
  await releaseRow(ctx, workspace, row, { ...(isSettled ? free : { heldUntil: null }), notBefore }, retryAfterMs)
}

function outcomeOf(error: unknown, isSearch: boolean): 'gone' | 'refused' | 'retry' | 'unknown' {
  if (error instanceof GoneError) return 'gone'
  if (error instanceof RetryableError || isSearch) return 'retry'
  return error instanceof PermanentError ? 'refused' : 'unknown'
}

/** Lets go of a row. `roomWaitsMs`: nothing is posted in its room so long. */
async function releaseRow(
  ctx: PostContext,
  workspace: Workspace,
  row: PostRow,
  set: Partial<Pick<PostRow, 'heldUntil' | 'attemptedAt' | 'notBefore' | 'room'>>,
  roomWaitsMs?: number,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.update(posts).set(set).where(isHeld(row))
    if (roomWaitsMs !== undefined) {
      const until = new Date(ctx.clock.now().getTime() + roomWaitsMs).toISOString()
      await tx
        .update(rooms)
        .set({ nextAt: sql`greatest(${rooms.nextAt}, ${until}::timestamptz)` })
        .where(isRoom(row.workspace, row.room))
    }
    await wakeIfPaced(ctx, tx, workspace, { ...row, ...set })
  })
}

/** A notice has no card to follow. Where there is no other room it waits. */
async function moveNotice(ctx: PostContext, workspace: Workspace, row: PostRow): Promise<void> {
  // Whoever shared it chose who sees it: it goes nowhere else.
  if (row.body.kind === 'found') {
    await ctx.db.delete(posts).where(and(isHeld({ ...row, heldUntil: null }), isNull(posts.ref)))
    return
  }
  await ctx.db.transaction(async (tx) => {
    const { room, lost } = await roomLeft(ctx, tx, await readTuning(tx), workspace.id, row.room)
    if (!lost) return
    const moved = await tx
      .update(posts)
      .set({ room })
      .where(and(isHeld({ ...row, heldUntil: null }), isNull(posts.ref)))
      .returning({ key: posts.key })
    if (moved.length === 0) return
    await wakeRoom(ctx, tx, workspace.id, room)
    await notifyOfLoss(ctx, tx, lost, room)
  })
}

/** Where there is no pace, a conversation's posts are tried again with its card. */
async function wakeIfPaced(ctx: PostContext, tx: Db, workspace: Workspace, row: PostRow): Promise<void> {
  if (workspace.paceMs > 0 || row.conversationId === null) await wakeRoom(ctx, tx, workspace.id, row.room)
}

const idsOf = ({ workspace, key, room, attempts }: PostRow) => ({ workspace, key, room, attempt: attempts })
