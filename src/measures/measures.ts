import type { DismissReason } from '../conversations/conversation.ts'
import type { BusinessTime } from './business-time.ts'
import { openMs } from './business-time.ts'
import { replay, type Heard, type Sent, type Settled, type Timeline } from './replay.ts'

/** How something that a customer did was settled; spam is dismissed. */
export type Settlement = Settled['as']

/** What became of one thing that a customer did, as far as it was known at a certain moment. `settledAt`: by our clock. */
export type Fate =
  | ({ kind: 'answered'; heard: Heard; settledAt: Date; sent: Sent } & Took)
  /** Nobody answered it yet; `openMs` since then. */
  | { kind: 'waiting'; heard: Heard; ms: number; openMs: number }
  | { kind: 'dismissed'; heard: Heard; settledAt: Date; reason: DismissReason }
  | { kind: 'automatic'; heard: Heard; settledAt: Date }

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
 * What became of everything that a customer did, in order of their sequence, as it was known at `until`. What we heard of from
 * `until` on is not looked at, so that a day's numbers come out the same whenever they are asked for. `time` covers the whole of it.
 */
export function fatesOf(timeline: Timeline, until: Date, time: BusinessTime): Fate[] {
  return replay(timeline.filter(({ at }) => at < until))
    .filter(({ undoneAt }) => undoneAt === null)
    .toSorted((a, b) => a.heard.seq - b.heard.seq)
    .map(({ heard, settled }) => fateOf(heard, settled, until, time))
}

function fateOf(heard: Heard, settled: Settled | null, until: Date, time: BusinessTime): Fate {
  if (settled === null) {
    const ms = Math.max(0, until.getTime() - heard.at.getTime())
    return { kind: 'waiting', heard, ms, openMs: openMs(time, heard.at, until) }
  }
  const settledAt = settled.at
  switch (settled.as) {
    case 'answered':
      return { kind: 'answered', heard, settledAt, sent: settled.sent, ...tookOf(heard, settled.sent, time) }
    case 'dismissed':
      return { kind: 'dismissed', heard, settledAt, reason: settled.reason }
    case 'automatic':
      return { kind: 'automatic', heard, settledAt }
  }
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

/** From the customer's first moment to the last answer, once nobody waits any more; null before, and where nothing was answered. */
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
