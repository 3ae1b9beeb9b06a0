import type { Card, CardTurn } from './card.ts'
import type { Passage } from './found.ts'
import type { Report } from './report.ts'
import type { AnswerLine } from './workspace.ts'

/** What can stand in a room, before a platform gives it its look. */
export type Message = CardMessage | EntryMessage | NoticeMessage | ReportMessage | FoundMessage

/** The one root message of a conversation. */
export interface CardMessage {
  kind: 'card'
  card: Card
}

/** What happened since, in the thread below the card. */
export interface EntryMessage {
  kind: 'entry'
  card: Card
  entry: Entry
  /** Shown in the room as well: somebody waits again for whom the team was done. */
  isBroadcast: boolean
}

export type Entry =
  /** The customer wrote, perhaps several times. */
  | { kind: 'said'; turns: CardTurn[] }
  /** The team's reply left. */
  | { kind: 'sent'; turn: CardTurn }
  /** Attachments of what the card itself shows. */
  | { kind: 'files'; turns: CardTurn[] }
  /** It waits again: "Back from snooze". */
  | { kind: 'surfaced'; reason: string }

/** A word from Deskbell itself, to everybody in the room. */
export interface NoticeMessage {
  kind: 'notice'
  title: string
  lines: AnswerLine[]
}

/** Numbers for managers. */
export interface ReportMessage {
  kind: 'report'
  report: Report
}

/** What a teammate found in the history, and shows to everybody. */
export interface FoundMessage {
  kind: 'found'
  /** "Ana shared this": what was looked for may name a person, and is kept nowhere but in the list. */
  title: string
  passages: Passage[]
}
