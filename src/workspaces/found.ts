import type { Label } from './card.ts'
import type { Chart } from './report.ts'
import type { AnswerLine } from './workspace.ts'

/** What was found in the history, a page of it. */
export interface Found {
  page: ListPage
  /** What was asked, as it was understood: "refund · Email · since Monday 16 November". */
  asked: string
  /** "“delviery” is nowhere: these have “delivery”"; null: nothing to say. */
  note: string | null
  /** In the order that was asked for; at most 8. */
  passages: Passage[]
  hasNext: boolean
  /** May be shown to the room. */
  canShare: boolean
}

/** One page of a list that is kept for 30 days: what its buttons carry. */
export interface ListPage {
  listId: string
  /** 0 is the first. */
  page: number
}

/** One thing that a customer did, and what the team answered. */
export interface Passage {
  interactionId: string
  conversationId: string
  /** The card in this workspace, where it has one. */
  url: string | null
  customer: { id: string; name: string }
  /** "Email", "Google reviews · Berlin" */
  origin: string
  at: Date
  labels: Label[]
  /** "answered in 12 min by Ana", "waiting for 3 h", "dismissed" */
  state: string
  /** About 200 characters of what the customer said. */
  said: Marked
  /** Of what the team answered; null: it did not. */
  answered: Marked | null
}

/** Text in pieces; those that were looked for are marked. Customers' words: data, never markup. */
export type Marked = { text: string; isMarked: boolean }[]

/** Who a customer is, on one page. */
export interface CustomerPage {
  customerId: string
  name: string
  /** "4th time; 2 complaints about delivery; last answered by @ana in 12 min" */
  summary: string
  identities: CustomerIdentityLine[]
  /** "Themes": "3 complaints, 1 question"; "Satisfaction": "★ 4.2 of 5 (3)"; at most 8. */
  facts: { label: string; value: string }[]
  /** What they wait for, the longest first; at most 5. */
  waiting: AnswerLine[]
  /** What was promised to them in replies that were sent, the newest first; at most 5. */
  promises: AnswerLine[]
  /** The newest first; at most 5. */
  notes: CustomerNote[]
  /** Their touchpoints over all channels, the newest first; at most 8. */
  journey: Touchpoint[]
  /** The journey as a picture; null while there is too little to draw. */
  picture: Chart | null
  /** Who may be the same person; at most 3. */
  alike: { customerId: string; name: string; reason: string }[]
  /** Joins that can be undone, the newest first; at most 3. */
  joined: { mergeId: string; text: string }[]
  /** The whole journey, to be turned page by page. */
  history: ListPage
  /** Managers may have everything that is held exported, or erased (form `forget`). */
  isManager: boolean
}

export interface CustomerIdentityLine {
  /** "Email" */
  channel: string
  /** "Mia Jansen · mia@example.com" */
  text: string
  /** The channel vouches for the address or number. */
  isVerified: boolean
  /** What it says there, anybody can read. */
  isPublic: boolean
}

export interface CustomerNote {
  noteId: string
  text: string
  by: string
  at: Date
  canRemove: boolean
}

export interface Touchpoint {
  at: Date
  /** "Email · complaint · delivery" */
  about: string
  /** About 80 characters of what they said. */
  text: string
  /** "answered in 12 min by Ana" */
  state: string
  conversationId: string
  url: string | null
}

/** Which customer: by id, or whose conversation it is. */
export type CustomerRef = { customerId: string } | { conversationId: string }

/** What a teammate decides about who a customer is. */
export type CustomerChange =
  /** They are one person. */
  | { kind: 'join'; customerId: string; otherId: string }
  /** They are two, and it isn't suggested again. */
  | { kind: 'distinguish'; customerId: string; otherId: string }
  /** Undoes a join. */
  | { kind: 'part'; customerId: string; mergeId: string }
  | { kind: 'remove-note'; customerId: string; noteId: string }

/** What can be had as a file. */
export type FileSource =
  /** Behind a number of a report. */
  | { kind: 'items'; reportId: string; index: number }
  /** Everything that a search finds. */
  | { kind: 'list'; listId: string }
  /** Everything that is held about a customer; JSON only. */
  | { kind: 'customer'; customerId: string }
export const fileFormats = ['csv', 'json'] as const
export type FileFormat = (typeof fileFormats)[number]

/** A file for one person alone, of any size: its rows are read while it is written. `kit/parts.ts` makes files of it. */
export interface Download {
  /** "deskbell-answered-2026-11-20.csv" */
  name: string
  mediaType: string
  /** What stands before the first row, between two, and after the last; also in each part of a file that is split. */
  frame: { head: string; between: string; tail: string }
  rows: AsyncIterable<string>
}
