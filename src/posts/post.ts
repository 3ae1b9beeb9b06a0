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

/** Of what a customer said, or the team. */
export interface Told {
  turns: { id: string; seq: number }[]
  replyIds: string[]
}

/** True of what stands in a thread and tells of one of these. A customer who goes on in one breath makes a turn newer. */
export function tellsOf(body: PostBody, { turns, replyIds }: Told): boolean {
  switch (body.kind) {
    case 'said':
      return turns.some(({ id, seq }) => (seq >= body.from && seq <= body.to) || body.last?.turn === id)
    case 'sent':
      return replyIds.includes(body.replyId)
    case 'files':
      return turns.some(({ id }) => body.turns.includes(id))
    default:
      return false
  }
}

/** What tells the rest of it, once these are gone; null: nothing is left that could be told. It wakes nobody. */
export function tellingRest(body: PostBody, { turns }: Told): ThreadBody | null {
  switch (body.kind) {
    case 'said':
      return { ...body, isBroadcast: false, last: null }
    case 'files': {
      const rest = body.turns.filter((turn) => !turns.some(({ id }) => id === turn))
      return rest.length > 0 ? { ...body, turns: rest } : null
    }
    default:
      return null
  }
}

export const cardKey = (conversationId: string): string => `card:${conversationId}`

/** How long to wait after the nth attempt that failed. */
export function postBackoffMs(attempts: number): number {
  return Math.min(300_000, 1000 * 2 ** Math.max(0, attempts - 1))
}
