import type { Clock } from '../clock.ts'
import type { EnvSpec, Settings } from '../env.ts'
import type { CredentialsError } from '../errors.ts'
import type { AttachmentSource, AutomaticReason, InteractionKind } from '../interactions/interaction.ts'
import type { Log } from '../log.ts'
import type { Peer } from '../peer.ts'
import type { FilledTemplate } from '../replies/reply.ts'

/**
 * Where customers write. A channel is one folder with one file that exports one of these, and one line in `index.ts`.
 * `channelType` keeps the types of the settings together.
 */
export interface Channel<Spec extends EnvSpec = EnvSpec> {
  /** Folder name, URL segment, column value. */
  id: string
  /** As people call it: "Live chat". */
  name: string
  /** Settings. With `accountsBy`, they may stand several times, numbered. */
  env: Spec
  /** Prefix under which several accounts are numbered: `EMAIL` allows `EMAIL_2_ADDRESS`. */
  accountsBy?: string
  limits: Limits
  /**
   * Opens the channel; no network call yet.
   * `settings` has one entry per account, at least one. Null: the settings switch it off.
   * Throws ConfigError for settings that contradict each other. A large SDK is imported here, not before.
   */
  open(settings: Settings<Spec>[], io: ChannelIo): OpenChannel | null | Promise<OpenChannel | null>
}

/** Lets TypeScript infer a channel's settings from its `env`. */
export function defineChannel<Spec extends EnvSpec>(channel: Channel<Spec>): Channel {
  return channel as unknown as Channel
}

export interface Limits {
  /** Longest reply, in characters. */
  maxLength: number
  /** True when anybody can read the reply. */
  isPublic: boolean
  /** True where a reply has a greeting and a signature. */
  isLetter: boolean
  /** Hours after the customer's last interaction in which a reply is possible; null: always. */
  replyWindowHours: number | null
  /** How long an approved reply waits so that it can be undone. */
  graceSeconds: number
  /** A customer who writes again within this time is not done yet: the draft waits. Where Deskbell keeps the thread, their lines become one interaction. */
  quietSeconds: number
  /** True where the provider looks at each reply before it shows it: accepted is not published, and a receipt tells which it is. */
  isModerated: boolean
}

export interface OpenChannel {
  /** The accounts that are open: mailboxes, pages, numbers. */
  accounts: Account[]
  /** True where `accounts` grows as they are found: one that isn't listed may be there all the same. */
  findsAccounts?: boolean
  /**
   * Asks the provider for accounts, or names of them, that the settings leave out; then they stand in `accounts`. Called every few
   * minutes in every process, and asks no more often than it needs to. Throws RetryableError or PermanentError.
   */
  learnAccounts?: (signal: AbortSignal) => Promise<void>
  /** Overrides what the settings changed in the channel's limits. */
  limits?: Partial<Limits>
  /** How interactions come in, one way or two; empty: teammates write down what they heard elsewhere. */
  inbound: Inbound
  /** Pages and scripts that this channel serves to customers' browsers. */
  pages?: Page[]
  /** True when Deskbell itself keeps the thread that the customer reads (`io.transcript`). */
  isHosted?: boolean
  /** Null: the channel has no way to send; the team sends by hand. `{ via }`: replies leave by another channel. */
  send: Send | { via: string } | null
  /** Asks whether a reply whose outcome is unknown arrived. Null: it can't be asked. */
  find: ((reply: OutboundReply) => Promise<Found>) | null
  /** True when sending the same reply again does no harm (client-chosen id, replace semantics). */
  isResendSafe: boolean
  /**
   * Approved texts of an account with which the team may write once the reply window has closed. Throws as `send` does
   * before anything is sent. Without it there are none.
   */
  templates?: (account: string) => Promise<MessageTemplate[]>
  /**
   * Fetches what an attachment was delivered with as `source`. Throws RetryableError, CredentialsError, or
   * PermanentError when it is gone, or too large to keep.
   */
  download?: (account: string, source: AttachmentSource, signal: AbortSignal) => Promise<Downloaded>
  /** How many follow each public account, by account id; those that the provider doesn't tell are left out. Throws RetryableError. */
  audience?: () => Promise<Record<string, number>>
  /**
   * For `doctor`, and to find out whether an account works again: uses every credential, or only those of one account. Returns
   * what was found, a line each. Throws PermanentError with what to do, or an AggregateError of several.
   */
  check(account?: string): Promise<string[]>
}

export interface Account {
  id: string
  /** Shown on the card: "support@example.com". */
  name: string
}

/**
 * Sends once. Resolves when the provider accepted the reply.
 * Throws RetryableError (certainly not sent, try later), CredentialsError (certainly not sent; nothing of this account will
 * be until somebody mends it), WindowClosedError (certainly not sent: the reply window has closed, whatever our clock says),
 * PermanentError (certainly not sent, and never will be); any other error means that the outcome is not known.
 */
