import { dismissReasons, type ConversationState } from '../../src/conversations/conversation.ts'
import type { conversations, events, interactions } from '../../src/db/schema.ts'
import type { Triage } from '../../src/interactions/interaction.ts'
import { createRandom, type Random } from '../chaos/random.ts'

type EventRow = typeof events.$inferSelect
type InteractionRow = typeof interactions.$inferInsert

/** One conversation's events in the order of the log, and the rows that stand in the other tables in the end. */
export interface RandomLog {
  conversation: typeof conversations.$inferInsert
  interactions: InteractionRow[]
  events: EventRow[]
  /** What it was found to be about, by the id of the event that tells of it. */
  abouts: Map<string, About>
}

export type About = Pick<Triage, 'theme' | 'sentiment' | 'urgency' | 'language' | 'topics'>

const abouts: About[] = [
  { theme: 'complaint', sentiment: 'negative', urgency: 'high', language: 'en', topics: ['delivery'] },
  { theme: 'question', sentiment: 'neutral', urgency: 'normal', language: 'de', topics: ['delivery', 'prices'] },
  { theme: 'compliment', sentiment: 'positive', urgency: 'low', language: 'en', topics: [] },
]

/** Who writes in all of them: rows of `customers` and of `identities`. */
export const someone = '00000000-0000-7000-8000-00000000000a'

const second = 1000
const hour = 3600 * second

/** Around both nights in which clocks change. */
const begins = [Date.UTC(2026, 2, 27), Date.UTC(2026, 9, 23)]

/** Conversations in which anything happens that can, in odd orders too, and now and then in the same millisecond. The same seed gives the same. */
export function randomLogs(seed: number, count: number): RandomLog[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, index) => randomLog(random, index))
}

