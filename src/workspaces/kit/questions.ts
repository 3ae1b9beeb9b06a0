import type { Action } from '../card.ts'
import type { Clickable } from './click.ts'

/** What is asked before it is done. */
export interface Question {
  title: string
  text: string
  /** What the button says. */
  yes: string
  isDanger: boolean
}

/** What can be asked about an action. */
export const questions: Partial<Record<Clickable, Question>> = {
  spam: {
    title: 'Spam?',
    text: 'It is put aside, and nobody answers it. It can be reopened.',
    yes: 'Spam',
    isDanger: true,
  },
  resend: {
    title: 'Send it again?',
    text: 'If it did arrive, the customer gets it twice.',
    yes: 'Send again',
    isDanger: true,
  },
  approve: {
    title: 'Send it unread?',
    text: 'The draft is longer than what is shown here. "Read all" shows all of it.',
    yes: 'Approve anyway',
    isDanger: false,
  },
}

/** What can't be taken back, or was not read to its end, is asked about first. Null: it is done at once. */
export function questionFor(
  { id, style }: Pick<Action, 'style'> & { id: Clickable },
  isDraftCut: boolean,
): Question | null {
  const asks = id === 'spam' || (id === 'resend' && style === 'danger') || (id === 'approve' && isDraftCut)
  return asks ? (questions[id] ?? null) : null
}
