import { GatewayIntentBits, InteractionResponseType } from 'discord.js'
import { expect, test, type TestContext } from 'vitest'
import { createLog } from '../../../src/log.ts'
import { createGateway, type Gateway } from '../../../src/workspaces/discord/gateway.ts'
import type { Incoming } from '../../../src/workspaces/discord/incoming.ts'
import { createRest } from '../../../src/workspaces/discord/rest.ts'
import { eventually } from '../../support/eventually.ts'
import { startGatewayStub, stubGuild, stubToken, type GatewayStub } from '../../support/discord/gateway-stub.ts'

type Options = Partial<Parameters<typeof createGateway>[0]>

interface Setting {
  stub: GatewayStub
  logged: string[]
  heard: Incoming[]
  /** Of what was heard. */
  ids(): string[]
  gateway(options?: Options): Gateway
  /** Runs until the test is over, or `stop`. */
  run(one: Gateway): Run
  /** Until it is connected. */
  start(options?: Options): Promise<Run & { gateway: Gateway }>
}

interface Run {
  /** What it ended with. */
  ended: Promise<unknown>
  stop(): Promise<void>
}

async function setUp({ onTestFinished: finish }: TestContext, { refusesLate = false } = {}): Promise<Setting> {
  const stub = await startGatewayStub({ refusesLate })
  finish(() => stub.close())
  const silent = createLog('silent')
  const write = (fact: string) => void setting.logged.push(fact)
  const log = { ...silent, info: write, warn: write, error: write }
  const setting: Setting = {
    stub,
    logged: [],
    heard: [],
    ids: () => setting.heard.map(({ interaction }) => interaction.id),
    gateway: (options = {}) =>
      createGateway({
        token: stubToken,
        apiUrl: stub.apiUrl,
        rest: createRest({ token: stubToken, apiUrl: stub.apiUrl, log: silent, timeoutMs: 2000 }),
        log,
        take: async (incoming) => void setting.heard.push(incoming),
        ...options,
      }),
    run(one) {
      const abort = new AbortController()
      const ended = one.run(abort.signal).catch((error: unknown) => error)
      const run: Run = {
        ended,
        async stop() {
          abort.abort()
          await ended
        },
      }
      finish(run.stop)
      return run
    },
    async start(options) {
      const gateway = setting.gateway(options)
      const run = setting.run(gateway)
      await eventually(() => expect(gateway.isConnected()).toBe(true))
      return { ...run, gateway }
    },
  }
  return setting
}

const quiet = { type: InteractionResponseType.DeferredMessageUpdate } as const
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test.concurrent('only one intent is asked for: Guilds', async (context) => {
  const { stub, start } = await setUp(context)
  await start()
  expect(stub.hellos).toEqual([{ kind: 'identify', intents: GatewayIntentBits.Guilds, seq: null }])
  expect(GatewayIntentBits.Guilds).toBe(1)
})

test.concurrent('what somebody presses comes in whole, and the answer goes back with its proof', async (context) => {
  const { stub, start, heard } = await setUp(context)
  await start()
  const interaction = stub.press('do:approve')
  await eventually(() => expect(heard).toHaveLength(1))
  expect(heard[0]?.interaction).toEqual(interaction)
  await heard[0]?.respond(quiet)
  expect(stub.answers).toEqual([{ id: interaction.id, token: interaction.token, response: { type: 6 } }])
  expect(stub.calls.at(-1)?.headers.authorization).toBeUndefined()
})

test.concurrent('an answer that may have got lost is sent once more, and counts when it had arrived', async (context) => {
  const { stub, start, heard } = await setUp(context)
  await start()
  for (const fault of ['lost', 'unavailable'] as const) {
    const before = stub.answers.length
    stub.press('do:approve')
    await eventually(() => expect(heard).toHaveLength(before + 1))
    stub.fault = fault
    await heard.at(-1)?.respond(quiet)
    expect(stub.answers).toHaveLength(before + 1)
  }
})

