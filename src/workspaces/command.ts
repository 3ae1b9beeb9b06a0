import { themes, type Theme } from '../interactions/interaction.ts'
import { parseDigest, parseStats, type DigestCommand, type StatsCommand } from './command-digest.ts'
import {
  invalid,
  longestValue,
  quoted,
  start,
  unknownWord,
  wordsOf,
  type Grammar,
  type Invalid,
} from './command-words.ts'
import type { FormAbout, FormId } from './form.ts'
import { nearest } from './nearest.ts'

export { nearest }

/** What `/desk` understands. Pure; one grammar for every workspace, so that one that can open a form does so at once. */
export type Command =
  | { kind: 'help' }
  | { kind: 'home' }
  | { kind: 'open'; filter: OpenFilter }
  | { kind: 'form'; form: FormId; about: FormAbout }
  | { kind: 'settings' }
  | DigestCommand
  | StatsCommand
  | { kind: 'unknown'; word: string; nearest: string | null }
  /** The command is known; what follows it is not understood. */
  | Invalid

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
  name: 'theme' | 'channel' | 'customer' | 'text' | 'period' | 'at' | 'room' | 'by'
  /** At most 100 characters. */
  about: string
  /** What is offered while it is typed; null: nothing. `rooms`: the platform's own field for a room, worth its id here. */
  suggests: 'themes' | 'channels' | 'customers' | 'periods' | 'dimensions' | 'rooms' | null
}

interface CommandSpec {
  name: 'help' | 'home' | 'open' | 'log' | 'digest' | 'stats' | 'settings'
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
    name: 'digest',
    about: 'The numbers of a day, a week or any dates; or each working day: /desk digest at 08:30',
    example: '/desk digest week',
    options: [
      { name: 'period', about: 'now, yesterday, week, month, or dates: 2026-11-01..2026-11-20', suggests: 'periods' },
      { name: 'at', about: 'Has it come every working day at this time, such as 08:30; or off', suggests: null },
      { name: 'room', about: 'Where it comes then; else here', suggests: 'rooms' },
    ],
  },
  {
    name: 'stats',
    about: 'The numbers by channel, theme, topic, teammate, hour and more',
    example: '/desk stats by theme week',
    options: [
      { name: 'by', about: 'What is told apart', suggests: 'dimensions' },
      { name: 'period', about: 'now, yesterday, week, month, or dates: 2026-11-01..2026-11-20', suggests: 'periods' },
    ],
  },
  {
    name: 'settings',
    about: 'Voice, rooms, hours, targets, digests and roles; for managers',
    example: '/desk settings',
    options: [],
  },
]

/** What travels with a form has its limits. */
const longestText = 2000

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
  switch (known.name) {
    case 'open':
      return parseOpen(rest)
    case 'digest':
      return parseDigest(rest)
    case 'stats':
      return parseStats(rest)
    case 'log': {
      const words = rest.slice(0, longestText).toWellFormed()
      return { kind: 'form', form: 'log', about: words === '' ? {} : { text: words } }
    }
    default:
      return { kind: known.name }
  }
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

const openGrammar: Grammar<keyof OpenFilter> = {
  command: 'open',
  examples: { theme: 'theme:complaint', channel: 'channel:email', customer: 'customer:"Mia Jansen"' },
  isSpoken: false,
}

/** `theme:complaint channel:email customer:"Mia Jansen"`, in any order. A word without a key is a theme, or of the customer's name. */
function parseOpen(text: string): Command {
  const { examples } = openGrammar
  const given = new Map<keyof OpenFilter, string>()
  const names: string[] = []
  const words = wordsOf(openGrammar, text)
  if (!Array.isArray(words)) return words
  for (const { key, value, isQuoted } of words) {
    const about = key ?? (!isQuoted && themeOf(value) ? 'theme' : null)
    if (about && given.has(about))
      return invalid(openGrammar, `It takes one ${about}, and two are given.`, examples[about])
    if (about) given.set(about, value)
    if (about === null || about === 'customer') names.push(value)
  }
  const said = given.get('theme')
  const theme = said === undefined ? null : themeOf(said)
  if (said !== undefined && theme === null)
    return unknownWord(openGrammar, 'the theme ', said, themes, (likely) => `theme:${likely ?? themes[1]}`)
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

const themeOf = (word: string): Theme | null => themes.find((theme) => theme === word.trim().toLowerCase()) ?? null
