import type { OpenChannel, Recorded } from '../../../src/channels/channel.ts'
import { form } from '../../../src/channels/form/index.ts'
import { readSettings, type Env } from '../../../src/env.ts'
import type { Peer } from '../../../src/peer.ts'
import { testChannelIo, type TestChannelIo } from '../../support/channel-io.ts'

export const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`

/** The channel as core opens it. */
export function openForm(
  env: Env = {},
  io: TestChannelIo = testChannelIo(),
): { channel: OpenChannel; io: TestChannelIo } {
  const channel = form.open([readSettings(form.env, env)], io)
  if (!channel || channel instanceof Promise) throw new Error('The form is off')
  return { channel, io }
}

export const peer: Peer = { address: '192.0.2.1' }

/** What one request led to. */
export async function receive(channel: OpenChannel, request: Request, isDuplicate = false, from = peer) {
  if (!channel.inbound.receive) throw new Error('Not a webhook')
  const { delivery, respond } = await channel.inbound.receive(request, from)
  const recorded: Recorded = {
    interactions: delivery.interactions.map((_, index) => ({ id: `i${index}`, conversationId: 'c', isDuplicate })),
  }
  return { interactions: delivery.interactions, response: respond?.(recorded) ?? new Response() }
}

/** What the channel serves at a path. */
export async function getPage(channel: OpenChannel, path: string): Promise<Response> {
  const url = new URL(path, 'http://127.0.0.1:3000')
  const page = channel.pages?.find(({ method, path: at }) => method === 'GET' && at === url.pathname)
  if (!page) throw new Error(`No page at ${url.pathname}`)
  return page.handle(new Request(url), peer)
}

/** The token in a page. */
export function tokenIn(html: string): string {
  const token = /name="token"\s+value="([^"]+)"/.exec(html)?.[1]
  if (!token) throw new Error('No token in the page')
  return token
}
