import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callJson, fetchFile, retryAfterMs, type JsonCall } from '../../../src/channels/kit/http.ts'
import { RetryableError } from '../../../src/errors.ts'
import { readAll } from '../../support/faults.ts'

let server: Server
let url: string
let handle: (request: IncomingMessage, response: ServerResponse, body: string) => void
const seen: { method: string | undefined; headers: IncomingMessage['headers']; body: string }[] = []

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = (await readAll(request)).toString()
    seen.push({ method: request.method, headers: request.headers, body })
    handle(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/path?key=secret`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

const never = new AbortController().signal
const call = (over: Partial<JsonCall> = {}) => callJson({ url, method: 'POST', timeoutMs: 5000, ...over }, never)
const answer = (status: number, body: string, headers = {}) => {
  handle = (_, response) => void response.writeHead(status, headers).end(body)
}
const failure = (calling: Promise<unknown>) =>
  calling.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error : new Error('no error')),
  )

describe('a call', () => {
  it('sends JSON or a form, and brings back whatever is answered', async () => {
    answer(418, '{"is":"teapot"}', { 'x-kind': 'tea' })
    const { status, headers, json } = await call({ body: { a: 1 }, headers: { authorization: 'Bearer t' } })
    expect([status, headers.get('x-kind'), json]).toEqual([418, 'tea', { is: 'teapot' }])
    expect(seen.at(-1)).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer t', connection: 'close' },
      body: '{"a":1}',
    })
    await call({ body: new URLSearchParams({ grant: 'a b' }) })
    expect(seen.at(-1)).toMatchObject({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant=a+b',
    })
    await call({ method: 'GET' })
    expect(seen.at(-1)?.headers).not.toHaveProperty('content-type')
  })

  it('answered without JSON has none', async () => {
    answer(502, '<h1>Bad gateway</h1>')
    expect(await call()).toMatchObject({ status: 502, json: undefined })
  })

  it('follows no redirect', async () => {
    answer(302, '', { location: 'https://evil.example/' })
    expect((await call()).status).toBe(302)
  })

  it('that broke after it left is of unknown outcome, unless it changes nothing', async () => {
    handle = (_, response) => void response.socket?.resetAndDestroy()
    const error = await failure(call())
    expect(error).not.toBeInstanceOf(RetryableError)
    expect(error?.message).toMatch(/^The connection to 127\.0\.0\.1:\d+ broke: /)
    expect(error?.message).not.toContain('secret')
    expect(await failure(call({ method: 'GET' }))).toBeInstanceOf(RetryableError)
  })

  it('that broke within the answer is of unknown outcome too', async () => {
    handle = (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"half":', () => response.socket?.resetAndDestroy())
    }
    expect(await failure(call())).not.toBeInstanceOf(RetryableError)
  })

  it('that takes too long is of unknown outcome', async () => {
    handle = () => {}
    const error = await failure(call({ timeoutMs: 100 }))
    expect(error).not.toBeInstanceOf(RetryableError)
    expect(error?.message).toContain('did not answer within')
    const stopped = callJson({ url, method: 'POST', timeoutMs: 5000 }, AbortSignal.timeout(50))
    expect(await failure(stopped)).not.toBeInstanceOf(RetryableError)
  })

  it('that never left may be made again', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise((resolve) => gone.close(resolve))
    const urls = [`http://127.0.0.1:${port}/`, 'http://deskbell.invalid/', url.replace('http:', 'https:')]
    for (const one of urls) expect(await failure(call({ url: one })), one).toBeInstanceOf(RetryableError)
  })
})

describe('a file', () => {
  const fetchIt = (maxBytes: number) => fetchFile({ url, timeoutMs: 5000, maxBytes }, never)

  it('is fetched whole, or not at all', async () => {
    answer(200, 'x'.repeat(1000), { 'content-type': 'image/png' })
    expect((await fetchIt(1000)).content.byteLength).toBe(1000)
    await expect(fetchIt(999)).rejects.toMatchObject({ name: 'PermanentError' })
    answer(404, 'not here')
    expect(await fetchIt(1000)).toMatchObject({ status: 404, content: new Uint8Array() })
  })

  it('that could not be fetched may be fetched again', async () => {
    handle = (_, response) => void response.socket?.resetAndDestroy()
    expect(await failure(fetchIt(1000))).toBeInstanceOf(RetryableError)
  })
})

it.each([
  ['7', 7000],
  [' 0 ', 0],
  ['Mon, 02 Mar 2026 09:00:30 GMT', 30_000],
  ['Mon, 02 Mar 2026 08:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
])('Retry-After: %s', (said, ms) => {
  expect(retryAfterMs(new Headers({ 'retry-after': said }), new Date('2026-03-02T09:00:00Z'))).toBe(ms)
})
