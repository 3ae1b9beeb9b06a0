import {
  ChannelType,
  RESTJSONErrorCodes as Code,
  Routes,
  type APIChannel,
  type APIGuild,
  type APIGuildMember,
  type APIInteractionGuildMember,
} from 'discord.js'
import { PermanentError, RetryableError } from '../../errors.ts'
import { createCache } from '../kit/cache.ts'
import type { Room } from '../kit/checks.ts'
import type { Membership, WorkspaceIo } from '../workspace.ts'
import { codeOf } from './failures.ts'
import { idOf, isSnowflake, parseId, roleIdOf } from './ids.ts'
import { bitsOf, isRunning, missingIn, permissionsIn, permissionsInChannel } from './permissions.ts'
import type { Rest } from './rest.ts'

/** What Discord knows of people and rooms. Every method throws RetryableError when Discord can't tell now. */
export interface Members {
  /** `teammateId`: Discord's own id of a person. Roles in all servers of the team count. Who is in none has no rights. */
  membershipOf(teammateId: string): Promise<Membership>
  /** A click tells what its author may do, which saves asking. */
  saw(member: Pick<APIInteractionGuildMember, 'user' | 'roles' | 'permissions'>, guild: string): void
  roomOf(roomId: string): Promise<Room>
}

/** What is needed of a server to tell what somebody may do there. */
type Guild = Pick<APIGuild, 'id' | 'name' | 'owner_id' | 'roles'>

/** A teammate who lost a right must lose it soon. */
const rightsFreshMs = 60_000
const nobody: Membership = { groups: [], isAdmin: false }

/** There is no such server, member or person any more; or the bot was taken out of the server. */
const elsewhere = [Code.UnknownGuild, Code.UnknownMember, Code.UnknownUser, Code.MissingAccess]
const unseenChannel = [Code.UnknownChannel, Code.MissingAccess]

export function createMembers(
  rest: Pick<Rest, 'ask' | 'identify'>,
  guilds: string[],
  { clock }: Pick<WorkspaceIo, 'clock'>,
): Members {
  const servers = createCache(clock, (guild) =>
    rest.ask<Guild>('call', 'tell about this server', { method: 'GET', route: Routes.guild(guild) }),
  )
  const people = createCache(clock, (id) => telling(() => readMembership(id)))

  /** `id`: server/person. */
  async function readMembership(id: string): Promise<Membership> {
    const { guild, local: user } = parseId(id) ?? { guild: '', local: '' }
    const found = await known(elsewhere, () =>
      Promise.all([servers.get(guild, rightsFreshMs), readMember(guild, user)]),
    )
    if (!found) return nobody
    const [server, { roles }] = found
    return membership(guild, roles, permissionsIn({ guild: server, member: { id: user, roles } }))
  }

  function readMember(guild: string, user: string): Promise<APIGuildMember> {
    return rest.ask('call', 'tell who this is', { method: 'GET', route: Routes.guildMember(guild, user) })
  }

  async function readRoom(roomId: string): Promise<Room> {
    const id = parseId(roomId)
    if (!id) return { name: roomId, problem: `"${roomId}" is no Discord channel. Choose one in the settings` }
    const { guild, local } = id
    const unseen = (problem: string): Room => ({ name: local, problem })
    if (!guilds.includes(guild))
      return unseen(`The channel ${local} is in no server of DISCORD_GUILDS. Choose another, or add ${guild} to them`)
    const { botUserId, botName } = await rest.identify()
    const standing = await known(elsewhere, async () => {
      const [server, { roles }] = await Promise.all([servers.get(guild, 0), readMember(guild, botUserId)])
      return { guild: server, member: { id: botUserId, roles } }
    })
    if (!standing) return unseen(`The bot is not in the server ${guild}. Invite it`)
    const channel = await known(unseenChannel, () =>
      rest.ask<APIChannel>('call', 'tell about this channel', { method: 'GET', route: Routes.channel(local) }),
    )
    if (!channel)
      return unseen(
        `The bot can't see the channel ${local}: it is private or was deleted. Choose another; or at the channel, open Edit Channel → Permissions, add ${botName} and allow View Channel`,
      )
    const name = `#${channel.name ?? local}`
    if (channel.type !== ChannelType.GuildText && channel.type !== ChannelType.GuildAnnouncement)
      return { name, problem: `${name} is no text channel. Choose another in the settings` }
    if (channel.guild_id !== guild) return { name, problem: `${name} is in another server. Choose it again` }
    const missing = missingIn(permissionsInChannel(standing, channel.permission_overwrites ?? []))
    if (missing.length === 0) return { name, problem: null }
    const rights = missing.map((right) => `${right.name} (to ${right.purpose})`).join(', ')
    const wrong = `Permissions are missing in ${name}: ${missing.map((right) => right.name).join(', ')}`
    return {
      name,
      problem: `${wrong}. At ${name}, open Edit Channel → Permissions, add ${botName} and allow ${rights}`,
    }
  }

  return {
    async membershipOf(teammateId) {
      if (!isSnowflake(teammateId)) return nobody
      const own = await Promise.all(guilds.map((guild) => people.get(idOf(guild, teammateId), rightsFreshMs)))
      return { groups: own.flatMap(({ groups }) => groups), isAdmin: own.some(({ isAdmin }) => isAdmin) }
    },
    saw({ user, roles, permissions }, guild) {
      if (guilds.includes(guild)) people.put(idOf(guild, user.id), membership(guild, roles, bitsOf(permissions)))
    },
    roomOf: (roomId) => telling(() => readRoom(roomId)),
  }
}

function membership(guild: string, roles: string[], permissions: bigint): Membership {
  // @everyone is no group: it has the server's own id.
  const groups = roles.filter((role) => role !== guild).map((role) => roleIdOf(guild, role))
  return { groups, isAdmin: isRunning(permissions) }
}

/** Where Discord fails in a way of its own, nobody's rights are known. */
async function telling<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof RetryableError || error instanceof PermanentError) throw error
    throw new RetryableError("Discord can't tell who you are now", { cause: error })
  }
}

/** What Discord tells; null where it answers with one of `codes`. */
async function known<T>(codes: number[], read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (codes.includes(codeOf(error) ?? 0)) return null
    throw error
  }
}
