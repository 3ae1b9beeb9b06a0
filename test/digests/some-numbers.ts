import type { Numbers } from '../../src/measures/numbers.ts'

const minute = 60_000

/** An ordinary day, with changes. */
export function someNumbers(changes: Partial<Numbers> = {}): Numbers {
  return {
    received: 55,
    automatic: 0,
    spam: 0,
    answered: 52,
    response: {
      calendar: { median: 14 * minute, p90: 60 * minute },
      business: { median: 14 * minute, p90: 60 * minute },
    },
    parts: { drafting: 0.2 * minute, person: 13 * minute, delivery: 0.1 * minute },
    firstResponse: { median: 14 * minute, p90: 60 * minute },
    resolution: { median: 90 * minute, p90: 600 * minute },
    waiting: { count: 0, late: 0, longestMs: 0 },
    target: null,
    drafts: { unedited: 30, edited: 15, rewritten: 5, selfWritten: 2 },
    byHand: 0,
    dismissed: {},
    undelivered: { failed: 0, unknown: 0 },
    csat: null,
    nps: null,
    engagement: [],
    themes: [
      { theme: 'question', count: 30, topics: [{ topic: 'opening hours', count: 6 }] },
      { theme: 'complaint', count: 15, topics: [{ topic: 'delivery', count: 6 }] },
      { theme: 'compliment', count: 10, topics: [{ topic: 'support', count: 4 }] },
    ],
    ...changes,
  }
}

/** A day on which nothing happened. */
export function noNumbers(changes: Partial<Numbers> = {}): Numbers {
  return someNumbers({
    received: 0,
    answered: 0,
    response: null,
    parts: null,
    firstResponse: null,
    resolution: null,
    drafts: { unedited: 0, edited: 0, rewritten: 0, selfWritten: 0 },
    themes: [],
    ...changes,
  })
}

/** The same on each of four weeks. */
export const fourWeeks = (numbers: Numbers = someNumbers()): Numbers[] => [numbers, numbers, numbers, numbers]

/** Answers that took so many times as long, all of it waiting for a person. */
export function slowed(factor: number): Partial<Numbers> {
  const spread = { median: 14 * minute * factor, p90: 60 * minute * factor }
  return {
    response: { calendar: spread, business: spread },
    parts: { drafting: 0.2 * minute, person: (14 * factor - 1) * minute, delivery: 0.1 * minute },
  }
}
