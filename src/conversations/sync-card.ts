import { and, eq, lt, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { cards, conversations } from '../db/schema.ts'
import { RetryableError } from '../errors.ts'
import type { JobPayload } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { cardOf } from '../workspaces/card.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import { isAside } from './conversation.ts'
import { changeConversation, lockConversation } from './queries.ts'
import { readConversation } from './read.ts'

type SyncContext = Pick<Context, 'db' | 'queue' | 'clock' | 'channels' | 'workspaces'>

/** A copy that a crashed process was working on is free again after this long. */
const holdMs = 30_000

/**
 * Makes every copy of a conversation's card show its present state. Reads the state itself, so it may be repeated,
 * and of many that run in a row the first does the work of all.
 * Throws RetryableError when another process is at work on the same card.
 */
export type SyncCard = (payload: JobPayload<'sync-card'>) => Promise<void>

/** Within this process, runs for one conversation follow one another instead of getting in each other's way. */
export function createSyncCard(ctx: SyncContext): SyncCard {
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

async function syncCopies(ctx: SyncContext, conversationId: string): Promise<void> {
  // A room that is down keeps no other from its card.
  const copies = [...ctx.workspaces.values()].map((workspace) => syncCopy(ctx, workspace, conversationId))
  const outcomes = await Promise.allSettled(copies)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  if (outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value)) await endAlarm(ctx, conversationId)
}

/** True when the card that it showed tells of failed jobs. */
async function syncCopy(ctx: SyncContext, workspace: Workspace, conversationId: string): Promise<boolean> {
  const key = and(eq(cards.workspace, workspace.id), eq(cards.conversationId, conversationId))
  const now = ctx.clock.now()
  const [copy] = await ctx.db
    .select({ shownVersion: cards.shownVersion, version: conversations.version })
    .from(conversations)
    .leftJoin(cards, key)
    .where(eq(conversations.id, conversationId))
  if (!copy || (copy.shownVersion ?? 0) >= copy.version) return false
  const conversation = await readConversation(ctx.db, ctx.channels, conversationId)
  if (!conversation || (copy.shownVersion === null && !workspace.showsAside && isAside(conversation))) return false
  const heldUntil = new Date(now.getTime() + holdMs)
  const [held] = await ctx.db
    .insert(cards)
    .values({ workspace: workspace.id, conversationId, room: workspace.room, shownVersion: 0, heldUntil })
    .onConflictDoUpdate({
      target: [cards.workspace, cards.conversationId],
      set: { heldUntil },
      setWhere: sql`(${cards.heldUntil} is null or ${lt(cards.heldUntil, now)}) and ${lt(cards.shownVersion, conversation.version)}`,
    })
    .returning()
  if (!held) {
    const [other] = await ctx.db.select().from(cards).where(key)
    if (other && other.shownVersion >= conversation.version) return false
    throw new RetryableError('Another process is updating this card', { retryAfterMs: 1000 })
  }
  // Whoever took longer than it may hold the card has lost it, and has no say any more.
  const mine = and(key, eq(cards.heldUntil, heldUntil))
  try {
    const card = cardOf(conversation)
    const ref = held.ref ?? (await workspace.post(card, held.room))
    if (held.ref) await workspace.update(held.ref, card)
    await ctx.db.update(cards).set({ ref, shownVersion: conversation.version, heldUntil: null }).where(mine)
    return conversation.problems.length > 0
  } catch (error) {
    await ctx.db
      .update(cards)
      .set({ heldUntil: sql`null` })
      .where(mine)
    throw error
  }
}

/** A card that says that it could not be updated: now it was, in every room. */
async function endAlarm(ctx: SyncContext, conversationId: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    // The conversation first, as everywhere.
    await lockConversation(tx, conversationId)
    const resolved = await resolveProblems(ctx, tx, conversationId, ['sync-card'])
    if (resolved > 0) await changeConversation(ctx, tx, conversationId, {})
  })
}
