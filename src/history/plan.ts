import type { Db } from '../db/client.ts'
import { findFields, type FindField, type FindWord } from '../workspaces/command-find.ts'
import { oneLine } from '../workspaces/kit/text.ts'
import { endingsOf, readCounts, wordsBeginning, wordsLike, type KnownWord } from './dictionary.ts'
import {
  marksOf,
  mostOf,
  stepsOf,
  termsOf,
  type Expression,
  type Plan,
  type StoredAsk,
  type WordStep,
} from './query.ts'
import { facet } from './terms.ts'

/** Of a beginning, so many words are looked for: the most frequent. */
const mostBegun = 32
const mostLike = 3
/** A phrase with more words than this that are nowhere is nowhere: none of them is looked up by its spelling. */
const mostMistyped = 2

export interface Planned {
  plan: Plan
  /** Words that are nowhere, and like nothing that is: then nothing can be found. */
  nowhere: string[]
  /** "“delviery” is nowhere: these have “delivery”"; null: nothing to say. */
  note: string | null
}

/** Looks up what each word may stand for, and how many rows can have it all. */
export async function planOf(db: Db, ask: StoredAsk): Promise<Planned> {
  const counts: Counts = new Map()
  const [words, fields] = await Promise.all([
    Promise.all(ask.words.map((word) => expand(db, word, counts))),
    Promise.all(
      findFields.flatMap((field) =>
        (ask.where[field] ?? []).map(async ({ value, isExcluded }) => ({
          field,
          isExcluded,
          expression: await fieldOf(db, field, value, counts),
        })),
      ),
    ),
  ])
  const wanted = words.filter(({ word }) => !word.isExcluded)
  const ranked = wanted.map(({ expression }) => expression)
  const chosen = Map.groupBy(
    fields.filter(({ isExcluded }) => !isExcluded),
    ({ field }) => field,
  )
  const either = [...chosen.values()].map((some): Expression => {
    const parts = some.map(({ expression }) => expression)
    return { kind: 'either', parts }
  })
  const must = [...ranked, ...either].map((one) => possible(one) ?? nothing)
  const excluded = [...words.filter(({ word }) => word.isExcluded), ...fields.filter(({ isExcluded }) => isExcluded)]
  const uncounted = new Set(must.flatMap(termsOf).filter((term) => !counts.has(term)))
  await lookUp(db, counts, uncounted)
  return {
    plan: {
      must,
      not: excluded.flatMap(({ expression }) => possible(expression) ?? []),
      ranked,
      marks: ranked.flatMap(marksOf),
      counts: must.map((one) => mostOf(one, counts)),
      customerId: ask.customerId,
      from: ask.from === null ? null : new Date(ask.from),
      until: new Date(ask.until),
    },
    nowhere: wanted.filter(({ expression }) => possible(expression) === null).map(({ word }) => word.text),
    note: words.flatMap(({ notes }) => notes).join('; ') || null,
  }
}

/** How many rows have each term, as far as it was looked up. */
type Counts = Map<string, number>

/** Looks up how many rows have each of these, and keeps it. */
async function lookUp(db: Db, counts: Counts, wanted: Iterable<string>): Promise<void> {
  for (const [term, count] of await readCounts(db, [...wanted])) counts.set(term, count)
}

/** The words alone; their counts are kept. */
function learn(counts: Counts, words: KnownWord[]): string[] {
  for (const { word, count } of words) counts.set(word, count)
  return words.map(({ word }) => word)
}

interface Expanded {
  word: FindWord
  expression: Expression
  notes: string[]
}

async function expand(db: Db, word: FindWord, counts: Counts): Promise<Expanded> {
  const steps = stepsOf(word.text)
  // One alone is looked up with its endings.
  if (steps.length > 1 || word.kind !== 'word') await lookUp(db, counts, new Set(steps.map((step) => step.word)))
  const whole = word.kind === 'prefix' ? steps.slice(0, -1) : steps
  const unknown = whole.filter((step) => !step.isPart && !counts.has(step.word))
  if (steps.length > 1 && unknown.length > mostMistyped) return { word, expression: nothing, notes: [] }
  const expanded = await Promise.all(
    steps.map((step, index) =>
      expandStep(db, word, step, { isOnly: steps.length === 1, isLast: index === steps.length - 1, counts }),
    ),
  )
  const notes = expanded.flatMap(({ note }) => note ?? [])
  const all = expanded.map(({ terms }, index) => ({ terms, distance: steps[index]?.distance ?? 1 }))
  const [only] = all
  // One step that is nowhere, and the others are nowhere in this order.
  if (!only || all.some(({ terms }) => terms.length === 0))
    return { word, expression: { kind: 'any', terms: [] }, notes: [] }
  const expression: Expression = all.length === 1 ? { kind: 'any', terms: only.terms } : { kind: 'phrase', steps: all }
  return { word, expression, notes }
}

