import { InteractionResponseType } from 'discord.js'
import { generateKeyPairSync, sign } from 'node:crypto'
import { expect, test, type TestContext } from 'vitest'
import { createLog, type Log } from '../../../src/log.ts'
import { commandsOf } from '../../../src/workspaces/discord/commands.ts'
import {
  openConnection,
  type ConnectionIo,
  type DiscordConnection,
} from '../../../src/workspaces/discord/connection.ts'
import type { DiscordConfig } from '../../../src/workspaces/discord/env.ts'
import type { Incoming } from '../../../src/workspaces/discord/incoming.ts'
import { testClock } from '../../support/clock.ts'
import { startGatewayStub, stubGuild, stubToken, type GatewayStub } from '../../support/discord/gateway-stub.ts'
import { eventually } from '../../support/eventually.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const verifyKey = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex')
const clock = testClock()
const commandsRoute = `/applications/1/guilds/${stubGuild}/commands`

interface Setting {
  stub: GatewayStub
  heard: Incoming[]
  logged: [fact: string, ids: object | undefined][]
  /** What the application is like, as Discord has it. */
  application: Record<string, unknown>
  open(changes?: Partial<DiscordConfig>, io?: Partial<ConnectionIo>): DiscordConnection
}

async function setUp({ onTestFinished: finish }: TestContext): Promise<Setting> {
  const stub = await startGatewayStub()
  finish(() => stub.close())
  const write = (fact: string, ids?: object) => void setting.logged.push([fact, ids])
  const log: Log = { ...createLog('silent'), info: write, warn: write, error: write }
  const setting: Setting = {
    stub,
    heard: [],
    logged: [],
    application: {
      id: '1',
      name: 'Deskbell',
      bot_public: false,
      verify_key: verifyKey,
      interactions_endpoint_url: null,
      bot: { id: '2', username: 'deskbell' },
    },
    open(changes = {}, io = {}) {
      const connection = openConnection(
        { token: stubToken, guilds: [stubGuild], publicKey: null, apiUrl: stub.apiUrl, ...changes },
        { clock, log, publicUrl: 'https://desk.example', holdLease: (_, signal, work) => work(signal), ...io },
        { handle: async (incoming) => void setting.heard.push(incoming), timeoutMs: 2000 },
      )
      finish(() => connection.stop())
      return connection
    },
  }
  stub.answer('GET /applications/@me', () => ({ status: 200, body: setting.application }))
  stub.answer(`GET ${commandsRoute}`, { status: 200, body: commandsOf() })
  stub.answer(`PUT ${commandsRoute}`, { status: 200, body: [] })
  return setting
}

function signed(content: object): Request {
  const text = JSON.stringify(content)
  const timestamp = String(Math.floor(clock.now().getTime() / 1000))
  const signature = sign(null, Buffer.from(`${timestamp}${text}`), privateKey).toString('hex')
  return new Request('https://desk.example/discord/interactions', {
    method: 'POST',
    headers: { 'x-signature-ed25519': signature, 'x-signature-timestamp': timestamp },
    body: text,
  })
}

/** Leases as replicas share them: the holder keeps it until it dies or gives it up. */
function sharedLease() {
  let holder: AbortController | null = null
  const waiting = new Set<() => void>()
  const free = () => {
    holder = null
    for (const wake of waiting) wake()
    waiting.clear()
  }
  const holdLease: ConnectionIo['holdLease'] = async (_, signal, work) => {
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    while (!signal.aborted) {
      if (holder) {
        await Promise.race([stopped, new Promise<void>((resolve) => waiting.add(resolve))])
        continue
      }
      const mine = new AbortController()
      holder = mine
      await work(AbortSignal.any([signal, mine.signal])).catch(() => {})
      if (holder === mine) free()
      if (mine.signal.aborted) return
    }
  }
  return {
    holdLease,
    /** The holder is taken for dead. */
    lose() {
      holder?.abort()
      free()
    },
  }
}

test('it starts without waiting for Discord, and is ready once it is connected', async (context) => {
  const { stub, heard, open } = await setUp(context)
  const discord = open()
  expect(discord.isReady()).toBe(false)
  await discord.start()
  expect(discord.isReady()).toBe(false)
  await eventually(() => expect(discord.isReady()).toBe(true))
  const { id } = stub.press('do:one')
  await eventually(() => expect(heard.map(({ interaction }) => interaction.id)).toEqual([id]))
  await discord.stop()
  expect(discord.isReady()).toBe(false)
  await stub.connected(0)
})

test('of several replicas one is connected, all are ready, and when it is gone another takes over', async (context) => {
  const { stub, heard, open } = await setUp(context)
  const { holdLease, lose } = sharedLease()
  const replicas = [open({}, { holdLease }), open({}, { holdLease })]
  for (const replica of replicas) await replica.start()
  await stub.connected(1)
  await eventually(() => expect(replicas.map((replica) => replica.isReady())).toEqual([true, true]))
  expect(stub.hellos).toHaveLength(1)
  lose()
  await eventually(() => expect(stub.hellos).toHaveLength(2))
  await stub.connected(1)
  await eventually(() => expect(replicas.map((replica) => replica.isReady())).toContain(true))
  const { id } = stub.press('do:one')
  await eventually(() => expect(heard.map(({ interaction }) => interaction.id)).toEqual([id]))
  for (const replica of replicas) await replica.stop()
  await stub.connected(0)
})

