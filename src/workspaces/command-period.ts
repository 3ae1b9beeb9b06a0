import type { PeriodAsk } from '../measures/period.ts'
import { dayNames, exampleDates, monthNames, readWritten, type Wrong } from './command-dates.ts'
import { invalid, listed, start, type Invalid } from './command-words.ts'
import { nearest } from './nearest.ts'

export const periodNames = ['now', 'today', 'yesterday', 'week', 'month'] as const

const mostDays = 366
const dayMs = 86_400_000

/**
 * Reads `now`, `today`, `yesterday`, `week`, `month`, `2026-11-20`, `2026-11-01..2026-11-20`: real dates, in order, at most
 * 366 days. Whether they have come is not known here.
 */
export function readPeriod(text: string): { value: PeriodAsk } | Wrong {
  const said = text.trim().toLowerCase().replace(/\s+/g, ' ')
  // "Last week" and "the last 7 days": which days are told stands in the title.
  const bare = said.replace(/^(?:the )?(?:last|past) (?=(?:week|month|7 days)$)/, '').replace(/^7 days$/, 'week')
  const name = periodNames.find((one) => one === bare)
  if (name) return { value: { kind: name === 'today' ? 'now' : name } }
  const written = readWritten(said)
  if (written === null) return unknown(said)
  if ('problem' in written) return written
  const { from, to } = written
  if (Date.parse(to) - Date.parse(from) >= mostDays * dayMs)
    return { problem: `It takes at most ${mostDays} days, and these are more.`, example: exampleDates }
  return { value: { kind: 'days', from, to } }
}

/** What `make` makes of the period that was typed. `before`: what an example needs before its period. */
export function withPeriod<Made>(
  grammar: { command: string },
  before: string,
  text: string,
  make: (period: PeriodAsk) => Made,
): Made | Invalid {
  const read = readPeriod(text)
  return 'value' in read ? make(read.value) : invalid(grammar, read.problem, `${before}${read.example}`)
}

const names = new Set([...dayNames, ...monthNames])

function unknown(said: string): Wrong {
  const what = `"${start(said, 50)}" is no period.`
  const hasName = said.split(' ').some((word) => names.has(word))
  const likely = hasName ? null : nearest(said, periodNames)
  if (likely) return { problem: `${what} Did you mean ${likely}?`, example: likely }
  if (/\d/.test(said) || hasName) return { problem: `${what} Dates are written as 2026-11-20.`, example: exampleDates }
  return { problem: `${what} There are ${listed([...periodNames, 'dates'])}.`, example: 'week' }
}
