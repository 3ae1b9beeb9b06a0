import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Log } from '../../../src/log.ts'
import { createRest } from '../../../src/workspaces/discord/rest.ts'
import { testClock, type TestClock } from '../../support/clock.ts'
import { startHttpStub, type HttpStub, type Reply } from '../../support/discord/http-stub.ts'

const token = 'MTAw.Gabc.secret-of-the-bot'
const route = '/channels/100000000000000003/messages'
const timeoutMs = 300
const ok: Reply = { status: 200, body: { id: '7' } }
const unauthorized: Reply = { status: 401, body: { code: 0, message: '401: Unauthorized' } }
const tooMuch = (seconds: number, headers: Record<string, string> = {}): Reply => ({
  status: 429,
  body: { message: 'You are being rate limited.', retry_after: seconds, global: false },
  headers: { 'retry-after': String(seconds), 'x-ratelimit-scope': 'user', ...headers },
})

let stub: HttpStub
let clock: TestClock
let logged: unknown[]
let rest: ReturnType<typeof createRest>

beforeEach(async () => {
  stub = await startHttpStub()
  clock = testClock()
  logged = []
  const write = (...said: unknown[]) => void logged.push(said)
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }
  rest = createRest({ token, apiUrl: stub.apiUrl, log, timeoutMs, clock })
  stub.answer(`POST ${route}`, ok)
})
afterEach(() => stub.close())

const post = (content = 'a customer’s words') =>
  rest.ask<{ id: string }>('post', 'post in this channel', { method: 'POST', route, body: { content } })
const read = () => rest.ask('call', 'read this channel', { method: 'GET', route })
const posts = () => stub.callsOf(`POST ${route}`)

test('a call carries the bot’s token and what is to be said, and brings the answer', async () => {
  expect(await post()).toEqual({ id: '7' })
  expect(posts()[0]).toMatchObject({
    body: { content: 'a customer’s words' },
    headers: { authorization: `Bot ${token}`, 'content-type': 'application/json' },
  })
})

test('a call with a proof of its own carries no token, and may bring no answer', async () => {
  stub.answer('POST /interactions/1/proof/callback', { status: 204 })
  await rest.ask('call', 'take this answer', {
    method: 'POST',
    route: '/interactions/1/proof/callback',
    body: { type: 6 },
    auth: false,
  })
  expect(stub.calls[0]?.headers.authorization).toBeUndefined()
})

test('files go with it, and what is asked for by the address', async () => {
  const query = new URLSearchParams({ limit: '5' })
  const files = [{ name: 'box.png', data: Buffer.from('picture'), contentType: 'image/png' }]
  await rest.ask('post', 'post', { method: 'POST', route, body: { content: 'Look' }, files, query })
  expect(posts()[0]?.query.get('limit')).toBe('5')
  for (const part of ['name="payload_json"', '{"content":"Look"}', 'filename="box.png"', 'picture'])
    expect(posts()[0]?.text).toContain(part)
})

describe('nothing is sent again when it may have been done', () => {
  test.each<[string, Reply]>([
    ['the line is cut', 'reset'],
    ['the answer does not come to its end', 'hang'],
    ['Discord fails', { status: 502, body: 'Bad gateway' }],
    ['the answer is cut off', { status: 200, body: '{"id":', headers: { 'content-type': 'application/json' } }],
  ])('%s', async (_, reply) => {
    stub.answer(`POST ${route}`, reply)
    const error: unknown = await post().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(['RetryableError', 'GoneError', 'PermanentError']).not.toContain((error as Error).name)
    expect(posts()).toHaveLength(1)
    stub.answer(`GET ${route}`, reply)
    await expect(read()).rejects.toMatchObject({ name: 'RetryableError' })
    expect(stub.callsOf(`GET ${route}`)).toHaveLength(1)
  })
})

