import { dismissReasons } from '../../src/conversations/conversation.ts'
import type { Known, OutcomeRow } from '../../src/measures/numbers-of.ts'
import type { Period } from '../../src/measures/period.ts'
import { kinds, themes, urgencies } from '../../src/interactions/interaction.ts'
import { defaultTuning, type Hours, type Tuning } from '../../src/settings/tuning.ts'

const stepMs = 30 * 60_000
/** The clocks go forward in Berlin on 29 March, and on Lord Howe Island back on 5 April. */
const start = Date.UTC(2026, 2, 26)
const steps = 48 * 14

/** What nobody knows yet of something that just came in. */
export const blank = {
  theme: null,
  sentiment: null,
  urgency: null,
  language: null,
  topics: [],
  rating: null,
  recommends: null,
  settledAt: null,
  settledAs: null,
  dismissedReason: null,
  undoneAt: null,
  replyId: null,
  approvedBy: null,
  draftedAt: null,
  approvedAt: null,
  acceptedAt: null,
  editedShare: null,
  isByHand: false,
} satisfies Partial<OutcomeRow>

/** Everything falls on half hours, so that much happens in the same moment, and just as a period begins or ends. */
export function randomOutcomes(random: () => number, conversations: number): Known {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value
  const step = (most: number) => Math.floor(random() * (most + 1)) * stepMs
  const later = (at: Date, most: number) => new Date(at.getTime() + step(most))
  const odd = (at: Date) => new Date(at.getTime() + (random() < 0.3 ? Math.floor(random() * 2000) - 1000 : 0))
  const uuid = () =>
    `00000000-0000-4000-8000-${Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(12, '0')}`
  const rows: OutcomeRow[] = []
  const events: Known['events'] = []

  for (let count = 0; count < conversations; count++) {
    const conversationId = uuid()
    const [channel, account] = [pick(['email', 'reviews', 'chat']), pick(['a', 'b'])]
    let hasFirst = false
    for (let seq = 1; seq <= 1 + Math.floor(random() * 4); seq++) {
      const interactionId = uuid()
      const occurredAt = odd(new Date(start + step(steps)))
      const receivedAt = random() < 0.1 ? new Date(occurredAt.getTime() - stepMs) : odd(later(occurredAt, 4))
      const isAutomatic = random() < 0.15
      const unsettled = {
        ...blank,
        interactionId,
        conversationId,
        seq,
        isFirst: !isAutomatic && !hasFirst,
        channel,
        account,
        kind: pick(kinds),
        occurredAt,
        receivedAt,
        theme: pick([...themes, null]),
        urgency: pick([...urgencies, null]),
        language: pick(['en', 'de', null]),
        topics: ['delivery', 'price', 'Öl "&', '=1+1'].filter(() => random() < 0.4),
        rating: pick([null, 1, 3, 4, 5]),
        recommends: pick([null, 0, 6, 7, 9, 10]),
      }
      hasFirst ||= !isAutomatic
      for (let since: Date | null = receivedAt; since;) {
        const row: OutcomeRow = { ...unsettled, since }
        rows.push(row)
        const fate = isAutomatic ? 'automatic' : pick(['answered', 'answered', 'dismissed', 'spam', 'waits'] as const)
        if (fate === 'waits') break
        const isAtOnce = isAutomatic || random() < 0.2
        row.settledAt = isAtOnce ? since : later(since, 200)
        row.settledAs = fate === 'spam' ? 'dismissed' : fate
        if (fate === 'spam') row.dismissedReason = 'spam'
        if (fate === 'dismissed') row.dismissedReason = pick(dismissReasons)
        if (fate === 'answered') {
          row.replyId = uuid()
          row.approvedBy = pick(['slack:U1', 'web:ana'])
          row.acceptedAt = odd(new Date(row.settledAt.getTime() - step(2) + step(1)))
          row.approvedAt = pick([null, new Date(row.acceptedAt.getTime() - step(6))])
          row.draftedAt = pick([null, new Date(row.acceptedAt.getTime() - step(20))])
          row.editedShare = pick([null, 0, 0.125, 0.49, 0.5, 1])
          row.isByHand = random() < 0.2
        }
        row.undoneAt = isAutomatic || random() < 0.7 ? null : new Date(later(row.settledAt, 100).getTime() + stepMs)
        since = row.undoneAt
      }
    }
    // Each moment once: what came first is otherwise not known.
    for (let at = start + step(100); random() < 0.4; at += stepMs + step(100)) {
      const type = pick(['reply.failed', 'reply.rejected', 'reply.unknown', 'reply.accepted', 'reply.marked-sent'])
      events.push({ at: new Date(at), type, conversationId })
    }
  }
  const dates = Array.from({ length: 20 }, (_, day) => new Date(start + day * 48 * stepMs).toISOString().slice(0, 10))
  const audiences = ['reviews', 'chat', 'email'].flatMap((channel) =>
    ['a', 'b'].flatMap((account) =>
      dates.flatMap((date) => (random() < 0.1 ? [{ channel, account, date, followers: pick([0, 120, 4000]) }] : [])),
    ),
  )
  return { rows, events, audiences, publicChannels: ['chat', 'reviews'] }
}

export function randomPeriod(random: () => number): Period {
  const from = start + Math.floor(random() * steps) * stepMs
  return { from: new Date(from), to: new Date(from + Math.floor(random() * 48 * 8) * stepMs) }
}

export function randomTuning(random: () => number): Tuning {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value
  const some = <Value>(values: readonly Value[]): Value[] => (random() < 0.5 ? [] : values.filter(() => random() < 0.5))
  const day: [string, string][] = pick([
    [['09:00', '17:00']],
    [
      ['08:15', '12:00'],
      ['12:45', '18:00'],
    ],
    [['00:00', '24:00']],
    [],
  ])
  const hours: Hours = {
    timeZone: pick(['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', '-03:30']),
    week: [day, day, [], day, day, pick([day, []]), []],
    holidays: pick([[], ['2026-03-31']]),
  }
  const targets = Array.from({ length: Math.floor(random() * 5) }, () => ({
    channels: some(['email', 'reviews', 'chat']),
    themes: some(themes),
    urgencies: some(urgencies),
    minutes: pick([30, 60, 240, 1440]),
    isBusinessTime: random() < 0.5,
  }))
  return { ...defaultTuning, hours, targets }
}