function randomLog(random: Random, index: number): RandomLog {
  const idOf = (kind: number, n: number) =>
    `${index.toString(16).padStart(8, '0')}-000${kind}-7000-8000-${n.toString(16).padStart(12, '0')}`
  const conversationId = idOf(0, 0)
  const log: RandomLog = { conversation: rowOf(conversationId), interactions: [], events: [], abouts: new Map() }
  const replies: { id: string; answersSeq: number; approvedAt: Date; state: 'approved' | 'accepted' | 'failed' }[] = []
  const firstDrafts = new Map<number, Date>()
  let now = random.pick(begins) + random.between(0, 72 * hour)
  let seq = 0
  let state: ConversationState = random.chance(0.08) ? 'quarantined' : 'waiting'

  const tell = (type: string, event: Partial<EventRow>) => {
    const id = idOf(1, log.events.length)
    const none = { interactionId: null, draftId: null, replyId: null }
    log.events.push({ id, at: new Date(now), type, conversationId, ...none, actor: 'fake:ana', data: {}, ...event })
    return id
  }
  const hear = (isAutomatic: boolean) => {
    if (!isAutomatic || seq === 0) seq += 1
    if (!isAutomatic && state !== 'quarantined') state = 'waiting'
    const automatic = isAutomatic ? 'auto-reply' : null
    // Some clocks are ahead of ours.
    const occurredAt = new Date(now + random.between(-hour, random.chance(0.1) ? hour : 0))
    const id = idOf(2, log.interactions.length)
    log.interactions.push({
      id,
      conversationId,
      identityId: someone,
      channel: 'fake',
      account: 'main',
      externalId: id,
      kind: 'message',
      seq,
      text: 'Words',
      automatic,
      notes: [],
      occurredAt,
      receivedAt: new Date(now),
      lastLineAt: new Date(now),
      theme: null,
      sentiment: null,
      urgency: null,
      language: null,
      topics: null,
    })
    const isQuarantined = state === 'quarantined'
    const data = { seq, occurredAt: occurredAt.toISOString(), automatic, isQuarantined }
    tell('interaction.received', { interactionId: id, data })
  }
  const steps: Record<string, () => void> = {
    hear: () => hear(false),
    hearMachine: () => hear(true),
    hearOutdated() {
      if (seq === 0) return
      const id = idOf(2, log.interactions.length)
      const [at, occurredAt] = [new Date(now), new Date(now - hour)]
      const words = { kind: 'message' as const, seq: 0, text: 'Words', automatic: null, notes: [] }
      const where = { id, conversationId, identityId: someone, channel: 'fake', account: 'main', externalId: id }
      log.interactions.push({ ...where, ...words, occurredAt, receivedAt: at, lastLineAt: at, replacedAt: at })
      const data = { seq: 0, occurredAt: occurredAt.toISOString(), automatic: null, isOutdated: true }
      tell('interaction.received', { interactionId: id, data })
    },
    remove() {
      const left = log.interactions.filter((one) => !one.removedAt && !one.replacedAt)
      if (left.length === 0) return
      const one = random.pick(left)
      one.removedAt = new Date(now)
      tell('interaction.removed', { interactionId: one.id })
      if (left.length > 1 || state !== 'waiting') return
      state = 'dismissed'
      tell('conversation.dismissed', { data: { reason: 'removed', seq } })
    },
    goOn() {
      const last = log.interactions.findLast(({ automatic }) => automatic === null)
      if (!last || last !== log.interactions.at(-1) || last.replacedAt) return
      seq += 1
      Object.assign(last, { seq, theme: null })
      tell('interaction.continued', { interactionId: last.id, data: { seq } })
    },
    triage() {
      const last = log.interactions.findLast(({ replacedAt }) => !replacedAt)
      if (!last) return
      const about = random.pick(abouts)
      Object.assign(last, about)
      log.abouts.set(tell('interaction.triaged', { interactionId: last.id }), about)
    },
    propose() {
      if (!firstDrafts.has(seq)) firstDrafts.set(seq, new Date(now))
      tell('draft.proposed', { data: { answersSeq: seq } })
    },
    approve() {
      const id = idOf(3, replies.length)
      const answersSeq = random.chance(0.1) ? random.between(0, seq) : seq
      replies.push({ id, answersSeq, approvedAt: new Date(now), state: 'approved' })
      tell('draft.approved', { replyId: id, data: { answersSeq } })
    },
    accept() {
      const open = replies.filter((one) => one.state !== 'accepted')
      if (open.length === 0) return
      const reply = random.pick(open)
      reply.state = 'accepted'
      if (reply.answersSeq === seq) state = 'answered'
      const data = {
        answersSeq: reply.answersSeq,
        acceptedAt: new Date(now + random.between(-10 * second, random.chance(0.1) ? hour : 0)).toISOString(),
        approvedBy: random.pick(['fake:ana', 'fake:ben']),
        draftedAt: firstDrafts.get(reply.answersSeq)?.toISOString() ?? null,
        approvedAt: reply.approvedAt.toISOString(),
        editedShare: random.pick([null, 0, 0.25, 0.9]),
        isByHand: random.chance(0.1),
      }
      tell(data.isByHand ? 'reply.marked-sent' : 'reply.accepted', { replyId: reply.id, data })
    },
    fail() {
      const open = replies.filter((one) => one.state !== 'failed')
      if (open.length === 0) return
      const reply = random.pick(open)
      reply.state = 'failed'
      if (state === 'answered') state = 'waiting'
      const dismissed = state === 'dismissed' ? { dismissed: random.pick(dismissReasons) } : {}
      const data = { reason: 'Full', upTo: seq, ...dismissed }
      tell(random.chance(0.5) ? 'reply.failed' : 'reply.rejected', { replyId: reply.id, data })
    },
    dismiss() {
      state = 'dismissed'
      tell('conversation.dismissed', { data: { reason: random.pick(dismissReasons), seq } })
    },
    snooze() {
      if (state === 'waiting') state = 'snoozed'
    },
    reopen() {
      if (state !== 'dismissed' && state !== 'snoozed' && state !== 'quarantined') return
      tell('conversation.reopened', { data: { from: state } })
      state = 'waiting'
    },
  }
  const weighted = Object.keys(steps).flatMap((name) => Array<string>(weights[name] ?? 1).fill(name))
  const length = random.chance(0.03) ? random.between(20, 50) : random.between(2, 12)
  // Now and then the team begins.
  if (random.chance(0.9)) hear(random.chance(0.1))
  else steps['approve']?.()
  while (log.events.length < length) {
    if (!random.chance(0.25)) now += random.pick([1, second, 60 * second, hour, 9 * hour]) * random.between(1, 3)
    steps[random.pick(weighted)]?.()
  }
  return log
}

const weights: Record<string, number> = {
  hear: 4,
  goOn: 2,
  triage: 2,
  propose: 2,
  approve: 4,
  accept: 6,
  fail: 3,
  reopen: 3,
}

function rowOf(id: string): typeof conversations.$inferInsert {
  const at = new Date(0)
  return {
    id,
    channel: 'fake',
    account: 'main',
    externalId: id,
    customerId: someone,
    state: 'waiting',
    inboundSeq: 1,
    version: 1,
    lastInboundAt: at,
    suspicion: [],
    isDrafting: false,
    surfacings: 0,
    createdAt: at,
    updatedAt: at,
  }
}
