import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fail, readAll } from '../../support/faults.ts'
import type { Fault } from './harness.ts'

export interface JsonCall {
  method: string
  path: string
  headers: IncomingMessage['headers']
  /** Undefined where there is none. */
  body: unknown
}

export interface JsonPeer {
  url: string
  calls: JsonCall[]
  /** From now on: null is for all being well. */
  fault(fault: Fault | null): void
  close(): Promise<void>
}

/** What it says with `rate-limited`. */
export const retryAfterMs = 7000

/**
 * A provider with a JSON API on this machine: `answer` says what it makes of a call, [status, body]. Faults are those of any
 * provider; but for `unauthorised`, only calls that change something meet them.
 */
export async function startJsonPeer(answer: (call: JsonCall) => [status: number, body: unknown]): Promise<JsonPeer> {
  const calls: JsonCall[] = []
  let fault: Fault | null = null

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const content = (await readAll(request)).toString()
    const { method = 'GET', url: path = '/', headers } = request
    const call = { method, path, headers, body: content === '' ? undefined : (JSON.parse(content) as unknown) }
    calls.push(call)
    const met = method === 'GET' && fault !== 'unauthorised' ? null : fault
    const say = (status: number, body: unknown, more = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...more })
      response.end(JSON.stringify(body))
    }
    if (met === 'unauthorised') say(401, { error: 'Who are you?' })
    else if (met === 'forbidden') say(403, { error: 'You may not' })
    else if (met === 'rate-limited') say(429, { error: 'Too fast' }, { 'retry-after': String(retryAfterMs / 1000) })
    else if (met === 'server-error') fail({ kind: 'status', status: 500 }, response)
    else if (met === 'reset-before') fail({ kind: 'reset' }, response)
    else if (met !== 'silence') {
      const [status, body] = answer(call)
      if (met === 'reset-after') fail({ kind: 'reset' }, response)
      else say(status, body)
    }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => fail({ kind: 'status', status: 502 }, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    fault: (next) => void (fault = next),
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
