import type { Conversation } from '../conversations/conversation.ts'
import type { Draft } from '../drafts/draft.ts'
import type { Reply } from '../replies/reply.ts'
import type { Action, ActionId } from './card.ts'
import type { FormId } from './form.ts'

export function actionsOf(conversation: Conversation, draft: Draft | null, reply: Reply | null): Action[] {
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
      if (reply?.state === 'queued') {
        // One that is held goes out by itself: nobody is asked to press anything.
        const style = reply.problem?.isHeld ? 'plain' : 'primary'
        return [...retries, action('undo', 'Undo', style, reply.id), assign, assignTo]
      }
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

/** Whoever decides can look at who it is, in every state: behind what is decided, and before what is dangerous. */
export function withCustomer(actions: Action[]): Action[] {
  const customer: Action = { id: 'customer', label: 'About this customer…', style: 'plain', target: null, form: null }
  return actions.toSpliced(actions.findLastIndex(({ style }) => style !== 'danger') + 1, 0, customer)
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

/** The provider takes no words of the team's own any more. */
export const isClosed = ({ replyWindow }: Conversation): boolean => replyWindow?.minutesLeft === 0

/** True while the draft answers the newest words, none is being written in its place, and the provider would take it. */
export function isApprovable(conversation: Conversation): boolean {
  const { draft, inboundSeq, isDrafting } = conversation
  if (draft?.state !== 'proposed' || draft.answersSeq !== inboundSeq || isDrafting) return false
  return draft.template !== null || !isClosed(conversation)
}

/** True when the newest reply failed and nobody has written since. */
export function isUndelivered({ state, reply, inboundSeq }: Conversation): boolean {
  const hasFailed = reply?.state === 'failed' || reply?.state === 'rejected'
  return state === 'waiting' && hasFailed && reply.answersSeq === inboundSeq
}