test.concurrent.for(['too-late', 'answered-before'] as const)(
  'an answer that Discord does not take (%s) is told of',
  async (fault, context) => {
    const { stub, start, heard } = await setUp(context)
    await start()
    stub.press('do:approve')
    await eventually(() => expect(heard).toHaveLength(1))
    stub.fault = fault
    await expect(heard[0]?.respond(quiet)).rejects.toMatchObject({ name: 'PermanentError' })
    expect(stub.answers).toEqual([])
  },
)

test.concurrent('a line that was cut is taken up where it broke off: nothing pressed meanwhile is lost', async (context) => {
  const { stub, start, ids } = await setUp(context)
  const { gateway } = await start()
  const first = stub.press('do:one')
  await eventually(() => expect(ids()).toEqual([first.id]))
  stub.connections[0]?.destroy()
  await stub.connected(0)
  const missed = [stub.press('do:two'), stub.press('do:three')]
  await stub.connected(1)
  await eventually(() => expect(ids()).toEqual([first.id, ...missed.map(({ id }) => id)]))
  expect(stub.hellos.map(({ kind }) => kind)).toEqual(['identify', 'resume'])
  await eventually(() => expect(gateway.isConnected()).toBe(true))
  const last = stub.press('do:four')
  await eventually(() => expect(ids().at(-1)).toBe(last.id))
})

test.concurrent('when Discord asks it to come anew it does, and hears everything once', async (context) => {
  const { stub, start, ids } = await setUp(context)
  await start()
  stub.reconnect()
  await stub.connected(0)
  const missed = stub.press('do:one')
  await stub.connected(1)
  await eventually(() => expect(ids()).toEqual([missed.id]))
  expect(stub.hellos.at(-1)).toMatchObject({ kind: 'resume' })
})

test.concurrent('a line that does not answer the heartbeat is given up, and taken up anew', async (context) => {
  const { stub, start } = await setUp(context)
  const { gateway } = await start()
  stub.isDeaf = true
  await stub.connected(0)
  stub.isDeaf = false
  await stub.connected(1)
  expect(stub.hellos.at(-1)).toMatchObject({ kind: 'resume' })
  await eventually(() => expect(gateway.isConnected()).toBe(true))
})

test.concurrent('an outage is waited out, however often it fails', async (context) => {
  const { stub, start, logged } = await setUp(context)
  const { gateway } = await start()
  stub.isDown = true
  stub.connections[0]?.destroy()
  await eventually(() => expect(gateway.isConnected()).toBe(false))
  await pause(1500)
  stub.isDown = false
  await eventually(() => expect(gateway.isConnected()).toBe(true))
  expect(logged.filter((fact) => fact.includes('lost'))).toHaveLength(1)
})

test.concurrent('a connection that can not be made for long is begun from the start', async (context) => {
  const { stub, run, gateway } = await setUp(context)
  stub.isMute = true
  expect(await run(gateway({ silentMs: 100 })).ended).toMatchObject({ name: 'RetryableError' })
})

test.concurrent('a Discord that can not be reached is told of, so that it is tried again', async (context) => {
  const { stub, run, gateway } = await setUp(context)
  stub.isDown = true
  expect(await run(gateway()).ended).toMatchObject({ name: 'RetryableError' })
})

test.concurrent('when it connected too often today, it says until when it has to wait', async (context) => {
  const { stub, run, gateway } = await setUp(context)
  const limit = { total: 1000, remaining: 0, reset_after: 3_600_000, max_concurrency: 1 }
  stub.answer('GET /gateway/bot', {
    status: 200,
    body: { url: `ws://${stub.host}`, shards: 1, session_start_limit: limit },
  })
  const message = expect.stringMatching(/connect again at \d{4}-.+Z/) as string
  expect(await run(gateway()).ended).toMatchObject({ name: 'RetryableError', message })
})

test.concurrent.for([false, true])(
  'a token that Discord refuses (on the line: %s) is not shown to it again for a while',
  async (refusesLate, context) => {
    const { stub, run, gateway, logged } = await setUp(context, { refusesLate })
    const { ended } = run(gateway({ token: `${stubToken}x`, refusedMs: 400 }))
    await eventually(() => expect(logged).toContain('discord refuses the connection'))
    const tries = [stub.asked, stub.hellos.length]
    const first = await Promise.race([ended, pause(150).then(() => 'still waits')])
    expect(first).toBe('still waits')
    const action = expect.stringContaining('DISCORD_TOKEN') as string
    expect(await ended).toMatchObject({ name: 'PermanentError', action })
    expect([stub.asked, stub.hellos.length]).toEqual(tries)
  },
)

