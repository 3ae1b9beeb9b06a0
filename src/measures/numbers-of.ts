import type { outcomes } from '../db/schema.ts'
import { clockText, dateOf } from '../settings/hours.ts'
import type { Target, Tuning } from '../settings/tuning.ts'
import { targetFor } from '../targets/target.ts'
import { businessTime, openMs, type BusinessTime } from './business-time.ts'
import { quantile } from './measures.ts'
import type { Dimension, Group, Numbers, Spread } from './numbers.ts'
import type { Period } from './period.ts'

export type OutcomeRow = typeof outcomes.$inferSelect

/** Everything that numbers are made of. */
export interface Known {
  rows: OutcomeRow[]
  /** What became of replies. */
  events: { at: Date; type: string; conversationId: string }[]
  audiences: { channel: string; account: string; date: string; followers: number }[]
  publicChannels: string[]
}

/** The same as `readNumbers`, row by row: what it has to come to. The period is over. */
export function numbersOf(known: Known, tuning: Tuning, period: Period): Numbers {
  const { received, settled, answered, waiting } = partsOf(known, tuning, period)
  const [within, late] = [answered.filter(isInTime).length, [...answered, ...waiting].filter(isLate).length]
  const calendar = spreadOf(answered.map(({ ms }) => ms))
  const business = spreadOf(answered.map((row) => row.businessMs))
  const share = (is: (edited: number) => boolean) =>
    answered.filter(({ editedShare }) => editedShare !== null && is(editedShare)).length
  const dismissed = settled.filter(({ settledAs }) => settledAs === 'dismissed')
  const surveys = received.filter(({ kind }) => kind === 'survey')
  const ratings = surveys.flatMap(({ rating }) => rating ?? [])
  const recommends = surveys.flatMap((row) => row.recommends ?? [])
  const undelivered = [...undeliveredIn(known, period).values()]
  return {
    received: received.length,
    automatic: settled.filter(({ settledAs }) => settledAs === 'automatic').length,
    spam: dismissed.filter(({ dismissedReason }) => dismissedReason === 'spam').length,
    answered: answered.length,
    response: calendar && business && { calendar, business },
    parts: calendar && {
      drafting:
        quantile(
          answered.map(({ drafting }) => drafting),
          0.5,
        ) ?? 0,
      person:
        quantile(
          answered.map(({ person }) => person),
          0.5,
        ) ?? 0,
      delivery:
        quantile(
          answered.map(({ delivery }) => delivery),
          0.5,
        ) ?? 0,
    },
    firstResponse: spreadOf(answered.flatMap(({ isFirst, ms }) => (isFirst ? [ms] : []))),
    resolution: spreadOf(resolutionsOf(known, answered, period.to)),
    waiting: {
      count: waiting.length,
      late: waiting.filter(isLate).length,
      longestMs: Math.max(0, ...waiting.map(({ ms }) => ms)),
    },
    target: within + late === 0 ? null : { within, of: within + late },
    drafts: {
      unedited: share((edited) => edited === 0),
      edited: share((edited) => edited > 0 && edited < 0.5),
      rewritten: share((edited) => edited >= 0.5),
      selfWritten: answered.filter(({ editedShare }) => editedShare === null).length,
    },
    byHand: answered.filter(({ isByHand }) => isByHand).length,
    dismissed: Object.fromEntries(
      countsOf(dismissed.flatMap(({ dismissedReason }) => dismissedReason ?? [])).filter(
        ([reason]) => reason !== 'spam',
      ),
    ),
    undelivered: {
      failed: undelivered.filter((type) => type !== 'reply.unknown').length,
      unknown: undelivered.filter((type) => type === 'reply.unknown').length,
    },
    csat: ratings.length === 0 ? null : { satisfied: ratings.filter((stars) => stars >= 4).length, of: ratings.length },
    nps:
      recommends.length === 0
        ? null
        : {
            promoters: recommends.filter((points) => points >= 9).length,
            detractors: recommends.filter((points) => points <= 6).length,
            of: recommends.length,
          },
    engagement: engagementOf(known, received, period.to),
    themes: countsOf(received.flatMap(({ theme }) => theme ?? [])).map(([theme, count]) => {
      const topics = countsOf(received.flatMap((row) => (row.theme === theme ? row.topics : [])))
      return { theme, count, topics: topics.map(([topic, many]) => ({ topic, count: many })) }
    }),
  }
}

/** The same as `readGroups`, in any order. */
export function groupsOf(known: Known, tuning: Tuning, period: Period, by: Dimension): Group[] {
  const { answered, ...parts } = partsOf(known, tuning, period)
  // What came in or waits is nobody's.
  const { received, waiting } = by === 'teammate' ? { received: [], waiting: [] } : parts
  const all = [...received, ...waiting, ...answered]
  const keys = new Map(all.map((row) => [row, keysOf(row, by, tuning.hours.timeZone)]))
  return [...new Set([...keys.values()].flat())].map((key) => {
    const of = <Row extends OutcomeRow>(rows: Row[]) => rows.filter((row) => keys.get(row)?.includes(key))
    const within = of(answered).filter(isInTime).length
    const late = of([...answered, ...waiting]).filter(isLate).length
    return {
      key,
      received: of(received).length,
      answered: of(answered).length,
      response: spreadOf(of(answered).map(({ ms }) => ms)),
      waiting: of(waiting).length,
      target: within + late === 0 ? null : { within, of: within + late },
    }
  })
}

interface Measured extends OutcomeRow {
  ms: number
  businessMs: number
  drafting: number
  person: number
  delivery: number
  isWithin: boolean | null
}

const isInTime = ({ isWithin }: Measured) => isWithin === true
const isLate = ({ isWithin }: Measured) => isWithin === false

