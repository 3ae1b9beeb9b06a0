import { z } from 'zod'
import type { Receipt } from '../channel.ts'
import { problemOf, reasonOf } from './errors.ts'
import { timeOf } from './message.ts'
import { id, line, listOf, longestId } from './shapes.ts'

/** Meta writes the code as a number; others that pass its webhooks on may not. */
export const errorShape = z.object({
  code: z.union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ]),
  title: line(200),
})

const statusShape = z.object({
  id: z.string().min(1).max(longestId),
  status: z.string(),
  timestamp: id,
  biz_opaque_callback_data: id,
  errors: listOf(errorShape, 10),
})

const states = new Map<string, Receipt['state']>([
  ['sent', 'accepted'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  // Of a voice message.
  ['played', 'read'],
  ['failed', 'failed'],
])

/** Meta's later word on a message that was sent, and the code of what went wrong. Null for one that tells us nothing. */
export function readStatus(raw: unknown, now: Date): { receipt: Receipt; code: number | null } | null {
  const read = statusShape.safeParse(raw)
  if (!read.success) return null
  const { id: externalId, status, timestamp, biz_opaque_callback_data: replyId, errors } = read.data
  const state = states.get(status)
  if (!state) return null
  const [error] = errors
  return {
    receipt: {
      externalId,
      ...(replyId && { replyId }),
      state,
      at: timeOf(timestamp, now),
      ...(state === 'failed' && problem(error)),
    },
    code: state === 'failed' && error ? error.code : null,
  }
}

type Failure = Pick<Receipt, 'reason' | 'action' | 'isRetryable' | 'isWindowClosed'>

function problem(error: z.infer<typeof errorShape> | undefined): Failure {
  if (!error) return { reason: 'WhatsApp could not deliver it, and does not say why' }
  const known = problemOf(error.code)
  if (!known)
    return { reason: `WhatsApp could not deliver it: ${error.title ?? 'no reason given'} (error ${error.code})` }
  return {
    reason: reasonOf(error.code, known),
    action: known.action,
    // For an account that must be authorised anew, it waits until then.
    isRetryable: known.is === 'retry' || known.is === 'authorise',
    isWindowClosed: known.is === 'window',
  }
}
