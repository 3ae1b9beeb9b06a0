import { z } from 'zod'
import type { DateAsk, DayAsk } from './command-find.ts'
import { start } from './command-words.ts'
import { nearest } from './nearest.ts'

/** What is wrong, in a sentence or two, and what would be right. */
export interface Wrong {
  problem: string
  example: string
}

export const dayNames: readonly string[] = 'monday tuesday wednesday thursday friday saturday sunday'.split(' ')
export const monthNames: readonly string[] =
  'january february march april may june july august september october november december'.split(' ')
export const exampleDates = '2026-11-01..2026-11-20'

const firstDate = '2000-01-01'
const lastDate = '2099-12-31'
/** Phones make one character of two dots. */
const datesPattern = /^(\d{4}-\d\d-\d\d)(?:\s*(?:\.{2,3}|‥|…|–|—|-|to|until)\s*(\d{4}-\d\d-\d\d))?$/

/** `2026-11-20` and `2026-11-01..2026-11-20`: real dates, in order; null for anything else. */
export function readWritten(said: string): { from: string; to: string } | Wrong | null {
  const [, from = '', to = from] = datesPattern.exec(said) ?? []
  if (from === '') return null
  const wrong = (problem: string, example = exampleDates) => ({ problem, example })
  for (const one of [from, to]) {
    if (!z.iso.date().safeParse(one).success) return wrong(`There is no ${one}.`)
    if (one < firstDate) return wrong(`${one} is too long ago.`)
    if (one > lastDate) return wrong(`${one} is too far away.`)
  }
  return from > to ? wrong(`${from} comes after ${to}.`, `${to}..${from}`) : { from, to }
}

/** No date has more. */
const mostWords = 9

/**
 * The dates that these words begin with, and how many words they are: `since monday`, `last week`, `2026-10-01..2026-10-31`.
 * Null where they are words like any other. `isBare`: nothing but the words says that they are dates.
 */
export function datesAt(words: readonly string[], isBare: boolean): { value: DateAsk; length: number } | Wrong | null {
  for (let length = Math.min(words.length, mostWords); length > 0; length -= 1) {
    const read = readPhrase(plainOf(words.slice(0, length)), isBare)
    if (read !== null) return 'problem' in read ? read : { value: read, length }
  }
  const [, first = '', rest = ''] = edgePattern.exec(plainOf(words.slice(0, 2))) ?? []
  return rest.length > 4 || isDateLike.test(rest) ? misspelt(first, rest) : null
}

/** Reads words that must be dates, `since monday` as well as `monday`. */
export function readDates(words: readonly string[]): { value: DateAsk } | Wrong {
  const said = plainOf(words)
  const read = words.length > mostWords ? null : readPhrase(said, false)
  if (read !== null) return 'problem' in read ? read : { value: read }
  const [, first = '', rest = said] = edgePattern.exec(said) ?? []
  return (
    misspelt(first, rest) ?? {
      problem: `"${start(said, 50)}" is no date. There are dates such as 2026-11-20, since monday, last week, in october and last 30 days.`,
      example: 'since monday',
    }
  )
}

const plainOf = (words: readonly string[]): string =>
  words.map((word) => word.toLowerCase().replace(/[,;]+$/, '')).join(' ')

const edgePattern = /^(since|until|till|before|after) (.+)$/

/** `isBare`: it stands among words that are searched for. */
function readPhrase(said: string, isBare: boolean): DateAsk | Wrong | null {
  const [, opened, closed] =
    /^(\d{4}-\d\d-\d\d) ?(?:\.{2,3}|‥|…)$|^(?:\.{2,3}|‥|…) ?(\d{4}-\d\d-\d\d)$/.exec(said) ?? []
  if (opened !== undefined) return fromTo('since', opened, '', '')
  if (closed !== undefined) return fromTo('', '', 'until', closed)
  const [, first, last] = /^(?:between|from) (.+?) (?:and|to|until|till|through) (.+)$/.exec(said) ?? []
  if (first !== undefined && last !== undefined) return fromTo('since', first, 'until', last)
  const [, since, from, until = '', to = ''] =
    /^(since|from|after) (.+?)(?: (until|till|to|before) (.+))?$/.exec(said) ?? []
  if (since !== undefined && from !== undefined) return fromTo(since, from, until, to)
  const [, end, day] = /^(until|till|up to|before) (.+)$/.exec(said) ?? []
  if (end !== undefined && day !== undefined) return fromTo('', '', end, day)
  const [, during] = /^(?:on|in|during|within|for|over) (.+)$/.exec(said) ?? []
  const span = spanOf(during ?? said)
  if (span !== null) {
    if ('problem' in span) return span
    return isBare && during === undefined && !span.isClear ? null : { from: span.from, to: span.to }
  }
  const [, left, right] = /^(.+?)(?: ?(?:\.{2,3}|‥|…|–|—) ?| - | to | until )(.+)$/.exec(said) ?? []
  if (left === undefined || right === undefined) return null
  const isClear = [left, right].every((one) => spanOf(one)?.isClear)
  return isBare && !isClear ? null : fromTo('since', left, 'until', right)
}