function partsOf(
  { rows }: Known,
  { hours, targets }: Tuning,
  { from, to }: Period,
): { received: OutcomeRow[]; settled: OutcomeRow[]; answered: Measured[]; waiting: Measured[] } {
  const moments = rows.flatMap(({ occurredAt, acceptedAt }) => [Number(occurredAt), Number(acceptedAt ?? occurredAt)])
  const time = businessTime(
    hours,
    new Date(Math.min(Number(to), ...moments)),
    new Date(Math.max(Number(to), ...moments)),
  )
  const isInPeriod = (at: Date) => at >= from && at < to
  const held = heldAt(rows, to)
  const settled = held.filter(({ settledAt }) => settledAt !== null && isInPeriod(settledAt))
  const isCounted = (row: OutcomeRow) =>
    !isSettledAt(row, to) || (row.settledAs !== 'automatic' && row.dismissedReason !== 'spam')
  return {
    received: held.filter((row) => isInPeriod(row.receivedAt) && isCounted(row)),
    settled,
    answered: settled
      .filter(({ settledAs }) => settledAs === 'answered')
      .map((row) => measured(row, row.acceptedAt ?? to, targets, time)),
    waiting: held.filter((row) => !isSettledAt(row, to)).map((row) => measured(row, to, targets, time)),
  }
}

/** The one row of each interaction that tells what was known at that moment. */
function heldAt(rows: OutcomeRow[], at: Date): OutcomeRow[] {
  return rows.filter(({ since, undoneAt }) => since < at && (undoneAt === null || undoneAt >= at))
}

function isSettledAt({ settledAt }: OutcomeRow, at: Date): boolean {
  return settledAt !== null && settledAt < at
}

function measured(row: OutcomeRow, until: Date, targets: Target[], time: BusinessTime): Measured {
  const start = row.occurredAt
  const between = (at: Date, first: Date, last: Date) => (at < first ? first : at > last ? last : at)
  const end = until < start ? start : until
  const approved = between(row.approvedAt ?? end, start, end)
  const drafted = between(row.draftedAt ?? start, start, approved)
  const ms = Number(end) - Number(start)
  const businessMs = openMs(time, start, end)
  const target = targetFor(targets, row)
  return {
    ...row,
    ms,
    businessMs,
    drafting: Number(drafted) - Number(start),
    person: Number(approved) - Number(drafted),
    delivery: Number(end) - Number(approved),
    isWithin: target ? (target.isBusinessTime ? businessMs : ms) <= target.minutes * 60_000 : null,
  }
}

function resolutionsOf({ rows }: Known, answered: OutcomeRow[], to: Date): number[] {
  return [...new Set(answered.map(({ conversationId }) => conversationId))].flatMap((id) => {
    const own = heldAt(rows, to).filter(({ conversationId }) => conversationId === id)
    const first = own.find(({ isFirst }) => isFirst)
    if (!first || own.some((row) => !isSettledAt(row, to))) return []
    const last = Math.max(...own.flatMap(({ acceptedAt }) => (acceptedAt ? [Number(acceptedAt)] : [])))
    return [Math.max(0, last - Number(first.occurredAt))]
  })
}

/** By conversation, the last that went wrong and that nothing made good. */
function undeliveredIn({ rows, events }: Known, { from, to }: Period): Map<string, string> {
  const wrong = new Set(['reply.failed', 'reply.rejected', 'reply.unknown'])
  const last = new Map<string, string>()
  for (const { at, type, conversationId } of events.toSorted((a, b) => Number(a.at) - Number(b.at))) {
    if (at >= to) continue
    if (wrong.has(type) && at >= from) last.set(conversationId, type)
    if (type === 'reply.accepted' || type === 'reply.marked-sent') last.delete(conversationId)
  }
  for (const id of last.keys()) if (!heldAt(rows, to).some((row) => row.conversationId === id)) last.delete(id)
  return last
}

function engagementOf({ audiences, publicChannels }: Known, received: OutcomeRow[], to: Date): Numbers['engagement'] {
  const lastDate = dateOf(new Date(Number(to) - 1), 'UTC')
  const past = audiences.filter(({ date }) => date <= lastDate).toSorted((a, b) => (a.date < b.date ? -1 : 1))
  return publicChannels.flatMap((channel) => {
    const newest = new Map(
      past.flatMap((row) => (row.channel === channel ? [[row.account, row.followers] as const] : [])),
    )
    const followers = [...newest.values()].reduce((sum, many) => sum + many, 0)
    const interactions = received.filter((row) => row.channel === channel).length
    return followers === 0 ? [] : [{ channel, interactions, followers }]
  })
}

function keysOf(row: OutcomeRow, by: Dimension, timeZone: string): (string | null)[] {
  switch (by) {
    case 'channel':
    case 'theme':
    case 'urgency':
    case 'language':
      return [row[by]]
    case 'account':
      return [`${row.channel}/${row.account}`]
    case 'topic':
      return row.topics.length === 0 ? [null] : row.topics
    case 'teammate':
      return [row.approvedBy]
    case 'hour': {
      const weekday = (new Date(dateOf(row.receivedAt, timeZone)).getUTCDay() + 6) % 7
      const hour = Number(clockText(row.receivedAt, timeZone).slice(11, 13))
      return [String(weekday * 24 + hour)]
    }
  }
}

function spreadOf(values: number[]): Spread | null {
  const [median, p90] = [quantile(values, 0.5), quantile(values, 0.9)]
  return median === null || p90 === null ? null : { median, p90 }
}

function countsOf<Value extends string>(values: Value[]): [Value, number][] {
  return [...new Set(values)].map((value) => [value, values.filter((other) => other === value).length])
}
