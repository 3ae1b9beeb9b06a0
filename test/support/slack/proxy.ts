import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fail, readAll } from '../faults.ts'

/** What goes wrong with a call. `before`: Slack never heard of it. `after`: it did it, and we don't get to know. */
export type Fault =
  | { kind: 'pass' }
  | { kind: 'refused'; error: string; needed?: string }
  | { kind: 'answered'; body: object }
  | { kind: 'rate-limited'; seconds: number }
  | { kind: 'status'; when: 'before' | 'after'; status: number }
  | { kind: 'reset'; when: 'before' | 'after' }
  | { kind: 'slow'; when: 'before' | 'after'; ms: number }

export interface Call {
  /** `chat.postMessage`; for anything else the path. */
  method: string
  token: string | null
  /** As the app meant them: JSON within the form is read. */
  args: Record<string, unknown>
  /** Null while it is under way, and when nothing came of it. */
  answer: Record<string, unknown> | null
}

export interface Answer {
  body: object
  headers?: Record<string, string>
}
type Answering = object | ((call: Call) => Answer | null)

export interface Proxy {
  server: Server
  /** `http://127.0.0.1:…` */
  url: string
  apiUrl: string
  calls: Call[]
  callsOf(method: string): Call[]
  /** What happens to the next calls of a method, one each. */
  fault(method: string, ...faults: Fault[]): void
  /** Answers a method from now on: with this body, or what the function makes; null passes it on. */
  answer(method: string, with_: Answering): void
  /** Where everything else goes. */
  forwardTo(url: string): void
  close(): Promise<void>
}

/** Stands in front of Slack's peer: makes faults, answers what the peer doesn't know, and writes down every call. */
export async function startProxy(): Promise<Proxy> {
  const faults = new Map<string, Fault[]>()
  const answers = new Map<string, Answering>()
  const calls: Call[] = []
  let target = ''

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const content = await readAll(request)
    const call = callOf(request, content)
    calls.push(call)
    const fault = faults.get(call.method)?.shift() ?? { kind: 'pass' }
    if ('when' in fault && fault.when === 'before') {
      if (fault.kind === 'slow') await sleep(fault.ms)
      else return fail(fault, response)
    }
    if (fault.kind === 'rate-limited') {
      response.writeHead(429, { 'retry-after': String(fault.seconds), 'content-type': 'application/json' })
      return void response.end('{"ok":false,"error":"ratelimited"}')
    }
    if (fault.kind === 'refused' || fault.kind === 'answered') {
      const said = fault.kind === 'answered' ? fault.body : { ok: false, error: fault.error, needed: fault.needed }
      call.answer = { ...said }
      response.writeHead(200, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify(said))
    }
    const answered = await answer(call, request, content)
    if ('when' in fault && fault.when === 'after') {
      if (fault.kind === 'slow') await sleep(fault.ms)
      else return fail(fault, response)
    }
    response.writeHead(answered.status, answered.headers)
    response.end(answered.content)
  }

  function own(call: Call): Answer | null {
    const answering = answers.get(call.method)
    if (answering === undefined) return null
    return typeof answering === 'function' ? (answering as (call: Call) => Answer | null)(call) : { body: answering }
  }

  async function answer(call: Call, request: IncomingMessage, content: Buffer): Promise<Answered> {
    const made = own(call)
    if (made) {
      call.answer = { ...made.body }
      const headers = { 'content-type': 'application/json', ...made.headers }
      return { status: 200, headers, content: Buffer.from(JSON.stringify(made.body)) }
    }
    const headers = new Headers()
    for (const name of ['authorization', 'content-type', 'cookie']) {
      const value = request.headers[name]
      if (typeof value === 'string') headers.set(name, value)
    }
    const passed = await fetch(`${target}${request.url ?? '/'}`, {
      method: request.method ?? 'GET',
      headers,
      redirect: 'manual',
      ...(content.length > 0 ? { body: new Uint8Array(content) } : {}),
    })
    const body = Buffer.from(await passed.arrayBuffer())
    if (passed.headers.get('content-type')?.includes('json'))
      call.answer = JSON.parse(body.toString()) as Record<string, unknown>
    const kept = ['content-type', 'location', 'set-cookie', 'retry-after'].flatMap((name) => {
      const value = passed.headers.get(name)
      return value === null ? [] : [[name, value]]
    })
    return { status: passed.status, headers: Object.fromEntries(kept) as Record<string, string>, content: body }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(502)
      response.end(String(error))
    })
  })
  // Those that became web sockets are the server's no more, and it would wait for them.
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    server,
    url,
    apiUrl: `${url}/api/`,
    calls,
    callsOf: (method) => calls.filter((call) => call.method === method),
    fault: (method, ...next) => void faults.set(method, [...(faults.get(method) ?? []), ...next]),
    answer: (method, with_) => void answers.set(method, with_),
    forwardTo: (to) => void (target = to),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

interface Answered {
  status: number
  headers: Record<string, string>
  content: Buffer
}

function callOf(request: IncomingMessage, content: Buffer): Call {
  const { pathname } = new URL(request.url ?? '/', 'http://peer')
  return {
    method: pathname.startsWith('/api/') ? pathname.slice('/api/'.length) : pathname,
    token: request.headers.authorization?.replace(/^Bearer /, '') ?? null,
    args: argsOf(request.headers['content-type'] ?? '', content.toString()),
    answer: null,
  }
}

function argsOf(contentType: string, content: string): Record<string, unknown> {
  if (contentType.includes('json')) return parse(content) as Record<string, unknown>
  if (!contentType.includes('urlencoded')) return {}
  const fields = [...new URLSearchParams(content)]
  return Object.fromEntries(fields.map(([name, value]) => [name, /^[[{]/.test(value) ? parse(value) : value]))
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
