import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createLog } from '../../../src/log.ts'
import type { SlackConnection } from '../../../src/workspaces/slack/connection.ts'
import { createSockets, type Sockets } from '../../../src/workspaces/slack/receiver-sockets.ts'
import { createWeb } from '../../../src/workspaces/slack/web-client.ts'
import { connectTo } from '../../support/slack/connect.ts'
import { testSlackIo } from '../../support/slack/io.ts'
import { commandPayload, overSocket } from '../../support/slack/payloads.ts'
import { startSlackPeer, type SlackPeer } from '../../support/slack/peer.ts'

let peer: SlackPeer
let slack: SlackConnection
const started: { stop(): Promise<void> }[] = []

beforeAll(async () => {
  peer = await startSlackPeer()
})
afterAll(() => peer.close())
beforeEach(() => {
  slack = connectTo(peer, testSlackIo(), { signingSecret: null, appToken: peer.appToken })
})
afterEach(async () => {
  peer.sockets.isMute = false
  for (const one of started.splice(0)) await one.stop()
  await peer.sockets.connected(0)
})

async function start(): Promise<void> {
  started.push(slack)
  await slack.start()
  await expect.poll(() => slack.isReady()).toBe(true)
  await peer.sockets.connected(2)
}

/** The way in alone, with short pauses. */
function sockets(options: Partial<Parameters<typeof createSockets>[0]> = {}): Sockets {
  const log = createLog('silent')
  const made = createSockets({
    appToken: peer.appToken,
    sockets: 2,
    web: createWeb({ apiUrl: peer.apiUrl, log, timeoutMs: 1000 }),
    log,
    take: async ({ ack }) => ack(),
    backoffMs: { least: 10, most: 20 },
    ...options,
  })
  started.push(made)
  return made
}

const command = () =>
  commandPayload({ team: peer.team, channel: peer.channels.support, user: peer.users.ana }, 'open', { trigger: 't' })
const anas = () => peer.person('ana', overSocket(peer.sockets))

test('two connections are kept, and what comes over either is answered', async () => {
  slack.app.command('/desk', async ({ ack }) => ack({ text: 'Hello' }))
  expect(slack.isReady()).toBe(false)
  await start()
  expect(slack.isReady()).toBe(true)
  expect(peer.sockets.connections).toHaveLength(2)
  for (const index of [0, 1]) {
    const ack = await peer.sockets.send('slash_commands', command().body, { index })
    expect(ack?.payload).toEqual({ text: 'Hello' })
  }
})

test('while one connection is renewed the other is there, and the renewed one comes back at once', async () => {
  slack.app.command('/desk', async ({ ack }) => ack())
  await start()
  const { opened } = peer.sockets
  peer.sockets.refresh(0)
  await peer.sockets.connected(1)
  expect(slack.isReady()).toBe(true)
  expect((await anas().command('open')).status).toBe(200)
  const cutAt = performance.now()
  await peer.sockets.connected(2)
  expect(performance.now() - cutAt).toBeLessThan(2000)
  expect(peer.sockets.opened).toBe(opened + 1)
})

test('a connection that is cut is made anew', async () => {
  await start()
  peer.sockets.connections[0]?.destroy()
  await peer.sockets.connected(1)
  await peer.sockets.connected(2)
})

test('a connection that says nothing any more is noticed, and made anew', async () => {
  const patient = sockets({ pongMs: 300 })
  patient.start()
  await peer.sockets.connected(2)
  const { opened } = peer.sockets
  // The second ping has been answered by then.
  await new Promise((resolve) => setTimeout(resolve, 250))
  peer.sockets.connections[0]?.freeze()
  await expect.poll(() => peer.sockets.opened, { timeout: 5000 }).toBe(opened + 1)
  await expect.poll(() => patient.count()).toBe(2)
  const ack = await peer.sockets.send('slash_commands', command().body, { index: peer.sockets.connections.length - 1 })
  expect(ack).not.toBeNull()
})

test.each(['warning', 'link_disabled', 'too_many_websockets'])(
  'a connection that Slack ends (%s) is made anew',
  async (reason) => {
    const patient = sockets()
    patient.start()
    await peer.sockets.connected(2)
    const { opened } = peer.sockets
    peer.sockets.end(reason)
    await expect.poll(() => peer.sockets.opened).toBe(opened + 1)
    await expect.poll(() => patient.count()).toBe(2)
  },
)

test('a connection that comes after it was given up is closed', async () => {
  peer.fault('apps.connections.open', { kind: 'slow', when: 'after', ms: 3000 })
  const web = createWeb({ apiUrl: peer.apiUrl, log: createLog('silent'), timeoutMs: 20_000 })
  // The other connection must be in time on a busy machine, too.
  const hasty = sockets({ web, helloMs: 1500, backoffMs: { least: 60_000, most: 60_000 } })
  hasty.start()
  await peer.sockets.connected(2)
  await peer.sockets.connected(1)
  expect(hasty.count()).toBe(1)
})

test('what a listener fails at is not acknowledged, so that Slack sends it again', async () => {
  let tries = 0
  slack.app.command('/desk', async ({ ack }) => {
    tries += 1
    if (tries === 1) throw new Error('the database is away')
    await ack()
  })
  await start()
  expect(await peer.sockets.send('slash_commands', command().body, { envelopeId: 'again', ms: 200 })).toBeNull()
  expect(await peer.sockets.send('slash_commands', command().body, { envelopeId: 'again' })).not.toBeNull()
})

test('a duplicate reaches the listener as well: what it does must bear that', async () => {
  let heard = 0
  slack.app.command('/desk', async ({ ack }) => {
    heard += 1
    await ack()
  })
  await start()
  await peer.sockets.send('slash_commands', command().body, { envelopeId: 'twin', index: 0 })
  await peer.sockets.send('slash_commands', command().body, { envelopeId: 'twin', index: 1 })
  expect(heard).toBe(2)
})

test('a token that Slack refuses is tried again, and the log says what to do', async () => {
  const errors: [msg: string, fields: unknown][] = []
  const log = { ...createLog('silent'), error: (msg: string, fields?: object) => void errors.push([msg, fields]) }
  const refused = sockets({ appToken: 'xapp-wrong', log: { ...log, child: () => log } })
  refused.start()
  await expect.poll(() => errors.length).toBeGreaterThan(2)
  expect(errors[0]).toEqual([
    'slack refuses SLACK_APP_TOKEN; trying again',
    { code: 'invalid_auth', action: expect.stringMatching(/Socket Mode on.*connections:write/) as string },
  ])
  expect(refused.count()).toBe(0)
})

test('a Slack that can not be reached is tried until it can', async () => {
  const broken = { kind: 'status', when: 'before', status: 503 } as const
  peer.fault('apps.connections.open', broken, broken, broken)
  const patient = sockets()
  patient.start()
  await peer.sockets.connected(2)
  await expect.poll(() => patient.count()).toBe(2)
})

test('a connection without a hello is given up', async () => {
  peer.sockets.isMute = true
  const { opened } = peer.sockets
  const patient = sockets({ helloMs: 50 })
  patient.start()
  await expect.poll(() => peer.sockets.opened).toBeGreaterThan(opened + 2)
  expect(patient.count()).toBe(0)
  peer.sockets.isMute = false
  await peer.sockets.connected(2)
  expect(peer.sockets.opened).toBeGreaterThan(opened + 2)
})

test('after the stop nothing is connected, and nothing comes back', async () => {
  await start()
  await slack.stop()
  await peer.sockets.connected(0)
  const { opened } = peer.sockets
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(peer.sockets.opened).toBe(opened)
  expect(slack.isReady()).toBe(false)
})
