import type { Theme } from '../interactions/interaction.ts'
import { datesAt, inOrder, readDates, type Wrong } from './command-dates.ts'
import { findValues, knownIn } from './command-find-values.ts'
import {
  invalid,
  start,
  unknownWord,
  withMentions,
  wordsOf,
  type Grammar,
  type Invalid,
  type Word,
} from './command-words.ts'

/** What `/desk find` and `/desk history` ask for, as it was typed: values are held against what there is by whoever answers. */
export interface FindAsk {
  /** All of them must be there, and none of the excluded ones. */
  words: FindWord[]
  /** Of one field: any of those, and none of the excluded ones. */
  where: Partial<Record<FindField, FindValue[]>>
  dates: DateAsk | null
  order: FindOrder
}

export const findOrders = ['newest', 'best'] as const
export type FindOrder = (typeof findOrders)[number]

/** `word`: this word, and its endings; `prefix`: words that begin so (`refund*`); `phrase`: in this order, word for word. */
export interface FindWord {
  kind: 'word' | 'prefix' | 'phrase'
  text: string
  isExcluded: boolean
}

export const findFields = [
  'customer',
  'channel',
  'account',
  'theme',
  'sentiment',
  'urgency',
  'topic',
  'language',
  'rating',
  'teammate',
  'state',
] as const
export type FindField = (typeof findFields)[number]

/** Themes, sentiments, urgencies, states and ratings ('1' … '5') are known ones already; everything else stands as it was typed. */
export interface FindValue {
  value: Theme | string
  isExcluded: boolean
}

/** Days by the team's calendar, both included; null: no end. */
export interface DateAsk {
  from: DayAsk | null
  to: DayAsk | null
}

/** A day that is known once it is known which day it is today. */
export type DayAsk =
  | { kind: 'date'; date: string }
  | { kind: 'ago'; days: number }
  /** The last day of this name; 0: Monday. */
  | { kind: 'weekday'; weekday: number; isBeforeToday: boolean }
  /** A day of the last such month, 1 to 12, that has begun, and the day with it. */
  | { kind: 'named'; month: number; day: number | 'last' }
  /** The first or the last day of a week, a month or a year, so many before this one. */
  | { kind: 'edge'; of: 'week' | 'month' | 'year'; ago: number; isEnd: boolean }
  /** The day after another, or before it. */
  | { kind: 'beside'; day: DayAsk; isAfter: boolean }

export interface FindCommand {
  kind: 'find'
  ask: FindAsk
}

const dateKeys = ['date', 'since', 'until', 'before', 'after'] as const
type DateKey = (typeof dateKeys)[number]
type FindKey = FindField | DateKey | 'sort'

const examples: Record<FindKey, string> = {
  customer: 'customer:"Mia Jansen"',
  channel: 'channel:email',
  account: 'account:support',
  theme: 'theme:complaint',
  sentiment: 'sentiment:negative',
  urgency: 'urgency:high',
  topic: 'topic:delivery',
  language: 'language:german',
  rating: 'rating:1..2',
  teammate: 'teammate:@ana',
  state: 'state:waiting',
  date: 'date:2026-11-01..2026-11-20',
  since: 'since:monday',
  until: 'until:2026-11-20',
  before: 'before:2026-11-20',
  after: 'after:2026-11-01',
  sort: '"lamp oil" -voucher sort:best',
}

const aliases: Record<string, FindKey> = {
  from: 'customer',
  name: 'customer',
  via: 'channel',
  inbox: 'account',
  mood: 'sentiment',
  priority: 'urgency',
  about: 'topic',
  lang: 'language',
  stars: 'rating',
  by: 'teammate',
  agent: 'teammate',
  status: 'state',
  is: 'state',
  dates: 'date',
  period: 'date',
  on: 'date',
  during: 'date',
  to: 'until',
  till: 'until',
  order: 'sort',
}

const longestAsk = 1000
const mostParts = 20

/**
 * Reads `refund "lamp oil" -voucher ship* channel:email -theme:complaint rating:1..2 since monday`, in any order. Of one key,
 * several values mean any of them. `order`: where none is named. `command`: its name, for what is wrong.
 */
