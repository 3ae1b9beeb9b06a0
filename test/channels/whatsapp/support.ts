import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Delivery, InboundInteraction, OpenChannel, OutboundReply } from '../../../src/channels/channel.ts'
import { whatsapp } from '../../../src/channels/whatsapp/index.ts'
import { readAccounts, type Env } from '../../../src/env.ts'
import { testChannelIo, type TestChannelIo } from '../../support/channel-io.ts'
import { mia, ourNumber, ourSettings, signature } from '../../support/whatsapp/payloads.ts'

/** The channel as core opens it. */
export function openWhatsApp(env: Env = ourSettings, io: TestChannelIo = testChannelIo()) {
  const channel = whatsapp.open(readAccounts('WHATSAPP', whatsapp.env, env), io)
  if (!channel || channel instanceof Promise) throw new Error('WhatsApp is off')
  return { channel, io }
}

export function signed(body: unknown, secret: string = ourNumber.appSecret): Request {
  const bytes = typeof body === 'string' ? body : JSON.stringify(body)
  return new Request('http://127.0.0.1:3000/channels/whatsapp', {
    method: 'POST',
    body: bytes,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature(bytes, secret) },
  })
}

/** What one request led to. */
export async function receive(channel: OpenChannel, request: Request) {
  if (!channel.inbound.receive) throw new Error('Not a webhook')
  return channel.inbound.receive(request, { address: '192.0.2.1' })
}

export async function delivered(channel: OpenChannel, body: unknown): Promise<Delivery> {
  return (await receive(channel, signed(body))).delivery
}

/** The one interaction that a webhook led to. */
export async function heard(channel: OpenChannel, body: unknown): Promise<InboundInteraction> {
  const { interactions } = await delivered(channel, body)
  const [interaction, ...more] = interactions
  if (!interaction || more.length > 0) throw new Error(`There are ${interactions.length} interactions`)
  return interaction
}

export const never = new AbortController().signal

/** An approved reply to Mia. */
export function reply(over: Partial<OutboundReply> = {}): OutboundReply {
  return {
    id: '0198f3a0-0000-7000-8000-000000000001',
    account: ourNumber.id,
    text: 'It left us on Monday.',
    to: { externalId: mia.user_id ?? '', name: 'Mia Jansen', phone: `+${mia.wa_id}` },
    conversation: { externalId: mia.user_id ?? '', subject: null },
    references: [],
    approvedAt: new Date('2026-03-02T09:01:00Z'),
    attemptedAt: null,
    template: null,
    ...over,
  }
}

/** A port on which nobody listens. */
export async function deadUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}
