import { exchangeStates } from '../history/exchange.ts'
import { fold } from '../history/fold.ts'
import { sentiments, themes, urgencies } from '../interactions/interaction.ts'
import { dimensions } from '../measures/numbers.ts'
import { auditWhats } from '../workspaces/command-audit.ts'
import type { Suggestion } from '../workspaces/workspace.ts'

export const mostOffered = 25

const asTheyAre = (words: readonly string[]): Suggestion[] => words.map((word) => ({ value: word, label: word }))

/** What is the same for every team. */
export const choices = {
  themes: asTheyAre(themes),
  dimensions: asTheyAre(dimensions),
  sentiments: asTheyAre(sentiments),
  urgencies: asTheyAre(urgencies),
  states: asTheyAre(exchangeStates),
  audits: asTheyAre(auditWhats),
  orders: [
    { value: 'best', label: 'Best first' },
    { value: 'newest', label: 'Newest first' },
  ],
  ratings: [
    ...['5', '4', '3', '2', '1'].map((value) => ({ value, label: '★'.repeat(Number(value)) })),
    { value: '1..2', label: '1 to 2 stars' },
    { value: '4+', label: '4 stars and more' },
  ],
} satisfies Record<string, Suggestion[]>

/** What begins with it, then what has it anywhere, however it is accented. */
export function fitting(typed: string, all: readonly Suggestion[]): Suggestion[] {
  const part = fold(typed)
  const rank = ({ value, label }: Suggestion) => {
    const places = [value, label].map((text) => fold(text).indexOf(part)).filter((place) => place >= 0)
    return places.length > 0 ? Math.min(1, ...places) : 2
  }
  return all
    .filter((one) => rank(one) < 2)
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, mostOffered)
}
