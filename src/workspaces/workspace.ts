import type { Clock } from '../clock.ts'
import type { DismissReason } from '../conversations/conversation.ts'
import type { EnvSpec, Settings } from '../env.ts'
import type { Log } from '../log.ts'
import type { Peer } from '../peer.ts'
import type { FilledTemplate } from '../replies/reply.ts'
import type { Tuning } from '../settings/tuning.ts'
import type { Card } from './card.ts'
import type { CommandOption } from './command.ts'
import type { Form, FormAbout, FormId, FormOutcome, FormValues } from './form.ts'
import type { FoundMessage, Message, NoticeMessage, ReportMessage } from './message.ts'
import type {
  CustomerChange,
  CustomerPage,
  CustomerRef,
  Download,
  FileFormat,
  FileSource,
  Found,
  ListPage,
} from './found.ts'
import type { ItemsIndex, Report } from './report.ts'

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
  /** The one room there is; null where a team chooses among many, in its settings. */
  room: string | null
  /** True where suspected spam and automatic mail have a place of their own, out of the way. Elsewhere they get no card. */
  showsAside: boolean
  /** True where what happens after a card was posted is told in a thread below it. Elsewhere the card shows it all. */
  hasThreads: boolean
  /** Time between two posts in one room; 0 where there is no limit. */
  paceMs: number
  start(handlers: Handlers): Promise<void>
  /**
   * Posts once. Throws RetryableError (certainly not posted, try later), GoneError (certainly not posted: the room or
   * the thread is no more, or can't be written in), PermanentError (the platform refuses this message);
   * any other error means that the outcome is not known, and `find` is asked.
   */
  post(message: Message, place: Place): Promise<PostRef>
  /** Whether a post whose outcome is not known is there. Null: certainly not. Throws RetryableError when it can't tell yet. */
  find(place: Place, since: Date): Promise<PostRef | null>
  /** Makes a post show `message`. May be repeated. Throws as `post`; GoneError when somebody deleted it. */
  update(ref: PostRef, message: Message): Promise<void>
  /**
   * Takes a post away for good, with its files and with what else stands in its thread where the platform lets us. May be
   * repeated: what is gone already is fine. Throws RetryableError (try later), PermanentError (it can't be taken away).
   */
  remove(ref: PostRef): Promise<void>
  /** Where a teammate can look at a post; null where that can't be told. */
  urlOf(ref: PostRef): string | null
  /** Which groups a teammate belongs to, and whether they run the workspace. Throws RetryableError when it can't tell. */
  membershipOf(teammateId: string): Promise<Membership>
  /** Routes that this workspace serves on the one HTTP server. */
  fetch?: (request: Request, peer: Peer) => Promise<Response | null>
  /** True while it is connected. */
  isReady(): boolean
  /** For `doctor`; as in Channel. */
  check(): Promise<string[]>
  stop(): Promise<void>
}

/** Where a post goes. */
export interface Place {
  room: string
  /** The post that it goes under, where the workspace has threads. */
  thread: PostRef | null
  /** Ours, and unique within the workspace: what an unknown post is found by. */
  key: string
}

/** Where a post is: opaque to everybody but its workspace. */
export type PostRef = Record<string, unknown>

export interface Membership {
  /** As `Form`'s fields of kind `group` name them. */
  groups: string[]
  /** May always change the settings, so that nobody can be locked out. */
  isAdmin: boolean
}

export interface Teammate {
  /** Unique within the workspace. */
  id: string
  /** As the others know them. */
  name: string
}

