import { nearest } from './nearest.ts'

/** How one command's words are told apart. */
export interface Grammar<Key extends string> {
  /** "open" */
  command: string
  /** For each key, an example that is right; the last is given where no key is to blame. */
  examples: Record<Key, string>
  /** Other names of keys. */
  aliases?: Record<string, Key>
  /** Keys may stand as words of their own: `at 08:30`. */
  isSpoken: boolean
  /** A minus excludes what it stands before, and commas part the values of one key: `-theme:question,"a topic"`. */
  isSearch?: true
}

/** Each of several values of one key is a word of its own. */
export interface Word<Key extends string> {
  /** Null: it stands without one. */
  key: Key | null
  value: string
  isQuoted: boolean
  isExcluded: boolean
}

/** `problem` says what is wrong, and what would be right. */
export interface Invalid {
  kind: 'invalid'
  problem: string
}

/** Of longer values, the beginning counts. */
export const longestValue = 200

/** Everything that stands between spaces, `key:value` and `key:"a value"` as one; or what is wrong with it. */
export function wordsOf<Key extends string>(grammar: Grammar<Key>, text: string): Word<Key>[] | Invalid {
  const words: Word<Key>[] = []
  for (let at = skipped(text, 0); at < text.length; at = skipped(text, at)) {
    const word = wordAt(grammar, text, at)
    if ('problem' in word) return word
    const { end, ...read } = word
    words.push(read)
    at = end
    while (grammar.isSearch && read.key !== null && comma.test(text.charAt(at))) {
      at += matchAt(/[\s,，、]*/y, text, at)[0]?.length ?? 0
      if (at >= text.length || isKeyAt(grammar, text, at)) break
      const more = valueAt(grammar, text, at, read.key)
      if ('problem' in more) return more
      const { value, isQuoted } = more
      if (value.trim() !== '') words.push({ ...read, value, isQuoted })
      at = more.end
    }
  }
  return words
}

/** What was given for each key. A word without one has the key that `bare` says; those of a period are one. */
export function valuesOf<Key extends string>(
  grammar: Grammar<Key>,
  text: string,
  bare: (word: string) => Key,
): Partial<Record<Key, string>> | Invalid {
  const words = wordsOf(grammar, text)
  if (!Array.isArray(words)) return words
  const given: Partial<Record<Key, string>> = {}
  for (const { key, value } of words) {
    const about = key ?? bare(value)
    const before = given[about]
    if (before !== undefined && about !== 'period')
      return invalid(grammar, `"${about}" is given twice.`, grammar.examples[about])
    given[about] = before === undefined ? value : `${before} ${value}`
  }
  return given
}

/** People as a platform writes them, `<@U123|ana>` and `<@!123>`, by their bare ids: `@U123`. */
export function withMentions(text: string): string {
  return text.replace(/<@!?(\w+)(?:\|[^<>\n]*)?>/g, '@$1')
}

/** `what`: a sentence or two. `example`: what would be right after the command's name. */
export function invalid({ command }: Pick<Grammar<string>, 'command'>, what: string, example: string): Invalid {
  return { kind: 'invalid', problem: `${what} For example: /desk ${command} ${example}` }
}

/** A value that is none of those there are. `noun`: "the theme "; `example`: for the one that was probably meant. */
export function unknownWord<Known extends string>(
  grammar: Pick<Grammar<string>, 'command'>,
  noun: string,
  word: string,
  known: readonly Known[],
  example: (likely: Known | null) => string,
): Invalid {
  const likely = nearest(word, known)
  const right = likely ? `Did you mean ${likely}?` : `There are ${listed(known)}.`
  return invalid(
    grammar,
    `/desk ${grammar.command} does not know ${noun}"${start(word, 50)}". ${right}`,
    example(likely),
  )
}

/** So that `wordsOf` reads it back as one value. */
export function quoted(value: string): string {
  return /^[\p{L}\p{N}@._+-]+$/u.test(value) ? value : `"${value.replace(/["“”„«»]/g, '$&$&')}"`
}

export const listed = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** No character is cut in two. */
export function start(text: string, max: number): string {
  return text
    .slice(0, max)
    .replace(/[\uD800-\uDBFF]$/, '')
    .toWellFormed()
}

