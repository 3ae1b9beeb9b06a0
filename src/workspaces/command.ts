import { themes, type Theme } from '../interactions/interaction.ts'
import { parseAudit, type AuditCommand } from './command-audit.ts'
import { parseDigest, parseStats, type DigestCommand, type StatsCommand } from './command-digest.ts'
import { parseFind, type FindCommand } from './command-find.ts'
import { commands, type CustomerCommandName } from './command-list.ts'
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

export type { CommandOption } from './command-list.ts'
export { commands, nearest }

/** What `/desk` understands. Pure; one grammar for every workspace, so that one that can open a form does so at once. */
export type Command =
  | { kind: 'help' }
  | { kind: 'home' }
  | { kind: 'open'; filter: OpenFilter }
  | { kind: 'form'; form: FormId; about: FormAbout }
  | { kind: 'settings' }
  | DigestCommand
  | StatsCommand
  | FindCommand
  | CustomerCommand
  | AuditCommand
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

/** About one customer: part of a name, an address or an id; '' when nothing was typed. */
export interface CustomerCommand {
  kind: CustomerCommandName
  customer: string
}

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
    case 'find':
    case 'history':
      return parseFind(rest, known.name === 'find' ? 'best' : 'newest', known.name)
    case 'customer':
    case 'forget':
    case 'export':
      return parseCustomer(known.name, rest)
    case 'audit':
      return parseAudit(rest)
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

/** `Mia Jansen`, `mia@example.com`, `customer:"Mia Jansen"`. */
function parseCustomer(kind: CustomerCommandName, text: string): Command {
  const grammar: Grammar<'customer'> = { command: kind, examples: { customer: 'Mia Jansen' }, isSpoken: false }
  const words = wordsOf(grammar, text)
  if (!Array.isArray(words)) return words
  if (words.filter(({ key }) => key !== null).length > 1)
    return invalid(grammar, 'It takes one customer, and two are given.', grammar.examples.customer)
  return { kind, customer: start(words.map(({ value }) => value).join(' '), longestValue) }
}

const themeOf = (word: string): Theme | null => themes.find((theme) => theme === word.trim().toLowerCase()) ?? null
