import type { AttachmentRef, Conversation, ConversationState, ReplyWindow } from '../conversations/conversation.ts'
import type { Draft, Flag } from '../drafts/draft.ts'
import { actionsOf, isUndelivered, withCustomer } from './card-actions.ts'
import { alertsOf, statusOf } from './card-status.ts'
import { labelsOf, originOf } from './card-words.ts'
import type { FormId } from './form.ts'

/** What a room shows of one conversation, before a platform gives it its look. */
export interface Card {
  conversationId: string
  version: number
  state: ConversationState
  /** "Email · support@example.com" */
  origin: string
  channelId: string
  subject: string | null
  customer: { name: string; handle: string | null; history: string }
  /** Rating, theme, sentiment, urgency, language, topics; in the order shown. */
  labels: Label[]
  summary: string | null
  /** Null when nobody waits. */
  waitingSince: Date | null
  /** Until when the team wants to have answered; null where it has no target, or nobody waits. */
  dueAt: Date | null
  /** Null: the provider takes replies at any time, or nobody waits for one. */
  replyWindow: ReplyWindow | null
  /** `id` as in `teammates`: `slack:U123`. */
  assignee: { id: string; name: string } | null
  /** What was said, oldest first. */
  turns: CardTurn[]
  draft: CardDraft | null
  /** Longest reply the channel takes, in characters. */
  maxLength: number
  /** One line on what is happening: "Sending… approved by Ana". Null while it simply waits. */
  status: Status | null
  /** What went wrong, and what to do. */
  alerts: string[]
  /** What can be done now, the most likely first. */
  actions: Action[]
  /** The newest inbound sequence number shown; every decision names it. */
  seenSeq: number
  /** What was approved, while it is on its way or was not delivered. */
  replyText: string | null
}

export interface Label {
  kind: 'rating' | 'theme' | 'sentiment' | 'urgency' | 'language' | 'topic'
  text: string
  tone: 'plain' | 'good' | 'bad' | 'warn'
}

export interface CardTurn {
  /** Of the interaction or the reply. */
  id: string
  from: 'customer' | 'team'
  name: string
  at: Date
  text: string
  /** In the team's language, where the customer wrote another. */
  translation: string | null
  /** True for what the customer wrote since the team last answered. */
  isUnanswered: boolean
  /** Stars, 1 to 5. */
  rating: number | null
  attachments: AttachmentRef[]
  notes: string[]
}

export interface CardDraft {
  id: string
  revision: number
  text: string
  writtenBy: string
  instruction: string | null
  evidence: string[]
  flags: Flag[]
}

export interface Status {
  text: string
  tone: 'plain' | 'good' | 'bad' | 'warn'
  /** When it happened, or will; shown after the text, in the reader's own time zone. */
  at: Date | null
  /** The end of the grace period, while the reply can still be undone. */
  undoUntil: Date | null
  /** The public reply, where there is one. */
  url?: string
}

export type ActionId =
  | 'approve'
  | 'edit'
  | 'schedule'
  /** A text that the provider approved beforehand: the way out once the reply window has closed. */
  | 'template'
  | 'redraft'
  | 'assign'
  | 'assign-to'
  | 'unassign'
  | 'dismiss'
  | 'snooze'
  | 'spam'
  | 'reopen'
  | 'undo'
  | 'mark-sent'
  | 'mark-unsent'
  | 'resend'
  | 'copy'
  | 'retry'
  /** Opens the customer's page: `openCustomer`, no decision. */
  | 'customer'

export interface Action {
  id: ActionId
  label: string
  style: 'primary' | 'plain' | 'danger'
  /** What the action is about, where it isn't the conversation: a draft, a reply, a failed job. */
  target: string | null
  /** What it asks before it is done; null: nothing. */
  form: FormId | null
}

/** The card as a function of the conversation's state, and nothing else. */
export function cardOf(conversation: Conversation): Card {
  const { channel, reply } = conversation
  const draft = conversation.draft?.state === 'proposed' ? conversation.draft : null
  const lastAnswer = conversation.turns.findLastIndex((turn) => turn.from === 'team')
  return {
    conversationId: conversation.id,
    version: conversation.version,
    state: conversation.state,
    origin: originOf({ name: channel.name, account: channel.accountName }),
    channelId: channel.id,
    subject: conversation.subject,
    customer: {
      name: conversation.customer.name,
      handle: conversation.customer.handle,
      history: conversation.customer.history,
    },
    labels: labelsOf(newestStars(conversation), conversation.triage),
    summary: summaryOf(conversation),
    waitingSince: conversation.waitingSince,
    dueAt: conversation.dueAt,
    replyWindow: isOpen(conversation) ? conversation.replyWindow : null,
    assignee: conversation.assignee,
    turns: conversation.turns.map((turn, index) => ({
      id: turn.id,
      from: turn.from,
      name: turn.name,
      at: turn.at,
      text: turn.text,
      translation: turn.translation,
      isUnanswered: turn.from === 'customer' && index > lastAnswer,
      rating: turn.rating,
      attachments: turn.attachments,
      notes: turn.notes,
    })),
    draft: draft ? cardDraftOf(draft) : null,
    maxLength: channel.maxLength,
    status: statusOf(conversation),
    alerts: alertsOf(conversation),
    actions: withCustomer(actionsOf(conversation, draft, reply)),
    seenSeq: conversation.inboundSeq,
    replyText:
      reply && (conversation.state === 'sending' || (!draft && isUndelivered(conversation))) ? reply.text : null,
  }
}

/** Somebody waits, and nobody has decided. */
const isOpen = ({ state }: Conversation): boolean => state === 'waiting' || state === 'snoozed'

/** Left out where it only repeats the customer's own words. */
function summaryOf({ triage, turns }: Conversation): string | null {
  const summary = triage?.summary.trim() ?? ''
  const start = summary.replace(/(…|\.\.\.)$/, '')
  const isRepeated = turns.some(({ from, text }) => from === 'customer' && text.replace(/\s+/g, ' ').includes(start))
  return summary === '' || isRepeated ? null : summary
}

function newestStars({ turns }: Conversation): number | null {
  return turns.findLast(({ rating, undone }) => rating !== null && !undone)?.rating ?? null
}

function cardDraftOf(draft: Draft): CardDraft {
  const { id, revision, text, instruction, evidence, flags } = draft
  const writtenBy = draft.writtenBy === 'offline' ? 'the offline assistant' : draft.writtenBy
  return { id, revision, text, writtenBy, instruction, evidence, flags }
}
