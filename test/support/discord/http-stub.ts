import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'

export interface HttpCall {
  method: string
  /** Below `/v10`, without the query. */
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  /** As text, also where it is no JSON. */
  text: string
  /** Undefined where it is no JSON. */
  body: unknown
}

/** What becomes of a call. `reset`: the line is cut; `hang`: the headers come, and the body never. */
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | 'reset' | 'hang'

/** Answers calls to Discord as it is told to, and writes them down. */
export interface HttpStub {
  server: Server
  /** `127.0.0.1:…` */
  host: string
  /** For DISCORD_API_URL. */
  apiUrl: string
  calls: HttpCall[]
  /** `GET /users/@me`. */
  callsOf(route: string): HttpCall[]
  /** From now on. */
  answer(route: string, reply: Reply | ((call: HttpCall) => Reply)): void
  /** The next calls, one each, before what `answer` says. */
  next(route: string, ...replies: Reply[]): void
  /** From now on, it takes so long. */
  delay(route: string, ms: number): void
  close(): Promise<void>
}

const notFound: Reply = { status: 404, body: { code: 0, message: '404: Not Found' } }

export async function startHttpStub(): Promise<HttpStub> {
  const answers = new Map<string, (call: HttpCall) => Reply>()
  const queued = new Map<string, Reply[]>()
  const delays = new Map<string, number>()
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request)
    stub.calls.push(call)
    const route = `${call.method} ${call.path}`
    const delayMs = delays.get(route)
    if (delayMs !== undefined) await setTimeout(delayMs)
    const reply = queued.get(route)?.shift() ?? answers.get(route)?.(call) ?? notFound
    if (reply === 'reset') return void request.socket.destroy()
    if (reply === 'hang') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{')
      return
    }
    const isJson = typeof reply.body === 'object'
    response.writeHead(reply.status, { ...(isJson ? { 'content-type': 'application/json' } : {}), ...reply.headers })
    response.end(isJson ? JSON.stringify(reply.body) : reply.body)
  }

  const stub: HttpStub = {
    server,
    host,
    apiUrl: `http://${host}/api`,
    calls: [],
    callsOf: (route) => stub.calls.filter(({ method, path }) => `${method} ${path}` === route),
    answer: (route, reply) => void answers.set(route, typeof reply === 'function' ? reply : () => reply),
    next: (route, ...replies) => void queued.set(route, [...(queued.get(route) ?? []), ...replies]),
    delay: (route, ms) => void delays.set(route, ms),
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return stub
}

async function readCall(request: IncomingMessage): Promise<HttpCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  return {
    method: request.method ?? '',
    path: url.pathname.replace(/^\/api\/v10/, ''),
    query: url.searchParams,
    headers: request.headers,
    text,
    body: readJson(text),
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
