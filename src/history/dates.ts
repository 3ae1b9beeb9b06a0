import { BadInputError } from '../errors.ts'
import { dayText, periodOf, startOf, titleOf } from '../measures/period.ts'
import { addDays, dateOf, weekdayOf } from '../settings/hours.ts'
import type { Hours } from '../settings/tuning.ts'
import type { DateAsk, DayAsk } from '../workspaces/command-find.ts'

/**
 * Which moments are meant, by the team's calendar and clock. `from` is the first moment of its day, `to` that of the day after
 * the last, and no part of it; null: no end. `title`: "since Monday 16 November", "1–20 November 2026", "until 3 October".
 * Throws BadInputError for days that are still to come, or end before they begin.
 */
export function resolveDates(
  ask: DateAsk,
  now: Date,
  hours: Pick<Hours, 'timeZone'>,
): { from: Date | null; to: Date | null; title: string } {
  const today = dateOf(now, hours.timeZone)
  const from = ask.from && dateOfDay(ask.from, today)
  const to = ask.to && lastDay(ask.to, from, today)
  if (from !== null && from > today)
    throw new BadInputError(
      `${from} is still to come: today is ${today}. For example: /desk find since ${addDays(today, -7)}`,
    )
  if (from !== null && to !== null && from > to)
    throw new BadInputError(`${from} comes after ${to}. For example: /desk find ${to}..${from}`)
  const edge = from ?? to
  if (edge === null) return { from: null, to: null, title: 'at any time' }
  const period = periodOf({ from: edge, to: to ?? edge }, hours.timeZone)
  return {
    from: from === null ? null : period.from,
    to: to === null ? null : period.to,
    title:
      from !== null && to !== null
        ? titleOf({ from, to })
        : `${from === null ? 'until' : 'since'} ${edgeText(edge, today)}`,
  }
}

/** Of days that come again and again, the first that is not before `from`: "from friday to monday", on a Sunday. */
function lastDay(ask: DayAsk, from: string | null, today: string): string {
  const date = dateOfDay(ask, today)
  if (from === null || date >= from) return date
  const days = daysUntilAgain(ask)
  return days === null ? date : dateOfDay(ask, addDays(today, days))
}

function daysUntilAgain(ask: DayAsk): number | null {
  if (ask.kind === 'beside') return daysUntilAgain(ask.day)
  if (ask.kind === 'weekday') return 7
  return ask.kind === 'named' ? 365 : null
}

function dateOfDay(ask: DayAsk, today: string): string {
  switch (ask.kind) {
    case 'date':
      return ask.date
    case 'ago':
      return addDays(today, -ask.days)
    case 'weekday': {
      const back = (weekdayOf(today) - ask.weekday + 7) % 7
      return addDays(today, back === 0 && ask.isBeforeToday ? -7 : -back)
    }
    case 'named':
      return namedDate(ask.month, ask.day, today)
    case 'edge':
      return ask.isEnd ? addDays(edgeOf(ask.of, ask.ago - 1, today), -1) : edgeOf(ask.of, ask.ago, today)
    case 'beside':
      return addDays(dateOfDay(ask.day, today), ask.isAfter ? 1 : -1)
  }
}

/** Of the last year in which it has begun. */
function namedDate(month: number, day: number | 'last', today: string): string {
  for (let year = Number(today.slice(0, 4)); ; year -= 1) {
    const first = dateText(year, month, day === 'last' ? 1 : day)
    // The 29th of February is not in every year.
    if (first > today || Number(first.slice(5, 7)) !== month) continue
    return day === 'last' ? addDays(dateText(year, month + 1, 1), -1) : first
  }
}

/** The first day of a week, a month or a year, so many before this one; less than 0: after it. */
function edgeOf(of: 'week' | 'month' | 'year', ago: number, today: string): string {
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7))]
  if (of === 'week') return addDays(startOf('week', today), -7 * ago)
  return of === 'month' ? dateText(year, month - ago, 1) : dateText(year - ago, 1, 1)
}

/** Months over 12 and under 1 are those of other years. */
const dateText = (year: number, month: number, day: number): string =>
  new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)

/** "Monday 16 November", "3 October", "3 October 2025": as much as it takes. */
function edgeText(date: string, today: string): string {
  const isNear = date > addDays(today, -7) && date < addDays(today, 7)
  return dayText(date, {
    ...(isNear ? { weekday: 'long' } : {}),
    day: 'numeric',
    month: 'long',
    ...(date.slice(0, 4) === today.slice(0, 4) ? {} : { year: 'numeric' }),
  })
}
