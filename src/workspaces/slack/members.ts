import { PermanentError, RetryableError } from '../../errors.ts'
import { createCache } from '../kit/cache.ts'
import type { Room } from '../kit/checks.ts'
import type { Membership, WorkspaceIo } from '../workspace.ts'
import type { Clients } from './clients.ts'
import { asking, codeOf } from './failures.ts'
import { idOf, parseId } from './ids.ts'

/** What Slack knows of people, groups and rooms. Every method throws RetryableError when Slack can't tell now. */
export interface Members {
  /** `teammateId`: `T…/U…`. Throws PermanentError with what to do when a permission is missing. */
  membershipOf(teammateId: string): Promise<Membership>
  /** The user groups of a workspace, for pickers; ids as in `Membership`. */
  groupsOf(team: string): Promise<{ id: string; name: string }[]>
  /** As the others see them. */
  nameOf(team: string, user: string): Promise<string>
  roomOf(roomId: string): Promise<Room>
}

interface Person {
  name: string
  isAdmin: boolean
  isGone: boolean
}

interface Group {
  id: string
  name: string
  users: string[]
}

/** A teammate who lost a right must lose it soon. */
const rightsFreshMs = 60_000
const namesFreshMs = 10 * 60_000

export function createMembers(clients: Clients, { clock }: Pick<WorkspaceIo, 'clock'>): Members {
  const people = createCache(clock, (id) => telling(() => readPerson(clients, id)))
  const groups = createCache(clock, (team) => telling(() => readGroups(clients, team)))

  return {
    async membershipOf(teammateId) {
      const id = parseId(teammateId)
      if (!id) return { groups: [], isAdmin: false }
      const [person, all] = await Promise.all([
        people.get(teammateId, rightsFreshMs),
        groups.get(id.team, rightsFreshMs),
      ])
      if (person.isGone) return { groups: [], isAdmin: false }
      const own = all.filter(({ users }) => users.includes(id.local))
      return { groups: own.map((group) => group.id), isAdmin: person.isAdmin }
    },
    async groupsOf(team) {
      const all = await groups.get(team, rightsFreshMs)
      return all.map(({ id, name }) => ({ id, name }))
    },
    nameOf: async (team, user) => (await people.get(idOf(team, user), namesFreshMs)).name,
    roomOf: (roomId) => readRoom(clients, roomId),
  }
}

/** Where Slack fails in a way of its own, nobody's rights are known. */
async function telling<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof RetryableError || error instanceof PermanentError) throw error
    throw new RetryableError("Slack can't tell who you are now", { cause: error })
  }
}

async function readPerson(clients: Clients, id: string): Promise<Person> {
  const { team, local: user } = parseId(id) ?? { team: '', local: id }
  const { web } = await clients.of(team)
  const said = await asking('call', 'tell who this is', () => web.users.info({ user }))
  const { profile, real_name, name, is_admin, is_owner, is_primary_owner, deleted } = said.user ?? {}
  return {
    name: profile?.display_name || profile?.real_name || real_name || name || user,
    isAdmin: Boolean(is_admin || is_owner || is_primary_owner),
    isGone: Boolean(deleted),
  }
}

async function readGroups(clients: Clients, team: string): Promise<Group[]> {
  const { web } = await clients.of(team)
  const said = await asking('call', 'list the user groups', async () => {
    try {
      return await web.usergroups.list({ include_users: true })
    } catch (error) {
      // Workspaces on the free plan have none.
      if (codeOf(error) === 'paid_teams_only') return { usergroups: [] }
      throw error
    }
  })
  return (said.usergroups ?? []).flatMap(({ id, name, handle, users }) =>
    id
      ? [{ id: idOf(team, id), name: handle ? `${name ?? handle} (@${handle})` : (name ?? id), users: users ?? [] }]
      : [],
  )
}

async function readRoom(clients: Clients, roomId: string): Promise<Room> {
  const id = parseId(roomId)
  if (!id) return { name: roomId, problem: `"${roomId}" is no Slack channel. Choose one in the settings` }
  const client = await clients.of(id.team)
  try {
    const { channel } = await client.web.conversations.info({ channel: id.local })
    const name = `#${channel?.name ?? id.local}`
    if (channel?.is_archived) return { name, problem: `${name} is archived. Unarchive it, or choose another channel` }
    if (channel?.is_member) return { name, problem: null }
    const { botName } = await client.identify()
    return { name, problem: `The bot is not in ${name}. Write /invite @${botName} in ${name}` }
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'channel_not_found' && code !== 'not_in_channel')
      return await asking('call', 'tell about this channel', () => Promise.reject(error))
    const { botName } = await client.identify()
    const problem = `The bot can't see the channel ${id.local}: it is private or was deleted. Write /invite @${botName} in it, or choose another`
    return { name: id.local, problem }
  }
}
