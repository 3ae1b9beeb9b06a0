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
}

interface Word<Key extends string> {
  /** Null: it stands without one. */
  key: Key | null
  value: string
  isQuoted: boolean
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
    words.push(word)
    at = word.end
  }
  return words
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
  at: number,
): (Word<Key> & { end: number }) | Invalid {
  const [typed = '', name = ''] = keyAt(grammar, text, at)
  const key = keyOf(grammar, name)
  const wrong = (what: string, about = key) => invalid(grammar, what, exampleOf(grammar, about))
  if (typed !== '' && key === null) {
    const keys = Object.keys(grammar.examples) as Key[]
    const likely = nearest(name, keys)
    const right = likely
      ? `Did you mean ${likely}:?`
      : `It knows ${listed(keys.map((one) => `${one}:`))}; other words with a colon stand in quotation marks.`
    return wrong(`/desk ${grammar.command} does not know "${start(name, 50)}:". ${right}`, likely)
  }
  const from = skipped(text, at + typed.length)
  const isQuoted = quotes.includes(text.charAt(from) || ' ')
  const read = isQuoted ? unquoted(text, from) : { value: matchAt(/\S*/y, text, from)[0] ?? '', end: 0 }
  if (read === null) {
    const rest = start(text.slice(from + 1).trim(), 50)
    return wrong(`The quotation mark ${rest ? `before ${rest}` : 'at the end'} is not closed.`)
  }
  const isKey = key !== null && !isQuoted && keyOf(grammar, keyAt(grammar, text, from)[1] ?? '') !== null
  if (read.value.trim() === '' || isKey) {
    const where = key === null ? 'between the quotation marks' : `after ${typed.trim()}`
    return wrong(`Nothing stands ${where}.`)
  }
  return { key, value: read.value, isQuoted, end: isQuoted ? read.end : from + read.value.length }
}

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
