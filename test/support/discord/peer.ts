import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ChannelType,
  ComponentType,
  GatewayDispatchEvents,
  GatewayOpcodes,
  PermissionFlagsBits,
  type APIApplicationCommand,
  type APIGuildMember,
  type APIInteractionResponse,
  type APIMessage,
  type APIRole,
  type APIUser,
} from 'discord.js'
import { commandProblemsOf } from '../discord-limits.ts'
import { serveExchanges, type Exchanges, type OpenModal, type Screen, type Told } from './exchanges.ts'
import {
  commandPayload,
  componentsIn,
  contextMenuPayload,
  everyPermission,
  pressPayload,
  submissionPayload,
  type Component,
  type Deliver,
  type Filled,
  type Resolved,
  type Setting,
} from './payloads.ts'
import { servePosts } from './posts.ts'
import { invalid, refusal, startProxy, type Proxy } from './proxy.ts'
import { createTwin, generateSnowflake, stopTwin, type Twin, type TwinGateway } from './twin.ts'

/** A Discord server on this machine, with a proxy that makes faults and holds what is sent against Discord's rules. */
export interface DiscordPeer extends Proxy {
  twin: Twin
  token: string
  guild: string
  applicationId: string
  /** Of the application, hexadecimal. */
  publicKey: string
  privateKey: KeyObject
  /** Ids by name. */
  users: Record<Name, string>
  channels: Record<'support' | 'escalation' | 'general', string>
  roles: Record<'managers' | 'agents', string>
  /** What stands in a channel, the oldest first. */
  messages(channel: string): Promise<APIMessage[]>
  /** What stands in the thread below a message. */
  thread(message: APIMessage): Promise<APIMessage[]>
  person(name: Name, deliver?: Deliver, channel?: string): Person
  /** Payloads that break Discord's rules, and what is wrong with them. */
  refused: { path: string; problems: string[] }[]
  /** As entered in the portal; null: none. */
  interactionsUrl: string | null
  /** What is registered for the server. */
  commands: APIApplicationCommand[]
  /** Every call about this channel (its threads too) or this server is refused: 50001 no access, 50013 no permission to write, 10003 gone, … */
  forbid(id: string, code: number): void
  allow(id: string): void
  /** What a role (type 0) or a member (1) may do in a channel, otherwise than in the server. */
  overwrite(channel: string, overwrites: { id: string; type: 0 | 1; allow: string; deny: string }[]): void
  setRoles(user: string, roles: string[]): Promise<void>
  /** They leave the server. */
  kick(user: string): Promise<void>
  /** The bot's token is good for nothing any more. */
  revoke(): void
  /** As somebody of the team, or somebody who may delete what they like. */
  say(name: Name, channel: string, content: string): Promise<APIMessage>
  remove(message: APIMessage): Promise<void>
  /** Tells everybody who is connected. */
  broadcast(event: string, data: unknown): void
  /** The intents of every connected session. */
  sessions(): number[]
  /** Cuts every connection. */
  dropSessions(): void
  expireTokens: Exchanges['expireTokens']
  /** How long Discord waits for a first answer; 3 s. */
  setPatience(ms: number): void
}

export type Name = 'admin' | 'ana' | 'ben'

/**
 * A teammate at a keyboard. What they do resolves with the app's first answer; null: "This interaction failed". Throws
 * for what nobody could do: press what isn't there, leave out what is required.
 */
export interface Person {
  id: string
  name: Name
  screen: Screen
  /** A button or a menu, by its custom id, in a message as it was seen. */
  press(where: APIMessage | Told, customId: string, values?: string[]): Promise<Answered>
  /** Fills the modal by custom ids; what is left out stays as it is. */
  submit(modal: OpenModal, filled?: Filled): Promise<Answered>
  /** `/desk <sub>`; options by name. */
  command(sub: string, options?: Record<string, string>): Promise<Answered>
  /** What is offered while an option is typed, after others were filled in. */
  autocomplete(
    sub: string,
    option: string,
    typed: string,
    others?: Record<string, string>,
  ): Promise<{ name: string; value: string | number }[]>
  /** A command from a message's own menu. */
  contextMenu(message: APIMessage, command?: string): Promise<Answered>
}

export type Answered = APIInteractionResponse | null