/** From the beginning of one span, or after it, to the end of another, or before it; null: one of them is no date. */
function fromTo(since: string, first: string, until: string, last: string): DateAsk | Wrong | null {
  const [from, to] = [since === '' ? undefined : spanOf(first), until === '' ? undefined : spanOf(last)]
  if (from === null || to === null) return null
  for (const span of [from, to]) if (span && 'problem' in span) return span
  const day = (span: Span | Wrong | undefined, edge: 'from' | 'to', step: boolean | null): DayAsk | null => {
    if (span === undefined || 'problem' in span) return null
    return step === null ? span[edge] : { kind: 'beside', day: span[edge], isAfter: step }
  }
  return inOrder({
    from: since === 'after' ? day(from, 'to', true) : day(from, 'from', null),
    to: until === 'before' ? day(to, 'from', false) : day(to, 'to', null),
  })
}

/** Two dates that are known already come one after the other. */
export function inOrder(ask: DateAsk): DateAsk | Wrong {
  const { from, to } = ask
  if (from?.kind !== 'date' || to?.kind !== 'date' || from.date <= to.date) return ask
  return { problem: `${from.date} comes after ${to.date}.`, example: `${to.date}..${from.date}` }
}

/** Days that one name stands for, both ends included. */
type Span = {
  from: DayAsk
  to: DayAsk
  /** It means nothing else: "monday" and "may" take a "since" or an "in" before them. */
  isClear: boolean
}

function spanOf(text: string): Span | (Wrong & { isClear: true }) | null {
  const said = text.replace(/^the /, '')
  const written = readWritten(said)
  if (written) return 'problem' in written ? { ...written, isClear: true } : datesOf(written.from, written.to, true)
  if (said === 'today') return sinceAgo(0, 0)
  if (said === 'yesterday') return sinceAgo(1, 1)
  const [, number = '1', unit] = /^(?:(\d{1,3})|an?) (day|week)s? ago$/.exec(said) ?? []
  if (unit !== undefined) return sinceAgo(daysIn(unit, number), daysIn(unit, number))
  return wholeOf(said) ?? lastFew(said) ?? namedOf(said)
}

const datesOf = (from: string, to: string, isClear: boolean): Span => ({
  from: { kind: 'date', date: from },
  to: { kind: 'date', date: to },
  isClear,
})

const sinceAgo = (from: number, to: number): Span => ({
  from: { kind: 'ago', days: from },
  to: { kind: 'ago', days: to },
  isClear: true,
})

const daysIn = (unit: string, number: string): number => Number(number) * (unit === 'week' ? 7 : 1)

const unitOf = (word: string | undefined) => (['week', 'month', 'year'] as const).find((unit) => unit === word)

/** `this month`, `last week`: as the calendar has them. */
function wholeOf(said: string): Span | null {
  const [, which, word] = /^(this|last|previous) (week|month|year)$/.exec(said) ?? []
  const of = unitOf(word)
  if (!of) return null
  const ago = which === 'this' ? 0 : 1
  return { from: { kind: 'edge', of, ago, isEnd: false }, to: { kind: 'edge', of, ago, isEnd: true }, isClear: true }
}

