import { and, eq, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Context } from '../context.ts'
import type { ConversationState } from '../conversations/conversation.ts'
import type { Db } from '../db/client.ts'
import { conversations, posts, rooms } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import type { GoneError } from '../errors.ts'
import { readTuning } from '../settings/queries.ts'
import type { Tuning } from '../settings/tuning.ts'
import { nextDue, type PostContext } from './queries.ts'

export type RoomRow = typeof rooms.$inferSelect
/** Rooms that can't be posted in, by name. */
export type LostRooms = ReadonlyMap<string, RoomRow>

/** Somebody waits, or will: a card that is gone is missed. */
export const openStates: ConversationState[] = ['waiting', 'sending', 'snoozed']

/** So many conversations at once are looked after; the next sweep takes the next. */
export const mostAtOnce = 500
/** A lost room is tried again with a new card after so long; sooner where its cards have nowhere else to go. */
const retryLostMs = 3_600_000
const retryOnlyMs = 300_000

/** The lost rooms of a workspace that are not worth another try yet. */
export async function readLostRooms(db: Db, workspace: string, now: Date): Promise<LostRooms> {
  const rows = await db
    .select()
    .from(rooms)
    .where(and(eq(rooms.workspace, workspace), isNotNull(rooms.lostAt)))
  return new Map(rows.filter(({ nextAt }) => nextAt > now).map((row) => [row.room, row]))
}

/** Where cards of a lost room go: null when no room is left. */
export function fallbackOf(workspace: string, lost: string, tuning: Tuning, lostRooms: LostRooms): string | null {
  const chosen = tuning.rooms[workspace]
  const others = [chosen?.escalation ?? null, chosen?.default ?? null]
  return others.find((room) => room !== null && room !== lost && !lostRooms.has(room)) ?? null
}

/**
 * Has the room's next post delivered when it is due, unless somebody will look by then already. Runs in the transaction
 * that made a row ready, after its rows were written. A wake-up can't get lost: `wakeAt` is set and unset under the room's lock,
 * unset only by the job that it announces, and that job looks for rows after it did so.
 */
export async function wakeRoom(
  ctx: Pick<Context, 'queue' | 'clock'>,
  tx: Db,
  workspace: string,
  room: string,
  except?: string,
): Promise<void> {
  const now = ctx.clock.now()
  const [row] = await tx
    .insert(rooms)
    .values({ workspace, room, nextAt: now })
    .onConflictDoUpdate({ target: [rooms.workspace, rooms.room], set: { nextAt: sql`${rooms.nextAt}` } })
    .returning()
  if (!row) return
  const soonest = Math.max(now.getTime(), row.nextAt.getTime())
  // As in every burst: spares a look at all that waits.
  if (row.wakeAt && row.wakeAt.getTime() <= soonest) return
  const due = await nextDue(tx, workspace, room, except)
  if (!due) return
  const at = new Date(Math.max(soonest, due.getTime()))
  if (row.wakeAt && row.wakeAt <= at) return
  await tx.update(rooms).set({ wakeAt: at }).where(isRoom(workspace, room))
  await ctx.queue.add(tx, 'deliver-posts', { workspace, room, at: at.toISOString() }, at > now ? at : undefined)
}

export const isRoom = (workspace: string, room: string) => and(eq(rooms.workspace, workspace), eq(rooms.room, room))

/** A room can't be posted in: what stood in it, or was to, goes elsewhere. May be repeated. */
export async function loseRoom(ctx: PostContext, workspace: string, room: string, error: GoneError): Promise<void> {
  const ids = { workspace, room }
  const hasFallback = await ctx.db.transaction(async (tx) => {
    const now = ctx.clock.now()
    const tuning = await readTuning(tx)
    const fallback = fallbackOf(workspace, room, tuning, await readLostRooms(tx, workspace, now))
    const nextAt = new Date(now.getTime() + (fallback === null ? retryOnlyMs : retryLostMs))
    const lost = { lostReason: error.message, nextAt, lostAt: sql`coalesce(${rooms.lostAt}, ${now.toISOString()})` }
    await tx
      .insert(rooms)
      .values({ ...ids, nextAt, lostReason: error.message, lostAt: now })
      .onConflictDoUpdate({ target: [rooms.workspace, rooms.room], set: lost })
    await wakeRoom(ctx, tx, workspace, room)
    if (fallback === null) return false
    const inRoom = await tx
      .select({ conversationId: conversations.id })
      .from(posts)
      .innerJoin(conversations, eq(conversations.id, posts.conversationId))
      .where(
        and(
          eq(posts.workspace, workspace),
          eq(posts.room, room),
          isCardOf(conversations.id),
          or(isNull(posts.ref), inArray(conversations.state, openStates)),
        ),
      )
      .limit(mostAtOnce)
    await syncAll(ctx, tx, inRoom)
    return true
  })
  if (hasFallback) ctx.log.warn('room lost', { ...ids, error: error.message })
  else {
    ctx.metrics.posts.inc({ workspace, outcome: 'no-room' })
    ctx.log.error('no room is left to post in', { ...ids, error: error.message })
  }
}