/** `end`: where it ends in the text. */
function wordAt<Key extends string>(
  grammar: Grammar<Key>,
  text: string,
  begins: number,
): (Word<Key> & { end: number }) | Invalid {
  const isExcluded = isMinusAt(grammar, text, begins)
  const at = isExcluded ? begins + 1 : begins
  const [typed = '', name = ''] = keyAt(grammar, text, at)
  const key = keyOf(grammar, name)
  if (typed !== '' && key === null) return unknownKey(grammar, name)
  const from = skipped(text, at + typed.length)
  const isMissing = key !== null && isKeyAt(grammar, text, from)
  const read = isMissing ? null : valueAt(grammar, text, from, key)
  if (read === null || ('value' in read && read.value.trim() === ''))
    return wrong(grammar, `Nothing stands ${key ? `after ${typed.trim()}` : 'between the quotation marks'}.`, key)
  return 'problem' in read ? read : { key, isExcluded, ...read }
}

/** What stands at a place, up to a space, a comma or the closing mark. `key`: what it stands after. */
function valueAt<Key extends string>(
  grammar: Grammar<Key>,
  text: string,
  from: number,
  key: Key | null,
): { value: string; isQuoted: boolean; end: number } | Invalid {
  const isQuoted = quotes.includes(text.charAt(from) || ' ')
  const bare = grammar.isSearch && key !== null ? /[^\s,，、]*/y : /\S*/y
  const value = isQuoted ? '' : (matchAt(bare, text, from)[0] ?? '')
  const read = isQuoted ? unquoted(text, from) : { value, end: from + value.length }
  if (read === null) {
    const rest = start(text.slice(from + 1).trim(), 50)
    return wrong(grammar, `The quotation mark ${rest ? `before ${rest}` : 'at the end'} is not closed.`, key)
  }
  return { ...read, isQuoted }
}

function unknownKey<Key extends string>(grammar: Grammar<Key>, name: string): Invalid {
  const keys = Object.keys(grammar.examples) as Key[]
  const likely = nearest(name, [...keys, ...Object.keys(grammar.aliases ?? {})])
  const right = likely
    ? `Did you mean ${likely}:?`
    : `It knows ${listed(keys.map((one) => `${one}:`))}; other words with a colon stand in quotation marks.`
  const what = `/desk ${grammar.command} does not know "${start(name, 50)}:". ${right}`
  return wrong(grammar, what, keyOf(grammar, likely ?? ''))
}

const wrong = <Key extends string>(grammar: Grammar<Key>, what: string, about: Key | null): Invalid =>
  invalid(grammar, what, exampleOf(grammar, about))

function exampleOf<Key extends string>({ examples }: Grammar<Key>, key: Key | null): string {
  return (key === null ? Object.values<string>(examples).at(-1) : examples[key]) ?? ''
}

/** A key as it stands, and its name; nothing where none stands. */
function keyAt<Key extends string>(grammar: Grammar<Key>, text: string, at: number): string[] {
  const found = matchAt(/(\p{L}+)[:：]/uy, text, at)
  if (found.length > 0 || !grammar.isSpoken) return found
  const spoken = matchAt(/(\p{L}+)(?!\S)/uy, text, at)
  return keyOf(grammar, spoken[1] ?? '') === null ? [] : spoken
}

function isKeyAt<Key extends string>(grammar: Grammar<Key>, text: string, at: number): boolean {
  const [, name = ''] = keyAt(grammar, text, isMinusAt(grammar, text, at) ? at + 1 : at)
  return keyOf(grammar, name) !== null
}

const isMinusAt = ({ isSearch }: Grammar<string>, text: string, at: number): boolean =>
  isSearch === true && matchAt(/[-−]\S/y, text, at).length > 0

function keyOf<Key extends string>({ examples, aliases }: Grammar<Key>, name: string): Key | null {
  const word = name.toLowerCase()
  if (aliases && Object.hasOwn(aliases, word)) return aliases[word] ?? null
  return (Object.keys(examples) as Key[]).find((key) => key === word) ?? null
}

/** The groups of a sticky pattern that matches here; empty where it doesn't. */
function matchAt(sticky: RegExp, text: string, at: number): string[] {
  sticky.lastIndex = at
  return sticky.exec(text) ?? []
}

const comma = /[,，、]/
const skipped = (text: string, at: number): number => at + (matchAt(/\s*/y, text, at)[0]?.length ?? 0)

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
