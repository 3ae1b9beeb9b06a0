import type { App } from '@slack/bolt'
import { framesOf, messageOf } from '../../../errors.ts'
import { apologyOf } from '../../kit/apology.ts'
import type { FilePart } from '../../kit/parts.ts'
import type { Handlers, Teammate, WorkspaceIo } from '../../workspace.ts'
import { idOf } from '../ids.ts'
import type { Members } from '../members.ts'

/** What every listener works with. */
export interface Desk {
  app: App
  io: Pick<WorkspaceIo, 'clock' | 'log' | 'readCard'>
  handlers: Handlers
  members: Members
  /** Whether Deskbell is installed in this Slack workspace. */
  isOurs(team: string): Promise<boolean>
  /** Where people read a message; null where that can't be told now. */
  urlOf(team: string, channel: string, ts: string): Promise<string | null>
  /** To one person alone. Throws as `failureOf` a call. */
  sendFile(to: Pick<Actor, 'team' | 'user'>, file: FilePart): Promise<void>
}

/** Who acts, and in which workspace: in a shared channel it need not be the one that Deskbell is installed in. */
export interface Actor {
  user: string
  team: string
  /** What to call them where Slack can't tell. */
  name: string
}

/** The teammate, by the name that the others see. Throws StrangerError for a person of another company. */
export async function teammateOf(desk: Desk, { user, team, name }: Actor): Promise<Teammate> {
  if (!(await desk.isOurs(team)))
    throw new StrangerError('Only people of the workspace that runs Deskbell can do this.')
  const known = await desk.members.nameOf(team, user).catch(() => name)
  return { id: idOf(team, user), name: known }
}

/** A person of another company, in a channel shared with them. The message is for them. */
class StrangerError extends Error {
  override name = 'StrangerError'
}

/** What a teammate is told when something went wrong; the log gets the rest. */
export function apologyFor(desk: Pick<Desk, 'io'>, what: string, error: unknown): string {
  if (error instanceof StrangerError) return error.message
  desk.io.log.warn('slack request failed', {
    what,
    reason: messageOf(error),
    frames: error instanceof Error ? framesOf(error) : undefined,
  })
  return apologyOf(error)
}
