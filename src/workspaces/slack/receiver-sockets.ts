import { SocketModeReceiver, webApi } from '@slack/bolt'
import { messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { pause, within } from '../../waiting.ts'
import { appTokenAction, codeOf } from './failures.ts'
import type { Incoming } from './receiver.ts'
import { slackLogger, type Web } from './web-client.ts'

export interface Sockets {
  /** How many are connected now. */
  count(): number
  /** Connects, and keeps connected: what is in the way is logged, and tried again. */
  start(): void
  stop(): Promise<void>
}

interface Options {
  appToken: string
  /** Slack spreads what happens over them, and renews each now and then: two at least, so that one is always there. */
  sockets: number
  web: Pick<Web, 'options'>
  log: Log
  take(incoming: Incoming): Promise<void>
  /** Pauses between attempts. */
  backoffMs?: { least: number; most: number }
  /** Within this a new connection must have said hello. */
  helloMs?: number
  /** A connection that answers no ping for so long is dead, whatever the network says. */
  pongMs?: number
}

/** A connection that lives shorter counts as a failed attempt. */
const steadyMs = 10_000
const closingMs = 2000

/**
 * Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode. The client's own reconnecting is off: it waits
 * for 5 s at every renewal, and a network that is away for a while ends it (or the process) for good.
 */
export function createSockets({
  appToken,
  sockets,
  web,
  log,
  take,
  backoffMs = { least: 250, most: 30_000 },
  helloMs = 10_000,
  pongMs = 5000,
}: Options): Sockets {
  const connected = new Set<object>()
  let stopping = new AbortController()
  let running: Promise<void>[] = []

  /** One connection, from its hello to its end. Rejects when it never got there. */
  async function session(signal: AbortSignal): Promise<void> {
    const { client } = new SocketModeReceiver({
      appToken,
      autoReconnectEnabled: false,
      clientPingTimeout: pongMs,
      logger: slackLogger(log),
      installerOptions: { clientOptions: web.options },
    })
    client.on('slack_event', (envelope: Envelope) => void receive(envelope, take))
    const ended = new Promise<void>((resolve) => client.once('disconnected', () => resolve()))
    const close = () => {
      client.disconnect().catch(() => {})
    }
    signal.addEventListener('abort', close, { once: true })
    try {
      if ((await within(client.start(), helloMs)) === null) throw new Error('Slack did not say hello')
      connected.add(client)
      if (signal.aborted) close()
      await ended
    } catch (error) {
      // What was under way may yet connect.
      client.once('connected', close)
      close()
      throw error ?? new Error('the connection was closed before Slack said hello')
    } finally {
      connected.delete(client)
      signal.removeEventListener('abort', close)
    }
  }

  async function keep(signal: AbortSignal): Promise<void> {
    let waitMs = 0
    while (!signal.aborted) {
      const startedAt = performance.now()
      await session(signal).catch((error: unknown) => {
        if (!signal.aborted) logFailure(error)
      })
      const isSteady = performance.now() - startedAt > steadyMs
      waitMs = isSteady ? 0 : Math.min(Math.max(waitMs * 2, backoffMs.least), backoffMs.most)
      if (waitMs > 0) await pause(waitMs, signal)
    }
  }

  function logFailure(error: unknown): void {
    if (isRefusal(error))
      log.error('slack refuses SLACK_APP_TOKEN; trying again', { code: codeOf(error), action: appTokenAction })
    else log.warn('slack socket failed; trying again', { reason: messageOf(error) })
  }

  return {
    count: () => connected.size,
    start() {
      stopping = new AbortController()
      running = Array.from({ length: sockets }, () => keep(stopping.signal))
    },
    async stop() {
      stopping.abort()
      await within(Promise.all(running), closingMs)
      running = []
    },
  }
}

/** What Slack's client hands over of an envelope. */
interface Envelope {
  ack(said?: unknown): Promise<void>
  body: Record<string, unknown>
  retry_num?: number
  retry_reason?: string
}

async function receive(envelope: Envelope, take: (incoming: Incoming) => Promise<void>): Promise<void> {
  let isAcknowledged = false
  await take({
    body: envelope.body,
    retryNum: envelope.retry_num,
    retryReason: envelope.retry_reason,
    async ack(said) {
      if (isAcknowledged) return
      isAcknowledged = true
      // A string is the text of a command's answer.
      await envelope.ack(said ?? {})
    },
  })
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof webApi.WebAPIPlatformError &&
    codeOf(error) !== null &&
    !/^(internal|fatal|service|rate)/.test(codeOf(error) ?? '')
  )
}
