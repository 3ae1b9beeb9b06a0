import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { Webhook } from 'standardwebhooks'
import type { Delivery, Inbound } from '../../src/channels/channel.ts'
import { CredentialsError, RetryableError } from '../../src/errors.ts'
import { createHttp, listen } from '../../src/http/server.ts'
import type { Deliver } from '../../src/interactions/intake.ts'
import { createLog } from '../../src/log.ts'
import { fakeChannel } from '../support/channel.ts'
import { openVisitor, runApp, type RunningApp } from '../support/running-app.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

let app: RunningApp
beforeAll(async () => {
  app = await runApp({ FORM_SECRETS: secret })
})
afterAll(() => app.close())

function signedPost(body: string, over: Record<string, string> = {}, at = new Date()) {
  const id = `msg_${crypto.randomUUID()}`
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
    ...over,
  }
  return fetch(`${app.url}/channels/form`, { method: 'POST', headers, body })
}
const submission = JSON.stringify({ name: 'Mia', email: 'mia@example.com', message: 'When do you open?' })
const errorOf = async (response: Response) => ((await response.json()) as { error: string }).error

describe('the HTTP server', () => {
  it('says that it is alive and ready, and counts in Prometheus text', async () => {
    expect(await (await fetch(`${app.url}/healthz`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${app.url}/readyz`)).json()).toEqual({
      isReady: true,
      parts: { database: 'ok', queue: 'ok', web: 'ok' },
    })
    const metrics = await (await fetch(`${app.url}/metrics`)).text()
    for (const name of [
      'deskbell_interactions_total',
      'deskbell_conversations{state="waiting"}',
      'deskbell_model_tokens_total',
      'deskbell_problems 0',
    ])
      expect(metrics).toContain(name)
  })

  it('takes a signed submission', async () => {
    expect((await signedPost(submission)).status).toBe(200)
  })

  it('refuses malformed JSON with a clear error', async () => {
    const response = await signedPost('{"email": ')
    expect(response.status).toBe(400)
    expect(await errorOf(response)).toMatch(/JSON/)
  })

  it('refuses a wrong signature and a replayed timestamp with 401', async () => {
    const forged = await signedPost(submission, { 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` })
    expect(forged.status).toBe(401)
    expect(await errorOf(forged)).toMatch(/signature/i)
    const replayed = await signedPost(submission, {}, new Date(Date.now() - 12 * 60_000))
    expect(replayed.status).toBe(401)
    expect(await errorOf(replayed)).toMatch(/12 minutes old/)
  })

  it('refuses a body of 10 MB with 413 and says how much it takes', async () => {
    const response = await signedPost(JSON.stringify({ email: 'a@b.example', message: 'x'.repeat(10_000_000) }))
    expect(response.status).toBe(413)
    expect(await errorOf(response)).toContain('1024 kB')
  })

  it('refuses a forged visitor with 401, and an unknown path with 404', async () => {
    const { visitor } = await openVisitor(app.url)
    const response = await fetch(`${app.url}/channels/live-chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ visitor, token: 'forged', id: crypto.randomUUID(), text: 'Hello' }),
    })
    expect(response.status).toBe(401)
    const unknown = await fetch(`${app.url}/nowhere`)
    expect([unknown.status, await errorOf(unknown)]).toEqual([404, 'There is nothing at /nowhere'])
    expect((await fetch(`${app.url}/channels/fax`, { method: 'POST' })).status).toBe(404)
  })

  it('records one line once, however often it comes', async () => {
    const visitor = await openVisitor(app.url)
    const id = crypto.randomUUID()
    const responses = await Promise.all(Array.from({ length: 10 }, () => visitor.write('Is anybody there?', id)))
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
    const text = await (await fetch(`${app.url}/metrics`)).text()
    expect(text).toContain('deskbell_interactions_total{channel="live-chat",outcome="recorded"} 1')
    expect(text).toContain('deskbell_interactions_total{channel="live-chat",outcome="duplicate"} 9')
  })
})

const incoming = { socket: { remoteAddress: '192.0.2.1' } }
function httpWith(
  receive: NonNullable<Inbound['receive']>,
  deliver: Deliver = () => Promise.reject(new Error('nothing was received')),
) {
  const channel = fakeChannel('reviews', { inbound: { receive } })
  return createHttp(
    { log: createLog('silent'), channels: new Map([['reviews', channel]]), workspaces: new Map() },
    {
      deliver,
      readiness: async () => ({ isReady: true, parts: {} }),
      metricsText: async () => '',
      trustsProxy: false,
      roles: { intake: true, workspace: false },
    },
  )
}

it('a webhook that brings anything is committed, and one that brings nothing costs no commit', async () => {
  const at = new Date()
  const about = { account: '1', externalId: 'a', at }
  const full: Partial<Delivery>[] = [
    { removals: [about] },
    { answers: [{ ...about, text: 'Sorry' }] },
    { receipts: [{ externalId: 'a', state: 'read', at }] },
    { cursor: { key: 'a', value: 1 } },
  ]
  const committed: Delivery[] = []
  for (const brought of [{ removals: [], receipts: [] }, ...full]) {
    const http = httpWith(
      async () => ({ delivery: { interactions: [], ...brought } }),
      async (_, delivery) => {
        committed.push(delivery)
        return { interactions: [] }
      },
    )
    await http.request('/channels/reviews', { method: 'POST' }, { incoming } as never)
  }
  expect(committed).toEqual(full.map((brought) => ({ interactions: [], ...brought })))
})

describe('a webhook that must fetch what it announces', () => {
  it.each([
    new CredentialsError('The token expired', { action: 'Make a new one' }),
    new RetryableError('The API can not be reached'),
  ])('is asked to come again while it can not: $name', async (error) => {
    const http = httpWith(() => Promise.reject(error))
    const response = await http.request('/channels/reviews', { method: 'POST' }, { incoming } as never)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '60'])
  })
})

describe('behind a trusted proxy', () => {
  it.each(['203.0.113.7:{port}', '[2001:db8::7]:{port}'])(
    'a visitor is told by the address, not by the port: %s',
    async (address) => {
      const proxied = await runApp({ TRUST_PROXY: 'on' })
      const enrol = (port: number) =>
        fetch(`${proxied.url}/channels/live-chat/visitors`, {
          method: 'POST',
          headers: { 'x-forwarded-for': `198.51.100.1, ${address.replace('{port}', String(port))}` },
          body: '{}',
        })
      const answers = await Promise.all(Array.from({ length: 61 }, (_, at) => enrol(40_000 + at)))
      expect(answers.some(({ status }) => status === 429)).toBe(true)
      await proxied.close()
    },
  )
})

describe('a request that breaks off', () => {
  it('is not taken for an outage of the database', async () => {
    const logged = vi.spyOn(app.ctx.log, 'warn')
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1')
    const head = 'POST /channels/live-chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n'
    const over = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => {}).resume()
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\nZZZ\r\n`)
    await over
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
    expect(logged).not.toHaveBeenCalled()
  })
})

describe('stopping', () => {
  it('answers what was asked and cuts streams, without waiting for them', async () => {
    const routes = new Hono<{ Bindings: HttpBindings }>()
    let answer = (): void => {}
    let hasAsked = (): void => {}
    const asked = new Promise<void>((resolve) => void (hasAsked = resolve))
    routes.get('/slow', async (c) => {
      hasAsked()
      await new Promise<void>((resolve) => void (answer = resolve))
      return c.text('done')
    })
    routes.get(
      '/stream',
      () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('first')) })),
    )
    const server = await listen(routes, '127.0.0.1', 0)
    const stream = (await fetch(`http://127.0.0.1:${server.port}/stream`)).body?.getReader()
    await stream?.read()
    const slow = fetch(`http://127.0.0.1:${server.port}/slow`)
    await asked
    const stopped = server.stop()
    answer()
    expect(await (await slow).text()).toBe('done')
    await stopped
    await expect(stream?.read()).rejects.toThrow()
  })
})
