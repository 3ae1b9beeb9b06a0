import type { DismissReason } from '../conversations/conversation.ts'

/** What can be told apart. `hour`: of the week by the team's clock, Monday 00:00 is 0. */
export const dimensions = ['channel', 'account', 'theme', 'topic', 'urgency', 'language', 'teammate', 'hour'] as const
export type Dimension = (typeof dimensions)[number]

/** What is counted: each can be opened. */
export const measures = [
  'received',
  'answered',
  /** In time. */
  'within-target',
  /** Answered too late in the period, or still waiting past the target at its end. */
  'late',
  'waiting',
  'unedited',
  'edited',
  'rewritten',
  /** Answered without a draft to start from. */
  'self-written',
  /** Sent by a person outside of Deskbell. */
  'by-hand',
  'dismissed',
  'spam',
  'automatic',
  'undelivered',
  'csat',
  'nps',
] as const
export type Measure = (typeof measures)[number]

/** Which interactions are behind a number. */
export interface ItemsQuery {
  /** ISO 8601. */
  from: string
  to: string
  measure: Measure
  /** By `Group.key`; an empty text: those of which it is not known. */
  where: Partial<Record<Dimension, string>>
}

/** Of so many topics of each theme the numbers tell: the most frequent. */
export const mostTopics = 100

/** Milliseconds. */
export interface Spread {
  median: number
  p90: number
}

/**
 * What happened in a period, as of its end: DESIGN.md's measures. What came in belongs to the period in which Deskbell heard
 * of it; an answer, to the one in which Deskbell learned that the provider took it.
 */
export interface Numbers {
  /** By people, spam apart. */
  received: number
  automatic: number
  spam: number
  answered: number
  /** Of what was answered. `business`: the same in the hours in which the team works. Null: nothing was. */
  response: { calendar: Spread; business: Spread } | null
  /** Medians, in milliseconds; they add up to none. */
  parts: { drafting: number; person: number; delivery: number } | null
  /** Per conversation that had its first answer, or was resolved, in the period. */
  firstResponse: Spread | null
  resolution: Spread | null
  /** At the end of the period; `longest`: in milliseconds until then. */
  waiting: { count: number; late: number; longestMs: number }
  /** Of those with a target: answered in time, of all answered and all that wait past it. Null: none has one. */
  target: { within: number; of: number } | null
  /** Of what was answered. `selfWritten`: without a draft of the assistant, or from a template. */
  drafts: { unedited: number; edited: number; rewritten: number; selfWritten: number }
  byHand: number
  /** Without spam. */
  dismissed: Partial<Record<DismissReason, number>>
  /** Conversations in which a reply went wrong, and none after it arrived until the end. */
  undelivered: { failed: number; unknown: number }
  /** Of surveys: 4 and 5 stars count as satisfied. Null: none came in. */
  csat: { satisfied: number; of: number } | null
  nps: { promoters: number; detractors: number; of: number } | null
  /** Public interactions per follower, by channel; those without followers are left out. */
  engagement: { channel: string; interactions: number; followers: number }[]
  /** What came in, by theme and, for each, by topic; the most first. */
  themes: { theme: string; count: number; topics: { topic: string; count: number }[] }[]
}

/** The same for a part of it. */
export interface Group {
  /** A value of the dimension, an account as `channel/account`; null: it is not known. Topics overlap: their sum can be more than there were. */
  key: string | null
  received: number
  answered: number
  response: Spread | null
  waiting: number
  target: { within: number; of: number } | null
}
