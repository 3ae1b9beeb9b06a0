import { BadInputError } from '../errors.ts'
import { addDays, dateOf, momentOf, weekdayOf } from '../settings/hours.ts'
import type { Hours, ReportInterval } from '../settings/tuning.ts'

/** From one day to another, both included: `2026-03-02`, by the team's calendar. */
export interface Days {
  from: string
  to: string
}

/** Of a period, as commands name it. `now`: today so far. `yesterday`: the last day that is over. */
export type PeriodAsk = { kind: 'now' | 'yesterday' | 'week' | 'month' } | ({ kind: 'days' } & Days)

/** As instants; `to` is no part of it. */
export interface Period {
  from: Date
  to: Date
}

/**
 * Which days are meant: `week` are the last seven that are over, `month` is the last calendar month that is. Throws
 * BadInputError for a day that has not begun.
 */
export function daysOf(ask: PeriodAsk, now: Date, hours: Hours): Days {
  const today = dateOf(now, hours.timeZone)
  const yesterday = addDays(today, -1)
  switch (ask.kind) {
    case 'now':
      return { from: today, to: today }
    case 'yesterday':
      return { from: yesterday, to: yesterday }
    case 'week':
      return { from: addDays(today, -7), to: yesterday }
    case 'month':
      return monthOf(addDays(firstOfMonth(today), -1))
    case 'days':
      if (ask.to > today) {
        const right = ask.from < today ? `${ask.from}..${today}` : yesterday
        throw new BadInputError(`${ask.to} is still to come: today is ${today}. For example: ${right}`)
      }
      return { from: ask.from, to: ask.to }
  }
}

/** From the first moment of the first day to that of the day after the last, by the team's clock. */
export function periodOf({ from, to }: Days, timeZone: string): Period {
  return { from: momentOf(from, '00:00', timeZone), to: momentOf(addDays(to, 1), '00:00', timeZone) }
}

/** "Friday 20 November 2026", "Friday 20 – Sunday 22 November 2026", "16–22 November 2026", "November 2026". */
export function titleOf(days: Days): string {
  const { from, to } = days
  if (from === to) return dayText(from, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
  if (isWholeMonth(days)) return dayText(to, { month: 'long', year: 'numeric' })
  const isShort = addDays(from, 6) > to
  const day: Intl.DateTimeFormatOptions = { day: 'numeric', ...(isShort ? { weekday: 'long' } : {}) }
  const isSameYear = from.slice(0, 4) === to.slice(0, 4)
  const isSameMonth = from.slice(0, 7) === to.slice(0, 7)
  const first = dayText(from, {
    ...day,
    ...(isSameMonth ? {} : { month: 'long' }),
    ...(isSameYear ? {} : { year: 'numeric' }),
  })
  const dash = isShort || !isSameMonth ? ' – ' : '–'
  return `${first}${dash}${dayText(to, { ...day, month: 'long', year: 'numeric' })}`
}

/** As many days, just before; of a whole month, the month before. */
export function daysBefore(days: Days): Days {
  const to = addDays(days.from, -1)
  if (isWholeMonth(days)) return monthOf(to)
  return { from: addDays(days.from, -lengthOf(days)), to }
}

/** How many days, both ends included. */
export function lengthOf({ from, to }: Days): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1
}

/** The first day of the week, Monday, or of the month, or the day itself. */
export function startOf(interval: ReportInterval, date: string): string {
  if (interval === 'day') return date
  return interval === 'week' ? addDays(date, -weekdayOf(date)) : firstOfMonth(date)
}

export function isWholeMonth({ from, to }: Days): boolean {
  return from.slice(0, 7) === to.slice(0, 7) && from === firstOfMonth(from) && addDays(to, 1) === nextMonth(from)
}

function monthOf(date: string): Days {
  return { from: firstOfMonth(date), to: addDays(nextMonth(date), -1) }
}

function firstOfMonth(date: string): string {
  return `${date.slice(0, 7)}-01`
}

function nextMonth(date: string): string {
  return firstOfMonth(addDays(firstOfMonth(date), 31))
}

/** In English, with these parts: "Monday 16 November". */
export function dayText(date: string, parts: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC' }).format(new Date(date)).replace(',', '')
}