/** What a teammate wants done. It says what they saw, so that a click on an old card can be told. */
export type Decision = { conversationId: string; teammate: Teammate } & (
  | { kind: 'approve'; draftId: string; seenSeq: number; sendAt?: Date }
  /** Sends the teammate's own words. `draftId` is the draft they started from, if there was one. */
  | { kind: 'edit'; draftId: string | null; seenSeq: number; text: string; sendAt?: Date }
  /** Sends an approved template, its blanks filled. */
  | { kind: 'template'; draftId: string | null; seenSeq: number; template: FilledTemplate }
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

/** What a slash command says, to the one who asked. */
export interface Answer {
  title: string
  lines: AnswerLine[]
  /** Stands below the lines. */
  report?: Report
  /** Stands below the lines. */
  found?: Found
  /** Stands below the lines. */
  customer?: CustomerPage
  /** Files of the whole can be asked for with `readFile`, in these formats. */
  file?: { source: FileSource; formats: FileFormat[] }
  /** Buttons that open forms. */
  forms?: FormLink[]
  /** `openPage` brings what is older than what it lists. */
  more?: ListPage
}

/** What is behind one of a report's numbers. */
export interface Items {
  reportId: string
  index: ItemsIndex
}

export interface AnswerLine {
  text: string
  /** Opens this card. */
  conversationId?: string
  /** The card in this workspace, where it has one. */
  url?: string
  /** Opens this customer's page: see `openCustomer`. */
  customerId?: string
}

export interface Suggestion {
  /** What the option then says. */
  value: string
  /** How it reads in the list. */
  label: string
}

/** What a teammate finds when they open the bot. */
export interface Home {
  /** Assigned to them, the longest waiting first. */
  mine: AnswerLine[]
  /** Everybody's, the longest waiting first. */
  waiting: AnswerLine[]
  waitingCount: number
  /** What they answered today, by the team's clock; the newest first. */
  answered: AnswerLine[]
  answeredCount: number
  isManager: boolean
}

/** Everything that managers tune. */
export interface SettingsPage {
  sections: SettingsSection[]
}

export interface SettingsSection {
  title: string
  /** How it stands; `remove` takes a line out (submit the form without values). */
  lines: { text: string; remove?: FormLink }[]
  forms: FormLink[]
}

/** A button that opens a form. */
export interface FormLink {
  label: string
  form: FormId
  about: FormAbout
}

export interface Refusal {
  refused: string
}

export interface Handlers {
  /** Never throws for a decision that came too late, or by a person without the right; throws when the database can't be reached. */
  onDecision(decision: Decision): Promise<Outcome>
  /**
   * `text` is what follows `/desk`; `room`: where it was typed, null outside of rooms. Commands that ask something are
   * for `openForm`: see `parseCommand`.
   */
  onCommand(text: string, teammate: Teammate, room: string | null): Promise<Answer>
  /** Lists what is behind a number of a report: at most 20, and how many there are. */
  openItems(items: Items, teammate: Teammate): Promise<Answer>
  /** Another page of a list, however long ago it was made; the answer says so when it is not kept any more. */
  openPage(page: ListPage, teammate: Teammate): Promise<Answer>
  /** Shows a page of what was found to everybody in a room. */
  sharePage(page: ListPage, room: string, teammate: Teammate): Promise<Answer>
  openCustomer(customer: CustomerRef, teammate: Teammate): Promise<Answer>
  /** Carries it out, and returns the customer's page as it is then, or why not. */
  changeCustomer(change: CustomerChange, teammate: Teammate): Promise<Answer>
  /** The whole of it as a file; for managers. */
  readFile(source: FileSource, format: FileFormat, teammate: Teammate): Promise<Download | Refusal>
  /** What could be meant by what was typed so far into a command's option: at most 25, the likeliest first. */
  suggest(option: CommandOption, typed: string, teammate: Teammate): Promise<Suggestion[]>
  /** Makes a form as things stand now, or says why not. */
  openForm(form: FormId, about: FormAbout, teammate: Teammate): Promise<Form | Refusal>
  /** Carries a form out. What is wrong is told by field; nothing that was typed is lost. */
  submitForm(form: FormId, about: FormAbout, values: FormValues, teammate: Teammate): Promise<FormOutcome>
  readHome(teammate: Teammate): Promise<Home | Refusal>
  readSettings(teammate: Teammate): Promise<SettingsPage | Refusal>
  /** The bot was let into a room: where none was chosen yet, cards go there from now on. True when it was taken. */
  offerRoom(room: string, by: Teammate): Promise<boolean>
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

export interface Bulletin {
  at: Date
  message: ReportMessage | NoticeMessage | FoundMessage
}

export interface BulletinPage {
  bulletins: Bulletin[]
  /** As in `CardPage`. */
  next: string | null
}

/** What a team can tune beyond free text: one entry each for a settings page. */
export interface Tunables {
  channels: { id: string; name: string; graceSeconds: number; accounts: { id: string; name: string }[] }[]
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
  /** Reports, notices and shared pages that were posted in this workspace, or one kind of them, the newest first; for one that keeps no posts of its own. */
  listBulletins(after: string | null, only?: Bulletin['message']['kind']): Promise<BulletinPage>
  /** Null when there is none, or what was asked for is no id. */
  readReport(id: string): Promise<Report | null>
  readAttachment(id: string): Promise<{ name: string; mediaType: string; content: Uint8Array } | null>
  /** Sends a hint to this workspace on every replica, itself included. Hints can get lost; state never lives in one. */
  publish(hint: string): Promise<void>
  onHint(heard: (hint: string) => void): () => void
  /** What the team tunes. */
  readTuning(): Promise<Tuning>
  /** What there is to tune. */
  tunables(): Tunables
  /** Sections that `tuning` leaves out stay as they are. Throws BadInputError with what is wrong. */
  writeTuning(tuning: unknown, by: Teammate): Promise<Tuning>
  /** The workspace's own secrets (tokens of installations), encrypted at rest. */
  vault: Vault
  /** What has no room in a platform's own ids: what a form is about, what was typed into one that was refused. */
  shelf: Shelf
  /**
   * Runs `work` on one replica at a time, until `signal` aborts. `work` ends when its own signal does; what it throws is
   * logged, and it is started again after a pause. When the replica dies, another takes over within 15 s.
   */
  holdLease(name: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void>
}

/** Keeps things for a day. What lies there may be read by the same workspace on every replica. */
export interface Shelf {
  /** Anything that JSON can carry. Returns an id of at most 36 characters. */
  put(content: unknown): Promise<string>
  /** Undefined when it is not there any more, or never was. */
  get(id: string): Promise<unknown>
}

export interface Vault {
  /** True when the key is the operator's own (SECRET_KEY), and so isn't kept beside what it protects. */
  isKeyApart: boolean
  get(name: string): Promise<unknown>
  set(name: string, value: unknown): Promise<void>
  delete(name: string): Promise<void>
  /** Every name that starts with `prefix`. */
  names(prefix: string): Promise<string[]>
}
