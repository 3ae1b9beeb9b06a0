import { exchangeStates } from '../history/exchange.ts'
import { sentiments, themes, urgencies } from '../interactions/interaction.ts'
import type { FindField, FindValue } from './command-find.ts'
import { invalid, start, unknownWord, type Grammar, type Invalid, type Word } from './command-words.ts'

/** What each of these fields can be, and what else it may be called. */
const known: Partial<Record<FindField, { names: readonly string[]; others: Record<string, string> }>> = {
  theme: { names: themes, others: {} },
  sentiment: { names: sentiments, others: {} },
  urgency: { names: urgencies, others: { urgent: 'high', medium: 'normal' } },
  state: { names: exchangeStates, others: { open: 'waiting', replied: 'answered', automatic: 'received' } },
}

/** What was typed for a field; themes, sentiments, urgencies, states and ratings as known ones, or what is wrong with them. */
export function findValues(
  grammar: Pick<Grammar<FindField>, 'command' | 'examples'>,
  field: FindField,
  word: Word<string>,
): FindValue[] | Invalid {
  const example = grammar.examples[field]
  const choices = known[field]
  const isChosen = choices !== undefined || field === 'rating'
  const values: FindValue[] = []
  // A platform's field for a theme has no other place for a comma or a minus.
  const parts = isChosen ? word.value.split(/[,，、]/) : [word.value.replace(field === 'teammate' ? /^\s*@/ : '', '')]
  for (const part of parts.map((one) => one.trim()).filter((one) => /\S/.test(one))) {
    const said = isChosen ? part.replace(/^[-−]/, '').trim() : part
    const isExcluded = word.isExcluded || said !== part
    const read = choices ? knownIn(choices.names, choices.others, said) : field === 'rating' ? ratingsOf(said) : said
    if (read !== undefined) values.push(...[read].flat().map((value) => ({ value, isExcluded })))
    else if (choices)
      return unknownWord(grammar, `the ${field} `, said, choices.names, (likely) =>
        likely ? `${field}:${likely}` : example,
      )
    else return invalid(grammar, `"${start(said, 50)}" is no rating. There are 1 to 5, 1..2 and 4+.`, example)
  }
  const hasAny = values.some(({ value }) => /[\p{L}\p{N}]/u.test(value))
  return hasAny ? values : invalid(grammar, `Nothing that could be found stands after ${field}:.`, example)
}

/** The one that was said, by its name, in the plural, or by another name. */
export function knownIn<Known extends string>(
  names: readonly Known[],
  others: Record<string, Known>,
  said: string,
): Known | undefined {
  const word = said.trim().toLowerCase()
  return Object.hasOwn(others, word) ? others[word] : names.find((name) => word === name || word === `${name}s`)
}

/** `3`, `1..2`, `4+`; undefined for what is none. */
function ratingsOf(text: string): string[] | undefined {
  const [, first, last = first, plus] =
    /^([1-5])(?:\s*(?:\.{2,3}|‥|…|–|-)\s*([1-5])|(\+))?\s*(?:★|stars?)?$/i.exec(text.trim()) ?? []
  if (first === undefined || last === undefined) return undefined
  const [low, high] = [Number(first), plus ? 5 : Number(last)].toSorted((a, b) => a - b)
  return ['1', '2', '3', '4', '5'].filter((rating) => Number(rating) >= (low ?? 1) && Number(rating) <= (high ?? 5))
}
