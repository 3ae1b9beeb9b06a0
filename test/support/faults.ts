import type { IncomingMessage, ServerResponse } from 'node:http'

/** Answers as a server in trouble does: with a status and a page, or not at all. */
export function fail(fault: { kind: 'status'; status: number } | { kind: 'reset' }, response: ServerResponse): void {
  if (fault.kind === 'status') {
    response.writeHead(fault.status, { 'content-type': 'text/html' })
    response.end('<h1>Something went wrong</h1>')
  } else {
    response.socket?.resetAndDestroy()
  }
}

export async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
