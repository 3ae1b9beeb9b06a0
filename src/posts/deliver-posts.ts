import { and, asc, eq, lte, sql, type SQL } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { posts, rooms } from '../db/schema.ts'
import type { JobPayload } from '../jobs/jobs.ts'
import type { PostRef, Workspace } from '../workspaces/workspace.ts'
import { beginAttempt, takePost, type Taken } from './prepare.ts'
import { isFree, isHeld, isNext, type PostContext } from './queries.ts'
import { isRoom, wakeRoom } from './rooms.ts'
import { settleFailure, settlePosted } from './settle.ts'

/** Rows of which nothing is left to post, in one run. */
const mostMoot = 50

/**
 * Posts what comes first in a room, when it is the room's turn. May be repeated, and run on several replicas at once:
 * the turn is taken under the room's lock, and the attempt is committed with it, before the network call.
 */
export async function deliverPosts(
  ctx: PostContext,
  { workspace: id, room, at }: JobPayload<'deliver-posts'>,
): Promise<void> {
  const workspace = ctx.workspaces.get(id)
  // Switched off: what waits is looked for when it is there again.
  if (!workspace) return
  const taken = await ctx.db.transaction(async (tx) => {
    const turn = await beginTurn(ctx, tx, id, room, new Date(at))
    const now = ctx.clock.now()
    const isInRoom = and(eq(posts.room, room), lte(posts.notBefore, now))
    const first = turn.nextAt <= now ? await takeNext(ctx, tx, workspace, isInRoom) : null
    if (first) {
      await tx
        .update(rooms)
        .set({ nextAt: new Date(now.getTime() + workspace.paceMs) })
        .where(isRoom(id, room))
    }
    // The others don't wait for this one. This one is looked after by this job, which is repeated after a crash.
    await wakeRoom(ctx, tx, id, room, first?.row.key)
    return first
  })
  if (taken) await attemptPost(ctx, workspace, taken)
}

/** Where there is no pace: posts what a conversation has waiting, at once. Throws what keeps it from being posted. */
export async function postNow(ctx: PostContext, workspace: Workspace, conversationId: string): Promise<void> {
  for (;;) {
    const taken = await ctx.db.transaction((tx) =>
      takeNext(ctx, tx, workspace, eq(posts.conversationId, conversationId)),
    )
    if (!taken) return
    const error = await attemptPost(ctx, workspace, taken)
    if (error) throw error
  }
}

/** Locks the room, and takes down its wake-up when this job is it. */
async function beginTurn(
  ctx: PostContext,
  tx: Db,
  workspace: string,
  room: string,
  at: Date,
): Promise<{ nextAt: Date }> {
  const now = ctx.clock.now()
  const isThis = sql`case when ${lte(rooms.wakeAt, at)} then null else ${rooms.wakeAt} end`
  const [row] = await tx
    .insert(rooms)
    .values({ workspace, room, nextAt: now })
    .onConflictDoUpdate({ target: [rooms.workspace, rooms.room], set: { wakeAt: isThis } })
    .returning({ nextAt: rooms.nextAt })
  return row ?? { nextAt: now }
}

async function takeNext(ctx: PostContext, tx: Db, workspace: Workspace, where: SQL | undefined): Promise<Taken | null> {
  for (let moot = 0; moot < mostMoot; moot++) {
    const [row] = await tx
      .select()
      .from(posts)
      .where(and(eq(posts.workspace, workspace.id), where, isFree(ctx.clock.now()), isNext(tx)))
      .orderBy(asc(posts.rank), asc(posts.createdAt), asc(posts.key))
      .limit(1)
      .for('update', { skipLocked: true })
    if (!row) return null
    const taken = await takePost(ctx, tx, workspace, row)
    if (taken) return taken
  }
  return null
}

/** Finds out what came of the last attempt, or makes one. Returns what kept it from being posted; null: nothing did. */
async function attemptPost(ctx: PostContext, workspace: Workspace, taken: Taken): Promise<unknown> {
  const { row, place, attempt } = taken
  if (!attempt) return findPost(ctx, workspace, taken)
  let ref: PostRef
  try {
    ref = await workspace.post(attempt.message, place)
  } catch (error) {
    await settleFailure(ctx, workspace, taken, error)
    return error
  }
  await settlePosted(ctx, workspace, row, ref, attempt.conversation)
  ctx.metrics.posts.inc({ workspace: workspace.id, outcome: 'posted' })
  return null
}

async function findPost(ctx: PostContext, workspace: Workspace, taken: Taken): Promise<unknown> {
  const { row, place } = taken
  let ref: PostRef | null
  try {
    ref = await workspace.find(place, row.attemptedAt ?? row.createdAt)
  } catch (error) {
    await settleFailure(ctx, workspace, taken, error)
    return error
  }
  if (ref) {
    await settlePosted(ctx, workspace, row, ref, null)
    ctx.metrics.posts.inc({ workspace: workspace.id, outcome: 'found' })
    return null
  }
  const again = await ctx.db.transaction(async (tx) => {
    const [mine] = await tx.select().from(posts).where(isHeld(row)).for('update')
    return mine ? beginAttempt(ctx, tx, workspace, mine) : null
  })
  return again && attemptPost(ctx, workspace, again)
}
