import type { DismissReason } from '../conversations/conversation.ts'

/** What the log tells of one conversation, in the order in which it was written. `at`: when it was, by our clock. */
export type Timeline = Fact[]

type Fact = { at: Date } & (
  | { kind: 'heard'; heard: Heard; isQuarantined: boolean }
  /** The customer added to what they did in the same breath: its place moved up. */
  | { kind: 'continued'; id: string; seq: number }
  /** Its author took it back: nobody waits for an answer to it any more, whatever is undone. */
  | { kind: 'removed'; id: string }
  | { kind: 'accepted'; sent: Sent }
  /** It turned out not to have arrived. */
  | { kind: 'failed'; replyId: string }
  /** It is about everything up to `seq`. */
  | { kind: 'dismissed'; reason: DismissReason; seq: number }
  /** Somebody put it back among those that wait. */
  | { kind: 'reopened' }
)

/** One thing that the customer did. */
export interface Heard {
  id: string
  /** Its place among what the customer did in this conversation. */
  seq: number
  /** By the provider's clock. */
  at: Date
  /** A machine wrote it: nobody owes it an answer. */
  isAutomatic: boolean
}

/** What the provider took from us. */
export interface Sent {
  replyId: string
  /** It answers everything up to this one. */
  answersSeq: number
  /** When the first draft for these words was there; null: a person wrote it from nothing. */
  draftedAt: Date | null
  approvedAt: Date
  approvedBy: string
  /** By the provider's clock. */
  acceptedAt: Date
  /** Share of the draft that was changed, 0 to 1; null: no draft was there to edit. */
  editedShare: number | null
  /** A person sent it outside of Deskbell. */
  isByHand: boolean
}

/** How something that a customer did was settled; `at` by our clock. */
export type Settled = { at: Date } & (
  | { as: 'answered'; sent: Sent }
  | { as: 'dismissed'; reason: DismissReason }
  | { as: 'automatic' }
)

/** What became of one thing that a customer did, from `since` on and until it was undone. A row of `outcomes`. */
export interface Stretch {
  heard: Heard
  /** The first that a person did in this conversation. */
  isFirst: boolean
  since: Date
  /** Null: it waits. */
  settled: Settled | null
  undoneAt: Date | null
}

/** What became of everything that a customer did, told fact by fact. This is the rule; the statements in `outcomes.ts` follow it. */
export function replay(timeline: Timeline): Stretch[] {
  const stretches: Stretch[] = []
  /** What arrived as far as is known, the first that was accepted first. */
  let standing: Sent[] = []
  const removed = new Set<string>()

  function settle(seq: number, settled: Settled): void {
    for (const one of stretches) if (!one.settled && one.heard.seq <= seq) one.settled = settled
  }

  function undo(at: Date, isUndone: (settled: Settled) => boolean): void {
    for (const one of stretches.filter(({ settled, undoneAt }) => settled && !undoneAt && isUndone(settled))) {
      // What was dismissed, or answered by a reply that is gone, may have another answer that still stands.
      const sent = standing.find(({ answersSeq }) => answersSeq >= one.heard.seq)
      const otherwise: Settled | null = removed.has(one.heard.id) ? { as: 'dismissed', at, reason: 'removed' } : null
      const settled: Settled | null = sent ? { as: 'answered', at, sent } : otherwise
      // Undone in the moment in which it began: there was no time in which it was so.
      if (one.since >= at) one.settled = settled
      else {
        one.undoneAt = at
        stretches.push({ heard: one.heard, isFirst: one.isFirst, since: at, settled, undoneAt: null })
      }
    }
  }

  for (const fact of timeline) {
    const { at } = fact
    switch (fact.kind) {
      case 'heard': {
        const heard = { ...fact.heard }
        const isFirst = !heard.isAutomatic && stretches.every((one) => one.heard.isAutomatic)
        const settled = settledOnArrival(at, heard, fact.isQuarantined)
        stretches.push({ heard, isFirst, since: at, settled, undoneAt: null })
        break
      }
      case 'continued':
        for (const { heard } of stretches) if (heard.id === fact.id) heard.seq = fact.seq
        break
      case 'removed':
        removed.add(fact.id)
        for (const one of stretches)
          if (one.heard.id === fact.id && !one.settled) one.settled = { as: 'dismissed', at, reason: 'removed' }
        break
      case 'accepted':
        standing.push(fact.sent)
        settle(fact.sent.answersSeq, { as: 'answered', at, sent: fact.sent })
        break
      case 'failed':
        standing = standing.filter(({ replyId }) => replyId !== fact.replyId)
        undo(at, (settled) => settled.as === 'answered' && settled.sent.replyId === fact.replyId)
        break
      case 'dismissed':
        settle(fact.seq, { as: 'dismissed', at, reason: fact.reason })
        break
      case 'reopened':
        undo(at, (settled) => settled.as === 'dismissed' && settled.reason !== 'removed')
    }
  }
  return stretches
}

function settledOnArrival(at: Date, { isAutomatic }: Heard, isQuarantined: boolean): Settled | null {
  if (isAutomatic) return { as: 'automatic', at }
  return isQuarantined ? { as: 'dismissed', at, reason: 'spam' } : null
}
