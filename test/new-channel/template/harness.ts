import { readFileSync } from 'node:fs'
import { retryAfterMs, startJsonPeer } from '../../channels/contract/json-peer.ts'
import { signedBy, signedRequest } from '../../channels/contract/signed.ts'
import { testClock } from '../../support/clock.ts'
import type { Bench, ChannelHarness } from '../../channels/contract/harness.ts'
import { exampleChannel } from './index.ts'

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const fixture = JSON.parse(readFileSync(new URL('./fixtures/message.json', import.meta.url), 'utf8')) as Message

interface Message {
  id: string
  thread: string
  from: { id: string; name: string; isUs?: boolean }
  text: string
  at: string
}

export const harness: ChannelHarness = {
  channel: exampleChannel,
  fixtures: 'test/channels/example-channel/fixtures',
  lacks: {
    run: 'The provider sends what was written',
    templates: 'Customers can be answered at any time',
    download: 'It takes no files',
    learnAccounts: 'There is one, which stands in the settings',
    answers: 'The provider does not tell',
  },
  needed: { EXAMPLE_CHANNEL_TOKEN: 'a-token', EXAMPLE_CHANNEL_SECRETS: secret },
  start,
}

/** What the provider is told to send: its own words for it. */
interface Outgoing {
  reference: string
  to: string
  text: string
}

async function start(): Promise<Bench> {
  const sent: Outgoing[] = []
  const at = testClock().now()
  const stored = (reference: string) => ({ id: `sent-${reference}`, at: at.toISOString() })
  const peer = await startJsonPeer(({ method, path, headers, body }) => {
    if (headers.authorization !== 'Bearer a-token') return [401, {}]
    if (path === '/me') return [200, { name: 'Bluebird' }]
    if (method === 'POST' && path === '/messages') {
      const message = body as Outgoing
      sent.push(message)
      return [201, stored(message.reference)]
    }
    const found = sent.find(({ reference }) => path === `/messages/${reference}`)
    return found ? [200, stored(found.reference)] : [404, { error: 'no_such_message' }]
  })

  let messages = 0
  const genuine = (body: Uint8Array) =>
    signedRequest('http://127.0.0.1:3000/channels/example-channel', secret, body, at)
  async function say(text: string, isUs = false) {
    const from = { ...fixture.from, id: `customer-${++messages}`, isUs }
    const said: Message = { ...fixture, id: `message-${messages}`, thread: `thread-${messages}`, from, text }
    return genuine(Buffer.from(JSON.stringify(said)))
  }

  return {
    env: { ...harness.needed, EXAMPLE_CHANNEL_API_URL: peer.url },
    edges: [
      {
        name: 'The webhook',
        say,
        genuine,
        proof: signedBy,
        unprovenBody: null,
        replayed: 'refused',
        echo: () => say('On its way', true),
      },
    ],
    provider: {
      reply: (changes) => ({
        id: '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b',
        account: 'main',
        text: 'On its way',
        to: { externalId: 'customer-1', name: 'Mia Jansen', phone: null },
        conversation: { externalId: 'thread-1', subject: null },
        references: ['message-1'],
        approvedAt: at,
        attemptedAt: null,
        template: null,
        ...changes,
      }),
      fault: peer.fault,
      retryAfterMs,
      serverError: 'unknown',
      arrived: async () => sent.map(({ text }) => text),
      attempts: () => peer.calls.filter(({ method }) => method !== 'GET').length,
    },
    close: peer.close,
  }
}