const botPermissions = String(
  PermissionFlagsBits.ViewChannel |
    PermissionFlagsBits.SendMessages |
    PermissionFlagsBits.SendMessagesInThreads |
    PermissionFlagsBits.CreatePublicThreads |
    PermissionFlagsBits.ReadMessageHistory |
    PermissionFlagsBits.AttachFiles |
    PermissionFlagsBits.ManageThreads |
    PermissionFlagsBits.EmbedLinks,
)
const everyonesPermissions = String(PermissionFlagsBits.ViewChannel | PermissionFlagsBits.SendMessages)

export async function startDiscordPeer(): Promise<DiscordPeer> {
  const proxy = await startProxy()
  // Peers in one process would share a database in memory.
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-discord-'))
  const applicationId = generateSnowflake()
  const token = `${Buffer.from(applicationId).toString('base64url')}.Gtest0.${'a'.repeat(38)}`
  const twin = createTwin({
    dbUrl: `file:${join(folder, 'twin.db')}`,
    botUser: { id: applicationId, username: 'Deskbell' },
    botToken: token,
    guild: { name: 'Acme' },
    users: [{ username: 'admin' }, { username: 'ana' }, { username: 'ben' }],
    channels: ['support', 'escalation', 'general'].map((name) => ({ name, type: ChannelType.GuildText })),
  })
  await twin.start()
  await twin.prisma.$executeRawUnsafe('PRAGMA synchronous = OFF')
  const target = twin.restUrl.slice(0, -'/api'.length)
  proxy.forwardTo(target)
  const gateway = mended(twin.server.gateway)
  const guild = twin.guildId
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const publicHex = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')

  const get = async <T>(path: string) => (await proxy.forward('GET', path)).body as T
  const bot = await get<APIUser>('/users/@me')
  const idsOf = (list: { id: string; name: string }[]) => Object.fromEntries(list.map(({ id, name }) => [name, id]))
  const channels = idsOf(await get(`/guilds/${guild}/channels`)) as DiscordPeer['channels']
  const users = idsOf(
    (await twin.prisma.user.findMany()).map(({ id, username }) => ({ id, name: username })),
  ) as DiscordPeer['users']
  const addRole = async (name: string, permissions: string) =>
    ((await proxy.forward('POST', `/guilds/${guild}/roles`, { name, permissions })).body as APIRole).id
  const roles = { managers: await addRole('managers', '0'), agents: await addRole('agents', '0') }
  const setRoles = async (user: string, given: string[]) => {
    await twin.prisma.guildMember.update({
      where: { guildId_userId: { guildId: guild, userId: user } },
      data: { roles: JSON.stringify(given) },
    })
  }
  await twin.prisma.role.update({ where: { id: guild }, data: { permissions: everyonesPermissions } })
  await setRoles(applicationId, [await addRole('Deskbell', botPermissions)])
  await setRoles(users.admin, [await addRole('admins', String(PermissionFlagsBits.Administrator))])
  await setRoles(users.ana, [roles.agents])
  await setRoles(users.ben, [roles.agents])

  const refused: DiscordPeer['refused'] = []
  const refuse = ({ path }: { path: string }, problems: string[]) => {
    refused.push({ path, problems })
    return invalid(problems)
  }
  const posts = servePosts(proxy, twin, { guild, refuse })
  const exchanges = serveExchanges(proxy, posts, { bot, refuse })
  const overwrites = new Map<string, unknown>()
  const forbidden = new Map<string, number>()
  let isRevoked = false

  proxy.answer('GET', /^\/applications\/@me$/, async ({ path }) => ({
    status: 200,
    body: {
      ...(await get<object>(path)),
      name: 'Deskbell',
      verify_key: publicHex,
      bot,
      interactions_endpoint_url: peer.interactionsUrl,
    },
  }))
  proxy.answer('any', /^\/applications\/(\d+)\/guilds\/(\d+)\/commands$/, (call, [application, server]) => {
    if (application !== applicationId) return refusal(403, 20012, 'You are not authorized to perform this action')
    if (server !== guild) return refusal(403, 50001, 'Missing Access')
    if (call.method === 'GET') return { status: 200, body: peer.commands }
    if (call.method !== 'PUT') return null
    const sent = call.body as (Partial<APIApplicationCommand> & { name: string })[]
    const problems = sent.flatMap(commandProblemsOf)
    if (problems.length > 0) return refuse(call, problems)
    peer.commands = sent.map((command) => registered(command, peer))
    return { status: 200, body: peer.commands }
  })
  const withOverwrites = <T extends { id: string }>(channel: T) => ({
    ...channel,
    permission_overwrites: overwrites.get(channel.id) ?? [],
  })
  proxy.answer('GET', /^\/guilds\/(\d+)\/channels$/, async ({ path }) => ({
    status: 200,
    body: (await get<{ id: string }[]>(path)).map(withOverwrites),
  }))
  proxy.answer('GET', /^\/channels\/(\d+)$/, async ({ path }) => {
    const { status, body } = await proxy.forward('GET', path)
    return { status, body: status === 200 ? withOverwrites(body as { id: string }) : body }
  })
  // Asked before any other.
  proxy.answer('any', /^\/(channels|guilds)\/(\d+)/, async ({ method }, [, id = '']) => {
    if (forbidden.size === 0) return null
    const channel = await twin.prisma.channel.findUnique({ where: { id } })
    const code = [id, channel?.parentId, channel && guild].map((one) => forbidden.get(one ?? '')).find(Boolean)
    if (!code || (code === 50013 && method === 'GET')) return null
    return refusal(code < 20000 ? 404 : 403, code, `Refused by the test with ${code}`)
  })
  proxy.answer('any', /^\/(?!interactions\/|webhooks\/|attachments\/)/, ({ authorization }) =>
    isRevoked || authorization !== `Bot ${token}` ? refusal(401, 0, '401: Unauthorized') : null,
  )

  const overGateway: Deliver = async (interaction) => {
    // Nobody hears it.
    if (peer.sessions().length === 0) return null
    gateway.broadcast(GatewayDispatchEvents.InteractionCreate, interaction)
    return 'later'
  }

  async function settingOf(user: string, channel: string): Promise<Setting> {
    const [{ body: at }, member, all] = await Promise.all([
      proxy.forward('GET', `/channels/${channel}`),
      get<APIGuildMember>(`/guilds/${guild}/members/${user}`),
      get<APIRole[]>(`/guilds/${guild}/roles`),
    ])
    const granted = all
      .filter(({ id }) => id === guild || member.roles.includes(id))
      .reduce((sum, { permissions }) => sum | BigInt(permissions), 0n)
    const isAdmin = (granted & PermissionFlagsBits.Administrator) > 0n
    const id = generateSnowflake()
    return {
      id,
      token: `${Buffer.from(`interaction:${id}`).toString('base64url')}${'x'.repeat(40)}`,
      applicationId,
      guild,
      channel: { ...(at as { id: string }), permissions: String(granted) },
      member: { ...member, permissions: isAdmin ? everyPermission : String(granted) },
    }
  }

  /** What Discord tells of whom or what was chosen. */
  async function resolvedOf(components: Component[], chosenIn: (component: Component) => string[]): Promise<Resolved> {
    const resolved: Resolved = {}
    const add = (kind: keyof Resolved, id: string, what: unknown) => {
      resolved[kind] = { ...resolved[kind], [id]: what }
    }
    for (const component of components) {
      for (const id of chosenIn(component)) {
        if (component.type === ComponentType.UserSelect) {
          add('users', id, await get(`/users/${id}`))
          const { user: _, ...member } = await get<APIGuildMember>(`/guilds/${guild}/members/${id}`)
          add('members', id, { ...member, permissions: everyonesPermissions })
        }
        if (component.type === ComponentType.RoleSelect)
          add(
            'roles',
            id,
            (await get<APIRole[]>(`/guilds/${guild}/roles`)).find((role) => role.id === id),
          )
        if (component.type === ComponentType.ChannelSelect)
          add('channels', id, { ...(await get<object>(`/channels/${id}`)), permissions: everyonesPermissions })
      }
    }
    return resolved
  }

  const peer: DiscordPeer = {
    ...proxy,
    twin,
    token,
    guild,
    applicationId,
    publicKey: publicHex,
    privateKey,
    users,
    channels,
    roles,
    refused,
    interactionsUrl: null,
    commands: [],
    setRoles,
    expireTokens: exchanges.expireTokens,
    setPatience: (ms) => void (exchanges.patienceMs = ms),
    messages: posts.read,
    thread: ({ id }) => posts.read(id),
    forbid: (id, code) => void forbidden.set(id, code),
    allow: (id) => void forbidden.delete(id),
    overwrite: (channel, given) => void overwrites.set(channel, given),
    revoke: () => void (isRevoked = true),
    async kick(user) {
      await twin.prisma.guildMember.delete({ where: { guildId_userId: { guildId: guild, userId: user } } })
    },
    say: (name, channel, content) =>
      twin.simulateUserMessage({ channelId: channel, userId: users[name], content }) as Promise<APIMessage>,
    async remove({ channel_id: channel, id }) {
      await proxy.forward('DELETE', `/channels/${channel}/messages/${id}`)
    },
    broadcast: (event, data) => gateway.broadcast(event, data),
    sessions: () => gateway.clients.filter(({ identified }) => identified).map(({ intents }) => intents),
    dropSessions() {
      for (const { ws } of gateway.clients.splice(0)) ws.terminate()
    },
    person(name, deliver = overGateway, channel = channels.support) {
      const id = users[name]
      const screen = exchanges.screenOf(id)
      const commandNamed = (commandName: string, type: number) => {
        const found = peer.commands.find((one) => one.name === commandName && one.type === type)
        if (!found) throw new Error(`There is no command ${commandName}`)
        return found
      }
      const typed = (sub: string, options: Record<string, string>) => {
        const command = commandNamed('desk', 1)
        const subcommand = command.options?.find((one) => one.name === sub) as
          | { options?: { name: string; type: number; autocomplete?: boolean }[] }
          | undefined
        if (!subcommand) throw new Error(`There is no /desk ${sub}`)
        const known = subcommand.options ?? []
        const strange = Object.keys(options).find((option) => !known.some((one) => one.name === option))
        if (strange) throw new Error(`/desk ${sub} has no option ${strange}`)
        return {
          command,
          known,
          options: Object.entries(options).map(([option, value]) => ({
            name: option,
            type: known.find(({ name: one }) => one === option)?.type ?? 3,
            value,
          })),
        }
      }
      return {
        id,
        name,
        screen,
        async press(where, customId, values = []) {
          if ('message' in where && where.isGone) throw new Error('The message is gone')
          const message = 'message' in where ? where.message : where
          const component = componentsIn(message.components).find((one) => one['custom_id'] === customId)
          if (!component || component['disabled']) throw new Error(`There is nothing to press with the id ${customId}`)
          checkChosen(component, values)
          const setting = await settingOf(id, message.channel_id)
          const resolved = await resolvedOf([component], () => values)
          return exchanges.begin(pressPayload(setting, message, component, values, resolved), where, deliver)
        },
        async submit(modal, given = {}) {
          if (screen.modal !== modal) throw new Error('The modal is not open any more')
          const fields = fieldsOf(modal)
          const unknown = Object.keys(given).find((one) => !fields.some((field) => field['custom_id'] === one))
          if (unknown !== undefined) throw new Error(`The modal has no field ${unknown}`)
          const filled = Object.fromEntries(
            fields.map((field) => {
              const customId = String(field['custom_id'])
              const value = given[customId] ?? standingIn(field)
              checkFilled(field, value)
              return [customId, value]
            }),
          )
          const from = modal.from && ('message' in modal.from ? modal.from.message : modal.from)
          const setting = await settingOf(id, from?.channel_id ?? channel)
          const resolved = await resolvedOf(fields, (field) => {
            const value = filled[String(field['custom_id'])]
            return Array.isArray(value) ? value : []
          })
          return exchanges.begin(submissionPayload(setting, modal.data, filled, resolved, from), modal.from, deliver)
        },
        async command(sub, given = {}) {
          const { command, options } = typed(sub, given)
          return exchanges.begin(commandPayload(await settingOf(id, channel), command, sub, options), null, deliver)
        },
        async autocomplete(sub, option, value, others = {}) {
          const { command, known, options } = typed(sub, { ...others, [option]: value })
          if (!known.some(({ name: one, autocomplete }) => one === option && autocomplete))
            throw new Error(`Nothing is offered for ${option}`)
          const focused = options.map((one) => (one.name === option ? { ...one, focused: true as const } : one))
          const payload = commandPayload(await settingOf(id, channel), command, sub, focused)
          const first = await exchanges.begin(payload, null, deliver)
          return (first as { data?: { choices?: { name: string; value: string }[] } } | null)?.data?.choices ?? []
        },
        async contextMenu(message, commandName = 'Log customer interaction') {
          const command = commandNamed(commandName, 3)
          const setting = await settingOf(id, message.channel_id)
          return exchanges.begin(contextMenuPayload(setting, command, message), null, deliver)
        },
      }
    },
    async close() {
      peer.dropSessions()
      await proxy.close()
      await stopTwin(twin)
      await rm(folder, { recursive: true, force: true })
    },
  }
  return peer
}