test.concurrent('nobody waits for a refused token when it is time to stop', async (context) => {
  const { run, gateway, logged } = await setUp(context)
  const { ended, stop } = run(gateway({ token: `${stubToken}x` }))
  await eventually(() => expect(logged).toContain('discord refuses the connection'))
  await stop()
  expect(await ended).toBeUndefined()
})

test.concurrent.for(['connected', 'identifying', 'connecting'] as const)(
  'a stop while it is %s ends every connection, and none comes back',
  async (state, context) => {
    const { stub, run, gateway, heard } = await setUp(context)
    stub.isMute = state === 'connecting'
    const one = gateway()
    const { stop, ended } = run(one)
    if (state === 'connected') await eventually(() => expect(one.isConnected()).toBe(true))
    else if (state === 'identifying') await stub.connected(1)
    else await eventually(() => expect(stub.asked).toBe(1))
    await stop()
    expect(await ended).toBeUndefined()
    expect(one.isConnected()).toBe(false)
    stub.isMute = false
    const { length } = stub.hellos
    // Left to itself, the client would be back after half a second.
    await pause(900)
    expect(stub.hellos).toHaveLength(length)
    expect(stub.connections).toHaveLength(0)
    stub.press('do:one')
    expect(heard).toEqual([])
  },
)

test.concurrent('a line that breaks after it was given up half-made harms nobody', async (context) => {
  const { stub, run, gateway } = await setUp(context)
  stub.isHanging = true
  const { stop, ended } = run(gateway())
  await eventually(() => expect(stub.hanging).toHaveLength(1))
  await stop()
  expect(await ended).toBeUndefined()
  for (const line of stub.hanging) line.destroy()
  await pause(900)
  expect(stub.hanging).toHaveLength(1)
})

test.concurrent('a session that Discord forgot is begun anew', async (context) => {
  const { stub, start, ids } = await setUp(context)
  const { gateway } = await start()
  stub.invalidate()
  await eventually(() => expect(stub.hellos.map(({ kind }) => kind)).toEqual(['identify', 'identify']))
  await eventually(() => expect(gateway.isConnected()).toBe(true))
  const pressed = stub.press('do:one')
  await eventually(() => expect(ids()).toEqual([pressed.id]))
})

test.concurrent('servers that it is let into, or taken out of, are told; an outage of one is not', async (context) => {
  const { stub, start, logged } = await setUp(context)
  const joined: string[] = []
  const { gateway } = await start({ onJoin: (id) => void joined.push(id) })
  stub.tell('GUILD_CREATE', guild(stubGuild))
  stub.tell('GUILD_DELETE', { id: stubGuild, unavailable: true })
  stub.tell('GUILD_CREATE', guild('100000000000000077'))
  await eventually(() => expect(joined).toEqual(['100000000000000077']))
  stub.tell('GUILD_DELETE', { id: '100000000000000077' })
  await eventually(() => expect(logged).toContain('discord server left'))
  const told = logged.filter((fact) => fact.startsWith('discord server'))
  expect(told).toEqual(['discord server joined', 'discord server left'])
  expect(gateway.isConnected()).toBe(true)
})

test.concurrent('an event that the client makes no sense of harms nobody', async (context) => {
  const { stub, start, ids } = await setUp(context)
  const { gateway } = await start()
  stub.tell('GUILD_CREATE', { id: 'x', channels: 5 })
  stub.tell('INTERACTION_CREATE', { id: '100000000000000055', type: 3, data: null })
  const pressed = stub.press('do:one')
  await eventually(() => expect(ids().at(-1)).toBe(pressed.id))
  expect(gateway.isConnected()).toBe(true)
})

function guild(id: string): object {
  const lists = ['roles', 'channels', 'threads', 'members', 'emojis', 'stickers', 'features', 'presences']
  const more = ['voice_states', 'stage_instances', 'guild_scheduled_events']
  return { id, name: 'Acme', owner_id: '1', ...Object.fromEntries([...lists, ...more].map((name) => [name, []])) }
}
