import { PermanentError } from '../../errors.ts'
import { roomsOf } from '../../settings/tuning.ts'
import { allOf } from '../../waiting.ts'
import type { WorkspaceIo } from '../workspace.ts'

/** What a platform tells of a room. */
export interface Room {
  /** `#support` */
  name: string
  /** Why no card can be posted there, and what to do; null: it can. */
  problem: string | null
}

/** Whether cards can be posted in every room that the team chose; `noneChosen`: what to do where there is none. Throws as `allOf`. */
export async function checkRooms(
  { readTuning }: Pick<WorkspaceIo, 'readTuning'>,
  workspaceId: string,
  roomOf: (roomId: string) => Promise<Room>,
  noneChosen: () => Promise<string>,
): Promise<string[]> {
  const tuning = await readTuning().catch(() => null)
  if (!tuning) return ['The channels for cards were not looked at: the settings can not be read now']
  const rooms = roomsOf(tuning, workspaceId)
  const chosen = [rooms.default, rooms.escalation, ...rooms.rules.map(({ room }) => room)]
  const ids = new Set(chosen.flatMap((room) => (room ? [room] : [])))
  const lines = rooms.default ? [] : [await noneChosen()]
  return [...lines, ...(await allOf([...ids].map(async (id) => checkRoom(await roomOf(id)))))]
}

/** "The bot is not in #a. Write /invite …": what is wrong, and what to do. */
function checkRoom({ name, problem }: Room): string[] {
  if (problem === null) return [`${name}: cards can be posted`]
  const [wrong = problem, ...rest] = problem.split('. ')
  const action = rest.join('. ')
  throw new PermanentError(wrong, action ? { action } : {})
}