/** The peer's own gateway, without what the app has no intent for, and with an answer to those who want to resume. */
function mended(gateway: TwinGateway): TwinGateway {
  const broadcast = gateway.broadcast.bind(gateway)
  gateway.broadcast = (event, data) => {
    if (!/^(MESSAGE_|TYPING_|PRESENCE_|GUILD_MEMBER)/.test(event)) broadcast(event, data)
  }
  gateway.wss.on('connection', (socket) => {
    socket.on('message', (raw) => {
      const { op } = JSON.parse(String(raw)) as { op: number }
      if (op === (GatewayOpcodes.Resume as number))
        socket.send(JSON.stringify({ op: GatewayOpcodes.InvalidSession, d: false, s: null, t: null }))
    })
  })
  return gateway
}

function registered(
  command: Partial<APIApplicationCommand> & { name: string },
  { applicationId, guild, commands }: DiscordPeer,
): APIApplicationCommand {
  const type = command.type ?? 1
  const known = commands.find((one) => one.name === command.name && one.type === type)
  return {
    description: '',
    default_member_permissions: null,
    nsfw: false,
    name_localizations: null,
    description_localizations: null,
    ...command,
    type,
    id: known?.id ?? generateSnowflake(),
    application_id: applicationId,
    guild_id: guild,
    version: generateSnowflake(),
  } as APIApplicationCommand
}

