import type { APIInteraction } from 'discord.js'
import { framesOf, messageOf } from '../../../errors.ts'
import { apologyOf } from '../../kit/apology.ts'
import { within } from '../../../waiting.ts'
import type { Handlers, Teammate, WorkspaceIo } from '../../workspace.ts'
import type { DiscordMessage } from '../components/message.ts'
import type { Members } from '../members.ts'
import { bitsOf, isRunning } from '../permissions.ts'
import type { DrawPictures } from '../pictures.ts'
import type { Rest } from '../rest.ts'
import type { Talk } from './talk.ts'

/** What every listener works with. */
export interface Desk {
  io: Pick<WorkspaceIo, 'clock' | 'log' | 'readCard' | 'readTuning' | 'shelf'>
  handlers: Handlers
  members: Pick<Members, 'saw' | 'roomOf'>
  rest: Pick<Rest, 'ask'>
  pictures: DrawPictures
  /** The servers that the team is in. */
  guilds: string[]
}

/** Somebody who waits for an answer. */
export interface Asker {
  talk: Talk
  guild: string
  teammate: Teammate
  /** Runs the server. */
  isAdmin: boolean
}

/** Discord waits for 3 s, and the answer has to travel. */
export const patienceMs = 2000

export const strangerWords = 'Only people of the server that runs Deskbell can do this.'

/** Who did it; null for a stranger: somebody in another server, or in a conversation with the bot alone. */
export function askerOf(desk: Pick<Desk, 'members' | 'guilds'>, interaction: APIInteraction, talk: Talk): Asker | null {
  const { guild_id: guild, member } = interaction
  if (!guild || !member || !desk.guilds.includes(guild)) return null
  desk.members.saw(member, guild)
  const { user, nick, permissions } = member
  return {
    talk,
    guild,
    teammate: { id: user.id, name: nick ?? user.global_name ?? user.username },
    isAdmin: isRunning(bitsOf(permissions)),
  }
}

/** Shows what is being made: as the first answer where that is quick, else once it is there. Rejects as `making` does. */
export async function show(talk: Talk, how: 'say' | 'replace', making: Promise<DiscordMessage>): Promise<void> {
  const soon = await within(making, patienceMs)
  if (soon !== null) return talk[how](soon)
  await talk.acknowledge(how === 'say' ? 'visibly' : 'quietly')
  await talk[how](await making)
}

/** What somebody wrote and is to keep: what has no room in the first message follows it. */
export async function giveBack(
  talk: Talk,
  how: 'say' | 'replace',
  [first, ...more]: [DiscordMessage, ...DiscordMessage[]],
): Promise<void> {
  await talk[how](first)
  for (const message of more) await talk.say(message)
}

/** What a teammate is told when something went wrong; the log gets the rest. */
export function apologyFor(desk: Pick<Desk, 'io'>, what: string, error: unknown): string {
  desk.io.log.warn('discord request failed', {
    what,
    reason: messageOf(error),
    frames: error instanceof Error ? framesOf(error) : undefined,
  })
  return apologyOf(error)
}
