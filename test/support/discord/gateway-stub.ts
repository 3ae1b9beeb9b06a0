import { GatewayOpcodes, InteractionType, type APIInteraction, type APIInteractionResponse } from 'discord.js'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { acceptSocket, type ServerSocket } from '../slack/web-socket.ts'
import { startHttpStub, type HttpCall, type HttpStub, type Reply } from './http-stub.ts'

/** What the client said first on a connection. */
export interface Hello {
  kind: 'identify' | 'resume'
  intents: number | null
  /** Up to where a resumed session has heard everything. */
  seq: number | null
}

/** A gateway on this machine, and the calls that belong to it: what no other peer can do, as resuming. */
export interface GatewayStub extends HttpStub {
  /** How often somebody asked for the gateway's address. */
  asked: number
  hellos: Hello[]
  heartbeats: number
  /** Connections that are through with their first words, the oldest first. */
  connections: readonly ServerSocket[]
  /** Answers to interactions, as they came. */
  answers: { id: string; token: string; response: APIInteractionResponse }[]
  /** Until there are so many connections. */
  connected(count: number): Promise<void>
  /** Somebody presses a button: tells every session, connected or not. Returns the interaction. */
  press(customId: string): APIInteraction
  /** Tells every session an event. */
  tell(event: string, data: object): void
  /** Asks a connection to come anew (op 7). */
  reconnect(): void
  /** Forgets every session (op 9). */
  invalidate(): void
  /** The next answer meets this: `lost` is done, and nobody hears of it. */
  fault: 'lost' | 'unavailable' | 'too-late' | 'answered-before' | null
  /** No address is given, and no connection accepted. */
  isDown: boolean
  /** New connections get no first word. */
  isMute: boolean
  /** Heartbeats get no answer. */
  isDeaf: boolean
  /** Connections are neither accepted nor refused. */
  isHanging: boolean
  /** Those. */
  hanging: readonly Duplex[]
}

interface Session {
  id: string
  /** All that was told, for those who come again. */
  events: { t: string; s: number; d: object }[]
  socket: ServerSocket | null
}

export const stubToken = 'MTAwMDAwMDAwMDAwMDAwMDAx.Gabcde.stub-token-0123456789-abcdef'
export const stubGuild = '100000000000000009'
const heartbeatMs = 200

