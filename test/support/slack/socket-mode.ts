import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { acceptSocket, type ServerSocket } from './web-socket.ts'

export type EnvelopeType = 'interactive' | 'slash_commands' | 'events_api'

export interface Ack {
  envelopeId: string
  /** What the app answered with: errors of a modal, the text of a command. */
  payload: unknown
}

export interface SocketMode {
  /** Open connections, the oldest first. */
  connections: readonly ServerSocket[]
  /** How many there have been. */
  opened: number
  acks: Ack[]
  /** Until there are so many connections. */
  connected(count: number): Promise<void>
  /** Sends to one connection, as Slack does, and waits for the answer. Null: there was none within `ms`. */
  send(type: EnvelopeType, payload: object, options?: SendOptions): Promise<Ack | null>
  /** Asks a connection to come anew, as Slack does about hourly. */
  refresh(index?: number): void
  /** Ends a connection for another reason. */
  end(reason: string, index?: number): void
  /** New connections get no hello. */
  isMute: boolean
}

export interface SendOptions {
  /** Which connection; otherwise one after another. */
  index?: number
  /** For a duplicate. */
  envelopeId?: string
  ms?: number
}

/** What `apps.connections.open` leads to: https://docs.slack.dev/apis/events-api/using-socket-mode */
export function serveSocketMode(server: Server): SocketMode {
  const connections: ServerSocket[] = []
  const waiting = new Map<string, (ack: Ack) => void>()
  const changed = new Set<() => void>()
  let sent = 0
  const stub: SocketMode = {
    connections,
    opened: 0,
    acks: [],
    isMute: false,
    async connected(count) {
      while (connections.length !== count) await new Promise<void>((resolve) => changed.add(resolve))
    },
    async send(type, payload, { index, envelopeId = `envelope-${(sent += 1)}`, ms = 2000 } = {}) {
      const connection = connections[index ?? sent % Math.max(connections.length, 1)]
      if (!connection) throw new Error('nobody is connected')
      const answer = new Promise<Ack | null>((resolve) => {
        const timer = setTimeout(() => resolve(null), ms)
        waiting.set(envelopeId, (ack) => {
          clearTimeout(timer)
          resolve(ack)
        })
      })
      connection.send(
        JSON.stringify({ envelope_id: envelopeId, type, payload, accepts_response_payload: type !== 'events_api' }),
      )
      return answer
    },
    refresh: (index) => stub.end('refresh_requested', index),
    end(reason, index = 0) {
      connections[index]?.send(JSON.stringify({ type: 'disconnect', reason }))
    },
  }
  const tell = () => {
    for (const resolve of changed) resolve()
    changed.clear()
  }
  server.on('upgrade', (request: IncomingMessage, stream: Duplex) => {
    stub.opened += 1
    const connection = acceptSocket(request, stream, {
      onText(said) {
        const { envelope_id, payload } = JSON.parse(said) as { envelope_id: string; payload: unknown }
        const ack = { envelopeId: envelope_id, payload }
        stub.acks.push(ack)
        waiting.get(envelope_id)?.(ack)
      },
      onEnd() {
        const at = connections.indexOf(connection)
        if (at >= 0) connections.splice(at, 1)
        tell()
      },
    })
    if (stub.isMute) return
    connection.send(JSON.stringify({ type: 'hello', num_connections: connections.length + 1 }))
    connections.push(connection)
    tell()
  })
  return stub
}
