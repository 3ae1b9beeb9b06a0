import type {
  AttachmentRef,
  Conversation,
  ConversationState,
  DismissReason,
  ReplyWindow,
} from '../conversations/conversation.ts'
import type { Draft, Flag } from '../drafts/draft.ts'
import type { Triage } from '../interactions/interaction.ts'
import type { Reply } from '../replies/reply.ts'
import { closedText } from '../windows/window.ts'
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

const themeTones: Record<Triage['theme'], Label['tone']> = {
  compliment: 'good',
  complaint: 'bad',
  question: 'plain',
  suggestion: 'plain',
  comparison: 'plain',
}
const sentimentTones: Record<Triage['sentiment'], Label['tone']> = {
  positive: 'good',
  neutral: 'plain',
  negative: 'bad',
  mixed: 'warn',
}
const languageNames = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' })

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

/** The provider takes no words of the team's own any more. */
const isClosed = ({ replyWindow }: Conversation): boolean => replyWindow?.minutesLeft === 0

/** "less than 2 h left"; null while there is plenty, or nothing. */
export function leftText({ minutesLeft }: ReplyWindow): string | null {
  return minutesLeft === null || minutesLeft === 0 ? null : `less than ${duration(minutesLeft * 60_000)} left`
}

/** Left out where it only repeats the customer's own words. */
function summaryOf({ triage, turns }: Conversation): string | null {
  const summary = triage?.summary.trim() ?? ''
  const start = summary.replace(/(…|\.\.\.)$/, '')
  const isRepeated = turns.some(({ from, text }) => from === 'customer' && text.replace(/\s+/g, ' ').includes(start))
  return summary === '' || isRepeated ? null : summary
}

/** "Email · support@example.com" */
export function originOf({ name, account }: { name: string; account: string }): string {
  return account === 'default' || account === name ? name : `${name} · ${account}`
}

function newestStars({ turns }: Conversation): number | null {
  return turns.findLast(({ rating, undone }) => rating !== null && !undone)?.rating ?? null
}

/** Stars, 1 to 5, and what the assistant made of it. */
export function labelsOf(
  stars: number | null,
  triage: Omit<Triage, 'summary' | 'translation' | 'needsReply'> | null,
): Label[] {
  return [...ratingLabels(stars), ...(triage ? triageLabels(triage) : [])]
}

/** "★★☆☆☆" */
function ratingLabels(stars: number | null): Label[] {
  if (stars === null) return []
  const tone = stars <= 2 ? 'bad' : stars === 3 ? 'warn' : 'good'
  return [{ kind: 'rating', text: '★'.repeat(stars) + '☆'.repeat(5 - stars), tone }]
}

function triageLabels(triage: Omit<Triage, 'summary' | 'translation' | 'needsReply'>): Label[] {
  const labels: Label[] = [
    { kind: 'theme', text: triage.theme, tone: themeTones[triage.theme] },
    { kind: 'sentiment', text: triage.sentiment, tone: sentimentTones[triage.sentiment] },
  ]
  if (triage.urgency !== 'normal') {
    labels.push({
      kind: 'urgency',
      text: `${triage.urgency} urgency`,
      tone: triage.urgency === 'high' ? 'warn' : 'plain',
    })
  }
  if (triage.language !== 'und') labels.push({ kind: 'language', text: languageName(triage.language), tone: 'plain' })
  return [...labels, ...triage.topics.map((text): Label => ({ kind: 'topic', text, tone: 'plain' }))]
}

/** "German" for `de`; what is no language's tag stays as it is. */
export function languageName(tag: string): string {
  try {
    return languageNames.of(tag) ?? tag
  } catch {
    return tag
  }
}

function cardDraftOf(draft: Draft): CardDraft {
  const { id, revision, text, instruction, evidence, flags } = draft
  const writtenBy = draft.writtenBy === 'offline' ? 'the offline assistant' : draft.writtenBy
  return { id, revision, text, writtenBy, instruction, evidence, flags }
}

function statusOf(conversation: Conversation): Status | null {
  const { state, reply } = conversation
  const status = (text: string, tone: Status['tone'], at: Date | null = null): Status => ({
    text,
    tone,
    at,
    undoUntil: null,
  })
  if (state === 'quarantined') return status(`Suspected spam: ${conversation.suspicion.join('; ')}`, 'warn')
  if (state === 'dismissed' && conversation.dismissed) {
    return status(
      `Dismissed by ${conversation.dismissed.by}: ${dismissLabels[conversation.dismissed.reason].toLowerCase()}`,
      'plain',
    )
  }
  if (state === 'snoozed') return status('Snoozed until', 'plain', conversation.snoozedUntil)
  if (state === 'sending' && reply) return sendingStatus(reply)
  if (state === 'answered' && reply) {
    const isReviewed = reply.state === 'accepted' && conversation.channel.isModerated
    const text = isReviewed ? reviewedText(reply, conversation.channel.name) : sentText(reply)
    return {
      ...status(text, isReviewed ? 'plain' : 'good', reply.acceptedAt),
      ...(reply.url ? { url: reply.url } : {}),
    }
  }
  if (state === 'waiting' && conversation.isDrafting) {
    return status(conversation.draft ? 'Writing another draft…' : 'Writing a draft…', 'plain')
  }
  if (state === 'waiting' && conversation.triage?.needsReply === false && conversation.draft?.state !== 'proposed') {
    return status('Probably needs no reply', 'plain')
  }
  if (state === 'waiting' && isApprovable(conversation)) return approvalStatus(conversation)
  return null
}

