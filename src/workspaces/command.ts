import { themes, type Theme } from '../interactions/interaction.ts'
import type { FormAbout, FormId } from './form.ts'

/** What `/desk` understands. Pure; one grammar for every workspace, so that one that can open a form does so at once. */
export type Command =
  | { kind: 'help' }
  | { kind: 'home' }
  | { kind: 'open'; filter: OpenFilter }
  | { kind: 'form'; form: FormId; about: FormAbout }
  | { kind: 'settings' }
  | { kind: 'unknown'; word: string; nearest: string | null }
  /** The command is known; what follows it is not understood. `problem` says what is wrong, and what would be right. */
  | { kind: 'invalid'; problem: string }

/** Which of those who wait are asked for; what is null doesn't matter. The channel is not yet held against those there are. */
export interface OpenFilter {
  theme: Theme | null
  /** A channel's id or name. */
  channel: string | null
  /** Part of a name or a handle. */
  customer: string | null
}

/** What a command can be told, where a platform has a field for it; elsewhere it is typed as `theme:complaint`. */
export interface CommandOption {
  name: 'theme' | 'channel' | 'customer' | 'text'
  /** At most 100 characters. */
  about: string
  /** What is offered while it is typed; null: nothing. */
  suggests: 'themes' | 'channels' | 'customers' | null
}

interface CommandSpec {
  name: 'help' | 'home' | 'open' | 'log' | 'settings'
  /** At most 100 characters. */
  about: string
  example: string
  options: CommandOption[]
}

export const commands: readonly CommandSpec[] = [
  { name: 'help', about: 'Shows this list', example: '/desk help', options: [] },
  { name: 'home', about: 'Shows what waits for you, and what you answered today', example: '/desk home', options: [] },
  {
    name: 'open',
    about: 'Shows who is waiting, the longest first',
    example: '/desk open theme:complaint channel:email customer:mia',
    options: [
      { name: 'theme', about: 'Only this theme', suggests: 'themes' },
      { name: 'channel', about: 'Only what came in on this channel', suggests: 'channels' },
      { name: 'customer', about: 'Only this customer: part of a name or a handle', suggests: 'customers' },
    ],
  },
  {
    name: 'log',
    about: 'Writes down a phone call or a visit',
    example: '/desk log Mia called: her parcel came broken',
    options: [{ name: 'text', about: 'What was said, by whom', suggests: null }],
  },
  {
    name: 'settings',
    about: 'Voice, rooms, hours, targets and roles; for managers',
    example: '/desk settings',
    options: [],
  },
]

/** What travels with a form has its limits. */
const longestText = 2000
/** Of longer ones, the beginning counts. */
const longestValue = 200

/** `text` is what follows `/desk`; a leading `/desk` is ignored. */
export function parseCommand(text: string): Command {
  const said = text
    .trim()
    .replace(/^\/desk(?!\S)/i, '')
    .trim()
  const [first = ''] = said.split(/\s/, 1)
  const word = first.toLowerCase()
  if (word === '') return { kind: 'help' }
  const known = commands.find(({ name }) => name === word)
  if (!known) {
    const names = commands.map(({ name }) => name)
    return { kind: 'unknown', word: word.slice(0, 50).toWellFormed(), nearest: nearest(word, names) }
  }
  const rest = said.slice(first.length).trim()
  if (known.name === 'open') return parseFilter(rest)
  if (known.name !== 'log') return { kind: known.name }
  const words = rest.slice(0, longestText).toWellFormed()
  return { kind: 'form', form: 'log', about: words === '' ? {} : { text: words } }
}

/**
 * The inverse of `parseCommand`, for platforms that have a field for each option: what would have been typed.
 * Whatever stands in a value is read back as it is; of more than 200 characters (of `text`: 2,000) the beginning.
 */
export function commandText(name: string, options: { name: string; value: string }[]): string {
  const typed = options.map((option) =>
    option.name === 'text' ? option.value : `${option.name}:${quoted(option.value)}`,
  )
  return [name, ...typed].join(' ')
}

