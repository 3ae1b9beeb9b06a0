import { z } from 'zod'
import { givenReasons } from '../../conversations/conversation.ts'
import { BadInputError } from '../../errors.ts'
import type { Decision, Teammate } from '../workspace.ts'

/** From a form it is text, from the room's script as well. */
const seenSeq = z.union([z.int().min(0), z.stringFormat('number', /^\d{1,15}$/).transform(Number)])
const target = z.string({ error: 'is missing' }).min(1, 'is missing').max(200)

const bodySchema = z.discriminatedUnion(
  'action',
  [
    z.object({ action: z.literal('approve'), target, seenSeq }),
    z.object({
      action: z.literal('dismiss'),
      seenSeq,
      reason: z.enum(givenReasons, { error: `must be one of: ${givenReasons.join(', ')}` }),
    }),
    z.object({ action: z.literal('spam'), seenSeq }),
    z.object({ action: z.literal('assign') }),
    z.object({ action: z.literal('unassign') }),
    z.object({ action: z.literal('reopen') }),
    z.object({ action: z.literal('undo'), target }),
    z.object({ action: z.literal('mark-sent'), target }),
    z.object({ action: z.literal('mark-unsent'), target }),
    z.object({ action: z.literal('resend'), target }),
    z.object({ action: z.literal('retry'), target }),
  ],
  { error: 'is not something that can be done with a card' },
)

/** Reads what a button sent: all that asks nothing. Throws BadInputError that names the field. */
export function parseDecision(body: unknown, about: { conversationId: string; teammate: Teammate }): Decision {
  const parsed = bodySchema.safeParse(body)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'action'} ${issue.message}`)
    throw new BadInputError(`This can't be done: ${problems.join('; ')}.`)
  }
  const said = parsed.data
  switch (said.action) {
    case 'approve':
      return { ...about, kind: 'approve', draftId: said.target, seenSeq: said.seenSeq }
    case 'dismiss':
      return { ...about, kind: 'dismiss', seenSeq: said.seenSeq, reason: said.reason }
    case 'spam':
      return { ...about, kind: 'dismiss', seenSeq: said.seenSeq, reason: 'spam' }
    case 'assign':
      return { ...about, kind: 'assign', to: about.teammate }
    case 'unassign':
      return { ...about, kind: 'assign', to: null }
    case 'reopen':
      return { ...about, kind: 'reopen' }
    case 'undo':
    case 'mark-sent':
    case 'mark-unsent':
    case 'resend':
      return { ...about, kind: said.action, replyId: said.target }
    case 'retry':
      return { ...about, kind: 'retry', problemId: said.target }
  }
}
