import type { FormAbout, FormId } from '../form.ts'
import type { Decision, Teammate } from '../workspace.ts'
import type { Click } from './click.ts'

/** The form that an action opens; null: it is done at once. */
export function formOf({ action, isQuick, ...click }: Click): { form: FormId; about: FormAbout } | null {
  const about = { conversationId: click.conversationId, seenSeq: click.seenSeq, draftId: click.target }
  switch (action) {
    case 'edit':
    case 'redraft':
    case 'snooze':
    case 'schedule':
    case 'template':
      return { form: action, about }
    case 'assign-to':
      return { form: 'assign', about }
    case 'dismiss':
      return isQuick ? null : { form: action, about }
    default:
      return null
  }
}

/** What a click decides. Null: nothing. */
export function decisionOf({ action, conversationId, target, seenSeq }: Click, teammate: Teammate): Decision | null {
  const base = { conversationId, teammate }
  switch (action) {
    case 'approve':
      return target === null ? null : { ...base, kind: action, draftId: target, seenSeq }
    case 'assign':
      return { ...base, kind: action, to: teammate }
    case 'unassign':
      return { ...base, kind: 'assign', to: null }
    case 'dismiss':
      return { ...base, kind: action, seenSeq, reason: 'no-reply-needed' }
    case 'spam':
      return { ...base, kind: 'dismiss', seenSeq, reason: 'spam' }
    case 'reopen':
      return { ...base, kind: action }
    case 'undo':
    case 'mark-sent':
    case 'mark-unsent':
    case 'resend':
      return target === null ? null : { ...base, kind: action, replyId: target }
    case 'retry':
      return target === null ? null : { ...base, kind: action, problemId: target }
    default:
      return null
  }
}
