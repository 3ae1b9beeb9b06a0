import { z } from 'zod'
import type { PeriodAsk } from '../measures/period.ts'
import { listed, start } from './command-words.ts'
import { nearest } from './nearest.ts'

export const periodNames = ['now', 'today', 'yesterday', 'week', 'month'] as const

const mostDays = 366
const dayMs = 86_400_000
const firstDate = '2000-01-01'

/** What is wrong, in a sentence or two, and what would be right. */
interface Wrong {
  problem: string
  example: string
}

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
  const [, from = '', to = from] = datesPattern.exec(said) ?? []
  if (from === '') return unknown(said)
  const wrong = (problem: string, example = dates) => ({ problem, example })
  for (const date of [from, to]) {
    if (!z.iso.date().safeParse(date).success) return wrong(`There is no ${date}.`)
    if (date < firstDate) return wrong(`${date} is too long ago.`)
  }
  if (from > to) return wrong(`${from} comes after ${to}.`, `${to}..${from}`)
  if (Date.parse(to) - Date.parse(from) >= mostDays * dayMs)
    return wrong(`It takes at most ${mostDays} days, and these are more.`)
  return { value: { kind: 'days', from, to } }
}

const dates = '2026-11-01..2026-11-20'
/** Phones make one character of two dots. */
const datesPattern = /^(\d{4}-\d\d-\d\d)(?:\s*(?:\.{2,3}|‥|…|–|—|-|to|until)\s*(\d{4}-\d\d-\d\d))?$/

/** Of weekdays and months, in English. */
const dayNames =
  /\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:january|february|march|april|may|june|july|august|(?:septem|octo|novem|decem)ber))\b/

function unknown(said: string): Wrong {
  const what = `"${start(said, 50)}" is no period.`
  const likely = dayNames.test(said) ? null : nearest(said, periodNames)
  if (likely) return { problem: `${what} Did you mean ${likely}?`, example: likely }
  if (/\d/.test(said) || dayNames.test(said))
    return { problem: `${what} Dates are written as 2026-11-20.`, example: dates }
  return { problem: `${what} There are ${listed([...periodNames, 'dates'])}.`, example: 'week' }
}
