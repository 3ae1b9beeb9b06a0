import { createServer, type AddressInfo } from 'node:net'
import { createEmulator } from 'emulate'
import { scopes } from '../../../src/workspaces/slack/manifest.ts'
import { clickPayload, commandPayload, eventPayload, shortcutPayload, submissionPayload } from './payloads.ts'
import type { Deliver, Place, Taken, ViewValues } from './payloads.ts'
import { startProxy, type Proxy } from './proxy.ts'
import { serveSocketMode, type SocketMode } from './socket-mode.ts'

/** A Slack workspace on this machine, with a proxy that makes faults, and Socket Mode. */
export interface SlackPeer extends Proxy {
  sockets: SocketMode
  team: string
  botToken: string
  appToken: string
  signingSecret: string
  clientId: string
  clientSecret: string
  /** Ids by name. */
  users: Record<'admin' | 'ana' | 'ben' | 'deskbell', string>
  channels: Record<'support' | 'sales' | 'general' | 'board', string>
  /** User groups; the peer knows none of its own. */
  groups: { id: string; name: string; handle: string; users: string[] }[]
  /** What was sent to response URLs: seen by one person only. */
  responses: { user: string; said: unknown }[]
  /** Does something as the administrator. Throws what Slack refuses. */
  admin(method: string, args: Record<string, unknown>): Promise<Record<string, unknown>>
  /** The same as the bot: what somebody may do to its messages who it can't tell from itself. */
  bot(method: string, args: Record<string, unknown>): Promise<Record<string, unknown>>
  /** What stands in a channel, the oldest first; with `thread` what stands below a message. */
  messages(channel: string, thread?: string): Promise<SlackMessage[]>
  /** The modal that was opened or changed last; null when there is none. */
  lastView(): Record<string, unknown> | null
  person(name: 'admin' | 'ana' | 'ben', deliver: Deliver, channel?: string): Person
  /** Lets the bot into #support, as Ana does. */
  invite(deliver: Deliver): Promise<Taken>
  /** Tells the app an event. */
  tell(deliver: Deliver, event: { type: string } & Record<string, unknown>): Promise<Taken>
}

export type SlackMessage = Record<string, unknown> & { ts: string; text: string; blocks?: Block[] }
type Block = Record<string, unknown>

/** A teammate at a keyboard. */
export interface Person {
  id: string
  /** Clicks what has this action id (or starts with it), in a message or a modal. `value`: what was chosen. */
  click(
    where: SlackMessage | Record<string, unknown>,
    actionId: string,
    chosen?: Record<string, unknown>,
  ): Promise<Taken>
  submit(view: Record<string, unknown>, values: ViewValues): Promise<Taken>
  command(text: string): Promise<Taken>
  shortcut(message: SlackMessage, callbackId: string): Promise<Taken>
  openHome(): Promise<Taken>
}

const secrets = {
  botToken: 'xoxb-test-bot',
  appToken: 'xapp-test-app',
  signingSecret: 'test-signing-secret-0123456789',
  clientId: '1234.5678',
  clientSecret: 'test-client-secret',
}
const adminToken = 'xoxp-test-admin'

