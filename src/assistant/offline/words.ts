import { isLanguage, languages, type Language } from '../languages.ts'

/** Phrases by language, separated by commas or line ends. `*` at the end of a word stands for any ending. */
export type PhraseList = Record<Language, string>

/** What was said, ready to be searched. */
export interface Speech {
  /** BCP 47, or `und`: then the words of every language count. */
  language: string
  words: string[]
}

/** Finds where phrases begin: the indexes of their first words, in order. */
type Finder = (speech: Speech) => number[]

/** Lower case, without accents. */
export function toWords(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase()
      .replaceAll('ß', 'ss')
      .match(/[\p{L}\p{N}*]+/gu) ?? []
  )
}

/** Where phrases overlap, each first word counts once. */
export function finder(list: PhraseList): Finder {
  const byLanguage = new Map<string, string[][]>()
  for (const language of languages) byLanguage.set(language, parse(list[language]))
  const all = [...byLanguage.values()].flat()
  return ({ language, words }) => {
    const phrases = isLanguage(language) ? byLanguage.get(language) : all
    return words.flatMap((_, start) =>
      phrases?.some((phrase) => phrase.every((part, index) => fits(words[start + index], part))) ? [start] : [],
    )
  }
}

function parse(phrases: string): string[][] {
  return phrases
    .split(/[,\n]/)
    .map(toWords)
    .filter((phrase) => phrase.length > 0)
}

function fits(word: string | undefined, part: string): boolean {
  if (word === undefined) return false
  return part.endsWith('*') ? word.startsWith(part.slice(0, -1)) : word === part
}
