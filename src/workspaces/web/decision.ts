import { z } from 'zod'
import { dismissReasons } from '../../conversations/conversation.ts'
import { BadInputError } from '../../errors.ts'
import type { Decision, Teammate } from '../workspace.ts'

/** From a form it is text, from the room's script as well. */
const seenSeq = z.union([z.int().min(0), z.stringFormat('number', /^\d{1,15}$/).transform(Number)])
const target = z.string({ error: 'is missing' }).min(1, 'is missing').max(200)
const words = (max: number) =>
  z
    .string({ error: 'is missing' })
    .max(max, `is too long: at most ${max} characters`)
    .refine((text) => text.trim() !== '', 'is empty')

const bodySchema = z.discriminatedUnion(
  'action',
  [
    z.object({ action: z.literal('approve'), target, seenSeq }),
    z.object({ action: z.literal('edit'), target: target.or(z.literal('')).nullish(), seenSeq, text: words(100_000) }),
    z.object({ action: z.literal('redraft'), seenSeq, instruction: z.string().trim().max(2000).default('') }),
    z.object({
      action: z.literal('dismiss'),
      seenSeq,
      reason: z.enum(dismissReasons, { error: `must be one of: ${dismissReasons.join(', ')}` }),
    }),
    z.object({ action: z.literal('spam'), seenSeq }),
    z.object({ action: z.literal('snooze'), seenSeq, until: z.string({ error: 'is missing' }) }),
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

/** Reads what a form or the room's script sent. Throws BadInputError that names the field. */
export function parseDecision(
  body: unknown,
  about: { conversationId: string; teammate: Teammate; now: Date },
): Decision {
  const parsed = bodySchema.safeParse(body)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'action'} ${issue.message}`)
    throw new BadInputError(`This can't be done: ${problems.join('; ')}.`)
  }
  const said = parsed.data
  const base = { conversationId: about.conversationId, teammate: about.teammate }
  switch (said.action) {
    case 'approve':
      return { ...base, kind: 'approve', draftId: said.target, seenSeq: said.seenSeq }
    case 'edit':
      // A form sends every line break as CR LF.
      return { ...base, kind: 'edit', draftId: said.target || null, seenSeq: said.seenSeq, text: unixLines(said.text) }
    case 'redraft':
      return { ...base, kind: 'redraft', seenSeq: said.seenSeq, instruction: unixLines(said.instruction) }
    case 'dismiss':
      return { ...base, kind: 'dismiss', seenSeq: said.seenSeq, reason: said.reason }
    case 'spam':
      return { ...base, kind: 'dismiss', seenSeq: said.seenSeq, reason: 'spam' }
    case 'snooze':
      return { ...base, kind: 'snooze', seenSeq: said.seenSeq, until: parseUntil(said.until, about.now) }
    case 'assign':
      return { ...base, kind: 'assign', to: about.teammate }
    case 'unassign':
      return { ...base, kind: 'assign', to: null }
    case 'reopen':
      return { ...base, kind: 'reopen' }
    case 'undo':
    case 'mark-sent':
    case 'mark-unsent':
    case 'resend':
      return { ...base, kind: said.action, replyId: said.target }
    case 'retry':
      return { ...base, kind: 'retry', problemId: said.target }
  }
}

const yearMs = 366 * 24 * 3_600_000

/** `+3h`, or a moment with its time zone as ISO 8601 writes it. */
function parseUntil(text: string, now: Date): Date {
  const hours = /^\+(\d{1,4})h$/.exec(text)?.[1]
  const until =
    hours === undefined
      ? new Date(z.iso.datetime({ offset: true }).safeParse(text).data ?? Number.NaN)
      : new Date(now.getTime() + Number(hours) * 3_600_000)
  const aheadMs = until.getTime() - now.getTime()
  if (!(aheadMs > 0 && aheadMs <= yearMs))
    throw new BadInputError("This can't be snoozed: choose a time in the future, at most a year from now.")
  return until
}

const unixLines = (text: string) => text.replace(/\r\n?/g, '\n')