/** Who approved, or must, where two are needed. */
function approvalStatus({ draft, secondApproval }: Conversation): Status | null {
  if (secondApproval.length === 0) return null
  const why = secondApproval.join(', ')
  const first = draft?.firstApprovedBy
  const text = first
    ? `Approved by ${first.name}. A second teammate must approve: ${why}`
    : `Two teammates must approve: ${why}`
  return { text, tone: first ? 'warn' : 'plain', at: null, undoUntil: null }
}

function sendingStatus(reply: Reply): Status | null {
  const base = { at: null, undoUntil: null }
  switch (reply.state) {
    case 'queued':
      if (reply.problem?.isHeld)
        return { ...base, text: `Waiting to be sent; approved by ${reply.approvedBy}`, tone: 'warn' }
      if (reply.isScheduled && reply.attempts === 0)
        return { ...base, text: `Approved by ${reply.approvedBy}. Sends at`, tone: 'plain', at: reply.sendAfter }
      return {
        text: `Sending… approved by ${reply.approvedBy}`,
        tone: 'plain',
        at: null,
        undoUntil: reply.sendAfter,
      }
    case 'by_hand':
      return {
        ...base,
        text: `Approved by ${reply.approvedBy}. This channel can't send: copy the text, send it yourself, then mark it as sent`,
        tone: 'warn',
      }
    case 'unknown':
      // Once the team is asked, the alert says it all.
      if (reply.problem) return null
      return { ...base, text: 'It is not known whether the reply arrived; looking it up', tone: 'warn' }
    default:
      return { ...base, text: `Sending… approved by ${reply.approvedBy}`, tone: 'plain' }
  }
}

function sentText(reply: Reply): string {
  const reached = reply.readAt ? ', read' : reply.deliveredAt ? ', delivered' : ''
  // In front: the time that follows the text is that of the sending.
  const sent = `Sent by ${reply.approvedBy}${reached}`
  const parts = [reply.state === 'published' ? `Published, approved by ${reply.approvedBy}` : sent]
  if (reply.template) parts.push('from a template')
  else if (reply.editedShare === null) parts.push('written by hand')
  else if (reply.editedShare > 0) parts.push(`edited ${Math.max(1, Math.round(reply.editedShare * 100))} %`)
  if (reply.acceptedAt && reply.waitingSince) {
    parts.push(`answered in ${duration(reply.acceptedAt.getTime() - reply.waitingSince.getTime())}`)
  }
  return parts.join(' · ')
}

/** Nobody but the provider sees it yet. */
function reviewedText({ approvedBy }: Reply, channelName: string): string {
  return `Sent by ${approvedBy} · not shown yet: being checked by ${channelName}`
}

/** "6 min", "3 h 5 min", "2 d 4 h". */
export function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  const join = (big: string, rest: number, unit: string) => (rest > 0 ? `${big} ${rest} ${unit}` : big)
  if (hours < 24) return join(`${hours} h`, minutes % 60, 'min')
  return join(`${Math.floor(hours / 24)} d`, hours % 24, 'h')
}

function alertsOf(conversation: Conversation): string[] {
  const { channel, state, reply, replyWindow, inboundSeq, problems } = conversation
  const alerts = problems.map((problem) => problem.text)
  if (state === 'waiting' && replyWindow && isClosed(conversation))
    alerts.push(closedText({ ...channel, hours: replyWindow.hours }))
  if (reply?.problem && !['accepted', 'published', 'withdrawn'].includes(reply.state)) {
    const { reason, action, isHeld } = reply.problem
    const what = { failed: 'Not sent', rejected: 'Rejected', unknown: 'Not known whether it arrived' }
    const title = what[reply.state as keyof typeof what] ?? 'Not sent yet'
    const parts = [`${title}: ${reason}`, action, isHeld ? 'It goes out by itself then' : '']
    alerts.push(parts.filter(Boolean).join('. '))
  }
  if (state === 'sending' && reply && reply.answersSeq < inboundSeq)
    alerts.push('They wrote again after this reply was approved')
  if (state === 'waiting' && reply?.state === 'withdrawn' && reply.problem) alerts.push(reply.problem.reason)
  return alerts
}

/** How the reasons for a dismissal read on screen. */
export const dismissLabels: Record<DismissReason, string> = {
  'no-reply-needed': 'No reply needed',
  'handled-elsewhere': 'Handled elsewhere',
  spam: 'Spam',
  duplicate: 'Duplicate',
  automatic: 'Automatic message or reaction',
  removed: 'Removed by its author',
}

