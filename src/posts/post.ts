/** What a post tells that can't be read anew from its conversation. */
export type PostBody = CardBody | ThreadBody | NoticeBody | ReportBody | FoundBody

export interface NoticeBody {
  kind: 'notice'
  title: string
  /** One with a conversation leads to its card. */
  lines: { text: string; conversationId?: string }[]
}

/** See `reports`. */
export interface ReportBody {
  kind: 'report'
  reportId: string
}

/** Interactions that a teammate showed to the room; those that are gone by then are left out. */
export interface FoundBody {
  kind: 'found'
  /** The teammate's name. */
  by: string
  interactions: string[]
}

export interface CardBody {
  kind: 'card'
  /** The inbound sequence number when it was planned, or last tried: what was said later is told in its thread. */
  since: number
  /** How often the conversation had surfaced as far as the room was told. */
  surfacings: number
  /** Replies that it showed from the start. */
  told?: string[]
  last?: LastTold | null
  /** The one before it was deleted, or is in a room that can't be posted in any more. */
  replaces?: 'deleted' | 'lost'
}

/** What stands in the thread below a card. */
export type ThreadBody =
  /** What was said from one sequence number to another. */
  | { kind: 'said'; from: number; to: number; isBroadcast: boolean; last?: LastTold | null }
  | { kind: 'sent'; replyId: string }
  | { kind: 'surfaced'; reason: string }
  /** Attachments of what the card itself shows. */
  | { kind: 'files'; turns: string[] }

/** How much of the newest turn was told: a customer who goes on writing in one breath makes it longer. */
export interface LastTold {
  turn: string
  characters: number
  files: number
}

/** A reason why something surfaced; how soon it is due is said when it is posted. */
export const dueSoon = 'Answer due soon'

export const cardKey = (conversationId: string): string => `card:${conversationId}`

/** How long to wait after the nth attempt that failed. */
export function postBackoffMs(attempts: number): number {
  return Math.min(300_000, 1000 * 2 ** Math.max(0, attempts - 1))
}
