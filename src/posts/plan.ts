import { and, asc, eq } from 'drizzle-orm'
import { isAside, type Conversation } from '../conversations/conversation.ts'
import { readConversation } from '../conversations/read.ts'
import type { Db } from '../db/client.ts'
import { conversations, posts } from '../db/schema.ts'
import { readTuning } from '../settings/queries.ts'
import { defaultTuning } from '../settings/tuning.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import { notifyOfLoss } from './notify.ts'
import { cardKey, type CardBody } from './post.ts'
import { newPost, retryRefused, savePost, type PostContext, type PostRow } from './queries.ts'
import { renewCard } from './renew.ts'
import { fallbackOf, openStates, readLostRooms, wakeRoom } from './rooms.ts'
import { roomFor } from './route.ts'
import { planThread } from './thread.ts'

export interface Plan {
  card: PostRow
  conversation: Conversation
}

/**
 * Plans everything that is to stand in a workspace for a conversation as it is now, and has it delivered where the workspace
 * keeps a pace. Runs in a transaction; may be repeated. Null: it has no card there, or none yet.
 */
export async function planPosts(
  ctx: PostContext,
  tx: Db,
  workspace: Workspace,
  conversationId: string,
): Promise<Plan | null> {
  // The conversation first, as everywhere. One plan at a time: what was planned is read under its lock.
  await tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(eq(conversations.id, conversationId))
    .for('no key update')
  const rows = await tx
    .select()
    .from(posts)
    .where(and(eq(posts.workspace, workspace.id), eq(posts.conversationId, conversationId)))
    .orderBy(asc(posts.createdAt), asc(posts.key))
    .for('update')
  const conversation = await readConversation(tx, ctx.channels, conversationId)
  if (!conversation) return null
  const before = rows.find(({ key }) => key === cardKey(conversationId))
  if (!before && !workspace.showsAside && isAside(conversation)) return null

  const now = ctx.clock.now()
  const tuning = workspace.room === null ? await readTuning(tx) : defaultTuning
  const lostRooms = await readLostRooms(tx, workspace.id, now)
  const wanted = wantedRoom(before, roomFor(workspace, conversation, tuning))
  if (wanted === null) return null
  const lost = lostRooms.get(wanted)
  const room = (lost && fallbackOf(workspace.id, wanted, tuning, lostRooms)) ?? wanted

  const rank = cardRank(conversation)
  let card: PostRow
  if (!before) {
    const { inboundSeq: since, surfacings } = conversation
    const body: CardBody = { kind: 'card', since, surfacings }
    card = newPost({ workspace: workspace.id, key: cardKey(conversationId), conversationId, room, body, rank }, now)
    await tx.insert(posts).values(card)
  } else {
    card = placeCard(retryRefused({ ...before, rank }, conversation.version, now), room, conversation, now)
    const thread = rows.filter((row) => row !== before)
    // Until it is tried, the card itself tells all.
    if (workspace.hasThreads && (card.ref !== null || card.attemptedAt !== null)) {
      const { body, added, kept } = planThread(card, conversation, thread, now)
      card = { ...card, body }
      for (const [index, row] of kept.entries()) await savePost(tx, thread[index], row)
      if (added.length > 0) await tx.insert(posts).values(added)
    } else {
      for (const row of thread) if (row.ref === null) await savePost(tx, row, { ...row, room: card.room })
    }
    await savePost(tx, before, card)
  }
  if (lost && card.room !== wanted) await notifyOfLoss(ctx, tx, lost, card.room)
  if (workspace.paceMs > 0) await wakeRoom(ctx, tx, workspace.id, card.room)
  return { card, conversation }
}

/** A card that was posted stays in its room, and one that was posted there before goes there again. */
function wantedRoom(card: PostRow | undefined, routed: string | null): string | null {
  if (!card) return routed
  const isUntried = card.ref === null && card.attemptedAt === null
  return isUntried && card.body.kind === 'card' && !card.body.replaces ? (routed ?? card.room) : card.room
}

/** Puts a card into another room, where it is posted anew when somebody still waits. Not while it is being worked on. */
function placeCard(card: PostRow, room: string, { state }: Conversation, now: Date): PostRow {
  if (card.room === room || (card.heldUntil !== null && card.heldUntil > now)) return card
  if (card.ref === null) return { ...card, room, attemptedAt: null, notBefore: now }
  return openStates.includes(state) ? { ...renewCard(card, 'lost', now), room } : card
}

/** After an outage, those who still wait come before what was dealt with elsewhere meanwhile. */
function cardRank({ state, triage }: Conversation): number {
  if (!openStates.includes(state)) return 3
  if (triage?.urgency === 'high') return 0
  return triage?.urgency === 'low' ? 2 : 1
}