test('commands are registered at the start, and where it is let in later', async (context) => {
  const { stub, open } = await setUp(context)
  stub.answer(`GET ${commandsRoute}`, { status: 403, body: { code: 50001, message: 'Missing Access' } })
  await open().start()
  await stub.connected(1)
  await eventually(() => expect(stub.callsOf(`GET ${commandsRoute}`)).toHaveLength(1))
  stub.answer(`GET ${commandsRoute}`, { status: 200, body: [] })
  stub.tell('GUILD_DELETE', { id: stubGuild })
  stub.tell('GUILD_CREATE', { id: stubGuild, name: 'Acme', channels: [], roles: [], threads: [] })
  await eventually(() => expect(stub.callsOf(`PUT ${commandsRoute}`)).toHaveLength(1))
})

test('a server that nobody named gets no commands', async (context) => {
  const { stub, logged, open } = await setUp(context)
  const discord = open()
  await discord.start()
  await eventually(() => expect(discord.isReady()).toBe(true))
  stub.tell('GUILD_CREATE', { id: '100000000000000077', name: 'Other', channels: [], roles: [], threads: [] })
  await eventually(() => expect(logged.map(([fact]) => fact).join()).toContain('not in DISCORD_GUILDS'))
  expect(stub.calls.filter(({ path }) => path.includes('100000000000000077'))).toEqual([])
})

test('with a public key no gateway is opened: clicks come as requests, while it runs', async (context) => {
  const { stub, heard, open } = await setUp(context)
  const discord = open({ publicKey: verifyKey })
  expect((await discord.fetch(signed({ id: '1', token: 't', type: 1 })))?.status).toBe(503)
  await discord.start()
  expect(discord.isReady()).toBe(true)
  expect(await (await discord.fetch(signed({ id: '1', token: 't', type: 1 })))?.json()).toEqual({
    type: InteractionResponseType.Pong,
  })
  expect((await discord.fetch(signed({ id: '2', token: 't', type: 3 })))?.status).toBe(503)
  expect(heard).toHaveLength(1)
  expect(await discord.fetch(new Request('https://desk.example/chat'))).toBeNull()
  await discord.stop()
  expect((await discord.fetch(signed({ id: '1', token: 't', type: 1 })))?.status).toBe(503)
  expect(stub.asked).toBe(0)
})

test('over the gateway there is no such address', async (context) => {
  const { open } = await setUp(context)
  expect(await open().fetch(signed({ id: '1', token: 't', type: 1 }))).toBeNull()
})

test.for<[string, Partial<DiscordConfig>, Record<string, unknown>, RegExp, isReady: boolean]>([
  [
    'clicks go elsewhere',
    {},
    { interactions_endpoint_url: 'https://other.example/x' },
    /Clear Interactions Endpoint/,
    false,
  ],
  ['no address is entered', { publicKey: verifyKey }, {}, /enter https:\/\/desk\.example\/discord\/interactions/, true],
  [
    'the key is of another application',
    { publicKey: verifyKey },
    { verify_key: 'ab'.repeat(32), interactions_endpoint_url: 'https://desk.example/discord/interactions' },
    /Copy Public Key/,
    false,
  ],
])(
  'what is set up wrongly is told, with what to do, and where nothing can be heard it is not ready: %s',
  async ([, config, application, action, isReady], context) => {
    const { stub, logged, open, application: said } = await setUp(context)
    Object.assign(said, application)
    const discord = open(config)
    await discord.start()
    await eventually(() =>
      expect(logged).toContainEqual([
        'discord is not set up',
        { reason: expect.any(String) as string, action: expect.stringMatching(action) as string },
      ]),
    )
    if (config.publicKey === undefined) await stub.connected(1)
    await eventually(() => expect(discord.isReady()).toBe(isReady))
  },
)

test('while Discord can’t be reached it is not ready, between two tries neither', async (context) => {
  const { stub, open } = await setUp(context)
  const moved = testClock()
  const failed: unknown[] = []
  const discord = open(
    { apiUrl: 'http://127.0.0.1:9/api' },
    {
      clock: moved,
      holdLease: (_, signal, work) => work(signal).catch((error: unknown) => void failed.push(error)),
    },
  )
  await discord.start()
  await eventually(() => expect(failed).toHaveLength(1))
  expect(discord.isReady()).toBe(false)
  moved.advance(61_000)
  expect(discord.isReady()).toBe(false)
  // Another replica has the lease by now.
  moved.advance(61_000)
  expect(discord.isReady()).toBe(true)
  expect(stub.asked).toBe(0)
})

test('a refused token is told, and is not ready', async (context) => {
  const { stub, logged, open } = await setUp(context)
  stub.answer('GET /applications/@me', { status: 401, body: { code: 0, message: '401: Unauthorized' } })
  const discord = open({ token: `${stubToken}x`, publicKey: verifyKey })
  await discord.start()
  await eventually(() => expect(logged.map(([fact]) => fact)).toContain('discord refuses DISCORD_TOKEN'))
  expect(discord.isReady()).toBe(false)
  expect(stub.callsOf('GET /applications/@me')).toHaveLength(1)
})