/** Another token than `stubToken` is refused: where the address is asked for, or with `refusesLate` only on the line. */
export async function startGatewayStub({ refusesLate = false } = {}): Promise<GatewayStub> {
  const sessions = new Map<string, Session>()
  const connections: ServerSocket[] = []
  const sockets = new Set<ServerSocket>()
  const hanging: Duplex[] = []
  const changed = new Set<() => void>()
  let made = 0
  const tellChanged = () => {
    for (const resolve of changed) resolve()
    changed.clear()
  }
  const http = await startHttpStub()
  const lineUrl = `ws://${http.host}`

  http.answer('GET /gateway/bot', ({ headers }) => {
    stub.asked += 1
    if (stub.isDown) return 'reset'
    if (headers.authorization !== `Bot ${stubToken}` && !refusesLate)
      return { status: 401, body: { code: 0, message: '401: Unauthorized' } }
    const limit = { total: 1000, remaining: 1000, reset_after: 1000, max_concurrency: 1 }
    return { status: 200, body: { url: lineUrl, shards: 1, session_start_limit: limit } }
  })

  function takeAnswer({ body }: HttpCall, { id, token }: APIInteraction): Reply {
    const { fault } = stub
    stub.fault = null
    if (fault === 'unavailable') return { status: 503 }
    if (fault === 'too-late') return { status: 404, body: { code: 10062, message: 'Unknown interaction' } }
    if (fault === 'answered-before' || stub.answers.some((answer) => answer.id === id))
      return { status: 400, body: { code: 40060, message: 'Interaction has already been acknowledged.' } }
    stub.answers.push({ id, token, response: body as APIInteractionResponse })
    return fault === 'lost' ? 'reset' : { status: 204 }
  }

  http.server.on('upgrade', (request: IncomingMessage, stream: Duplex) => {
    if (stub.isDown) return void stream.destroy()
    if (stub.isHanging) return void hanging.push(stream)
    let session: Session | null = null
    const send = (op: number, d: unknown, more: object = {}) => socket.send(JSON.stringify({ op, d, ...more }))
    const socket = acceptSocket(request, stream, {
      onText(said) {
        const { op, d } = JSON.parse(said) as { op: number; d: Record<string, unknown> | null }
        if (op === Number(GatewayOpcodes.Heartbeat)) {
          stub.heartbeats += 1
          if (stub.isDeaf) return
          return send(GatewayOpcodes.HeartbeatAck, null)
        }
        if (op !== Number(GatewayOpcodes.Identify) && op !== Number(GatewayOpcodes.Resume)) return
        const isResume = op === Number(GatewayOpcodes.Resume)
        const seq = isResume ? Number(d?.['seq']) : null
        stub.hellos.push({
          kind: isResume ? 'resume' : 'identify',
          intents: isResume ? null : Number(d?.['intents']),
          seq,
        })
        if (d?.['token'] !== stubToken) return socket.close(4004)
        session = isResume ? (sessions.get(String(d['session_id'])) ?? null) : newSession()
        if (!session) return send(GatewayOpcodes.InvalidSession, false)
        session.socket = socket
        for (const event of session.events) if (event.s > (seq ?? 0)) send(GatewayOpcodes.Dispatch, event.d, event)
        if (isResume) tellOne(session, 'RESUMED', {})
        connections.push(socket)
        tellChanged()
      },
      onEnd() {
        sockets.delete(socket)
        if (session?.socket === socket) session.socket = null
        const at = connections.indexOf(socket)
        if (at >= 0) connections.splice(at, 1)
        tellChanged()
      },
    })
    sockets.add(socket)
    if (!stub.isMute) send(GatewayOpcodes.Hello, { heartbeat_interval: heartbeatMs })
  })

  function newSession(): Session {
    const session: Session = { id: `session-${(made += 1)}`, events: [], socket: null }
    sessions.set(session.id, session)
    tellOne(session, 'READY', {
      v: 10,
      user: { id: '100000000000000001', username: 'deskbell', discriminator: '0', avatar: null, bot: true },
      guilds: [{ id: stubGuild, unavailable: true }],
      session_id: session.id,
      resume_gateway_url: lineUrl,
      application: { id: '100000000000000001', flags: 0 },
    })
    return session
  }

  function tellOne(session: Session, t: string, d: object): void {
    const event = { t, s: session.events.length + 1, d }
    session.events.push(event)
    session.socket?.send(JSON.stringify({ op: GatewayOpcodes.Dispatch, ...event }))
  }

  const stub: GatewayStub = {
    ...http,
    asked: 0,
    hellos: [],
    heartbeats: 0,
    connections,
    answers: [],
    fault: null,
    isDown: false,
    isMute: false,
    isDeaf: false,
    isHanging: false,
    hanging,
    async connected(count) {
      while (connections.length !== count) await new Promise<void>((resolve) => changed.add(resolve))
    },
    press(customId) {
      const interaction = pressed(`10000000000000${String((made += 1)).padStart(4, '0')}`, customId)
      http.answer(`POST /interactions/${interaction.id}/${interaction.token}/callback`, (call) =>
        takeAnswer(call, interaction),
      )
      stub.tell('INTERACTION_CREATE', interaction)
      return interaction
    },
    tell(event, data) {
      for (const session of sessions.values()) tellOne(session, event, data)
    },
    reconnect() {
      for (const socket of connections) socket.send(JSON.stringify({ op: GatewayOpcodes.Reconnect, d: null }))
    },
    invalidate() {
      sessions.clear()
      for (const socket of connections) socket.send(JSON.stringify({ op: GatewayOpcodes.InvalidSession, d: false }))
    },
    async close() {
      for (const socket of [...sockets, ...hanging]) socket.destroy()
      await http.close()
    },
  }
  return stub
}

function pressed(id: string, customId: string): APIInteraction {
  return {
    id,
    application_id: '100000000000000001',
    type: InteractionType.MessageComponent,
    token: `token-of-${id}`,
    version: 1,
    guild_id: stubGuild,
    locale: 'en-US',
    app_permissions: '0',
    entitlements: [],
    authorizing_integration_owners: {},
    attachment_size_limit: 1,
    data: { custom_id: customId, component_type: 2 },
    // What the rest is like doesn't matter to the line.
  } as unknown as APIInteraction
}
