import { and, asc, eq, isNull } from 'drizzle-orm'
import { isAside, type Conversation } from '../conversations/conversation.ts'
import { readConversation } from '../conversations/read.ts'
import type { Db } from '../db/client.ts'
import { posts } from '../db/schema.ts'
import { readTuning } from '../settings/queries.ts'
import { defaultTuning } from '../settings/tuning.ts'
import type { Message } from '../workspaces/message.ts'
import type { Place, Workspace } from '../workspaces/workspace.ts'
import { isBulletin, renderBulletin } from './bulletins.ts'
import { cardKey, type PostBody } from './post.ts'
import { holdMs, isPost, newPost, type PostContext, type PostRow } from './queries.ts'
import { renderPost, type Rendered } from './render.ts'
import { threadKey } from './thread.ts'

/** A post that this process works on. */
export interface Taken {
  row: PostRow
  place: Place
  /** Null: first it must be found out what came of the last attempt. */
  attempt: Attempt | null
}

/** What is being posted, committed before the network call. */
export interface Attempt {
  message: Message
  /** As it was read for the message; null for a notice. */
  conversation: Conversation | null
}

/** Takes a locked row on: begins an attempt, or the search for the last one. Null: nothing is left to post, and the row is gone. */
export async function takePost(ctx: PostContext, tx: Db, workspace: Workspace, row: PostRow): Promise<Taken | null> {
  if (row.attemptedAt === null) return beginAttempt(ctx, tx, workspace, row)
  const set = { heldUntil: new Date(ctx.clock.now().getTime() + holdMs), attempts: row.attempts + 1 }
  await tx.update(posts).set(set).where(isPost(row.workspace, row.key))
  const others = row.conversationId ? await readOthers(tx, row) : []
  return { row: { ...row, ...set }, place: placeOf(row, others), attempt: null }
}

/** Renders a locked row from the present state, so that bursts coalesce, and commits to what the message tells. */
export async function beginAttempt(
  ctx: PostContext,
  tx: Db,
  workspace: Workspace,
  row: PostRow,
): Promise<Taken | null> {
  const now = ctx.clock.now()
  const others = row.conversationId ? await readOthers(tx, row) : []
  const conversation = row.conversationId ? await readConversation(tx, ctx.channels, row.conversationId) : null
  const isMoot = row.body.kind === 'card' && conversation && !workspace.showsAside && isAside(conversation)
  const bodies = others.map(({ body }) => body)
  const rendered = isMoot ? null : await render(ctx, tx, row, conversation, bodies)
  if (!rendered) {
    const isAll = row.body.kind === 'card' && row.conversationId
    const isUnposted = and(eq(posts.workspace, row.workspace), isNull(posts.ref))
    await tx
      .delete(posts)
      .where(isAll ? and(isUnposted, eq(posts.conversationId, isAll)) : isPost(row.workspace, row.key))
    return null
  }
  const set = {
    body: rendered.body,
    attempts: row.attempts + 1,
    attemptedAt: now,
    heldUntil: new Date(now.getTime() + holdMs),
  }
  await tx.update(posts).set(set).where(isPost(row.workspace, row.key))
  if (row.body.kind === 'card' && conversation && workspace.hasThreads) await planFiles(tx, row, conversation, now)
  return {
    row: { ...row, ...set },
    place: placeOf(row, others),
    attempt: { message: rendered.message, conversation },
  }
}

async function render(
  ctx: PostContext,
  tx: Db,
  { workspace, body }: PostRow,
  conversation: Conversation | null,
  others: PostBody[],
): Promise<Rendered | null> {
  if (!isBulletin(body)) {
    if (!conversation) return null
    const { hours } = body.kind === 'surfaced' ? await readTuning(tx) : defaultTuning
    return renderPost(body, conversation, others, { now: ctx.clock.now(), timeZone: hours.timeZone })
  }
  const message = await renderBulletin(ctx, tx, workspace, body)
  return message && { message, body }
}

/** Attachments of what a new card shows go into its thread; also those that were in the thread of an earlier card. */
async function planFiles(tx: Db, card: PostRow, conversation: Conversation, now: Date): Promise<void> {
  const hasFiles = ({ attachments }: Conversation['turns'][number]) => attachments.some(({ isKept }) => isKept)
  const turns = conversation.turns.filter(hasFiles).map(({ id }) => id)
  if (turns.length === 0) return
  const { workspace, room, conversationId } = card
  const body = { kind: 'files' as const, turns }
  const row = newPost({ workspace, key: threadKey(body, conversation), conversationId, room, body, rank: 2 }, now)
  const { createdAt: _, ...again } = row
  await tx
    .insert(posts)
    .values(row)
    .onConflictDoUpdate({ target: [posts.workspace, posts.key], set: again })
}

async function readOthers(tx: Db, row: PostRow): Promise<PostRow[]> {
  if (row.conversationId === null) return []
  const rows = await tx
    .select()
    .from(posts)
    .where(and(eq(posts.workspace, row.workspace), eq(posts.conversationId, row.conversationId)))
    .orderBy(asc(posts.createdAt))
  return rows.filter(({ key }) => key !== row.key)
}

function placeOf({ room, key, conversationId }: PostRow, others: PostRow[]): Place {
  const card = conversationId === null ? undefined : others.find((other) => other.key === cardKey(conversationId))
  return { room, thread: card?.ref ?? null, key }
}
