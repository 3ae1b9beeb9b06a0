import { and, eq, inArray, isNotNull, isNull, lt, lte, ne, or, sql } from 'drizzle-orm'
import { conversations, posts, rooms } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { readTuning } from '../settings/queries.ts'
import { isFree, never, type PostContext } from './queries.ts'
import { findMissing, findStranded, isRoom, mostAtOnce, openStates, syncAll, wakeRoom } from './rooms.ts'

type SweepContext = Omit<PostContext, 'channels'>

/** What changed a moment ago is being looked after. */
const graceMs = 60_000

/**
 * Looks after what nobody does: cards that an open conversation lacks or that are behind, and rooms in which posts are overdue.
 * So a room chosen late, a workspace switched on late, and a wake-up that got lost heal by themselves. At most 500 of each at once.
 */
export async function sweepPosts(ctx: SweepContext): Promise<void> {
  const { rooms: chosen } = await readTuning(ctx.db)
  const late = new Date(ctx.clock.now().getTime() - graceMs)
  for (const workspace of ctx.workspaces.values()) {
    const id = workspace.id
    // Where no room was chosen for everything, what has no card may have none on purpose.
    const isForAll = workspace.room !== null || (chosen[id]?.default ?? null) !== null
    const found = await Promise.all([
      isForAll ? findMissing(ctx.db, id, late) : [],
      findBehind(ctx, id, late),
      findStranded(ctx.db, id),
      workspace.paceMs > 0 ? [] : findUnposted(ctx, id),
    ])
    await syncAll(ctx, ctx.db, found.flat())
  }
  for (const { workspace, room } of await findOverdue(ctx, late)) {
    await ctx.db.transaction(async (tx) => {
      const isLost = and(isRoom(workspace, room), lt(rooms.wakeAt, late))
      await tx.update(rooms).set({ wakeAt: null }).where(isLost)
      await wakeRoom(ctx, tx, workspace, room)
    })
  }
}

/** Open conversations whose card shows less than there is. */
async function findBehind(ctx: SweepContext, workspace: string, late: Date): Promise<{ conversationId: string }[]> {
  const now = ctx.clock.now()
  return ctx.db
    .select({ conversationId: conversations.id })
    .from(conversations)
    .innerJoin(posts, and(eq(posts.workspace, workspace), sql`${posts.key} = 'card:' || ${conversations.id}`))
    .where(
      and(
        inArray(conversations.state, openStates),
        lt(conversations.updatedAt, late),
        isNotNull(posts.ref),
        lt(posts.shownVersion, conversations.version),
        lte(posts.notBefore, now),
        isFree(now),
      ),
    )
    .limit(mostAtOnce)
}

/** Where there is no pace, and so no delivery of its own: conversations of which something was not posted. */
async function findUnposted(ctx: SweepContext, workspace: string): Promise<{ conversationId: string | null }[]> {
  const now = ctx.clock.now()
  return ctx.db
    .selectDistinct({ conversationId: posts.conversationId })
    .from(posts)
    .where(and(eq(posts.workspace, workspace), isNull(posts.ref), lte(posts.notBefore, now), isFree(now)))
    .limit(mostAtOnce)
}

/** Rooms in which something should have been posted a while ago, and nobody will look. */
async function findOverdue(ctx: SweepContext, late: Date): Promise<{ workspace: string; room: string }[]> {
  const paced = [...ctx.workspaces.values()].filter(({ paceMs }) => paceMs > 0).map(({ id }) => id)
  return ctx.db
    .selectDistinct({ workspace: posts.workspace, room: posts.room })
    .from(posts)
    .leftJoin(rooms, and(eq(rooms.workspace, posts.workspace), eq(rooms.room, posts.room)))
    .where(
      and(
        isNull(posts.ref),
        ne(posts.notBefore, never),
        lt(posts.notBefore, late),
        isFree(late),
        or(isAnyOf(posts.workspace, paced), isNull(posts.conversationId)),
        or(isNull(rooms.wakeAt), lt(rooms.wakeAt, late)),
      ),
    )
    .limit(mostAtOnce)
}
