import type {
  Channel,
  Delivery,
  Found,
  InboundInteraction,
  OpenChannel,
  OutboundReply,
  Sent,
} from '../../src/channels/channel.ts'
import type { ActiveChannel } from '../../src/context.ts'

export interface FakeChannel extends ActiveChannel {
  sent: OutboundReply[]
  onSend: (reply: OutboundReply) => Promise<Sent>
  onFind: (reply: OutboundReply) => Promise<Found>
}

/** A channel whose provider is this test. */
export function fakeChannel(
  id = 'fake',
  over: Partial<OpenChannel> = {},
  limits: Partial<ActiveChannel['limits']> = {},
): FakeChannel {
  const all = {
    maxLength: 500,
    isPublic: false,
    isLetter: false,
    replyWindowHours: null,
    graceSeconds: 0,
    quietSeconds: 0,
    isModerated: false,
    ...limits,
  }
  const fake: FakeChannel = {
    id,
    name: id === 'fake' ? 'Fake' : id,
    limits: all,
    type: { id, name: id, env: {}, limits: all, open: () => null } satisfies Channel,
    sent: [],
    onSend: async (reply) => ({ externalId: `sent-${reply.id}`, at: new Date(reply.approvedAt) }),
    onFind: async () => ({ outcome: 'unclear' }),
    open: {
      accounts: [{ id: 'main', name: 'main' }],
      inbound: { receive: async () => ({ delivery: { interactions: [] } }) },
      send: async (reply) => {
        fake.sent.push(reply)
        return fake.onSend(reply)
      },
      find: (reply) => fake.onFind(reply),
      isResendSafe: false,
      check: async () => [],
      ...over,
    },
  }
  return fake
}

/** An interaction by one customer in one conversation; every field can be overridden. */
export function inbound(externalId: string, over: Partial<InboundInteraction> = {}): InboundInteraction {
  return {
    account: 'main',
    externalId,
    kind: 'message',
    conversation: { externalId: 'thread-1' },
    customer: { externalId: 'mia', name: 'Mia' },
    text: `Text of ${externalId}`,
    occurredAt: new Date('2026-03-02T09:00:00Z'),
    ...over,
  }
}

export const delivery = (...interactions: InboundInteraction[]): Delivery => ({ interactions })