export type Send = (reply: OutboundReply, signal: AbortSignal) => Promise<Sent>

export interface Sent {
  /** The provider's id, or ours where the channel lets us choose it. */
  externalId: string
  /** The provider's time of acceptance. */
  at: Date
  /** Where a public reply can be read. */
  url?: string
}

/** What became of a reply. `find` throws RetryableError when it can't tell yet. `absent` is certain; `unclear` is not, and the team is asked. */
export type Found = { outcome: 'arrived'; sent: Sent } | { outcome: 'absent' } | { outcome: 'unclear' }

export interface OutboundReply {
  id: string
  account: string
  text: string
  /** The recipient's address on the channel it leaves by. `phone`: as the channel told it. */
  to: { externalId: string; name: string | null; phone: string | null }
  conversation: { externalId: string; subject: string | null }
  /** External ids of what was said so far on the channel it leaves by, oldest first. */
  references: string[]
  /** The newest thing the customer said that it answers, as it was known when the team did; undefined where there is none. */
  answers?: { externalId: string; text: string; rating: number | null }
  /** What the team sent last in the conversation and the provider took; undefined where there is none. */
  previous?: { text: string; acceptedAt: Date }
  approvedAt: Date
  /** When the last attempt began; null before the first. */
  attemptedAt: Date | null
  /** `text` is this template with its blanks filled; null: the team's own words. */
  template: FilledTemplate | null
}

/** What a provider is asked about a reply that it accepted. */
export interface UnsettledReply extends Pick<
  OutboundReply,
  'id' | 'text' | 'conversation' | 'approvedAt' | 'attemptedAt'
> {
  /** As `Sent.at` told. */
  acceptedAt: Date | null
}

/** A text that the provider approved beforehand. */
export interface MessageTemplate {
  /** Unique within the account. */
  id: string
  /** As the team knows it: "order_update". */
  name: string
  /** BCP 47. */
  language: string
  /** The text, with each blank as `{{its name}}`. */
  text: string
}

export interface Inbound {
  /**
   * Answers HTTP requests at `/channels/<id>`; core commits what it returns before it answers. Verifies and parses; stores nothing
   * (rate limits may count). Throws SignatureError (401), BadInputError (400), or RetryableError and CredentialsError (503: the
   * provider delivers it again).
   */
  receive?(request: Request, peer: Peer): Promise<Received>
  /** The largest body that a provider sends, in bytes. Undefined: 1 MB, as for any other request. */
  maxBytes?: number
  /**
   * Holds a connection or polls until `signal` aborts. Core runs it on one replica at a time and starts it again when it throws.
   * `deliver` resolves once the delivery and its cursor are committed.
   */
  run?(inlet: Inlet, signal: AbortSignal): Promise<void>
}

export interface Received {
  delivery: Delivery
  /** Makes the answer once the delivery is committed; without it the answer is an empty 200. */
  respond?: (recorded: Recorded) => Response
}

export interface Inlet {
  deliver(delivery: Delivery): Promise<Recorded>
  /** What the last committed delivery for this key left behind. */
  cursor(key: string): Promise<unknown>
  /** Replies of an account that were accepted, and neither published nor rejected yet; the newest 1,000. */
  unsettled(account: string): Promise<UnsettledReply[]>
  /** External ids of an account's conversations in which something stands that the customer did: not taken back, or written anew since. */
  standing(account: string): Promise<string[]>
  /** External ids of an account's conversations that wait for the team, or are put off. */
  waiting(account: string): Promise<string[]>
  /** Says that an account must be authorised anew, or (null) that it works. May be said as often as it is found. */
  report(account: string, problem: CredentialsError | null): Promise<void>
}

export interface Page {
  method: 'GET' | 'POST' | 'OPTIONS'
  /** A path of the server: `/chat`. */
  path: string
  /** May throw the same errors as `receive`. */
  handle(request: Request, peer: Peer): Promise<Response>
}

/** What came in together and is committed together. */
export interface Delivery {
  interactions: InboundInteraction[]
  /** What customers took back, or the provider took down. */
  removals?: Removal[]
  /** What was answered outside Deskbell; also of interactions in here that are `automatic: 'answered'`. */
  answers?: ElsewhereAnswer[]
  /** What became of our replies. */
  receipts?: Receipt[]
  /** Accounts that must be authorised anew, by what the provider tells of its own accord. */
  broken?: { account: string; problem: CredentialsError }[]
  /** Where to go on after a restart; moves in the same transaction. */
  cursor?: { key: string; value: unknown }
}

export const nothing: Delivery = { interactions: [] }