test('what waits too long for its turn certainly was not sent, and is not sent later', async () => {
  stub.answer(`POST ${route}`, 'hang')
  const call = { method: 'POST', route, body: {} } as const
  const upload = rest.ask('post', 'post', { ...call, files: [{ name: 'a', data: Buffer.from('a') }] })
  const waiting = Array.from({ length: 5 }, () => post().catch((error: unknown) => error))
  for (const failure of await Promise.all(waiting)) expect(failure).toMatchObject({ name: 'RetryableError' })
  await expect(upload).rejects.toMatchObject({ name: 'AbortError' })
  stub.answer(`POST ${route}`, ok)
  expect(await post()).toEqual({ id: '7' })
  expect(posts()).toHaveLength(2)
})

test('a call with files may take longer', async () => {
  stub.answer(`POST ${route}`, ok)
  stub.delay(`POST ${route}`, 1.5 * timeoutMs)
  const files = [{ name: 'box.png', data: Buffer.from('picture'), contentType: 'image/png' }]
  expect(await rest.ask('post', 'post', { method: 'POST', route, body: {}, files })).toEqual({ id: '7' })
  await expect(post()).rejects.toMatchObject({ name: 'AbortError' })
})

test('nobody there: it certainly was not sent', async () => {
  await stub.close()
  await expect(post()).rejects.toMatchObject({ name: 'RetryableError' })
  stub = await startHttpStub()
})

describe('too much at once', () => {
  test('a short wait is waited out, once', async () => {
    stub.next(`POST ${route}`, tooMuch(0.02))
    expect(await post()).toEqual({ id: '7' })
    expect(posts()).toHaveLength(2)
  })

  test('turned away again and again, it is given back', async () => {
    stub.answer(`POST ${route}`, tooMuch(0.02))
    await expect(post()).rejects.toMatchObject({ name: 'RetryableError' })
    expect(posts()).toHaveLength(2)
  })

  test('a long wait is told, and not waited for', async () => {
    stub.next(`POST ${route}`, tooMuch(30))
    await expect(post()).rejects.toMatchObject({
      name: 'RetryableError',
      retryAfterMs: expect.toSatisfy((ms: number) => ms >= 30_000 && ms < 31_000) as number,
    })
    expect(posts()).toHaveLength(1)
  })

  test('for everything at once, no other call is made meanwhile', async () => {
    stub.next(`POST ${route}`, tooMuch(30, { 'x-ratelimit-global': 'true', 'x-ratelimit-scope': 'global' }))
    await expect(post()).rejects.toMatchObject({ name: 'RetryableError' })
    await expect(read()).rejects.toMatchObject({ name: 'RetryableError' })
    expect(stub.calls).toHaveLength(1)
  })

  test('for everything at once, answers to clicks are not meant', async () => {
    const answer = { method: 'POST', route: '/webhooks/1/proof', body: {}, auth: false } as const
    stub.answer(`POST ${answer.route}`, { status: 204 })
    stub.next(`POST ${route}`, tooMuch(30, { 'x-ratelimit-global': 'true', 'x-ratelimit-scope': 'global' }))
    await expect(post()).rejects.toMatchObject({ name: 'RetryableError' })
    await rest.ask('call', 'answer here', answer)
    await expect(read()).rejects.toMatchObject({ name: 'RetryableError' })
  })

  test('without a time it is not asked again at once', async () => {
    stub.answer(`POST ${route}`, { status: 429, body: 'blocked' })
    await expect(post()).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 60_000 })
    expect(posts()).toHaveLength(1)
  })

  test('what Discord says it takes is kept to without asking', async () => {
    const headers = {
      'x-ratelimit-limit': '1',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset-after': '20',
    }
    stub.next(`POST ${route}`, { status: 200, body: { id: '7' }, headers })
    await post()
    await expect(post()).rejects.toMatchObject({ name: 'RetryableError' })
    expect(posts()).toHaveLength(1)
  })
})

