import type { FindField, FindOrder, FindValue, FindWord } from '../workspaces/command-find.ts'
import { tokensOf } from './fold.ts'
import { quoted } from './terms.ts'

// What is looked for, as the database is asked for it. Terms reach it as quoted lexemes only: nothing that was typed is
// read as an operator.

/** What is asked for once it is known what everything means: what a list keeps, so that it is the same tomorrow. */
export interface StoredAsk {
  words: FindWord[]
  /** Values as the index has them: ids of channels, accounts and teammates, tags of languages. */
  where: Partial<Record<FindField, FindValue[]>>
  /** Only of this customer. */
  customerId: string | null
  /** ISO 8601. `until` is no part of it, and never later than when it was asked: pages don't shift. */
  from: string | null
  until: string
  order: FindOrder
  /** "refund · Email · since Monday 16 November" */
  title: string
}

/** Everything that was ever said by a customer, the newest first. */
export function askAbout(customerId: string, title: string, now: Date): StoredAsk & { customerId: string } {
  const until = justAfter(now).toISOString()
  return { words: [], where: {}, customerId, from: null, until, order: 'newest', title }
}

/** So that what came in at this very moment is found. */
export const justAfter = (now: Date): Date => new Date(now.getTime() + 1)

export type Expression =
  /** One of these terms. */
  | { kind: 'any'; terms: string[] }
  /** One of each step's terms, at this distance from the one before. */
  | { kind: 'phrase'; steps: Step[] }
  | { kind: 'all' | 'either'; parts: Expression[] }

export interface Step {
  terms: string[]
  distance: number
}

/** What is marked in a text where it was found: each is one step, or several that follow one another. */
export type Marks = Step[][]

/** What a search looks for. */
export interface Plan {
  must: Expression[]
  not: Expression[]
  /** Those of `must` that are words: what the best are ranked by. */
  ranked: Expression[]
  marks: Marks
  /** How many rows have each of `must`, at most. */
  counts: number[]
  customerId: string | null
  from: Date | null
  /** The first moment that is too late. */
  until: Date
}

/** A word of a search, folded. `isPart`: words that begin so are meant as well. */
export interface WordStep {
  word: string
  distance: number
  isPart: boolean
}

/**
 * The steps of what was typed: several for an address, a phrase, or a language without spaces. There, texts are indexed by every
 * two characters and the last one: a last one that stands alone would only be found at the end of a text.
 */
export function stepsOf(text: string): WordStep[] {
  const steps: WordStep[] = []
  let skipped = 0
  let end = 0
  for (const { word, isBeginning, ...token } of tokensOf(text)) {
    const isTail = isBeginning && token.start < end
    if (isTail) skipped += 1
    else {
      steps.push({ word, distance: 1 + skipped, isPart: isBeginning })
      skipped = 0
    }
    end = token.end
  }
  return steps
}

const mostQueries = 6

/**
 * As Postgres reads it: each of these must fit. Apart, the index leaps in each over what another leaves out; together in one,
 * it would step through all that have the rarest. `windows`: terms of which one must be there besides.
 */
export function tsqueriesOf({ must, not }: Pick<Plan, 'must' | 'not'>, windows: string[] = []): string[] {
  const parts = [
    ...(windows.length > 0 ? [textOf({ kind: 'any', terms: windows })] : []),
    ...must.flatMap((one) => (one.kind === 'all' ? one.parts : one)).map(textOf),
  ]
  const apart = parts.slice(0, Math.max(0, Math.min(parts.length, mostQueries) - 1))
  // What must not be there goes with one that must: alone, it would lead to nearly every row.
  const rest = [...parts.slice(apart.length), ...not.map((one) => `!${textOf(one)}`)]
  return rest.length > 0 ? [...apart, rest.join(' & ')] : apart
}

function textOf(expression: Expression): string {
  switch (expression.kind) {
    case 'any':
      return `(${expression.terms.map(quoted).join(' | ')})`
    case 'phrase':
      return `(${expression.steps
        .map(({ terms, distance }, index) => (index === 0 ? '' : ` <${distance}> `) + textOf({ kind: 'any', terms }))
        .join('')})`
    case 'all':
      return `(${expression.parts.map(textOf).join(' & ')})`
    case 'either':
      return `(${expression.parts.map(textOf).join(' | ')})`
  }
}

/** At most so many rows fit, by how many have each term. */
export function mostOf(expression: Expression, counts: ReadonlyMap<string, number>): number {
  const sum = (terms: string[]) => terms.reduce((total, term) => total + (counts.get(term) ?? 0), 0)
  switch (expression.kind) {
    case 'any':
      return sum(expression.terms)
    case 'phrase':
      return Math.min(...expression.steps.map(({ terms }) => sum(terms)))
    case 'all':
      return Math.min(...expression.parts.map((part) => mostOf(part, counts)))
    case 'either':
      return expression.parts.reduce((total, part) => total + mostOf(part, counts), 0)
  }
}

export function termsOf(expression: Expression): string[] {
  switch (expression.kind) {
    case 'any':
      return expression.terms
    case 'phrase':
      return expression.steps.flatMap(({ terms }) => terms)
    default:
      return expression.parts.flatMap(termsOf)
  }
}

/** What to mark of an expression of words. */
export function marksOf(expression: Expression): Marks {
  if (expression.kind === 'any') return [[{ terms: expression.terms, distance: 1 }]]
  return expression.kind === 'phrase' ? [expression.steps] : expression.parts.flatMap(marksOf)
}
