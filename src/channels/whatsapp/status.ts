import { z } from 'zod'
import type { Receipt } from '../channel.ts'
import { problemOf, reasonOf } from './errors.ts'
import { timeOf } from './message.ts'
import { id, line, listOf, longestId } from './shapes.ts'

export const errorShape = z.object({ code: z.number(), title: line(200) })

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

/** Meta's later word on a message that was sent. Null for one that tells us nothing. */
export function readStatus(raw: unknown, now: Date): Receipt | null {
  const read = statusShape.safeParse(raw)
  if (!read.success) return null
  const { id: externalId, status, timestamp, biz_opaque_callback_data: replyId, errors } = read.data
  const state = states.get(status)
  if (!state) return null
  return {
    externalId,
    ...(replyId && { replyId }),
    state,
    at: timeOf(timestamp, now),
    ...(state === 'failed' && problem(errors[0])),
  }
}

function problem(error: z.infer<typeof errorShape> | undefined): Pick<Receipt, 'reason' | 'action' | 'isRetryable'> {
  if (!error) return { reason: 'WhatsApp could not deliver it, and does not say why' }
  const known = problemOf(error.code)
  if (!known)
    return { reason: `WhatsApp could not deliver it: ${error.title ?? 'no reason given'} (error ${error.code})` }
  return { reason: reasonOf(error.code, known), action: known.action, isRetryable: known.is === 'retry' }
}