/** True while the draft answers the newest words, none is being written in its place, and the provider would take it. */
function isApprovable(conversation: Conversation): boolean {
  const { draft, inboundSeq, isDrafting } = conversation
  if (draft?.state !== 'proposed' || draft.answersSeq !== inboundSeq || isDrafting) return false
  return draft.template !== null || !isClosed(conversation)
}

/** True when the newest reply failed and nobody has written since. */
function isUndelivered({ state, reply, inboundSeq }: Conversation): boolean {
  const hasFailed = reply?.state === 'failed' || reply?.state === 'rejected'
  return state === 'waiting' && hasFailed && reply.answersSeq === inboundSeq
}

function formOf(id: ActionId, style: Action['style']): FormId | null {
  switch (id) {
    case 'edit':
    case 'redraft':
    case 'snooze':
    case 'schedule':
    case 'template':
      return id
    case 'dismiss':
      return style === 'primary' ? null : id
    case 'assign-to':
      return 'assign'
    default:
      return null
  }
}

/** Whoever decides can look at who it is, in every state: behind what is decided, and before what is dangerous. */
function withCustomer(actions: Action[]): Action[] {
  const customer: Action = { id: 'customer', label: 'About this customer…', style: 'plain', target: null, form: null }
  return actions.toSpliced(actions.findLastIndex(({ style }) => style !== 'danger') + 1, 0, customer)
}

function actionsOf(conversation: Conversation, draft: Draft | null, reply: Reply | null): Action[] {
  const action = (
    id: ActionId,
    label: string,
    style: Action['style'] = 'plain',
    target: string | null = null,
  ): Action => ({ id, label, style, target, form: formOf(id, style) })
  const retries = conversation.problems.map((problem) => action('retry', 'Try again', 'primary', problem.id))
  const assign = conversation.assignee ? action('unassign', 'Unassign') : action('assign', 'Assign to me')
  const assignTo = action('assign-to', 'Assign to…')
  switch (conversation.state) {
    case 'waiting': {
      const isFirst = conversation.secondApproval.length > 0 && draft !== null && draft.firstApprovedBy === null
      const needsNone = conversation.triage?.needsReply === false && !draft && !conversation.isDrafting
      const hasClosed = isClosed(conversation)
      const isSendable = draft !== null && isApprovable(conversation)
      const canResend = reply && !draft && isUndelivered(conversation) && (reply.template !== null || !hasClosed)
      // The same words are mostly rejected again.
      const isRejected = canResend && reply.state === 'rejected'
      const resend = canResend ? [action('resend', 'Send again', isRejected ? 'plain' : 'primary', reply.id)] : []
      const template = conversation.channel.hasTemplates
        ? [action('template', 'Send a template…', hasClosed && !isSendable ? 'primary' : 'plain')]
        : []
      return [
        ...retries,
        ...(isRejected ? [] : resend),
        ...(isSendable
          ? [action('approve', isFirst ? 'Approve (1 of 2)' : 'Approve & send', 'primary', draft.id)]
          : []),
        ...(needsNone ? [action('dismiss', 'No reply needed', 'primary')] : []),
        ...(hasClosed
          ? template
          : [
              action(
                'edit',
                draft || resend.length > 0 ? 'Edit' : 'Write',
                isRejected ? 'primary' : 'plain',
                draft?.id ?? null,
              ),
            ]),
        ...(isRejected ? resend : []),
        ...(conversation.isDrafting || hasClosed ? [] : [action('redraft', draft ? 'Redraft…' : 'Draft a reply…')]),
        assign,
        ...(isSendable && !isFirst && !hasClosed && conversation.channel.canSend
          ? [action('schedule', 'Send later…', 'plain', draft.id)]
          : []),
        ...(hasClosed ? [] : template),
        assignTo,
        ...(needsNone ? [] : [action('dismiss', 'Dismiss…')]),
        action('snooze', 'Snooze…'),
        action('spam', 'Spam', 'danger'),
      ]
    }
    case 'sending':
      if (reply?.state === 'queued') return [...retries, action('undo', 'Undo', 'primary', reply.id), assign, assignTo]
      if (reply?.state === 'by_hand') {
        return [
          ...retries,
          action('copy', 'Copy text', 'primary', reply.id),
          action('mark-sent', 'Mark as sent', 'plain', reply.id),
          action('undo', 'Undo', 'plain', reply.id),
          assign,
          assignTo,
        ]
      }
      if (reply?.state === 'unknown' && reply.problem) {
        return [
          ...retries,
          action('mark-sent', 'It arrived', 'plain', reply.id),
          reply.answersSeq === conversation.inboundSeq
            ? action('resend', 'Send again', 'danger', reply.id)
            : action('mark-unsent', 'It did not arrive', 'plain', reply.id),
          assign,
          assignTo,
        ]
      }
      return [...retries, assign, assignTo]
    case 'answered':
      return [...retries, assign, assignTo]
    case 'dismissed':
      return [...retries, action('reopen', 'Reopen')]
    case 'snoozed':
      return [...retries, action('reopen', 'Wake now', 'primary'), assign, assignTo]
    case 'quarantined':
      return [...retries, action('reopen', 'Not spam', 'primary'), action('spam', 'Spam', 'danger')]
  }
}
