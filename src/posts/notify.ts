import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { posts } from '../db/schema.ts'
import { newPost } from './queries.ts'
import { wakeRoom, type RoomRow } from './rooms.ts'

export interface Notice {
  workspace: string
  room: string
  /** One notice is posted for each. */
  key: string
  title: string
  lines: string[]
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

/** Says in the fallback room why cards of another come there; once each time it is lost. */
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
    title: `Cards for ${lost.room} now come here`,
    lines: [`Nothing can be posted there: ${lost.lostReason}`, 'Choose another room with /desk settings'],
  })
}
