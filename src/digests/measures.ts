import type { DismissReason } from '../conversations/conversation.ts'
import type { BusinessTime } from './business-time.ts'
import { openMs } from './business-time.ts'

/** One conversation as the log of events tells it. Times are instants; lists are in any order. */
export interface Timeline {
  /** What the customer did. */
  heard: Heard[]
  /** What the provider took from us. */
  sent: Sent[]
  dismissals: Dismissal[]
  /** Somebody put it back among those that wait. */
  reopenings: Date[]
}

export interface Heard {
  id: string
  /** Its place among what the customer did in this conversation. */
  seq: number
  /** By the provider's clock. */
  at: Date
  /** A machine wrote it: nobody owes it an answer. */
  isAutomatic: boolean
}

export interface Sent {
  replyId: string
  /** It answers everything up to this one. */
  answersSeq: number
  /** When the first draft for these words was there; null: a person wrote it from nothing. */
  draftedAt: Date | null
  approvedAt: Date
  approvedBy: string
  acceptedAt: Date
  /** It turned out not to have arrived. */
  failedAt: Date | null
}

export interface Dismissal {
  at: Date
  reason: DismissReason
  /** It is about everything up to this one. */
  seq: number
}

/** What became of one thing that a customer did, as far as it was known at a certain moment. */
export type Fate =
  | ({ kind: 'answered'; heard: Heard; sent: Sent } & Took)
  /** Nobody answered it yet; `openMs` since then. */
  | { kind: 'waiting'; heard: Heard; ms: number; openMs: number }
  | { kind: 'dismissed'; heard: Heard; reason: DismissReason }
  | { kind: 'automatic'; heard: Heard }

/** How long an answer took, from the customer's moment to the provider's acceptance; the parts add up to `ms`. */
export interface Took {
  ms: number
  /** The same in business time. */
  openMs: number
  draftingMs: number
  /** For a person. */
  waitingMs: number
  deliveryMs: number
}

/**
 * What became of everything that a customer did before `until`, in order of their sequence. What happened from `until` on is not
 * looked at, so that a day's numbers come out the same whenever they are asked for. `time` covers the whole of it.
 */
export function fatesOf(timeline: Timeline, until: Date, time: BusinessTime): Fate[] {
  const isPast = (at: Date) => at < until
  const heard = timeline.heard.filter(({ at }) => isPast(at)).toSorted((a, b) => a.seq - b.seq)
  const sent = timeline.sent
    .filter(({ acceptedAt, failedAt }) => isPast(acceptedAt) && !(failedAt && isPast(failedAt)))
    .toSorted((a, b) => a.acceptedAt.getTime() - b.acceptedAt.getTime())
  const dismissals = timeline.dismissals
    .filter(({ at }) => isPast(at))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
  const reopenings = timeline.reopenings.filter(isPast)

  return heard.map((one): Fate => {
    if (one.isAutomatic) return { kind: 'automatic', heard: one }
    const answer = sent.find(({ answersSeq }) => answersSeq >= one.seq)
    const dismissal = dismissals.findLast(({ seq }) => seq >= one.seq)
    const isDismissed = dismissal && !reopenings.some((at) => at > dismissal.at)
    // Whatever came first settled it: a reply to later words is no answer to what was dismissed before.
    if (isDismissed && !(answer && answer.acceptedAt <= dismissal.at))
      return { kind: 'dismissed', heard: one, reason: dismissal.reason }
    if (answer) return { kind: 'answered', heard: one, sent: answer, ...tookOf(one, answer, time) }
    const ms = until.getTime() - one.at.getTime()
    return { kind: 'waiting', heard: one, ms, openMs: openMs(time, one.at, until) }
  })
}

function tookOf({ at }: Heard, { draftedAt, approvedAt, acceptedAt }: Sent, time: BusinessTime): Took {
  // Clocks of others may be behind ours: nothing takes less than no time.
  const end = Math.max(acceptedAt.getTime(), at.getTime())
  const within = (moment: number, from: number) => Math.min(Math.max(moment, from), end)
  const approved = within(approvedAt.getTime(), at.getTime())
  const drafted = Math.min(within(draftedAt?.getTime() ?? at.getTime(), at.getTime()), approved)
  return {
    ms: end - at.getTime(),
    openMs: openMs(time, at, new Date(end)),
    draftingMs: drafted - at.getTime(),
    waitingMs: approved - drafted,
    deliveryMs: end - approved,
  }
}

/** How long the first answer took, from the customer's first moment; null while there is none. */
export function firstResponseMs(fates: Fate[]): number | null {
  const first = fates.find(({ kind }) => kind !== 'automatic')
  return first?.kind === 'answered' ? first.ms : null
}

/**
 * From the customer's first moment to the last answer or dismissal, once nobody waits any more; null before, and where
 * nothing was answered.
 */
export function resolutionMs(fates: Fate[]): number | null {
  const first = fates.find(({ kind }) => kind !== 'automatic')
  const ends = fates.flatMap((fate) => (fate.kind === 'answered' ? [fate.sent.acceptedAt.getTime()] : []))
  if (!first || ends.length === 0 || fates.some(({ kind }) => kind === 'waiting')) return null
  return Math.max(0, Math.max(...ends) - first.heard.at.getTime())
}

/** The value below which this share of all lies, between two where it falls between them; null for none. */
export function quantile(values: number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return below === undefined || above === undefined ? null : below + (above - below) * (place - Math.floor(place))
}
