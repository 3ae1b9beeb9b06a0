import { ChannelType, DiscordAPIError, type APIMessage, type RESTPostAPIChannelMessageJSONBody } from 'discord.js'
import { failureOf } from '../../../src/workspaces/discord/failures.ts'
import type { Overwrite } from '../../../src/workspaces/discord/permissions.ts'
import type { Call, Identity, Rest } from '../../../src/workspaces/discord/rest.ts'
import type { TestClock } from '../clock.ts'

export interface StubChannel {
  id: string
  guild_id: string
  type: ChannelType
  name: string
  permission_overwrites: Overwrite[]
}

interface StubMessage {
  message: APIMessage
  channel: string
  nonce: string
  at: number
  isDeleted: boolean
  files: NonNullable<Call['files']>
}

/** `lost`: nobody knows whether it took effect. `code`: Discord refuses it. */
type Fault = { code: number; status?: number } | { lost: 'before' | 'after' }

/** The few calls that posting and looking things up take, in memory, with ids by a clock that can be moved. */
export function stubDiscord(clock: TestClock) {
  const calls: Call[] = []
  const posts: StubMessage[] = []
  const channels = new Map<string, StubChannel>()
  const guilds = new Map<
    string,
    { id: string; name: string; owner_id: string; roles: { id: string; permissions: string }[] }
  >()
  const members = new Map<string, { roles: string[] }>()
  const commands = new Map<string, { type: number; name: string }[]>()
  const faults: { pattern: string; fault: Fault }[] = []
  const identity: Identity = {
    applicationId: '90001',
    botUserId: '90002',
    botName: 'Deskbell',
    isPublic: false,
    verifyKey: 'ab'.repeat(32),
    interactionsUrl: null,
  }
  let count = 0

  function newId(): string {
    count += 1
    return ((BigInt(clock.now().getTime() - 1_420_070_400_000) << 22n) + BigInt(count)).toString()
  }

  function refuse(code: number, status = 404): never {
    throw new DiscordAPIError({ code, message: 'no' }, code, status, 'GET', '', { body: null })
  }

  const channelOf = (id: string): StubChannel => channels.get(id) ?? refuse(10003)
  const standing = (channel: string) => posts.filter((post) => post.channel === channel && !post.isDeleted)
  const messageOf = (channel: string, id: string): StubMessage =>
    standing(channelOf(channel).id).find(({ message }) => message.id === id) ?? refuse(10008)

  function add(channel: string, author: string, body: RESTPostAPIChannelMessageJSONBody, files: Call['files'] = []) {
    const at = clock.now().getTime()
    const nonce = String(body.nonce ?? '')
    const same = posts.find((post) => nonce !== '' && post.nonce === nonce && at - post.at < 300_000)
    if (same && body.enforce_nonce) return same.message
    const message = {
      id: newId(),
      author: { id: author },
      components: structuredClone(body.components ?? []),
      attachments: [],
    } as unknown as APIMessage
    posts.push({ message, channel: channelOf(channel).id, nonce, at, isDeleted: false, files })
    return message
  }

  function answer({ method, route, body, query, files }: Call): unknown {
    const [, kind = '', id = '', what, sub = '', deep] = route.split('/')
    switch (`${method} ${kind} ${what ?? ''} ${deep ?? ''}`.trim()) {
      case 'GET channels':
        return channelOf(id)
      case 'POST channels messages':
        return add(id, identity.botUserId, body as RESTPostAPIChannelMessageJSONBody, files)
      case 'GET channels messages':
        return sub === '' ? list(channelOf(id).id, query ?? new URLSearchParams()) : shown(id, messageOf(id, sub))
      case 'PATCH channels messages':
        Object.assign(messageOf(id, sub).message, { components: (body as APIMessage).components })
        return messageOf(id, sub).message
      case 'DELETE channels messages':
        messageOf(id, sub).isDeleted = true
        return null
      case 'DELETE channels':
        channels.delete(channelOf(id).id)
        return null
      case 'PATCH channels':
        return Object.assign(channelOf(id), body)
      case 'POST channels messages threads': {
        messageOf(id, sub)
        if (channels.has(sub)) return refuse(160004, 400)
        const { guild_id } = channelOf(id)
        const thread = { id: sub, guild_id, type: ChannelType.PublicThread, name: (body as { name: string }).name }
        channels.set(sub, { ...thread, permission_overwrites: [] })
        return thread
      }
      case 'GET guilds':
        return guilds.get(id) ?? refuse(10004)
      case 'GET guilds members':
        if (!guilds.has(id)) return refuse(10004)
        return members.get(`${id}/${sub}`) ?? refuse(10007)
      case 'GET applications guilds commands':
        return commands.get(sub) ?? refuse(50001, 403)
      default:
        throw new Error(`the stub knows no ${method} ${route}`)
    }
  }

  /** What components show has an address, and is not among the attachments. */
  function shown(channel: string, { message }: StubMessage): APIMessage {
    const thread = channels.get(message.id)
    const address = 'https://cdn.example/attachments/1/2/$1?ex=3&is=4&hm=5'
    const components = JSON.parse(
      JSON.stringify(message.components).replace(/attachment:\/\/([\w.-]+)/g, address),
    ) as NonNullable<APIMessage['components']>
    return {
      ...message,
      components,
      ...(thread && channel !== message.id ? { thread: thread as unknown as never } : {}),
    }
  }

  function list(channel: string, query: URLSearchParams): APIMessage[] {
    const after = BigInt(query.get('after') ?? 0)
    const found = standing(channel)
      .map((post) => shown(channel, post))
      .filter(({ id }) => BigInt(id) > after)
    return found.slice(0, Number(query.get('limit') ?? 50)).toReversed()
  }

  const rest: Rest = {
    async ask<T>(attempt: 'post' | 'call', what: string, call: Call): Promise<T> {
      calls.push(call)
      try {
        const at = faults.findIndex(({ pattern }) => `${call.method} ${call.route}`.includes(pattern))
        const [planned] = at < 0 ? [] : faults.splice(at, 1)
        if (!planned) return answer(call) as T
        if ('code' in planned.fault) return refuse(planned.fault.code, planned.fault.status ?? 400)
        if (planned.fault.lost === 'after') answer(call)
        throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
      } catch (error) {
        throw failureOf(attempt, what, error)
      }
    },
    identify: async () => identity,
  }
  return {
    rest,
    calls,
    channels,
    guilds,
    members,
    commands,
    identity,
    /** The next call of which "METHOD /route" contains `pattern`. */
    fault: (pattern: string, fault: Fault) => void faults.push({ pattern, fault }),
    /** A message of somebody else's, or of the bot's that it didn't post itself. */
    write: (channel: string, author: string, body: RESTPostAPIChannelMessageJSONBody = {}) =>
      add(channel, author, body),
    remove: (channel: string, id: string) => void (messageOf(channel, id).isDeleted = true),
    standing,
    addChannel(id: string, guild: string, changes: Partial<StubChannel> = {}): StubChannel {
      const channel = {
        id,
        guild_id: guild,
        type: ChannelType.GuildText,
        name: 'support',
        permission_overwrites: [],
        ...changes,
      }
      channels.set(id, channel)
      return channel
    },
  }
}
