import { commands, type CommandOption } from '../command.ts'
import { quoted } from '../command-words.ts'
import type { Suggestion } from '../workspace.ts'

const options = commands.find(({ name }) => name === 'find')?.options.filter(({ name }) => name !== 'text') ?? []

/** What stands before the caret: the value of a key, or the beginning of a key. */
export type Typing =
  | { kind: 'value'; option: CommandOption; typed: string; from: number }
  | { kind: 'key'; typed: string; from: number }

/** What is being typed at the end of `text`; `from`: where it begins. Null: words, for which nothing is offered. */
export function typingAt(text: string): Typing | null {
  const value = /(?<=^|\s)[-−]?(\p{L}{1,20})[:：](?:[^\s"“”„«»]*[,，、])?(["“”„«»]?)([^"“”„«»]{0,200})$/u.exec(text)
  const [, name = '', quote = '', typed = ''] = value ?? []
  const option = options.find((one) => one.name === name.toLowerCase())
  if (option && (quote !== '' || !/\s/.test(typed))) {
    const last = quote === '' ? (/[^,，、]*$/.exec(typed)?.[0] ?? '') : typed
    const isMinus = quote === '' && /^[-−]/.test(last)
    const said = isMinus ? last.slice(1) : last
    return { kind: 'value', option, typed: said, from: text.length - said.length - quote.length }
  }
  const isInPhrase = (text.match(/["“”„«»]/g)?.length ?? 0) % 2 === 1
  const [, begun] = (!isInPhrase && /(?:^|\s)[-−]?(\p{L}{2,20})$/u.exec(text)) || []
  return begun === undefined ? null : { kind: 'key', typed: begun, from: text.length - begun.length }
}

/** Keys that begin so. */
export function suggestKeys(typed: string): Suggestion[] {
  const begun = typed.toLowerCase()
  return options
    .filter(({ name }) => name.startsWith(begun))
    .map(({ name, about }) => ({ value: `${name}:`, label: `${name}: ${about}` }))
}

/** A value as it stands in the box. */
export const typedValue = (value: string): string => `${quoted(value)} `
