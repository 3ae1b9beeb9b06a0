import type { Server } from 'node:http'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { Hono, type Context as HonoContext, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { OpenChannel } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import { isDatabaseDown } from '../db/client.ts'
import {
  BadInputError,
  ConfigError,
  CredentialsError,
  framesOf,
  messageOf,
  NotFoundError,
  RetryableError,
  SignatureError,
} from '../errors.ts'
import type { Deliver } from '../interactions/intake.ts'
import type { Peer } from '../peer.ts'
import type { Readiness } from './readiness.ts'

const bodyLimitBytes = 1024 * 1024

interface Parts {
  deliver: Deliver
  readiness: () => Promise<Readiness>
  metricsText: () => Promise<string>
  /** A reverse proxy in front tells the visitor's address. */
  trustsProxy: boolean
  /** Which parts of the program this process plays. */
  roles: { intake: boolean; workspace: boolean }
}

type App = Hono<{ Bindings: HttpBindings }>
type PeerOf = (c: HonoContext<{ Bindings: HttpBindings }>) => Peer

/** Every route: health, webhooks, customers' pages, and the workspaces' own. */
export function createHttp(ctx: Pick<Context, 'log' | 'channels' | 'workspaces'>, parts: Parts): App {
  const app: App = new Hono()
  const peerOf: PeerOf = (c) => {
    const forwarded = parts.trustsProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined
    return { address: networkOf(forwarded || c.env.incoming.socket.remoteAddress || 'unknown') }
  }
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', async (c) => {
    const readiness = await parts.readiness()
    return c.json(readiness, readiness.isReady ? 200 : 503)
  })
  app.get(
    '/metrics',
    async () =>
      new Response(await parts.metricsText(), {
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      }),
  )
  const usual = limitedTo(bodyLimitBytes)
  const limits = new Map(
    [...ctx.channels.values()].map(({ id, open: { inbound } }) => [
      `/channels/${id}`,
      inbound.maxBytes === undefined ? usual : limitedTo(inbound.maxBytes),
    ]),
  )
  app.use((c, next) => (limits.get(c.req.path) ?? usual)(c, next))
  if (parts.roles.intake)
    for (const channel of ctx.channels.values()) mountChannel(app, parts.deliver, peerOf, channel.id, channel.open)
  if (parts.roles.workspace) {
    app.all('*', async (c, next) => {
      for (const workspace of ctx.workspaces.values()) {
        const response = await workspace.fetch?.(c.req.raw, peerOf(c))
        if (response) return response
      }
      return next()
    })
  }
  app.notFound((c) => problem(404, `There is nothing at ${c.req.path}`))
  app.onError((error, c) => answerError(ctx, error, c))
  return app
}

function limitedTo(maxSize: number): MiddlewareHandler {
  const onError = () => problem(413, `The body is larger than ${maxSize / 1024} kB. Send less at once`)
  return bodyLimit({ maxSize, onError })
}

/** An IPv6 customer has a whole /64 to write from; an IPv4 address inside IPv6 is shown as what it is. */
function networkOf(given: string): string {
  // Some proxies tell the port too.
  const address = given.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1').replace(/^\[(.+)\](?::\d+)?$/, '$1')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1]) return mapped[1]
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':')
  const rest = tail?.split(':') ?? []
  const missing = Array.from({ length: tail === undefined ? 0 : 8 - groups.length - rest.length }, () => '0')
  return `${[...groups, ...missing, ...rest]
    .slice(0, 4)
    .map((group) => group || '0')
    .join(':')}::/64`
}

function mountChannel(
  app: App,
  deliver: Deliver,
  peerOf: PeerOf,
  id: string,
  { inbound, pages = [] }: OpenChannel,
): void {
  for (const page of pages) app.on(page.method, page.path, (c) => page.handle(c.req.raw, peerOf(c)))
  if (!inbound.receive) return
  const receive = inbound.receive.bind(inbound)
  app.all(`/channels/${id}`, async (c) => {
    const { delivery, respond } = await receive(c.req.raw, peerOf(c))
    const { cursor, ...told } = delivery
    const isEmpty = !cursor && Object.values(told).every((one) => !one?.length)
    const recorded = isEmpty ? { interactions: [] } : await deliver(id, delivery)
    return respond ? respond(recorded) : c.body(null, 200)
  })
}

function answerError(ctx: Pick<Context, 'log'>, error: Error, c: HonoContext): Response {
  if (error instanceof SignatureError) return problem(401, error.message)
  if (error instanceof BadInputError) return problem(error.status, error.message)
  if (error instanceof NotFoundError) return problem(404, error.message)
  // Nobody reads this answer; what the broken connection says must not be taken for the database's.
  if (c.req.raw.signal.aborted) return problem(400, 'The request ended before it was complete')
  // What a webhook announced could not be fetched: the provider delivers it again.
  if (error instanceof RetryableError || error instanceof CredentialsError) {
    ctx.log.warn('request refused for now', { path: c.req.path, error: messageOf(error) })
    return problem(503, 'Not now; nothing was stored. Try again', { 'retry-after': '60' })
  }
  if (isDatabaseDown(error)) {
    ctx.log.warn('request refused: the database cannot be reached', { path: c.req.path })
    return problem(503, 'The database cannot be reached; nothing was stored. Try again', { 'retry-after': '5' })
  }
  ctx.log.error('request failed', {
    path: c.req.path,
    error: messageOf(error),
    stack: framesOf(error),
  })
  return problem(500, 'Something went wrong here; it was written to the log')
}

function problem(status: number, error: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error }, { status, headers })
}

/** How long requests in flight may take once the server stops. */
const drainMs = 10_000
/** For the last bytes of an answer to leave. */
const flushMs = 50

/** Listens. Port 0 takes any free one. Throws ConfigError when the port is taken. */
export async function listen(app: App, host: string, port: number): Promise<{ port: number; stop(): Promise<void> }> {
  let inFlight = 0
  let drained = (): void => {}
  const server = createAdaptorServer({
    async fetch(request, env) {
      inFlight += 1
      try {
        return await app.fetch(request, env as HttpBindings)
      } finally {
        inFlight -= 1
        if (inFlight === 0) setTimeout(() => drained(), flushMs)
      }
    },
  }) as Server
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const said =
        error.code === 'EADDRINUSE'
          ? `PORT ${port} is taken by another program. Set another PORT`
          : `HOST ${host}, PORT ${port}: ${error.message}`
      reject(new ConfigError(said, { cause: error }))
    })
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    /** Answers what was asked; streams, which never end by themselves, are cut. */
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          drained = resolve
          setTimeout(resolve, drainMs).unref()
        })
      }
      server.closeAllConnections()
      await closed
    },
  }
}