/** It was posted in, or the bot let in: a room that was lost is there again, and what waits for it is posted now. */
export async function regainRoom(
  ctx: Pick<Context, 'queue' | 'clock'>,
  tx: Db,
  workspace: string,
  room: string,
): Promise<void> {
  const regained = await tx
    .update(rooms)
    .set({ lostReason: null, lostAt: null, nextAt: ctx.clock.now() })
    .where(and(isRoom(workspace, room), isNotNull(rooms.lostAt)))
    .returning({ room: rooms.room })
  if (regained.length > 0) await wakeRoom(ctx, tx, workspace, room)
}

/**
 * The team chose other rooms; runs in the same transaction, after they were written. Cards that had none get theirs,
 * and rooms that were lost are tried again. More than 500 conversations follow with the sweep.
 */
export async function roomsChanged(ctx: Pick<Context, 'queue' | 'clock' | 'workspaces'>, tx: Db): Promise<void> {
  const tuning = await readTuning(tx)
  for (const { id: workspace, room } of ctx.workspaces.values()) {
    if (room !== null) continue
    const chosen = tuning.rooms[workspace]
    const names = [chosen?.default, chosen?.escalation, ...(chosen?.rules.map((rule) => rule.room) ?? [])]
    await tx
      .update(rooms)
      .set({ lostReason: null, lostAt: null, nextAt: ctx.clock.now() })
      .where(
        and(
          eq(rooms.workspace, workspace),
          isNotNull(rooms.lostAt),
          isAnyOf(
            rooms.room,
            names.flatMap((name) => name ?? []),
          ),
        ),
      )
    const unposted = await tx
      .selectDistinct({ conversationId: posts.conversationId })
      .from(posts)
      .where(and(eq(posts.workspace, workspace), isNull(posts.ref), isNotNull(posts.conversationId)))
      .limit(mostAtOnce)
    await syncAll(ctx, tx, [...unposted, ...(await findMissing(tx, workspace)), ...(await findStranded(tx, workspace))])
  }
}

/** Open conversations without a card; `late`: of those, what did not change since. */
export async function findMissing(tx: Db, workspace: string, late?: Date): Promise<{ conversationId: string }[]> {
  return tx
    .select({ conversationId: conversations.id })
    .from(conversations)
    .leftJoin(posts, and(eq(posts.workspace, workspace), isCardOf(conversations.id)))
    .where(
      and(
        inArray(conversations.state, openStates),
        isNull(posts.key),
        late ? lt(conversations.updatedAt, late) : undefined,
      ),
    )
    .limit(mostAtOnce)
}

/** Open conversations whose card is in a lost room. */
export async function findStranded(tx: Db, workspace: string): Promise<{ conversationId: string }[]> {
  return tx
    .select({ conversationId: conversations.id })
    .from(rooms)
    .innerJoin(posts, and(eq(posts.workspace, rooms.workspace), eq(posts.room, rooms.room)))
    .innerJoin(conversations, isCardOf(conversations.id))
    .where(and(eq(rooms.workspace, workspace), isNotNull(rooms.lostAt), inArray(conversations.state, openStates)))
    .limit(mostAtOnce)
}

const isCardOf = (conversationId: PgColumn) => sql`${posts.key} = 'card:' || ${conversationId}`

export async function syncAll(
  ctx: Pick<Context, 'queue'>,
  tx: Db,
  found: { conversationId: string | null }[],
): Promise<void> {
  const ids = new Set(found.flatMap(({ conversationId }) => conversationId ?? []))
  await ctx.queue.addAll(
    tx,
    'sync-card',
    [...ids].map((conversationId) => ({ payload: { conversationId } })),
  )
}
