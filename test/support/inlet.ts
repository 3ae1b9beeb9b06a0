import type { Delivery, Inlet, InboundInteraction, OutboundReply, UnsettledReply } from '../../src/channels/channel.ts'
import type { CredentialsError } from '../../src/errors.ts'

export interface TestInlet extends Inlet {
  /** Each once. */
  interactions: InboundInteraction[]
  deliveries: Delivery[]
  cursors: Map<string, unknown>
  /** What `unsettled`, `standing` and `waiting` answer. */
  pending: (OutboundReply & Pick<UnsettledReply, 'acceptedAt'>)[]
  threads: string[]
  open: string[]
  reports: { account: string; problem: CredentialsError | null }[]
}

/** Core's part, in memory: what was committed, and where to go on. */
export function testInlet(): TestInlet {
  const inlet: TestInlet = {
    interactions: [],
    deliveries: [],
    cursors: new Map(),
    pending: [],
    threads: [],
    open: [],
    reports: [],
    async deliver(delivery) {
      inlet.deliveries.push(delivery)
      if (delivery.cursor) inlet.cursors.set(delivery.cursor.key, delivery.cursor.value)
      const recorded = delivery.interactions.map((each) => {
        const isDuplicate = inlet.interactions.some(({ externalId }) => externalId === each.externalId)
        if (!isDuplicate) inlet.interactions.push(each)
        return { id: each.externalId, conversationId: each.conversation.externalId, isDuplicate }
      })
      return { interactions: recorded }
    },
    cursor: async (key) => inlet.cursors.get(key),
    unsettled: async (account) => inlet.pending.filter((reply) => reply.account === account),
    standing: async () => inlet.threads,
    waiting: async () => inlet.open,
    report: async (account, problem) => void inlet.reports.push({ account, problem }),
  }
  return inlet
}