/** What can be filled in. */
export function fieldsOf({ data }: OpenModal): Component[] {
  return componentsIn(data.components).filter(
    (component) => 'custom_id' in component && component.type !== ComponentType.Button,
  )
}

/** What stands in a field before anybody touches it. */
export function standingIn(field: Component): string | string[] {
  if (field.type === ComponentType.TextInput) return typeof field['value'] === 'string' ? field['value'] : ''
  const options = (field['options'] ?? []) as { value: string; default?: boolean }[]
  const defaults = (field['default_values'] ?? []) as { id: string }[]
  return [...options.filter((option) => option.default).map(({ value }) => value), ...defaults.map(({ id }) => id)]
}

function checkFilled(field: Component, value: string | string[]): void {
  const label = `the field ${String(field['custom_id'])}`
  if (Array.isArray(value) !== (field.type !== ComponentType.TextInput)) throw new Error(`${label} can't hold this`)
  if (Array.isArray(value)) return checkChosen(field, value)
  const isRequired = field['required'] !== false
  const { min_length: min, max_length: max } = field as { min_length?: number; max_length?: number }
  if (isRequired && value.trim() === '') throw new Error(`${label} is required`)
  if (value !== '' && value.length < (min ?? 0)) throw new Error(`${label} needs ${min} characters`)
  if (value.length > (max ?? 4000)) throw new Error(`${label} takes ${max ?? 4000} characters, not ${value.length}`)
}

function checkChosen(component: Component, values: string[]): void {
  if (component.type === ComponentType.Button) return
  const isOptional = component['required'] === false
  const { min_values: min = 1, max_values: max = 1 } = component as { min_values?: number; max_values?: number }
  if ((values.length < min && !(isOptional && values.length === 0)) || values.length > max)
    throw new Error(`${String(component['custom_id'])} takes ${min} to ${max} choices, not ${values.length}`)
  if (component.type !== ComponentType.StringSelect) return
  const options = (component['options'] ?? []) as { value: string }[]
  const strange = values.find((value) => !options.some((option) => option.value === value))
  if (strange !== undefined) throw new Error(`There is no "${strange}" to choose`)
}