describe('a token that Discord refuses', () => {
  beforeEach(() => stub.answer(`POST ${route}`, unauthorized))

  test('is not shown to it again for a while, by any call', async () => {
    expect(rest.isRefused()).toBe(false)
    for (let again = 0; again < 5; again += 1)
      await expect(post()).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 60_000 })
    await expect(read()).rejects.toMatchObject({ name: 'RetryableError' })
    expect(stub.calls).toHaveLength(1)
    expect(rest.isRefused()).toBe(true)
    expect(JSON.stringify(logged)).toContain('DISCORD_TOKEN')
  })

  test('is tried again later', async () => {
    await post().catch(() => {})
    clock.advance(5 * 60_000 + 1)
    stub.answer(`POST ${route}`, ok)
    expect(await post()).toEqual({ id: '7' })
    expect(rest.isRefused()).toBe(false)
  })

  test('keeps no answer to a click back', async () => {
    await post().catch(() => {})
    stub.answer('POST /interactions/1/proof/callback', { status: 204 })
    const callback = { method: 'POST', route: '/interactions/1/proof/callback', body: {}, auth: false } as const
    await rest.ask('call', 'take this answer', callback)
  })

  test('is not meant where the proof of a click has expired', async () => {
    stub.answer('POST /webhooks/1/proof', { status: 401, body: { code: 50027, message: 'Invalid Webhook Token' } })
    const followUp = { method: 'POST', route: '/webhooks/1/proof', body: {}, auth: false } as const
    await expect(rest.ask('post', 'say this', followUp)).rejects.toMatchObject({ name: 'PermanentError' })
    expect(rest.isRefused()).toBe(false)
  })
})

describe('who the token belongs to', () => {
  const said = { id: '1', name: 'Deskbell', bot_public: true, verify_key: 'ff', interactions_endpoint_url: null }

  test('is asked once, by however many', async () => {
    stub.answer('GET /applications/@me', {
      status: 200,
      body: { ...said, bot: { id: '2', username: 'bell' }, interactions_endpoint_url: 'https://desk.example/x' },
    })
    const expected = {
      applicationId: '1',
      botUserId: '2',
      botName: 'bell',
      isPublic: true,
      verifyKey: 'ff',
      interactionsUrl: 'https://desk.example/x',
    }
    expect(await Promise.all([rest.identify(), rest.identify()])).toEqual([expected, expected])
    await rest.identify()
    expect(stub.calls).toHaveLength(1)
  })

  test('is asked in another way where the application does not say', async () => {
    stub.answer('GET /applications/@me', { status: 200, body: said })
    stub.answer('GET /users/@me', { status: 200, body: { id: '2', username: 'bell' } })
    expect(await rest.identify()).toMatchObject({ botUserId: '2', botName: 'bell', interactionsUrl: null })
  })

  test('is asked again when it could not be told', async () => {
    stub.next('GET /applications/@me', { status: 503 })
    stub.answer('GET /applications/@me', { status: 200, body: { ...said, bot: { id: '2', username: 'bell' } } })
    await expect(rest.identify()).rejects.toMatchObject({ name: 'RetryableError' })
    expect(await rest.identify()).toMatchObject({ applicationId: '1' })
  })
})

test('what failed carries neither the words nor a proof, wherever it is printed', async () => {
  const secret = '/webhooks/100000000000000001/secret-proof' as const
  for (const reply of [{ status: 500 }, { status: 400, body: { code: 50035, message: 'No' } }, tooMuch(9)]) {
    stub.answer(`POST ${secret}`, reply)
    const call = { method: 'POST', route: secret, body: { content: 'a customer’s words' }, auth: false } as const
    const error: unknown = await rest.ask('post', 'say this', call).catch((thrown: unknown) => thrown)
    for (const hidden of ['words', 'secret', token]) expect(inspect(error, { depth: 9 })).not.toContain(hidden)
  }
  expect(JSON.stringify(logged)).not.toContain('secret')
})
