import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Conversation } from '../conversations/conversation.ts'
import { conversations, posts, rooms } from '../db/schema.ts'
import { GoneError, PermanentError, RetryableError } from '../errors.ts'
import type { JobPayload } from '../jobs/jobs.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import { endAlarm } from './alarm.ts'
import { postNow } from './deliver-posts.ts'
import { planPosts } from './plan.ts'
import { cardKey, postBackoffMs } from './post.ts'
import { isFree, isHeld, isPost, type PostContext, type PostRow } from './queries.ts'
import { renderCard } from './render.ts'
import { loseCard } from './renew.ts'
import { loseRoom } from './rooms.ts'

/** An edit that the platform refused is tried again by the sweep after so long. */
const refusedMs = 3_600_000
/** An edit may be repeated, so a crash in its midst needs no longer wait than the edit itself may take. */
const editHoldMs = 15_000

/**
 * Makes every copy of a conversation's card show its present state, and plans what is to be posted. Reads the state itself,
 * so it may be repeated, and of many that run in a row the first does the work of all.
 * Throws RetryableError when another process is at work on the same card.
 */
export type SyncCard = (payload: JobPayload<'sync-card'>) => Promise<void>

/** Within this process, runs for one conversation follow one another instead of getting in each other's way. */
export function createSyncCard(ctx: PostContext): SyncCard {
  const running = new Map<string, Promise<void>>()
  return async ({ conversationId }) => {
    const before = running.get(conversationId) ?? Promise.resolve()
    const run = before.catch(() => {}).then(() => syncCopies(ctx, conversationId))
    running.set(conversationId, run)
    try {
      await run
    } finally {
      if (running.get(conversationId) === run) running.delete(conversationId)
    }
  }
}

async function syncCopies(ctx: PostContext, conversationId: string): Promise<void> {
  // A room that is down keeps no other from its card.
  const copies = [...ctx.workspaces.values()].map((workspace) => syncCopy(ctx, workspace, conversationId))
  const outcomes = await Promise.allSettled(copies)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  if (outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value))
    await endAlarm(ctx, conversationId, ['sync-card', 'deliver-posts'])
}

/** True when the card that it showed tells of failed jobs. */
async function syncCopy(ctx: PostContext, workspace: Workspace, conversationId: string): Promise<boolean> {
  if (await isCurrent(ctx, workspace, conversationId)) return false
  const plan = await ctx.db.transaction((tx) => planPosts(ctx, tx, workspace, conversationId))
  if (!plan) return false
  const { card, conversation } = plan
  if (card.ref) await updateCard(ctx, workspace, card, conversation)
  // Where there are no threads, all that is ever to be posted is the card.
  if (workspace.paceMs === 0 && (!card.ref || workspace.hasThreads)) {
    await postNow(ctx, workspace, conversationId)
    if (!card.ref) await expectPosted(ctx, workspace, conversationId)
  }
  return conversation.problems.length > 0
}

/** True when nothing changed since the card was made to show everything, which is how most runs of a burst find it. */
async function isCurrent(ctx: PostContext, workspace: Workspace, conversationId: string): Promise<boolean> {
  const [copy] = await ctx.db
    .select({
      version: conversations.version,
      shownVersion: posts.shownVersion,
      lostAt: rooms.lostAt,
      isWaiting: sql<boolean>`exists (select 1 from posts p where p.workspace = ${workspace.id}
        and p.conversation_id = ${conversations.id} and p.ref is null)`,
    })
    .from(conversations)
    .leftJoin(posts, isPost(workspace.id, cardKey(conversationId)))
    .leftJoin(rooms, and(eq(rooms.workspace, posts.workspace), eq(rooms.room, posts.room)))
    .where(eq(conversations.id, conversationId))
  return !copy || ((copy.shownVersion ?? -1) >= copy.version && copy.lostAt === null && !copy.isWaiting)
}

/** Makes a posted card show the conversation. Edits keep no pace. */
async function updateCard(
  ctx: PostContext,
  workspace: Workspace,
  card: PostRow,
  conversation: Conversation,
): Promise<void> {
  if (!card.ref || card.shownVersion >= conversation.version) return
  const now = ctx.clock.now()
  const [held] = await ctx.db
    .update(posts)
    .set({ heldUntil: new Date(now.getTime() + editHoldMs), attempts: sql`${posts.attempts} + 1` })
    .where(
      and(
        isPost(workspace.id, card.key),
        isFree(now),
        sql`${posts.ref} = ${JSON.stringify(card.ref)}::jsonb`,
        sql`${posts.shownVersion} < ${conversation.version}`,
      ),
    )
    .returning()
  if (!held) return expectShown(ctx, workspace, card, conversation.version)
  try {
    await workspace.update(card.ref, renderCard(card.body, conversation))
  } catch (error) {
    const saidMs = error instanceof RetryableError ? error.retryAfterMs : undefined
    const inMs = error instanceof PermanentError ? refusedMs : (saidMs ?? postBackoffMs(held.attempts))
    const notBefore = new Date(now.getTime() + inMs)
    await ctx.db.update(posts).set({ heldUntil: null, notBefore }).where(isHeld(held))
    // The queue would ask again too soon, and a platform that said how long to wait would say it anew.
    if (saidMs !== undefined) return ctx.queue.add(ctx.db, 'sync-card', { conversationId: conversation.id }, notBefore)
    if (!(error instanceof GoneError)) throw error
    if (error.what === 'post') return void (await loseCard(ctx, workspace, conversation.id, card.ref))
    await loseRoom(ctx, workspace.id, card.room, error)
    // Where somebody waits, it is posted anew in another room.
    return void (await ctx.db.transaction((tx) => planPosts(ctx, tx, workspace, conversation.id)))
  }
  // No word on a room that was lost: many a room lets old posts be edited, and takes no new ones.
  await ctx.db
    .update(posts)
    .set({ shownVersion: conversation.version, heldUntil: null, attempts: 0, notBefore: now })
    .where(isHeld(held))
}

/** Somebody else holds the card, or was faster. */
async function expectShown(ctx: PostContext, workspace: Workspace, { key }: PostRow, version: number): Promise<void> {
  const [other] = await ctx.db.select().from(posts).where(isPost(workspace.id, key))
  if (other?.ref && other.shownVersion < version) throw atWork()
}

async function expectPosted(ctx: PostContext, workspace: Workspace, conversationId: string): Promise<void> {
  const [other] = await ctx.db
    .select({ key: posts.key })
    .from(posts)
    .where(and(isPost(workspace.id, cardKey(conversationId)), isNull(posts.ref)))
  if (other) throw atWork()
}

const atWork = () => new RetryableError('Another process is updating this card', { retryAfterMs: 1000 })
