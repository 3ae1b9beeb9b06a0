import type { Clock } from '../clock.ts'
import type { DismissReason } from '../conversations/conversation.ts'
import type { EnvSpec, Settings } from '../env.ts'
import type { Log } from '../log.ts'
import type { Peer } from '../peer.ts'
import type { Tuning } from '../settings/tuning.ts'
import type { Card } from './card.ts'

/** Where the team decides. A workspace is one folder and one line in `index.ts`. */
export interface WorkspaceType<Spec extends EnvSpec = EnvSpec> {
  id: string
  name: string
  env: Spec
  /** Null: the settings switch it off. Throws ConfigError when it is half set. A large SDK is imported here, not before. */
  open(settings: Settings<Spec>, io: WorkspaceIo): Workspace | null | Promise<Workspace | null>
}

/** Lets TypeScript infer a workspace's settings from its `env`. */
export function defineWorkspace<Spec extends EnvSpec>(workspace: WorkspaceType<Spec>): WorkspaceType {
  return workspace as unknown as WorkspaceType
}

export interface Workspace {
  id: string
  /** Where cards go by default. */
  room: string
  /** True where suspected spam and automatic mail have a place of their own, out of the way. Elsewhere they get no card. */
  showsAside: boolean
  start(handlers: Handlers): Promise<void>
  /** Posts a new card. The same card posted twice must be told by `card.conversationId`. */
  post(card: Card, room: string): Promise<CardRef>
  /** Makes a posted card show `card`. May be repeated. */
  update(ref: CardRef, card: Card): Promise<void>
  /** Routes that this workspace serves on the one HTTP server. */
  fetch?: (request: Request, peer: Peer) => Promise<Response | null>
  /** True while it is connected. */
  isReady(): boolean
  /** For `doctor`; as in Channel. */
  check(): Promise<string[]>
  stop(): Promise<void>
}

/** Where a posted card is: opaque to everybody but its workspace. */
export type CardRef = Record<string, unknown>

export interface Teammate {
  /** Unique within the workspace. */
  id: string
  /** As the others know them. */
  name: string
}

/** What a teammate wants done. It says what they saw, so that a click on an old card can be told. */
export type Decision = { conversationId: string; teammate: Teammate } & (
  | { kind: 'approve'; draftId: string; seenSeq: number }
  /** Sends the teammate's own words. `draftId` is the draft they started from, if there was one. */
  | { kind: 'edit'; draftId: string | null; seenSeq: number; text: string }
  | { kind: 'redraft'; seenSeq: number; instruction: string }
  | { kind: 'dismiss'; seenSeq: number; reason: DismissReason }
  | { kind: 'snooze'; seenSeq: number; until: Date }
  /** Null: nobody. */
  | { kind: 'assign'; to: Teammate | null }
  | { kind: 'reopen' }
  | { kind: 'undo'; replyId: string }
  | { kind: 'mark-sent'; replyId: string }
  | { kind: 'mark-unsent'; replyId: string }
  | { kind: 'resend'; replyId: string }
  | { kind: 'retry'; problemId: string }
)

/** `card` is the conversation as it stands after the decision, or after what came first. */
export type Outcome = { isDone: true; card: Card } | { isDone: false; reason: string; card: Card | null }

/** Never throws for a decision that came too late; throws when the database can't be reached. */
export type OnDecision = (decision: Decision) => Promise<Outcome>

/** `text` is what follows `/desk`. */
export type OnCommand = (text: string, teammate: Teammate) => Promise<Answer>

/** What a slash command says, to the one who asked. */
export interface Answer {
  title: string
  lines: AnswerLine[]
}

export interface AnswerLine {
  text: string
  /** Opens this card. */
  conversationId?: string
}

export interface Handlers {
  onDecision: OnDecision
  onCommand: OnCommand
}

export const cardFilters = ['open', 'quarantined', 'done'] as const
/** `open`: somebody waits, or a reply is on its way or was not delivered. */
export type CardFilter = (typeof cardFilters)[number]

export interface CardPage {
  cards: Card[]
  /** Pass it to get the next page; null at the end. */
  next: string | null
  /** How many there are under each filter. */
  counts: Record<CardFilter, number>
}

/** What a team can tune beyond free text: one entry each for a settings page. */
export interface Tunables {
  channels: { id: string; name: string; graceSeconds: number }[]
  /** The offline assistant's own texts, by key. */
  templates: Record<string, string>
}

/** What a workspace may ask for. */
export interface WorkspaceIo {
  clock: Clock
  log: Log
  publicUrl: string
  /** The address that the server is bound to. */
  host: string
  /** A key for signing cookies; the same on every replica, and after a restart. */
  key(purpose: string): Buffer
  newId(): string
  /** Counts one use; false once there were more than `max` in the current window. Shared by all replicas. */
  allow(key: string, max: number, windowSeconds: number): Promise<boolean>
  /** Open: longest waiting first. Others: newest first. */
  listCards(filter: CardFilter, after: string | null): Promise<CardPage>
  /** How many cards there are under each filter, counted up to 1,000. */
  countCards(): Promise<Record<CardFilter, number>>
  /** Null when there is none, or what was asked for is no id. */
  readCard(conversationId: string): Promise<Card | null>
  readAttachment(id: string): Promise<{ name: string; mediaType: string; content: Uint8Array } | null>
  /** Sends a hint to this workspace on every replica, itself included. Hints can get lost; state never lives in one. */
  publish(hint: string): Promise<void>
  onHint(heard: (hint: string) => void): () => void
  /** What the team tunes. */
  readTuning(): Promise<Tuning>
  /** What there is to tune. */
  tunables(): Tunables
  /** Throws BadInputError with what is wrong. */
  writeTuning(tuning: unknown, by: Teammate): Promise<Tuning>
}
