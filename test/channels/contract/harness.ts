import type { AttachmentSource } from '../../../src/interactions/interaction.ts'
import type { Account, Channel, OpenChannel, OutboundReply } from '../../../src/channels/channel.ts'
import type { Env } from '../../../src/env.ts'
import type { TestChannelIo } from '../../support/channel-io.ts'

/** How the suite gets at a channel, at its provider, and at the customers behind it. */
export interface ChannelHarness {
  channel: Channel
  /** What the channel can't have, and why. The suite holds it to that too: what it lacks must be absent. */
  lacks: Partial<Record<Part, string>>
  /** False on a machine without a program that the provider here needs. */
  isRunnable?: boolean
  /** A file or folder with what the provider really sends; undefined where nothing comes in. */
  fixtures?: string
  /** Settings that are right, of which each is needed. Empty: the channel is on by itself, and `off` switches it off. */
  needed: Env
  off?: Env
  /** Settings of which none is needed, but each needs the others. */
  together?: Env[]
  /** Starts a provider with one account and nobody's words yet. Called anew for every check. */
  start(): Promise<Bench>
  /** Ends what `start` shares between checks. */
  end?(): Promise<void>
  /** Where settings are written down; README and .env.example by default. */
  documents?: { readme: string; example: string }
  /** How long the suite waits for what must come at all; seconds by default. For tests of the suite itself. */
  patienceMs?: number
  /** How many hostile bodies of each kind are tried, and how large the largest are; 100 by default. */
  hostileRuns?: number
}

/**
 * `provider`: whom replies are handed to. `credentials`: what a provider can refuse. `news`: ways to find out what became of a
 * reply. `answers`: what was answered past Deskbell.
 */
export type Part =
  | 'receive'
  | 'run'
  | 'send'
  | 'find'
  | 'templates'
  | 'download'
  | 'learnAccounts'
  | 'answers'
  | 'provider'
  | 'credentials'
  | 'echo'
  | 'news'
  | Fault

/** What the provider does with replies, until it is told otherwise. `reset-after`: it takes them, and its answers get lost. */
export type Fault =
  | 'unauthorised'
  | 'forbidden'
  | 'rate-limited'
  | 'server-error'
  | 'silence'
  | 'reset-before'
  | 'reset-after'

export interface Bench {
  /** Settings with which the channel talks to this provider. */
  env: Env
  /** Where the channel can't be opened as core does it. */
  open?(env: Env, io: TestChannelIo): OpenChannel | Promise<OpenChannel>
  /** Where the provider has a clock of its own: about its time. */
  startAt?: Date
  /** Every kind of request that brings customers' words; the first is what most checks use. */
  edges?: Edge[]
  stream?: Stream
  provider?: Provider
  files?: Files
  learning?: Learning
  elsewhere?: Elsewhere
  close(): Promise<void>
}

/** A kind of request that brings customers' words. */
export interface Edge {
  name: string
  /** What the provider sends when a customer, another one each time, says this. */
  say(text: string): Promise<RawRequest>
  /** A request with this body and with all that makes it genuine. */
  genuine(body: Uint8Array): RawRequest
  /** Headers that prove where it comes from. */
  proof: string[]
  /** More ways to forge a genuine request, by what is wrong with them. */
  forgeries?(genuine: RawRequest): Record<string, RawRequest>
  /** Null: a changed body is refused. Else why it can't be told from the one that was sent. */
  unprovenBody: string | null
  /** What becomes of the same request a day later: it is refused, or has the same ids and so changes nothing. */
  replayed: 'refused' | 'same'
  /** What comes back of a reply of ours. */
  echo?(): Promise<RawRequest>
}

export interface RawRequest {
  method: string
  url: string
  headers: Record<string, string>
  body: Uint8Array
}

/** What the channel's `run` reads. */
export interface Stream {
  /** A customer, another one each time, writes. */
  say(text: string): Promise<void>
  /** Puts there what comes back of a reply of ours. */
  echo?(): Promise<void>
}

export interface Provider {
  /** A reply to somebody whom the provider knows. */
  reply(changes?: Partial<OutboundReply>): OutboundReply
  fault(fault: Fault | null): void | Promise<void>
  /** What the provider says with `rate-limited`; null: nothing. */
  retryAfterMs: number | null
  /** What it means here that the provider is in trouble: certainly not sent, or perhaps. */
  serverError: 'retryable' | 'unknown'
  /** What customers have, oldest first; a text that they have twice stands there twice. */
  arrived(): Promise<string[]>
  /** How often something was asked of the provider that may send. */
  attempts(): number
  /** The request in which the provider tells what became of a reply. */
  news?(reply: OutboundReply): Promise<RawRequest>
}

/** How the provider is asked for what the settings leave out of the accounts. */
export interface Learning {
  /** What stands among `accounts` once it was told. */
  learnt: Account[]
  /** How often the provider was asked. */
  asked(): number
  /** Whether the provider takes the question, and says nothing. */
  silence(isSilent: boolean): void
}

/** The provider's own app or pages, where the team may answer past Deskbell. */
export interface Elsewhere {
  /** Somebody of the team answers whoever said this. */
  answer(said: string): void
  /** The customer changes what they said, later than it was answered. */
  change(said: string, text: string): void
}

/** What `download` is asked for. */
export interface Files {
  there: { source: AttachmentSource; content: Uint8Array }
  gone: AttachmentSource
}
