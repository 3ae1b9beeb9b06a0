import type { AddressInfo } from 'node:net'
import { serve, type ServerType } from '@hono/node-server'
import { Hono } from 'hono'
import type { OpenChannel, Page, Inbound } from '../../../src/channels/channel.ts'
import { liveChat } from '../../../src/channels/live-chat/index.ts'
import { readSettings, type Env } from '../../../src/env.ts'
import { BadInputError, SignatureError } from '../../../src/errors.ts'
import { testChannelIo, type TestChannelIo } from '../../support/channel-io.ts'

export const site = 'http://127.0.0.1:3000'

export interface OpenChat {
  io: TestChannelIo
  channel: OpenChannel
  receive(request: Request, address?: string): ReturnType<NonNullable<Inbound['receive']>>
  /** The page that the channel serves there. */
  page(method: Page['method'], path: string): (request: Request, address?: string) => Promise<Response>
}

/** The live chat as it is opened from these settings, on a core that is all in memory. */
export function openChat(env: Env = {}, io = testChannelIo()): OpenChat {
  const channel = liveChat.open([readSettings(liveChat.env, env)], io)
  if (!channel || channel instanceof Promise || !channel.inbound.receive) throw new Error('The live chat is not open.')
  const { pages = [] } = channel
  const receive = channel.inbound.receive.bind(channel.inbound)
  return {
    io,
    channel,
    receive: (request, address = '203.0.113.7') => receive(request, { address }),
    page(method, path) {
      const found = pages.find((candidate) => candidate.method === method && candidate.path === path)
      if (!found) throw new Error(`There is no page ${method} ${path}.`)
      return (request, address = '203.0.113.7') => found.handle(request, { address })
    },
  }
}

export interface ChatServer {
  origin: string
  /** What was committed: each line once. */
  committed: { visitor: string; id: string; text: string; name: string | undefined; notes: string[] }[]
  say(visitor: string, text: string): void
  stop(): Promise<void>
  /** Starts again on the same port, with all that was committed. */
  start(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Serves the live chat as core does, but keeps the lines in memory. */
export async function serveChat(env: Env = {}): Promise<ChatServer> {
  const { io, channel, receive } = openChat(env)
  const committed: ChatServer['committed'] = []
  const app = new Hono()
  for (const { method, path, handle } of channel.pages ?? [])
    app.on(method, path, ({ req }) => handle(req.raw, { address: '127.0.0.1' }))
  app.post('/channels/live-chat', async ({ req }) => {
    const { delivery, respond } = await receive(req.raw)
    const recorded = delivery.interactions.map(({ externalId: id, conversation, text, customer, notes = [] }) => {
      const isDuplicate = committed.some((line) => line.id === id)
      if (!isDuplicate) {
        committed.push({ visitor: conversation.externalId, id, text, name: customer.name, notes })
        const name = customer.name ?? null
        io.say('default', conversation.externalId, { from: 'customer', externalId: id, name, text, at: new Date() })
      }
      return { id, conversationId: conversation.externalId, isDuplicate }
    })
    return respond?.({ interactions: recorded }) ?? new Response(null)
  })
  app.onError((error) => {
    const status = error instanceof SignatureError ? 401 : error instanceof BadInputError ? error.status : 500
    return Response.json({ error: error.message }, { status })
  })

  let server: ServerType | null = null
  let port = 0
  const start = () =>
    new Promise<void>((resolve) => {
      server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (address: AddressInfo) => {
        port = address.port
        resolve()
      })
    })
  const stop = () =>
    new Promise<void>((resolve) => {
      if (!server) return resolve()
      server.close(() => resolve())
      if ('closeAllConnections' in server) server.closeAllConnections()
      server = null
    })
  await start()
  return {
    origin: `http://127.0.0.1:${port}`,
    committed,
    say: (visitor, text) =>
      io.say('default', visitor, { from: 'team', externalId: io.newId(), name: 'Ana', text, at: new Date() }),
    start,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
