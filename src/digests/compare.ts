import { addDays } from '../settings/hours.ts'
import type { ReportInterval } from '../settings/tuning.ts'
import { quantile } from '../measures/measures.ts'
import type { Numbers } from '../measures/numbers.ts'
import { daysBefore, isWholeMonth, lengthOf, type Days } from '../measures/period.ts'

/** What happened, and what it is held against. */
export interface Compared {
  now: Numbers
  /** "the day before"; null where there is no such period, or nothing happened in it. */
  before: { words: string; numbers: Numbers } | null
  /** The same weekdays of the weeks before; none, or at least two. */
  usual: Numbers[]
}

/** The days that some days are held against. `usual`: the nearest first. */
interface Comparable {
  before: { words: string; days: Days } | null
  usual: Days[]
}

const weeksBack = [1, 2, 3, 4]
const fewestWeeks = 2

/**
 * Weekends differ from working days: a few days are held against the same weekdays of the weeks before, one or seven
 * of them also against those just before; more than a week against those just before only, a month against the month before.
 * `began`: the day on which Deskbell heard of anything first; nothing is held against a week or a month that it saw a part of.
 */
export function comparableDays(days: Days, interval: ReportInterval | null, began: string | null): Comparable {
  const { before, usual } = allComparable(days, interval)
  const isSeen = ({ from }: Days) => began !== null && from >= began
  return { before: before && isSeen(before.days) ? before : null, usual: usual.filter(isSeen) }
}

function allComparable(days: Days, interval: ReportInterval | null): Comparable {
  const length = lengthOf(days)
  const before = (words: string): Comparable['before'] => ({ words, days: daysBefore(days) })
  if (interval === 'month' || isWholeMonth(days)) return { before: before('the month before'), usual: [] }
  if (length > 7) return { before: before(`the ${length} days before`), usual: [] }
  const usual = weeksBack.map((weeks) => shifted(days, 7 * weeks))
  if (length === 1) return { before: before('the day before'), usual }
  return { before: length === 7 ? before('the week before') : null, usual }
}

/** Leaves out periods in which nothing happened: a holiday, or the time before Deskbell was there. */
export function compared(now: Numbers, before: Compared['before'], weeks: Numbers[]): Compared {
  const usual = weeks.filter(hasSomething)
  return {
    now,
    before: before && hasSomething(before.numbers) ? before : null,
    usual: usual.length >= fewestWeeks ? usual : [],
  }
}

export const hasSomething = ({ received, answered }: Numbers): boolean => received + answered > 0

/** At least as long as a week: more is told of it than of a day. */
export function isLong(days: Days, interval: ReportInterval | null): boolean {
  return interval === 'week' || interval === 'month' || lengthOf(days) >= 7
}

/** The median of the weeks before; null where fewer than two of them tell. */
export function usually({ usual }: Compared, pick: (numbers: Numbers) => number | null): number | null {
  const values = usual.flatMap((numbers) => pick(numbers) ?? [])
  return values.length >= fewestWeeks ? quantile(values, 0.5) : null
}

/** "48 the day before, usually 50"; null where there is nothing to hold it against. */
export function changeText(
  all: Compared,
  pick: (numbers: Numbers) => number | null,
  format: (value: number) => string,
): string | null {
  const before = all.before && pick(all.before.numbers)
  const usual = usually(all, pick)
  const parts = [
    before !== null && all.before && `${format(before)} ${all.before.words}`,
    usual !== null && `usually ${format(usual)}`,
  ].filter((part) => part !== false && part !== null)
  return parts.length > 0 ? parts.join(', ') : null
}

/** What something is held against in one word: the usual where it is known, else what was before. */
export interface Baseline {
  /** Every value that is known; at least one. */
  values: number[]
  /** The one to be shown. */
  value: number
  /** "usually 6", "6 the day before" */
  text(format: (value: number) => string): string
}

export function baselineOf(all: Compared, pick: (numbers: Numbers) => number | null): Baseline | null {
  const usual = usually(all, pick)
  if (usual !== null) {
    const values = all.usual.flatMap((numbers) => pick(numbers) ?? [])
    return { values, value: usual, text: (format) => `usually ${format(usual)}` }
  }
  const before = all.before && pick(all.before.numbers)
  if (before === null || !all.before) return null
  const { words } = all.before
  return { values: [before], value: before, text: (format) => `${format(before)} ${words}` }
}

/**
 * How far a count lies from what was to be expected, in standard deviations: above 2 and below -2 it is hardly chance.
 * Counts scatter by their root (Anscombe), more where the weeks before did.
 */
export function surprise(count: number, expected: number[]): number {
  if (expected.length === 0) return 0
  const mean = expected.reduce((sum, value) => sum + value, 0) / expected.length
  const squares = expected.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const scatter = expected.length > 1 && mean > 0 ? Math.max(1, squares / (expected.length - 1) / mean) : 1
  const root = (value: number) => 2 * Math.sqrt(value + 3 / 8)
  return (root(count) - root(mean)) / Math.sqrt((1 + 1 / expected.length) * scatter)
}

function shifted({ from, to }: Days, days: number): Days {
  return { from: addDays(from, -days), to: addDays(to, -days) }
}