export function parseFind(text: string, order: FindOrder, command: string): FindCommand | Invalid {
  const grammar: Grammar<FindKey> = { command, examples, aliases, isSpoken: false, isSearch: true }
  if (text.length > longestAsk)
    return invalid(
      grammar,
      `It takes at most ${longestAsk.toLocaleString('en')} characters, and these are more.`,
      examples.sort,
    )
  const words = wordsOf(grammar, withMentions(text.toWellFormed().replace(/\p{Cc}/gu, ' ')))
  if (!Array.isArray(words)) return words
  const dated = takeDates(grammar, words)
  if ('problem' in dated) return dated
  const ask: FindAsk = { words: [], where: {}, dates: dated.dates, order }
  for (const word of dated.rest) {
    const { key } = word
    if (key === null) ask.words.push(...findWord(word))
    else if (isField(key)) {
      const values = findValues(grammar, key, word)
      if (!Array.isArray(values)) return values
      ask.where[key] = [...(ask.where[key] ?? []), ...values]
    } else {
      const said = word.value
      const known = knownIn(findOrders, otherOrders, said)
      if (!known) return unknownWord(grammar, 'the order ', said, findOrders, (likely) => `sort:${likely ?? 'best'}`)
      ask.order = known
    }
  }
  const parts = ask.words.length + Object.values(ask.where).flat().length
  if (parts > mostParts)
    return invalid(grammar, `It takes at most ${mostParts} words and values, and these are ${parts}.`, examples.sort)
  const [first] = dated.rest
  if (first && parts === 0 && dated.rest.every(({ key }) => key === null))
    return invalid(grammar, `Letters and digits are found, and "${start(first.value, 50)}" has none.`, examples.sort)
  return { kind: 'find', ask }
}

const isField = (key: FindKey): key is FindField => (findFields as readonly string[]).includes(key)
const isDateKey = (key: FindKey | null): key is DateKey => (dateKeys as readonly (string | null)[]).includes(key)

/** What has nothing that could be found is passed over: dashes, faces. */
function findWord({ value, isQuoted, isExcluded }: Word<FindKey>): FindWord[] {
  if (!/[\p{L}\p{N}]/u.test(value)) return []
  const text = isQuoted ? value.trim() : value.replace(/[*＊]+$/, '')
  const kind = isQuoted ? 'phrase' : text === value ? 'word' : 'prefix'
  return [{ kind, text, isExcluded }]
}

const otherOrders: Record<string, FindOrder> = {
  new: 'newest',
  latest: 'newest',
  recent: 'newest',
  date: 'newest',
  'newest first': 'newest',
  relevance: 'best',
  'best first': 'best',
}

/** Parts the dates from all that is not quoted. */
function takeDates(
  grammar: Grammar<FindKey>,
  words: Word<FindKey>[],
): { dates: DateAsk | null; rest: Word<FindKey>[] } | Invalid {
  const wrong = ({ problem, example }: Wrong) => invalid(grammar, problem, example)
  const rest: Word<FindKey>[] = []
  let dates: DateAsk | null = null
  for (let at = 0; at < words.length;) {
    const word = words[at]
    if (!word) break
    const read = word.isExcluded && !isDateKey(word.key) ? null : dateAt(words, at, word)
    if (read === null) {
      rest.push(word)
      at += 1
      continue
    }
    if ('problem' in read) return wrong(read)
    if (word.isExcluded) return wrong({ problem: 'Dates can’t be excluded.', example: 'before:2026-11-20' })
    const { from, to } = read.value
    if ((dates?.from && from) || (dates?.to && to))
      return wrong({ problem: 'It takes one span of dates, and more are given.', example: examples.date })
    const both = inOrder({ from: dates?.from ?? from, to: dates?.to ?? to })
    if ('problem' in both) return wrong(both)
    dates = both
    at += read.length
  }
  return { dates, rest }
}

/** The date that begins with this word, and how many words it has; null where it is another word. */
function dateAt(words: Word<FindKey>[], at: number, word: Word<FindKey>): ReturnType<typeof datesAt> {
  const { key, value, isQuoted } = word
  if (!isDateKey(key)) return isPlain(word) ? datesAt(plainFrom(words, at), true) : null
  const before = key === 'date' ? [] : [key]
  const found = isQuoted ? null : datesAt([...before, value, ...plainFrom(words, at + 1)], false)
  if (found !== null) return 'problem' in found ? found : { ...found, length: found.length - before.length }
  const read = readDates([...before, ...value.trim().split(/\s+/)])
  return 'value' in read ? { ...read, length: 1 } : read
}

const isPlain = ({ key, isQuoted, isExcluded }: Word<FindKey>): boolean => key === null && !isQuoted && !isExcluded

/** The words from a place on that could be a date. */
function plainFrom(words: Word<FindKey>[], at: number): string[] {
  const some = words.slice(at, at + 10)
  const end = some.findIndex((word) => !isPlain(word))
  return (end < 0 ? some : some.slice(0, end)).map(({ value }) => value)
}
