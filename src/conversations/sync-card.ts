import { and, eq, lt, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { cards, conversations } from '../db/schema.ts'
import { RetryableError } from '../errors.ts'
import type { JobPayload } from '../jobs/jobs.ts'
import { cardOf } from '../workspaces/card.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import type { Conversation } from './conversation.ts'
import { readConversation } from './read.ts'

type SyncContext = Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces'>

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
  for (const workspace of ctx.workspaces.values()) await syncCopy(ctx, workspace, conversationId)
}

async function syncCopy(ctx: SyncContext, workspace: Workspace, conversationId: string): Promise<void> {
  const key = and(eq(cards.workspace, workspace.id), eq(cards.conversationId, conversationId))
  const now = ctx.clock.now()
  const [copy] = await ctx.db
    .select({ shownVersion: cards.shownVersion, version: conversations.version })
    .from(conversations)
    .leftJoin(cards, key)
    .where(eq(conversations.id, conversationId))
  if (!copy || (copy.shownVersion ?? 0) >= copy.version) return
  const conversation = await readConversation(ctx.db, ctx.channels, conversationId)
  if (!conversation || (copy.shownVersion === null && !workspace.showsAside && isAside(conversation))) return
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
    if (other && other.shownVersion >= conversation.version) return
    throw new RetryableError('Another process is updating this card', { retryAfterMs: 1000 })
  }
  // Whoever took longer than it may hold the card has lost it, and has no say any more.
  const mine = and(key, eq(cards.heldUntil, heldUntil))
  try {
    const card = cardOf(conversation)
    const ref = held.ref ?? (await workspace.post(card, held.room))
    if (held.ref) await workspace.update(held.ref, card)
    await ctx.db.update(cards).set({ ref, shownVersion: conversation.version, heldUntil: null }).where(mine)
  } catch (error) {
    await ctx.db
      .update(cards)
      .set({ heldUntil: sql`null` })
      .where(mine)
    throw error
  }
}

/** Spam and automatic mail, which nobody waits for. A card that was posted before is kept true. */
function isAside({ state, dismissed }: Conversation): boolean {
  return (
    state === 'quarantined' ||
    (state === 'dismissed' && (dismissed?.reason === 'spam' || dismissed?.reason === 'automatic'))
  )
}