/** `redirectUri`: where OAuth may lead back to. The bot is in #support and #board. */
export async function startSlackPeer(redirectUri = 'http://127.0.0.1:3000/slack/oauth_redirect'): Promise<SlackPeer> {
  const proxy = await startProxy()
  const port = await freePort()
  const emulator = await createEmulator({
    service: 'slack',
    port,
    baseUrl: proxy.url,
    seed: {
      slack: {
        team: { name: 'Acme', domain: 'acme' },
        users: [
          { name: 'ana', real_name: 'Ana Lopez' },
          { name: 'ben', real_name: 'Ben Okoye' },
        ],
        channels: [{ name: 'support' }, { name: 'sales' }, { name: 'board', is_private: true }],
        oauth_apps: [
          {
            app_id: 'A0DESKBELL',
            client_id: secrets.clientId,
            client_secret: secrets.clientSecret,
            name: 'Deskbell',
            redirect_uris: [redirectUri],
            scopes: Object.keys(scopes),
          },
        ],
        tokens: [
          { token: secrets.botToken, user: 'deskbell', type: 'bot', app_id: 'A0DESKBELL', scopes: Object.keys(scopes) },
          { token: adminToken, user: 'admin', scopes: adminScopes },
        ],
        signing_secret: secrets.signingSecret,
        // So that a call whose scope the manifest lacks fails here as it does in Slack.
        strict_scopes: true,
      },
    },
  })
  // It calls itself by the proxy's address, so that uploads go through there as well.
  const peerUrl = `http://127.0.0.1:${port}`
  proxy.forwardTo(peerUrl)
  const sockets = serveSocketMode(proxy.server)
  const callAs = async (token: string, method: string, args: Record<string, unknown>) => {
    const response = await fetch(`${peerUrl}/api/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(args),
    })
    const said = (await response.json()) as Record<string, unknown>
    if (said['ok'] !== true) throw new Error(`${method}: ${String(said['error'])}`)
    return said
  }
  const call = (method: string, args: Record<string, unknown>) => callAs(adminToken, method, args)
  const idsOf = (list: unknown) =>
    Object.fromEntries((list as { name: string; id: string }[]).map(({ name, id }) => [name, id]))
  const users = idsOf((await call('users.list', {}))['members']) as SlackPeer['users']
  const channels = idsOf(
    (await call('conversations.list', { types: 'public_channel,private_channel' }))['channels'],
  ) as SlackPeer['channels']
  for (const channel of [channels.support, channels.board])
    await call('conversations.invite', { channel, users: users.deskbell })

  const groups: SlackPeer['groups'] = []
  const responses: SlackPeer['responses'] = []
  const team = String((await call('auth.test', {}))['team_id'])
  proxy.answer('usergroups.list', () => ({ body: { ok: true, usergroups: groups } }))
  proxy.answer('auth.revoke', { ok: true, revoked: true })
  proxy.answer('apps.connections.open', ({ token }) => ({
    body:
      token === secrets.appToken
        ? { ok: true, url: `${proxy.url.replace('http', 'ws')}/link` }
        : { ok: false, error: 'invalid_auth' },
  }))
  for (const user of Object.values(users)) {
    proxy.answer(`/response/${user}`, ({ args }) => {
      responses.push({ user, said: args })
      return { body: { ok: true } }
    })
  }
  // A trigger is good for one modal of the app it was made for, and for 3 s.
  const triggerFor = async (user: string, view?: unknown): Promise<string> => {
    const response = await fetch(`${peerUrl}/api/views.generateTriggerId`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secrets.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: user, ...(typeof view === 'string' ? { view_id: view } : {}) }),
    })
    return String(((await response.json()) as { trigger_id?: string }).trigger_id)
  }

  const peer: SlackPeer = {
    ...proxy,
    ...secrets,
    sockets,
    team,
    users,
    channels,
    groups,
    responses,
    admin: call,
    bot: (method, args) => callAs(secrets.botToken, method, args),
    async messages(channel, thread) {
      const method = thread ? 'conversations.replies' : 'conversations.history'
      const found = (
        await call(method, { channel, ...(thread ? { ts: thread } : {}), limit: 1000, include_all_metadata: true })
      )['messages']
      const all = (found as SlackMessage[]).toSorted((a, b) => (a.ts < b.ts ? -1 : 1))
      return thread ? all.filter(({ ts }) => ts !== thread) : all
    },
    lastView() {
      const shown = proxy.calls.findLast(
        ({ method, answer }) => /^views\.(open|push|update)$/.test(method) && answer?.['view'],
      )
      return (shown?.answer?.['view'] as Record<string, unknown> | undefined) ?? null
    },
    tell: (deliver, event) => deliver(eventPayload(team, event)),
    invite: (deliver) =>
      peer.tell(deliver, {
        type: 'member_joined_channel',
        user: users.deskbell,
        channel: channels.support,
        team,
        inviter: users.ana,
      }),
    person(name, deliver, channel = channels.support) {
      const id = users[name]
      const place: Place = { team, channel, user: id, userName: name }
      const responseUrl = `${proxy.url}/response/${id}`
      return {
        id,
        async click(where, actionId, chosen = {}) {
          const element = elementOf(where, actionId)
          const isMessage = 'ts' in where
          const trigger = await triggerFor(id, where['id'])
          const at = isMessage ? { message: where } : { view: where }
          return deliver(clickPayload(place, { ...element, ...chosen }, { ...at, trigger, responseUrl }))
        },
        submit: async (view, values) =>
          deliver(submissionPayload(place, view, values, await triggerFor(id, view['id']))),
        command: async (text) => deliver(commandPayload(place, text, { trigger: await triggerFor(id), responseUrl })),
        shortcut: async (message, callbackId) =>
          deliver(shortcutPayload(place, callbackId, message, { trigger: await triggerFor(id), responseUrl })),
        openHome: () =>
          deliver(eventPayload(team, { type: 'app_home_opened', user: id, channel: 'D0HOME', tab: 'home' })),
      }
    },
    async close() {
      await proxy.close()
      await emulator.close()
    },
  }
  return peer
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

const adminScopes = [
  'channels:read',
  'channels:history',
  'channels:manage',
  'channels:write',
  'groups:read',
  'groups:history',
  'groups:write',
  'chat:write',
  'users:read',
]

/** What can be clicked, wherever it stands in the blocks. Throws when it isn't there, as no person could click it. */
function elementOf(where: Record<string, unknown>, actionId: string): Record<string, unknown> {
  const blocks = (where['blocks'] ?? []) as Block[]
  for (const block of blocks) {
    const elements = [...((block['elements'] as Block[] | undefined) ?? []), block['accessory'], block['element']]
    for (const element of elements) {
      if (typeof element !== 'object' || element === null || !('action_id' in element)) continue
      const { action_id } = element
      if (action_id === actionId || (typeof action_id === 'string' && action_id.startsWith(`${actionId}:`)))
        return { block_id: block['block_id'], ...element }
    }
  }
  throw new Error(`there is nothing to click with the action id ${actionId}`)
}
