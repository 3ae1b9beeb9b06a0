import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fail, readAll } from '../faults.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What goes wrong with a call. `before`: Discord never heard of it. `after`: it did it, and we don't get to know. */
export type Fault =
  | { kind: 'pass' }
  | { kind: 'refused'; status: number; code: number; message?: string }
  | { kind: 'rate-limited'; seconds: number; scope?: 'user' | 'shared' | 'global' }
  | { kind: 'status'; when: 'before' | 'after'; status: number }
  | { kind: 'reset'; when: 'before' | 'after' }
  | { kind: 'slow'; when: 'before' | 'after'; ms: number }

export interface SentFile {
  name: string
  mediaType: string
  content: Buffer
}

export interface Call {
  method: string
  /** Without `/api/v10`: `/channels/1/messages`. */
  path: string
  query: URLSearchParams
  /** The authorization header. */
  authorization: string | null
  /** As JSON; of a form, its `payload_json`. Null: none. */
  body: unknown
  files: SentFile[]
  /** Null while it is under way, and when nothing came of it. */
  status: number | null
  answer: unknown
}

/** `body`: JSON; a Buffer goes out as it is. */
export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** Null passes it on. `ids`: what the parentheses in the path's pattern caught. */
export type Answering = (call: Call, ids: string[]) => Promise<Answer | null> | Answer | null

export interface Proxy {
  /** `http://127.0.0.1:…` */
  url: string
  apiUrl: string
  calls: Call[]
  callsOf(method: Method, path: RegExp): Call[]
  /** What happens to the next calls, one each. */
  fault(method: Method, path: RegExp, ...faults: Fault[]): void
  /** Answers calls from now on; the latest is asked first. */
  answer(method: Method | 'any', path: RegExp, answering: Answering): void
  /** Where everything else goes. */
  forwardTo(url: string): void
  /** Passes a call on. */
  forward(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>
  close(): Promise<void>
}

export function refusal(status: number, code: number, message: string): Answer {
  return { status, body: { message, code } }
}

/** How Discord refuses a body: https://docs.discord.com/developers/reference#error-messages */
export function invalid(problems: string[]): Answer {
  const errors = { _errors: problems.map((message) => ({ code: 'BASE_TYPE_INVALID', message })) }
  return { status: 400, body: { message: 'Invalid Form Body', code: 50035, errors } }
}

/** Stands in front of Discord's peer: makes faults, answers what the peer doesn't know, and writes down every call. */
export async function startProxy(): Promise<Proxy> {
  const faults: { method: Method; path: RegExp; next: Fault[] }[] = []
  const answers: { method: Method | 'any'; path: RegExp; answering: Answering }[] = []
  const calls: Call[] = []
  let target = ''

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await callOf(request)
    calls.push(call)
    const fault = faults.find(
      ({ method, path, next }) => method === call.method && path.test(call.path) && next.length > 0,
    )
    const now = fault?.next.shift() ?? { kind: 'pass' }
    if ('when' in now && now.when === 'before') {
      if (now.kind === 'slow') await sleep(now.ms)
      else return fail(now, response)
    }
    const answer = faultyAnswer(now) ?? (await answerTo(call))
    call.status = answer.status
    call.answer = Buffer.isBuffer(answer.body) ? null : (answer.body ?? null)
    if ('when' in now && now.when === 'after') {
      if (now.kind === 'slow') await sleep(now.ms)
      else return fail(now, response)
    }
    const isJson = answer.body !== undefined && !Buffer.isBuffer(answer.body)
    response.writeHead(answer.status, {
      via: '1.1 google',
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...answer.headers,
    })
    response.end(isJson ? JSON.stringify(answer.body) : answer.body)
  }

  async function answerTo(call: Call): Promise<Answer> {
    for (const { method, path, answering } of answers.toReversed()) {
      const found = method === 'any' || method === call.method ? path.exec(call.path) : null
      const answer = found ? await answering(call, found.slice(1)) : null
      if (answer) return answer
    }
    const query = call.query.size > 0 ? `?${call.query}` : ''
    return forward(call.method, call.path + query, call.body ?? undefined)
  }

  async function forward(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const passed = await fetch(`${target}/api/v10${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await passed.text()
    const isJson = passed.headers.get('content-type')?.includes('json') ?? false
    return { status: passed.status, body: isJson ? (JSON.parse(text) as unknown) : undefined }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(502)
      response.end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    apiUrl: `${url}/api`,
    calls,
    callsOf: (method, path) => calls.filter((call) => call.method === method && path.test(call.path)),
    fault: (method, path, ...next) => void faults.push({ method, path, next }),
    answer: (method, path, answering) => void answers.push({ method, path, answering }),
    forwardTo: (to) => void (target = to),
    forward,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** https://docs.discord.com/developers/topics/rate-limits */
function faultyAnswer(fault: Fault): Answer | null {
  if (fault.kind === 'refused') return refusal(fault.status, fault.code, fault.message ?? 'Refused')
  if (fault.kind !== 'rate-limited') return null
  const { seconds, scope = 'user' } = fault
  return {
    status: 429,
    body: { message: 'You are being rate limited.', retry_after: seconds, global: scope === 'global' },
    headers: {
      'retry-after': String(Math.ceil(seconds)),
      'x-ratelimit-scope': scope,
      ...(scope === 'global'
        ? { 'x-ratelimit-global': 'true' }
        : {
            'x-ratelimit-bucket': 'abcd1234',
            'x-ratelimit-limit': '5',
            'x-ratelimit-remaining': '0',
            'x-ratelimit-reset': String(Date.now() / 1000 + seconds),
            'x-ratelimit-reset-after': String(seconds),
          }),
    },
  }
}

async function callOf(request: IncomingMessage): Promise<Call> {
  const content = await readAll(request)
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://peer')
  const contentType = request.headers['content-type'] ?? ''
  const { body, files } = contentType.startsWith('multipart/')
    ? await takeApart(content, contentType)
    : { body: content.length > 0 ? (JSON.parse(content.toString()) as unknown) : null, files: [] }
  return {
    method: request.method ?? 'GET',
    path: decodeURIComponent(pathname.replace(/^\/api\/v10(?=\/)/, '')),
    query: searchParams,
    authorization: request.headers.authorization ?? null,
    body,
    files,
    status: null,
    answer: null,
  }
}

/** https://docs.discord.com/developers/reference#uploading-files */
async function takeApart(content: Buffer, contentType: string): Promise<{ body: unknown; files: SentFile[] }> {
  const form = await new Response(new Uint8Array(content), { headers: { 'content-type': contentType } }).formData()
  const json = form.get('payload_json')
  const files: SentFile[] = []
  for (const [field, part] of form) {
    if (typeof part === 'string') continue
    const index = Number(/^files\[(\d+)\]$/.exec(field)?.[1] ?? files.length)
    files[index] = { name: part.name, mediaType: part.type, content: Buffer.from(await part.arrayBuffer()) }
  }
  return { body: typeof json === 'string' ? (JSON.parse(json) as unknown) : null, files: files.filter(Boolean) }
}
