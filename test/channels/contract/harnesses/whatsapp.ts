import { whatsapp } from '../../../../src/channels/whatsapp/index.ts'
import {
  messages,
  ourNumber,
  ourSettings,
  signature,
  status,
  text,
  value,
  webhook,
} from '../../../support/whatsapp/payloads.ts'
import { startWhatsApp, type Endpoint, type Fault as PeerFault } from '../../../support/whatsapp/peer.ts'
import type { Bench, ChannelHarness, Fault, RawRequest } from '../harness.ts'

const { WHATSAPP_NUMBER: _, ...needed } = ourSettings

export const harness: ChannelHarness = {
  channel: whatsapp,
  fixtures: 'test/support/whatsapp/payloads.ts',
  lacks: {
    run: 'Meta sends what was written',
    learnAccounts: 'A number is named in the settings',
    answers: 'An echo of what the team writes in the WhatsApp Business app names no customer that is known for certain',
  },
  needed,
  start,
}

const retryAfterMs = 7000

const faults: Record<Fault, PeerFault> = {
  unauthorised: { kind: 'refused', code: 190, status: 401 },
  forbidden: { kind: 'refused', code: 131031, status: 403 },
  'rate-limited': { kind: 'refused', code: 130429, status: 429, retryAfter: retryAfterMs / 1000 },
  'server-error': { kind: 'status', when: 'before', status: 500 },
  silence: { kind: 'silent', when: 'before' },
  'reset-before': { kind: 'reset', when: 'before' },
  'reset-after': { kind: 'reset', when: 'after' },
}

let customers = 0
/** Somebody who did not write before: to one customer only so much may be sent in a minute. */
function customer() {
  const number = String(++customers).padStart(4, '0')
  return { wa_id: `491761234${number}`, user_id: `DE.1349120865530274${number}`, name: 'Mia Jansen' }
}

async function start(): Promise<Bench> {
  const peer = await startWhatsApp()
  peer.templates.push({
    id: '594425479261596',
    name: 'order_update',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    components: [{ type: 'BODY', text: 'Your order {{1}} arrives on {{2}}.' }],
  })
  const photo = Buffer.from('a photo')
  const [there, gone] = [peer.addMedia(photo, 'image/jpeg'), peer.addMedia(photo, 'image/jpeg')]
  peer.forgetMedia(gone)

  const genuine = (body: Uint8Array): RawRequest => ({
    method: 'POST',
    url: 'http://127.0.0.1:3000/channels/whatsapp',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature(body) },
    body,
  })
  const posted = (body: unknown) => genuine(Buffer.from(JSON.stringify(body)))

  return {
    env: peer.env,
    edges: [
      {
        name: 'The webhook',
        genuine,
        async say(said) {
          const from = customer()
          return posted(messages(from, text(said, from)))
        },
        proof: ['x-hub-signature-256'],
        unprovenBody: null,
        replayed: 'same',
        async echo() {
          const us = { wa_id: ourNumber.display, name: 'Bluebird' }
          return posted(messages(us, text('On its way', us)))
        },
      },
    ],
    provider: {
      reply(changes) {
        const { wa_id, user_id, name } = customer()
        return {
          id: '0198f3a0-0000-7000-8000-000000000001',
          account: ourNumber.id,
          text: 'On its way',
          to: { externalId: user_id, name, phone: `+${wa_id}` },
          conversation: { externalId: user_id, subject: null },
          references: [],
          approvedAt: new Date(0),
          attemptedAt: null,
          template: null,
          ...changes,
        }
      },
      fault(fault) {
        peer.mend()
        const isForAll = fault === 'unauthorised'
        const endpoints: Endpoint[] = isForAll
          ? ['messages', 'media', 'file', 'message_templates', 'subscribed_apps', 'number']
          : ['messages']
        if (fault)
          for (const endpoint of endpoints) peer.fault(endpoint, ...Array.from({ length: 20 }, () => faults[fault]))
      },
      retryAfterMs,
      serverError: 'unknown',
      arrived: async () => peer.sent.map(({ body }) => (body['text'] as { body: string }).body),
      attempts: () => peer.calls.filter((endpoint) => endpoint === 'messages').length,
      async news({ id }) {
        const message = peer.sent.find(({ body }) => body['biz_opaque_callback_data'] === id)
        return posted(
          webhook(value({ statuses: [status(message?.id ?? '', 'sent', { biz_opaque_callback_data: id })] })),
        )
      },
    },
    files: { there: { source: { mediaId: there }, content: photo }, gone: { mediaId: gone } },
    close: () => peer.close(),
  }
}
