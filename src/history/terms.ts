import { tokensOf, fold, isUnspaced } from './fold.ts'
import type { ExchangeState } from './exchange.ts'

/** What an exchange is found by. Facets are of the newest state; texts as they are shown. */
export interface ExchangeWords {
  at: Date
  channel: string
  account: string
  theme: string | null
  sentiment: string | null
  urgency: string | null
  language: string | null
  topics: readonly string[]
  /** Stars, 1 to 5. */
  rating: number | null
  /** Who approved what answered it. */
  teammate: string | null
  state: ExchangeState
  /** What the customer said, its translation, subject and summary. */
  said: readonly (string | null)[]
  /** What the team answered. */
  answered: readonly string[]
  /** The customer's names and handles. */
  names: readonly (string | null)[]
  /** Email addresses and numbers. */
  addresses: readonly (string | null)[]
}

/** Each term of an exchange with its places (`12A`: the twelfth word, of what the customer said); of facets: none. */
export type ExchangeTerms = ReadonlyMap<string, readonly string[]>

export type FacetName =
  | 'account'
  | 'channel'
  | 'day'
  | 'language'
  | 'month'
  | 'name'
  | 'rating'
  | 'sentiment'
  | 'state'
  | 'teammate'
  | 'theme'
  | 'topic'
  | 'urgency'

const longestFacet = 200
/** Longer than any address. */
const longestName = 400

/** `theme=complaint`: a term that no word can be, with the value folded and cut. A teammate's id is told apart by its case. */
export function facet(name: FacetName, value: string | number): string {
  const text = String(value)
  const told = name === 'teammate' ? text.replaceAll('\0', '').toWellFormed() : fold(text)
  return `${name}=${Array.from(told.slice(0, 2 * longestFacet))
    .slice(0, longestFacet)
    .join('')
    .toWellFormed()}`
}

/** True for terms that are no words. */
export function isFacet(term: string): boolean {
  return term.includes('=')
}

/** The last place, and the most places of one word, that Postgres keeps. */
const lastPlace = 16_383
const mostPlaces = 255
/** Of all words of one exchange. Postgres takes a million. */
const mostBytes = 400_000
/** Between two texts, so that no phrase goes from one into the next. */
const gap = 8

/** All terms of an exchange. Words beyond the 16,000th are left out. */
export function exchangeTerms(exchange: ExchangeWords): ExchangeTerms {
  const terms = new Map<string, string[]>()
  const { at } = exchange
  const cut = (all: readonly (string | null)[]) => all.flatMap((one) => one?.slice(0, longestName) ?? [])
  const [names, addresses] = [cut(exchange.names), cut(exchange.addresses)]
  const day = at.toISOString().slice(0, 10)
  const given: [FacetName, string | number | null][] = [
    ['day', day],
    ['month', day.slice(0, 7)],
    ['channel', exchange.channel],
    ['account', exchange.account],
    ['theme', exchange.theme],
    ['sentiment', exchange.sentiment],
    ['urgency', exchange.urgency],
    ['language', exchange.language],
    ['rating', exchange.rating],
    ['teammate', exchange.teammate],
    ['state', exchange.state],
    ...exchange.topics.map((topic): [FacetName, string] => ['topic', topic]),
    ...addresses.map((address): [FacetName, string] => ['name', address]),
    ...[...names, ...addresses].flatMap((name) =>
      tokensOf(name).map(({ word }): [FacetName, string] => ['name', word]),
    ),
  ]
  for (const [name, value] of given) {
    const term = value === null ? '=' : facet(name, value)
    if (!term.endsWith('=')) terms.set(term, [])
  }

  let place = 0
  let bytes = 0
  const add = (text: string, weight: string) => {
    for (const { word } of tokensOf(text)) {
      place += 1
      if (place > lastPlace) return
      const places = terms.get(word)
      if (!places) {
        bytes += Buffer.byteLength(word) + 8
        if (bytes > mostBytes) return
        terms.set(word, [`${place}${weight}`])
      } else if (places.length < mostPlaces) places.push(`${place}${weight}`)
    }
    place += gap
  }
  // The long ones last: what they push out is their own end.
  for (const name of new Set([...names, ...addresses])) add(name, 'C')
  for (const text of exchange.answered) add(text, 'B')
  const said = exchange.said.filter((text) => text !== null)
  for (const text of said.toSorted((a, b) => a.length - b.length)) add(text, 'A')
  return terms
}

/** As Postgres reads a tsvector: `'parcel':3A,9B 'theme=complaint'`. */
export function tsvectorOf(terms: ExchangeTerms): string {
  return Array.from(
    terms,
    ([term, places]) => `${quoted(term)}${places.length > 0 ? `:${places.join(',')}` : ''}`,
  ).join(' ')
}

/** A term as both a tsvector and a tsquery take it, whatever is in it. */
export function quoted(term: string): string {
  return `'${term.replaceAll(/['\\]/g, '$&$&')}'`
}

const fewestLetters = 4
const mostLetters = 24
/** From so many letters on, two may be mistaken. */
const longWord = 8

/** The word, and it without each of its letters: what mistyped words share. Empty for what is no word of 4 to 24 letters. */
export function nearOf(word: string): string[] {
  const letters = Array.from(word)
  const isSpelt = letters.length >= fewestLetters && letters.length <= mostLetters
  if (!isSpelt || !/^[\p{L}\p{M}]+$/u.test(word) || isUnspaced(word)) return []
  return [...new Set([word, ...shortened(letters)])]
}

/** What a mistyped word is looked up by: of a longer one, it without any two of its letters as well. */
export function reachOf(word: string): string[] {
  const near = nearOf(word)
  if (Array.from(word).length < longWord) return near
  return [...new Set([...near, ...near.slice(1).flatMap((shorter) => shortened(Array.from(shorter)))])]
}

/** How many mistakes a word may have. */
export function mistakesIn(word: string): number {
  return Array.from(word).length < longWord ? 1 : 2
}

function shortened(letters: string[]): string[] {
  return letters.map((_, at) => letters.toSpliced(at, 1).join(''))
}
