import type { Draft } from '../drafts/draft.ts'
import type { AutomaticReason, InteractionKind, Triage } from '../interactions/interaction.ts'
import type { Reply } from '../replies/reply.ts'

export const conversationStates = ['waiting', 'sending', 'answered', 'dismissed', 'snoozed', 'quarantined'] as const
/** `quarantined`: suspected spam, kept out of the room until a teammate looks. */
export type ConversationState = (typeof conversationStates)[number]

/** Those that a teammate may give. */
export const givenReasons = ['no-reply-needed', 'handled-elsewhere', 'spam', 'duplicate', 'automatic'] as const
/** `removed`: its author took back all that waited for an answer. */
export const dismissReasons = [...givenReasons, 'removed'] as const
export type DismissReason = (typeof dismissReasons)[number]

/** Why a conversation is shown again: the customer wrote, a snooze ended, a teammate reopened it, its answer is nearly late. */
export type SurfaceReason = 'wrote' | 'woken' | 'reopened' | 'at-risk'

/** One thing said in a conversation, by the customer or by us, oldest first. */
export interface Turn {
  from: 'customer' | 'team'
  /** Who said it, as it may be shown. */
  name: string
  at: Date
  /** Of the interaction or the reply. */
  id: string
  /** The conversation's inbound sequence number at its last line; of a reply, the one that it answers. */
  seq: number
  /** Stars, 1 to 5. */
  rating: number | null
  /** Plain text; quotes and signatures stripped. */
  text: string
  /** In the team's language, where the customer wrote another. */
  translation: string | null
  kind: InteractionKind
  automatic: AutomaticReason | null
  attachments: AttachmentRef[]
  /** "Sender could not be verified", "Answers go to another address": facts a teammate should know. */
  notes: string[]
  /** What the customer said later in its place, or took back (then it has no words). Absent: it stands. */
  undone?: 'changed' | 'removed'
}

export interface AttachmentRef {
  id: string
  name: string
  mediaType: string
  bytes: number
  isKept: boolean
  /** Why it isn't kept; absent: it was too large. */
  missing?: 'being-fetched' | 'not-fetched'
}

/** Until when the provider takes replies. */
export interface ReplyWindow {
  closesAt: Date
  /** How long it is open, from the customer's last words. */
  hours: number
  /** Fewer than this were left when the card was told last; 0: it has closed. Null: plenty. */
  minutesLeft: number | null
}

/** A job about this conversation that failed for good. */
export interface Problem {
  id: string
  /** "Writing a draft failed: …" */
  text: string
}

/** Everything a card shows, as it stands in the database. */
export interface Conversation {
  id: string
  channel: {
    id: string
    name: string
    account: string
    /** As the team knows it: "Mill Street". */
    accountName: string
    isPublic: boolean
    isLetter: boolean
    maxLength: number
    /** False: the team sends by hand. */
    canSend: boolean
    /** The provider looks at each reply before it shows it. */
    isModerated: boolean
    /** There are approved texts for when the reply window has closed. */
    hasTemplates: boolean
  }
  subject: string | null
  state: ConversationState
  /** Rises with every line the customer writes. An approval names the value the teammate saw. */
  inboundSeq: number
  /** Rises with every change of any kind. */
  version: number
  createdAt: Date
  /** When the oldest unanswered interaction was written. */
  waitingSince: Date | null
  /** By the team's reply targets; null where none fits, or nobody waits. */
  dueAt: Date | null
  /** Null: the provider takes replies at any time. */
  replyWindow: ReplyWindow | null
  snoozedUntil: Date | null
  dismissed: { reason: DismissReason; by: string } | null
  /** Why it was quarantined. */
  suspicion: string[]
  /** `id` as in `teammates`. */
  assignee: { id: string; name: string } | null
  customer: {
    id: string
    /** As they write here. */
    name: string
    handle: string | null
    /** What there was with them before: "4th time; 2 complaints about delivery; last answered by @Ana in 12 min". */
    history: string
  }
  turns: Turn[]
  /** Of the newest interaction that was triaged. */
  triage: Triage | null
  /** How often it waited again after the team was done with it. */
  surfacings: number
  surfacedBecause: SurfaceReason | null
  /** Why two must approve; empty: one is enough. */
  secondApproval: string[]
  /** The assistant is at work, or waits for the customer to finish typing. */
  isDrafting: boolean
  /** The current draft, in whatever state. */
  draft: Draft | null
  /** The newest reply that no teammate undid. */
  reply: Reply | null
  problems: Problem[]
}

/** Spam and automatic mail, which nobody waits for. */
export function isAside({ state, dismissed }: Pick<Conversation, 'state' | 'dismissed'>): boolean {
  return (
    state === 'quarantined' ||
    (state === 'dismissed' && (dismissed?.reason === 'spam' || dismissed?.reason === 'automatic'))
  )
}
