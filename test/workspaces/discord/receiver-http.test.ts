import { InteractionResponseType, InteractionType } from 'discord.js'
import fc from 'fast-check'
import { generateKeyPairSync, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Incoming } from '../../../src/workspaces/discord/incoming.ts'
import { createHttpReceiver, interactionsPath } from '../../../src/workspaces/discord/receiver-http.ts'
import { testClock } from '../../support/clock.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const hex = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex')
const clock = testClock()
const address = `http://127.0.0.1:3000${interactionsPath}`
const quiet = { type: InteractionResponseType.DeferredMessageUpdate } as const

interface Signed {
  body?: string
  timestamp?: string
  signature?: string
  method?: string
  url?: string
}

function signed(content: unknown, changes: Signed = {}): Request {
  const text = JSON.stringify(content)
  const timestamp = String(Math.floor(clock.now().getTime() / 1000))
  const signature = sign(null, Buffer.from(`${changes.timestamp ?? timestamp}${text}`), privateKey).toString('hex')
  return new Request(changes.url ?? address, {
    method: changes.method ?? 'POST',
    headers: {
      'content-type': 'application/json',
      'x-signature-ed25519': changes.signature ?? signature,
      'x-signature-timestamp': changes.timestamp ?? timestamp,
    },
    ...(changes.method === 'GET' ? {} : { body: changes.body ?? text }),
  })
}

function receiver(take: (incoming: Incoming) => Promise<void> = ({ respond }) => respond(quiet), ceilingMs = 2800) {
  return createHttpReceiver({ publicKey: hex, clock, take, ceilingMs, settleMs: 0 })
}

const press = { id: '1', token: 'secret', type: InteractionType.MessageComponent, data: { custom_id: 'do:x' } }

test('Discord’s greeting is answered', async () => {
  const response = await receiver(() => Promise.reject(new Error('not for this')))(signed({ ...press, type: 1 }))
  expect(response?.status).toBe(200)
  expect(await response?.json()).toEqual({ type: InteractionResponseType.Pong })
})

test('what somebody does comes in whole, and the first answer goes back', async () => {
  const heard: unknown[] = []
  const response = await receiver(async ({ interaction, respond }) => {
    heard.push(interaction)
    await respond(quiet)
  })(signed(press))
  expect(response?.headers.get('content-type')).toContain('application/json')
  expect(await response?.json()).toEqual(quiet)
  expect(heard).toEqual([press])
})

test('it is answered before the slow work behind it is done', async () => {
  const slow = Promise.withResolvers<void>()
  let isDone = false
  const response = await receiver(async ({ respond }) => {
    await respond(quiet)
    await slow.promise
    isDone = true
  })(signed(press))
  expect(response?.status).toBe(200)
  expect(isDone).toBe(false)
  slow.resolve()
})

test.each<[string, Signed]>([
  ['another signature', { signature: '0'.repeat(128) }],
  ['no signature', { signature: '' }],
  ['a signature that is none', { signature: 'x'.repeat(128) }],
  ['another body', { body: JSON.stringify({ ...press, id: '2' }) }],
  ['a time long ago', { timestamp: String(Math.floor(clock.now().getTime() / 1000) - 301) }],
  ['a time to come', { timestamp: String(Math.floor(clock.now().getTime() / 1000) + 301) }],
  ['a time that is none', { timestamp: 'now' }],
])('%s is refused, also for a greeting', async (_, changes) => {
  for (const type of [InteractionType.Ping, InteractionType.MessageComponent]) {
    let isTaken = false
    const response = await receiver(async () => void (isTaken = true))(signed({ ...press, type }, changes))
    expect(response?.status).toBe(401)
    expect(isTaken).toBe(false)
  }
})

test('a signature is for one body and one time, whatever they are', async () => {
  const receive = receiver()
  const now = Math.floor(clock.now().getTime() / 1000)
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.integer({ min: 1, max: 290 }), async (content, later) => {
      const signature = signed(content).headers.get('x-signature-ed25519') ?? ''
      const other = signed(content, { signature, timestamp: String(now + later) })
      other.headers.set('x-signature-ed25519', signature)
      expect((await receive(other))?.status).toBe(401)
    }),
  )
})

test('a proven time of up to five minutes either way is taken', async () => {
  const now = Math.floor(clock.now().getTime() / 1000)
  for (const timestamp of [now - 299, now + 299])
    expect((await receiver()(signed(press, { timestamp: String(timestamp) })))?.status).toBe(200)
})

test('when nobody answers in time the request fails, and an answer that comes later is told so', async () => {
  const late = Promise.withResolvers<void>()
  const told = Promise.withResolvers<unknown>()
  const receive = receiver(async ({ respond }) => {
    await late.promise
    await respond(quiet).catch(told.resolve)
  }, 20)
  expect((await receive(signed(press)))?.status).toBe(503)
  late.resolve()
  expect(await told.promise).toMatchObject({ name: 'PermanentError' })
})

test('what ends without an answer fails at once', async () => {
  expect((await receiver(async () => {})(signed(press)))?.status).toBe(503)
})

test('a second answer is none', async () => {
  const told = Promise.withResolvers<unknown>()
  const response = await receiver(async ({ respond }) => {
    await respond(quiet)
    await respond(quiet).catch(told.resolve)
  })(signed(press))
  expect(response?.status).toBe(200)
  expect(await told.promise).toMatchObject({ name: 'PermanentError' })
})

test('other addresses are not for Discord, other methods are refused, and what is no interaction is told so', async () => {
  expect(await receiver()(signed(press, { url: 'http://127.0.0.1:3000/chat' }))).toBeNull()
  expect((await receiver()(signed(press, { method: 'GET' })))?.status).toBe(405)
  for (const content of [null, [], { type: 'x' }, 'words'])
    await expect(receiver()(signed(content))).rejects.toMatchObject({ name: 'BadInputError', status: 400 })
})