export interface InboundInteraction {
  account: string
  /** Unique on the channel and account: what a duplicate is recognised by. */
  externalId: string
  /**
   * What this is a later version of (an edited message, a changed review): the first one's `externalId`, or an id that all
   * versions have as this. It takes the place of those before; one that says the same as the one before it is a duplicate.
   */
  versionOf?: string
  kind: InteractionKind
  conversation: {
    /** The thread's id when nothing below matches. */
    externalId: string
    /** External ids of earlier interactions or replies, best match first: the conversation of the first that is known is taken. */
    references?: string[]
    subject?: string
  }
  customer: CustomerIdentity
  /** Plain text; quotes and signatures stripped. */
  text: string
  /** The whole text as it came, when `text` was cut from it. */
  fullText?: string
  /** The provider's time. */
  occurredAt: Date
  automatic?: AutomaticReason
  /** Reasons to suspect spam: the conversation is quarantined. */
  suspicion?: string[]
  /** Facts a teammate should know: "The sender could not be verified". */
  notes?: string[]
  /** Stars, 1 to 5. Of a survey: how satisfied they are. */
  rating?: number
  /** How likely they recommend us, 0 to 10. */
  recommends?: number
  attachments?: InboundAttachment[]
}

export interface CustomerIdentity {
  /** Unique on the channel: an address, a visitor id. */
  externalId: string
  name?: string
  handle?: string
  /** Where replies go when the channel itself can't carry them. */
  email?: string
  /** With its country's code: "+49 30 1234567". */
  phone?: string
  /** What the channel vouches for: whoever has the same is the same person, on whichever channel. Never what somebody typed. */
  verified?: ('email' | 'phone')[]
}

export interface InboundAttachment {
  name: string
  mediaType: string
  bytes: number
  /** Undefined when it was too large to keep, or is still to be fetched. */
  content?: Uint8Array
  /** What `download` needs to fetch it. `bytes` may then be 0: not known yet. */
  source?: AttachmentSource
}

export interface Downloaded {
  content: Uint8Array
  /** Undefined: as it was announced. */
  mediaType?: string
}

/** Something that doesn't stand any more. */
export interface Removal {
  account: string
  /** The interaction's `externalId`, or its `versionOf`: then all versions. */
  externalId: string
  at: Date
}

/** Somebody of ours answered in the provider's own app or pages. The conversation is done, unless the team had a hand in it. */
export interface ElsewhereAnswer {
  account: string
  /** Of what it answers: the interaction's `externalId`, or its `versionOf`. */
  externalId: string
  /** What was answered. Our own replies may be told as well: they are known by it. */
  text: string
  at: Date
}

/** The provider's later word on a reply. */
export interface Receipt {
  /** Of the reply: what `send` returned, or will return. */
  externalId: string
  /** Our own id of the reply, where the external id is made from it: the news may come before `send` is back. */
  replyId?: string
  /** `accepted`: all that `send` could have told. `delivered`, `read`: it arrived. They may come in any order. */
  state: 'accepted' | 'delivered' | 'read' | 'published' | 'rejected' | 'failed'
  /** Why it was rejected, or failed. */
  reason?: string
  /** What the team can do about it. */
  action?: string
  /** Of one that failed: it is sent again by itself after a while. */
  isRetryable?: boolean
  /** Of one that failed: as WindowClosedError says. */
  isWindowClosed?: boolean
  /** Where a published reply can be read. */
  url?: string
  at: Date
}

/** One entry per interaction delivered, in order. */
export interface Recorded {
  interactions: { id: string; conversationId: string; isDuplicate: boolean }[]
}

/** What a channel may ask for. */
export interface ChannelIo {
  clock: Clock
  log: Log
  /** Where customers reach this server, without a trailing slash. */
  publicUrl: string
  newId(): string
  /** A key for signing what this channel hands out; the same on every replica, and after a restart. */
  key(purpose: string): Buffer
  /** Counts one use of `key`; false once there were more than `max` in the current window. Shared by all replicas. */
  allow(key: string, max: number, windowSeconds: number): Promise<boolean>
  /** Hosted channels: what was said in a conversation after `afterSeq`, oldest first; perhaps only the first portion. */
  transcript(account: string, conversationExternalId: string, afterSeq: number): Promise<TranscriptLine[]>
  /** Hosted channels: calls back after any change of the conversation, on whichever replica it happened. Returns how to stop. */
  onChange(account: string, conversationExternalId: string, changed: () => void): () => void
}

export interface TranscriptLine {
  /** Rises within the conversation. */
  seq: number
  from: 'customer' | 'team'
  /** The customer's own id for the line, or the reply's id. */
  externalId: string
  /** Who said it, for the customer to see. */
  name: string | null
  text: string
  at: Date
}
