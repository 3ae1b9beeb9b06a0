import { regainRoom } from '../posts/rooms.ts'
import { knowTeammate } from '../teammates/know.ts'
import type { Teammate } from '../workspaces/workspace.ts'
import { readTuning } from './queries.ts'
import { roomsOf, withRooms, type Tuning } from './tuning.ts'
import { updateTuning, type UpdateContext } from './update.ts'

/**
 * The bot was let into a room. Where no room was chosen yet, cards go there from now on: true. Else the settings stay
 * as they are; a room that was lost is there again.
 */
export async function offerRoom(
  ctx: UpdateContext,
  workspaceId: string,
  room: string,
  teammate: Teammate,
): Promise<boolean> {
  const isWanted = (tuning: Tuning) => roomsOf(tuning, workspaceId).default === null
  if (ctx.workspaces.get(workspaceId)?.room !== null) return false
  await ctx.db.transaction((tx) => regainRoom(ctx, tx, workspaceId, room))
  if (!isWanted(await readTuning(ctx.db))) return false
  const by = await knowTeammate(ctx, workspaceId, teammate)
  let isTaken = false
  await updateTuning(
    ctx,
    (tuning) => {
      isTaken = isWanted(tuning)
      return isTaken ? withRooms(tuning, workspaceId, { ...roomsOf(tuning, workspaceId), default: room }) : tuning
    },
    by,
  )
  return isTaken
}