/** The one of `known` that was probably meant; null when none is like it. */
export function nearest<Known extends string>(word: string, known: readonly Known[]): Known | null {
  const typed = word.slice(0, 50).toLowerCase()
  const [best] = known
    .map((one) => ({ one, distance: distance(typed, one.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)
  if (best && best.distance <= 2) return best.one
  const begun = typed.length > 2 ? known.find((one) => one.toLowerCase().startsWith(typed)) : undefined
  return begun ?? null
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...a].entries()) {
    let diagonal = row[0] ?? 0
    row = row.reduce<number[]>((next, above, column) => {
      next.push(
        column === 0
          ? index + 1
          : Math.min(above + 1, (next[column - 1] ?? 0) + 1, diagonal + (letter === b[column - 1] ? 0 : 1)),
      )
      diagonal = above
      return next
    }, [])
  }
  return row.at(-1) ?? 0
}

const keys = ['theme', 'channel', 'customer'] as const
type Key = (typeof keys)[number]

const examples: Record<Key, string> = {
  theme: 'theme:complaint',
  channel: 'channel:email',
  customer: 'customer:"Mia Jansen"',
}

/** `theme:complaint channel:email customer:"Mia Jansen"`, in any order. A word without a key is a theme, or of the customer's name. */
function parseFilter(text: string): Command {
  const given = new Map<Key, string>()
  const names: string[] = []
  const pieces = piecesOf(text)
  if (!Array.isArray(pieces)) return pieces
  for (const { key, value, isQuoted } of pieces) {
    const about = key ?? (!isQuoted && themeOf(value) ? 'theme' : null)
    if (about && given.has(about)) return invalid(`It takes one ${about}, and two are given.`, examples[about])
    if (about) given.set(about, value)
    if (about === null || about === 'customer') names.push(value)
  }
  const said = given.get('theme')
  const theme = said === undefined ? null : themeOf(said)
  if (said !== undefined && theme === null) {
    const likely = nearest(said, themes)
    const right = likely ? `Did you mean ${likely}?` : `There are ${listed(themes)}.`
    return invalid(`/desk open does not know the theme "${start(said, 50)}". ${right}`, `theme:${likely ?? themes[1]}`)
  }
  const channel = given.get('channel')
  const customer = names.join(' ')
  return {
    kind: 'open',
    filter: {
      theme,
      channel: channel === undefined ? null : start(channel, longestValue),
      customer: customer === '' ? null : start(customer, longestValue),
    },
  }
}

interface Piece {
  /** Null: it stands without one. */
  key: Key | null
  value: string
  isQuoted: boolean
  /** Where it ends in the text. */
  end: number
}

type Invalid = Extract<Command, { kind: 'invalid' }>

/** Everything that stands between spaces, or what is wrong with it. */
function piecesOf(text: string): Piece[] | Invalid {
  const pieces: Piece[] = []
  for (let at = skipped(text, 0); at < text.length; at = skipped(text, at)) {
    const piece = pieceAt(text, at)
    if ('problem' in piece) return piece
    pieces.push(piece)
    at = piece.end
  }
  return pieces
}

function pieceAt(text: string, at: number): Piece | Invalid {
  const [typed = '', name = ''] = matchAt(keyPattern, text, at)
  const key = keyOf(name)
  if (typed !== '' && key === null) {
    const likely = nearest(name, keys)
    const right = likely
      ? `Did you mean ${likely}:?`
      : `It knows ${listed(keys.map((one) => `${one}:`))}; other words with a colon stand in quotation marks.`
    return invalid(`/desk open does not know "${start(name, 50)}:". ${right}`, examples[likely ?? 'customer'])
  }
  const from = skipped(text, at + typed.length)
  const isQuoted = quotes.includes(text.charAt(from) || ' ')
  const read = isQuoted ? unquoted(text, from) : { value: matchAt(/\S*/y, text, from)[0] ?? '', end: 0 }
  if (read === null) {
    const rest = start(text.slice(from + 1).trim(), 50)
    return invalid(
      `The quotation mark ${rest ? `before ${rest}` : 'at the end'} is not closed.`,
      examples[key ?? 'customer'],
    )
  }
  const isEmpty =
    read.value.trim() === '' || (key !== null && !isQuoted && keyOf(matchAt(keyPattern, text, from)[1] ?? '') !== null)
  if (isEmpty) {
    const where = key === null ? 'between the quotation marks' : `after ${key}:`
    return invalid(`Nothing stands ${where}.`, examples[key ?? 'customer'])
  }
  return { key, value: read.value, isQuoted, end: isQuoted ? read.end : from + read.value.length }
}

const keyPattern = /(\p{L}+)[:：]/uy

/** The groups of a sticky pattern that matches here; empty where it doesn't. */
function matchAt(sticky: RegExp, text: string, at: number): string[] {
  sticky.lastIndex = at
  return sticky.exec(text) ?? []
}

const skipped = (text: string, at: number): number => at + (matchAt(/\s*/y, text, at)[0]?.length ?? 0)

const keyOf = (name: string): Key | null => keys.find((key) => key === name.toLowerCase()) ?? null

const themeOf = (word: string): Theme | null => themes.find((theme) => theme === word.trim().toLowerCase()) ?? null

/** Any of them begins or ends a value; twice the same inside of one stands for itself. Phones type the bent ones. */
const quotes = '"“”„«»'

/** What stands between the mark at `at` and the next; null: there is none. */
function unquoted(text: string, at: number): { value: string; end: number } | null {
  let value = ''
  for (let index = at + 1; index < text.length; index += 1) {
    const letter = text.charAt(index)
    if (!quotes.includes(letter)) value += letter
    else if (text.charAt(index + 1) !== letter) return { value, end: index + 1 }
    else {
      value += letter
      index += 1
    }
  }
  return null
}

function quoted(value: string): string {
  return /^[\p{L}\p{N}@._+-]+$/u.test(value) ? value : `"${value.replace(/["“”„«»]/g, '$&$&')}"`
}

/** `what`: a sentence or two. */
function invalid(what: string, example: string): Invalid {
  return { kind: 'invalid', problem: `${what} For example: /desk open ${example}` }
}

const listed = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** No character is cut in two. */
function start(text: string, max: number): string {
  return text
    .slice(0, max)
    .replace(/[\uD800-\uDBFF]$/, '')
    .toWellFormed()
}
