import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { posts } from '../db/schema.ts'
import { roomsOf, type Tuning } from '../settings/tuning.ts'
import type { NoticeBody } from './post.ts'
import { newPost } from './queries.ts'
import { fallbackOf, readLostRooms, wakeRoom, type RoomRow } from './rooms.ts'

export interface Notice {
  workspace: string
  room: string
  /** One notice is posted for each. */
  key: string
  title: string
  /** None of a customer's words or names: where `text` is empty, the line is told from the conversation when it is shown. */
  lines: NoticeBody['lines']
}

/** Has a notice posted in a room, once for its key. Call it last in a transaction: it locks the room. */
export async function notify(
  ctx: Pick<Context, 'queue' | 'clock'>,
  tx: Db,
  { workspace, room, key, title, lines }: Notice,
): Promise<void> {
  const body = { kind: 'notice' as const, title, lines }
  const row = newPost({ workspace, key: `notice:${key}`, conversationId: null, room, body, rank: 0 }, ctx.clock.now())
  const added = await tx.insert(posts).values(row).onConflictDoNothing().returning({ key: posts.key })
  if (added.length > 0) await wakeRoom(ctx, tx, workspace, room)
}

/**
 * Has a notice posted in every workspace, in the room for what is late and what goes wrong, else in the one for cards.
 * Where none was chosen it is not told. Call it last in a transaction, like `notify`.
 */
export async function escalate(
  ctx: Pick<Context, 'queue' | 'clock' | 'workspaces'>,
  tx: Db,
  tuning: Tuning,
  notice: Omit<Notice, 'workspace' | 'room'>,
): Promise<void> {
  for (const { id: workspace, room: own } of ctx.workspaces.values()) {
    const chosen = roomsOf(tuning, workspace)
    const wanted = own ?? chosen.escalation ?? chosen.default
    if (wanted === null) continue
    const { room } = await roomLeft(ctx, tx, tuning, workspace, wanted)
    await notify(ctx, tx, { ...notice, workspace, room })
  }
}

/** Where that goes which is meant for a room: elsewhere while that is lost, and the room `lost` then; else null. */
export async function roomLeft(
  ctx: Pick<Context, 'clock'>,
  tx: Db,
  tuning: Tuning,
  workspace: string,
  wanted: string,
): Promise<{ room: string; lost: RoomRow | null }> {
  const lostRooms = await readLostRooms(tx, workspace, ctx.clock.now())
  const lost = lostRooms.get(wanted) ?? null
  const other = lost && fallbackOf(workspace, wanted, tuning, lostRooms)
  return other === null ? { room: wanted, lost: null } : { room: other, lost }
}

/** Says in the fallback room why what is meant for another comes there; once each time it is lost. */
export async function notifyOfLoss(
  ctx: Pick<Context, 'queue' | 'clock'>,
  tx: Db,
  lost: RoomRow,
  room: string,
): Promise<void> {
  await notify(ctx, tx, {
    workspace: lost.workspace,
    room,
    key: `lost:${lost.room}:${lost.lostAt?.toISOString()}:${room}`,
    title: `Cards and digests for ${lost.room} now come here`,
    lines: [
      { text: `Nothing can be posted there: ${lost.lostReason}` },
      { text: 'Choose another room with /desk settings' },
    ],
  })
}
