import type { Theme } from '../interactions/interaction.ts'
import { addDays, clockText, momentOf } from '../settings/hours.ts'
import type { Period } from '../measures/period.ts'

/** What came in within the last half hour about one thing. */
export interface Rush {
  theme: Theme
  /** Empty: whatever it was about. */
  topic: string
  /** Each once, the newest first: one customer who goes on and on is no surge. */
  conversations: string[]
  usual: Usual
}

/** How many conversations there were in how many half hours of the same time of the week. */
export interface Usual {
  count: number
  halfHours: number
}

export const halfHourMs = 1_800_000
/** On both sides of the same half hour of another week. */
const marginMs = 3_600_000
const [weeksBack, daysBack] = [
  [7, 14, 21, 28],
  [1, 2, 3, 4, 5, 6],
]

export const leastSurge = 5
const timesUsual = 4
/** Of so many coming in by chance. */
const mostLikely = 1e-4

export const usualOf = ({ count, halfHours }: Usual): number => (halfHours === 0 ? 0 : count / halfHours)

/** True for so many as hardly come by chance. False where nothing is known of what is usual. */
export function isSurge(count: number, usual: Usual): boolean {
  if (usual.halfHours === 0 || count < Math.max(leastSurge, timesUsual * usualOf(usual))) return false
  // What never happened yet may all the same: one is added. Chernoff's bound for the tail of a Poisson distribution.
  const expected = (usual.count + 1) / usual.halfHours
  return count * Math.log(count / expected) - count + expected >= -Math.log(mostLikely)
}

/** True while a surge goes on. */
export function isMoreThanUsual(count: number, usual: Usual): boolean {
  return count > Math.max(1, Math.ceil(usualOf(usual)))
}

/**
 * Which of these are surges of their own: what goes on already and larger surges of the same theme account for their
 * conversations, a topic's before its theme's.
 */
export function newSurges(rushes: (Rush & { isOngoing: boolean })[]): Rush[] {
  const found: Rush[] = []
  for (const theme of new Set(rushes.map((rush) => rush.theme))) {
    const [ongoing, others] = [true, false].map((wanted) =>
      rushes.filter((rush) => rush.theme === theme && rush.isOngoing === wanted),
    )
    const explained = new Set(ongoing?.flatMap(({ conversations }) => conversations))
    const inOrder = (others ?? []).toSorted(
      (a, b) => Number(a.topic === '') - Number(b.topic === '') || b.conversations.length - a.conversations.length,
    )
    for (const { isOngoing: _, ...rush } of inOrder) {
      const left = rush.conversations.filter((id) => !explained.has(id))
      if (!isSurge(left.length, rush.usual)) continue
      found.push(rush)
      for (const id of left) explained.add(id)
    }
  }
  return found
}

/**
 * What the last half hour is held against: the same time of the week by the team's clock in the four weeks before, and in the
 * first week the same time of the days before; as far back as anything is known. Empty on the first day.
 */
export function usualPeriods(now: Date, timeZone: string, known: Date): Period[] {
  const [date = '', time = ''] = clockText(now, timeZone).split(' ')
  const before = (days: number): Period => {
    const same = momentOf(addDays(date, -days), time, timeZone).getTime()
    return { from: new Date(same - halfHourMs - marginMs), to: new Date(same + marginMs) }
  }
  const since = (days: number[] | undefined) => (days ?? []).map(before).filter(({ from }) => from >= known)
  const weeks = since(weeksBack)
  return weeks.length > 0 ? weeks : since(daysBack)
}
