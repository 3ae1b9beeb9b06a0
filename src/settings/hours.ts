import type { Hours } from './tuning.ts'

/** Searched for an open day, in days. */
const farthestDays = 120
const dayMs = 86_400_000
/** For a team that is never open, something to choose from all the same. */
const fallback: Hours['week'][number] = [['09:00', '17:00']]

/** Sensible times for a reply that is sent later, in the team's hours: all after `now`, the soonest first. */
export function sendTimes(hours: Hours, now: Date): Date[] {
  const today = dateOf(now, hours.timeZone)
  const spans = spansOn(hours, today)
  const closing = spans.at(-1)?.closes
  const later = openDays(hours, addDays(today, 1), 2)
  return inOrder([...spans.map(({ opens }) => opens), closing, ...later, nextWeek(hours, today)], now)
}

/** When a snooze may end, in the team's hours: the next open day, and next week. All after `now`, the soonest first. */
export function snoozeTimes(hours: Hours, now: Date): Date[] {
  const today = dateOf(now, hours.timeZone)
  return inOrder([...openDays(hours, addDays(today, 1), 1), nextWeek(hours, today)], now)
}

/** "Today 17:00", "Tomorrow 09:00", "Monday 09:00", "Monday 9 March 09:00": by the clock of the time zone. */
export function timeLabel(at: Date, now: Date, timeZone: string): string {
  const date = dateOf(at, timeZone)
  const days = (Date.parse(date) - Date.parse(dateOf(now, timeZone))) / dayMs
  const time = new Date(wallMs(at.getTime(), timeZone)).toISOString().slice(11, 16)
  const said = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(new Date(date)).replace(',', '')
  if (days === 0) return `Today ${time}`
  if (days === 1) return `Tomorrow ${time}`
  if (days > 1 && days < 7) return `${said({ weekday: 'long' })} ${time}`
  return `${said({ weekday: 'long', day: 'numeric', month: 'long' })} ${time}`
}

/** The first moment of the day that `at` falls on. */
export function startOfDay(at: Date, timeZone: string): Date {
  return momentOf(dateOf(at, timeZone), '00:00', timeZone)
}

/** The day that it is in a time zone: `2026-03-02`. */
export function dateOf(at: Date, timeZone: string): string {
  return new Date(wallMs(at.getTime(), timeZone)).toISOString().slice(0, 10)
}

/** `2026-03-02 09:00`, as a clock in the time zone shows it; `momentOf` is the inverse. */
export function clockText(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at)
}

/**
 * When a clock in the time zone shows this. A time that is skipped as the clocks go forward is as much later;
 * of one that comes twice as they go back, the first is meant.
 */
export function momentOf(date: string, time: string, timeZone: string): Date {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const wall = Date.parse(date) + (hour * 60 + minute) * 60_000
  const before = wall - offsetMs(wall - dayMs, timeZone)
  const after = wall - offsetMs(wall + dayMs, timeZone)
  const shown = [before, after].filter((at) => wallMs(at, timeZone) === wall)
  return new Date(shown.length > 0 ? Math.min(...shown) : before)
}

export interface Span {
  opens: Date
  closes: Date
}

/** When the team works on a day, `2026-03-02` by its own calendar; in order. */
export function openOn(hours: Hours, date: string): Span[] {
  if (hours.holidays.includes(date)) return []
  return (hours.week[weekdayOf(date)] ?? []).map(([from, to]) => ({
    opens: momentOf(date, from, hours.timeZone),
    closes: momentOf(date, to, hours.timeZone),
  }))
}

/** True for a team that never wrote down when it works. */
export function isNeverOpen({ week }: Hours): boolean {
  return week.every((spans) => spans.length === 0)
}

function spansOn(hours: Hours, date: string): Span[] {
  return openOn(isNeverOpen(hours) ? { ...hours, week: hours.week.map(() => fallback) } : hours, date)
}

/** When the first open days from a date on begin. */
function openDays(hours: Hours, from: string, wanted: number): Date[] {
  const found: Date[] = []
  for (let days = 0; days < farthestDays && found.length < wanted; days++) {
    const [first] = spansOn(hours, addDays(from, days))
    if (first) found.push(first.opens)
  }
  return found
}

function nextWeek(hours: Hours, today: string): Date | undefined {
  return openDays(hours, addDays(today, 7 - weekdayOf(today)), 1)[0]
}

function inOrder(times: (Date | undefined)[], now: Date): Date[] {
  const later = times.flatMap((at) => (at && at > now ? [at.getTime()] : []))
  return [...new Set(later)].toSorted((a, b) => a - b).map((at) => new Date(at))
}

/** Monday is 0. */
export function weekdayOf(date: string): number {
  return (new Date(date).getUTCDay() + 6) % 7
}

/** So many days later; `2026-03-02`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10)
}

function offsetMs(at: number, timeZone: string): number {
  return wallMs(at, timeZone) - at
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** What a clock in the time zone shows, as if it stood in UTC. */
function wallMs(at: number, timeZone: string): number {
  const clock = clocks.get(timeZone) ?? openClock(timeZone)
  const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) + (at % 1000)
}

function openClock(timeZone: string): Intl.DateTimeFormat {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  clocks.set(timeZone, clock)
  return clock
}
