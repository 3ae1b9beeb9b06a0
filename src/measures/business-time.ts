import { addDays, dateOf, isNeverOpen, momentOf, openOn } from '../settings/hours.ts'
import type { Hours } from '../settings/tuning.ts'

/**
 * When a team worked within a period, ready to be counted: spans in order, none touching another. In milliseconds since 1970.
 * The same three lists serve `openMs` and its twin in SQL.
 */
export interface BusinessTime {
  opens: number[]
  closes: number[]
  /** How long it was open before each span. */
  before: number[]
}

/**
 * What counts as business time from one moment to another. A team that wrote down no hours works all the time: nobody's waiting
 * must count as nothing.
 */
export function businessTime(hours: Hours, from: Date, to: Date): BusinessTime {
  const spans: [opens: number, closes: number][] = []
  const add = (opens: number, closes: number) => {
    const last = spans.at(-1)
    // A span that is skipped as the clocks go forward is none.
    if (closes <= opens) return
    if (last && opens <= last[1]) last[1] = Math.max(last[1], closes)
    else spans.push([opens, closes])
  }
  const days = daysBetween(from, to, hours.timeZone)
  if (isNeverOpen(hours)) {
    const [first = '', last = ''] = [days[0], days.at(-1)]
    add(
      momentOf(first, '00:00', hours.timeZone).getTime(),
      momentOf(addDays(last, 1), '00:00', hours.timeZone).getTime(),
    )
  } else {
    for (const date of days) for (const { opens, closes } of openOn(hours, date)) add(opens.getTime(), closes.getTime())
  }
  let open = 0
  const before = spans.map(([opens, closes]) => {
    const sofar = open
    open += closes - opens
    return sofar
  })
  return { opens: spans.map(([opens]) => opens), closes: spans.map(([, closes]) => closes), before }
}

/** Business time from one moment to a later one, in milliseconds; both within the period. */
export function openMs(time: BusinessTime, from: Date, to: Date): number {
  return Math.max(0, openUntil(time, to.getTime()) - openUntil(time, from.getTime()))
}

/** The moment at which so much business time has passed since `from`; null when the period ends before. */
export function afterOpenMs(time: BusinessTime, from: Date, ms: number): Date | null {
  if (ms === 0) return from
  const wanted = openUntil(time, from.getTime()) + ms
  for (const [index, before] of time.before.entries()) {
    const [opens = 0, closes = 0] = [time.opens[index], time.closes[index]]
    if (before + closes - opens >= wanted) return new Date(Math.max(from.getTime(), opens + wanted - before))
  }
  return null
}

/** How long it was open from the period's start to `at`. */
function openUntil({ opens, closes, before }: BusinessTime, at: number): number {
  let [low, high] = [0, opens.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((opens[middle] ?? 0) <= at) low = middle + 1
    else high = middle
  }
  if (low === 0) return 0
  const index = low - 1
  return (before[index] ?? 0) + Math.min(at, closes[index] ?? at) - (opens[index] ?? at)
}

function daysBetween(from: Date, to: Date, timeZone: string): string[] {
  const days: string[] = []
  const last = dateOf(to, timeZone)
  // The day before may reach into the first: a clock that goes back repeats an hour.
  for (let date = addDays(dateOf(from, timeZone), -1); date <= last; date = addDays(date, 1)) days.push(date)
  return days
}
