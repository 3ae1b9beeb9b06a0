import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

const application = '1100000000000000001'
const guild = '1100000000000000002'
const channel = '1100000000000000003'
const ana = '1100000000000000004'

/** Discord's API as far as a click needs it: says yes to everything at once, and notes what is said to one person. */
export interface DiscordPeer {
  env: Record<'DISCORD_TOKEN' | 'DISCORD_GUILDS' | 'DISCORD_PUBLIC_KEY' | 'DISCORD_API_URL', string>
  /** What was said after a click, by its token. */
  said: Map<string, unknown[]>
  click(url: string, customId: string, token?: string): Promise<Clicked>
  stop(): Promise<void>
}

export interface Clicked {
  /** Until the first answer. */
  ms: number
  answer: unknown
}

export async function startDiscordPeer(): Promise<DiscordPeer> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')
  const said = new Map<string, unknown[]>()
  let made = 0
  const server = createServer((incoming, response) => {
    const path = (incoming.url ?? '').split('?')[0] ?? ''
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => void chunks.push(chunk))
    incoming.once('end', () => {
      const token = /\/webhooks\/\d+\/([^/]+)/.exec(path)?.[1]
      if (token !== undefined)
        said.set(token, [...(said.get(token) ?? []), JSON.parse(Buffer.concat(chunks).toString() || 'null')])
      made += 1
      const bot = { id: application, username: 'Deskbell', bot: true }
      const body = path.endsWith('/commands')
        ? []
        : path.endsWith('/applications/@me')
          ? { id: application, name: 'Deskbell', bot_public: false, verify_key: key, bot }
          : { ...bot, id: String(1_200_000_000_000_000_000n + BigInt(made)), channel_id: channel, author: bot }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  let clicks = 0
  return {
    env: {
      DISCORD_TOKEN: `${Buffer.from(application).toString('base64url')}.Bench1.${'a'.repeat(30)}`,
      DISCORD_GUILDS: guild,
      DISCORD_PUBLIC_KEY: key,
      DISCORD_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    },
    said,
    click(url, customId, token) {
      clicks += 1
      return send(agent, privateKey, url, clickOf(customId, clicks, token ?? `token${clicks}`))
    },
    async stop() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function clickOf(customId: string, count: number, token: string): object {
  return {
    id: String(1_300_000_000_000_000_000n + BigInt(count)),
    application_id: application,
    type: 3,
    token,
    version: 1,
    guild_id: guild,
    channel_id: channel,
    channel: { id: channel, type: 0 },
    context: 0,
    app_permissions: '0',
    locale: 'en-GB',
    entitlements: [],
    authorizing_integration_owners: {},
    member: {
      user: { id: ana, username: 'ana', global_name: 'Ana', discriminator: '0', avatar: null },
      nick: null,
      roles: [],
      joined_at: '2026-01-01T00:00:00.000Z',
      deaf: false,
      mute: false,
      flags: 0,
      permissions: '0',
    },
    message: {
      id: '1200000000000000000',
      channel_id: channel,
      flags: 32_768,
      components: [],
      author: { id: application },
    },
    data: { custom_id: customId, component_type: 2 },
  }
}

function send(agent: Agent, key: KeyObject, url: string, payload: object): Promise<Clicked> {
  const body = JSON.stringify(payload)
  const timestamp = String(Math.floor(Date.now() / 1000))
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-signature-timestamp': timestamp,
    'x-signature-ed25519': sign(null, Buffer.from(timestamp + body), key).toString('hex'),
  }
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const sent = request(`${url}/discord/interactions`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => void chunks.push(chunk))
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (response.statusCode === 200) resolve({ ms: performance.now() - startedAt, answer: JSON.parse(text) })
        else reject(new Error(`Refused with ${response.statusCode}`))
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}