/** `last 30 days`, `past 2 weeks`, `last 3 months`: up to today; months and years from the first of theirs. */
function lastFew(said: string): Span | null {
  const [, number, word] =
    /^(?:last|past|previous) ([1-9]\d{0,2}) (day|week|month)s?$/.exec(said) ??
    /^(?:last|past|previous) ([1-9]\d?) (year)s?$/.exec(said) ??
    /^past( )(day|week|month|year)$/.exec(said) ??
    []
  if (number === undefined || word === undefined) return null
  const count = number.trim() || '1'
  if (word === 'day' || word === 'week') return sinceAgo(daysIn(word, count) - 1, 0)
  const of = unitOf(word)
  return of ? { ...sinceAgo(0, 0), from: { kind: 'edge', of, ago: Number(count), isEnd: false } } : null
}

/** What has a name of its own: weekdays, months and their days, `2026-10`, `2026`. */
function namedOf(said: string): Span | (Wrong & { isClear: true }) | null {
  const [, which, name = said] = /^(last|this) (\p{L}+)$/u.exec(said) ?? []
  const weekday = indexOf(dayNames, name)
  if (weekday !== null) {
    const day: DayAsk = { kind: 'weekday', weekday, isBeforeToday: which === 'last' }
    return { from: day, to: day, isClear: false }
  }
  const [, year = '', digits = '01'] = /^(20\d\d)(?:-(0[1-9]|1[0-2]))?$/.exec(said) ?? []
  if (year !== '')
    return said === year ? datesOf(`${year}-01-01`, `${year}-12-31`, false) : monthOf(year, digits, false)
  const [, before, month, after, in1] =
    /^(?:(\d{1,2})(?:st|nd|rd|th)? (?:of )?)?(\p{L}+)(?: (\d{1,2})(?:st|nd|rd|th)?)?(?: (20\d\d))?$/u.exec(
      which === undefined ? said : name,
    ) ?? []
  const at = indexOf(monthNames, month ?? '')
  if (at === null || (before !== undefined && after !== undefined)) return null
  const day = before ?? after
  return dayOf(at + 1, day === undefined ? null : Number(day), in1 ?? null)
}

/** `day`, `year`: null where none was named. */
function dayOf(month: number, day: number | null, year: string | null): Span | (Wrong & { isClear: true }) {
  const two = (number: number) => String(number).padStart(2, '0')
  if (day === null && year !== null) return monthOf(year, two(month), true)
  // Some year has every day that a leap year has.
  const date = `${year ?? '2024'}-${two(month)}-${two(day ?? 1)}`
  if (!z.iso.date().safeParse(date).success) {
    const name = monthNames[month - 1] ?? ''
    const said = `${day} ${name.charAt(0).toUpperCase()}${name.slice(1)}${year === null ? '' : ` ${year}`}`
    return { problem: `There is no ${said}.`, example: exampleDates, isClear: true }
  }
  if (year !== null) return datesOf(date, date, true)
  const named = (which: number | 'last'): DayAsk => ({ kind: 'named', month, day: which })
  return { from: named(day ?? 1), to: named(day ?? 'last'), isClear: false }
}

function monthOf(year: string, month: string, isClear: boolean): Span {
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  return datesOf(`${year}-${month}-01`, `${year}-${month}-${last}`, isClear)
}

/** By its whole name, or its first letters: `tue`, `thurs`, `sept`; null: none of them. */
function indexOf(names: readonly string[], word: string): number | null {
  const at = names.findIndex((name) => name === word || (/^\p{L}{3,5}$/u.test(word) && name.startsWith(word)))
  return at < 0 ? null : at
}

const isDateLike = /^\d{1,4}[./-]\d{1,2}(?:[./-]\d{0,4})?$/
const spellings = [
  'today',
  'yesterday',
  'this week',
  'last week',
  'this month',
  'last month',
  'last year',
  'last 30 days',
]

/** Null: nothing like a date. */
function misspelt(first: string, said: string): Wrong | null {
  const before = first === '' ? '' : `${first} `
  const what = `"${start(before + said, 50)}" is no date.`
  if (isDateLike.test(said))
    return {
      problem: `${what} Dates are written as 2026-11-20.`,
      example: before ? `${before}2026-11-20` : exampleDates,
    }
  const likely = nearest(said, [...spellings, ...dayNames, ...monthNames])
  if (likely === null) return null
  const isNamed = before === '' && !spellings.includes(likely)
  const right = isNamed ? `${dayNames.includes(likely) ? 'on' : 'in'} ${likely}` : `${before}${likely}`
  return { problem: `${what} Did you mean ${right}? Words stand in quotation marks.`, example: right }
}