async function expandStep(
  db: Db,
  { kind, text, isExcluded }: FindWord,
  { word, isPart }: WordStep,
  { isOnly, isLast, counts }: { isOnly: boolean; isLast: boolean; counts: Counts },
): Promise<{ terms: string[]; note: string | null }> {
  if (isPart || (kind === 'prefix' && isLast)) {
    const begun = learn(counts, await wordsBeginning(db, word, mostBegun + 1))
    const terms = begun.slice(0, mostBegun)
    const what = isExcluded ? 'left out' : 'looked for'
    const note = `Many words begin with “${oneLine(word, 60)}”: the ${mostBegun} most frequent are ${what}`
    return { terms, note: begun.length > mostBegun ? note : null }
  }
  const terms =
    kind === 'word' && isOnly ? learn(counts, await endingsOf(db, word)) : [word].filter((one) => counts.has(one))
  if (terms.length > 0 || isExcluded) return { terms, note: null }
  const like = learn(counts, await wordsLike(db, word, mostLike))
  if (like.length === 0) return { terms, note: null }
  const quoted = like.map((one) => `“${one}”`).join(' or ')
  return { terms: like, note: `“${oneLine(isOnly ? text : word, 60)}” is nowhere: these have ${quoted}` }
}

async function fieldOf(db: Db, field: FindField, value: string, counts: Counts): Promise<Expression> {
  switch (field) {
    case 'customer':
      return calledBy(db, value, counts)
    case 'account': {
      const [, channel = '', account = value] = /^([^/]*)\/(.*)$/s.exec(value) ?? []
      const parts: Expression[] = [only(facet('account', account))]
      return { kind: 'all', parts: channel === '' ? parts : [only(facet('channel', channel)), ...parts] }
    }
    default:
      return only(facet(field, value))
  }
}

const only = (term: string): Expression => ({ kind: 'any', terms: [term] })

/** Every part of a name or an address; the last may be its beginning where nobody has just that. */
async function calledBy(db: Db, typed: string, counts: Counts): Promise<Expression> {
  const parts = stepsOf(typed).map(({ word }) => facet('name', word))
  const last = parts.at(-1)
  if (last === undefined) return nothing
  await lookUp(db, counts, parts)
  return counts.has(last) ? { kind: 'all', parts: parts.map(only) } : namedBy(db, typed)
}

/** Every part of a name or an address; the last may be its beginning. */
export async function namedBy(db: Db, typed: string): Promise<Expression> {
  const steps = stepsOf(typed)
  const last = steps.at(-1)
  if (!last) return nothing
  const begun = await wordsBeginning(db, facet('name', last.word), mostBegun)
  const parts = steps.slice(0, -1).map(({ word }) => only(facet('name', word)))
  return { kind: 'all', parts: [...parts, { kind: 'any', terms: begun.map(({ word }) => word) }] }
}

const nothing: Expression = { kind: 'any', terms: [] }

/** Without what nothing has; null: nothing fits it. */
function possible(expression: Expression): Expression | null {
  switch (expression.kind) {
    case 'any':
      return expression.terms.length > 0 ? expression : null
    case 'phrase':
      return expression.steps.some(({ terms }) => terms.length === 0) ? null : expression
    case 'all': {
      const parts = expression.parts.flatMap((part) => possible(part) ?? [])
      return parts.length === expression.parts.length ? { kind: 'all', parts } : null
    }
    case 'either': {
      const parts = expression.parts.flatMap((part) => possible(part) ?? [])
      return parts.length > 0 ? { kind: 'either', parts } : null
    }
  }
}
