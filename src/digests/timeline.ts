import { z } from 'zod'
import { dismissReasons } from '../conversations/conversation.ts'
import type { Dismissal, Heard, Sent, Timeline } from './measures.ts'

/** A row of the event log, as far as measures need it. */
export interface LoggedEvent {
  at: Date
  type: string
  interactionId: string | null
  replyId: string | null
  data: unknown
}

const moment = z.iso.datetime().transform((text) => new Date(text))
const seq = z.int().min(0)
const received = z.object({ seq, occurredAt: moment, automatic: z.string().nullish() })
const proposed = z.object({ answersSeq: seq })
const approved = z.object({ answersSeq: seq })
const accepted = z.object({ answersSeq: seq, acceptedAt: moment, approvedBy: z.string() })
const failed = z.object({ at: moment.optional() })
const dismissed = z.object({ reason: z.enum(dismissReasons), seq })

/** What the events of one conversation tell, in the order in which they were written. Those that tell nothing of it are left out. */
export function timelineOf(events: LoggedEvent[]): Timeline {
  const heard: Heard[] = []
  const sent = new Map<string, Sent>()
  const dismissals: Dismissal[] = []
  const reopenings: Date[] = []
  /** When the first draft was there, by what it answers; and when each reply was approved. */
  const drafted: { answersSeq: number; at: Date }[] = []
  const approvals = new Map<string, Date>()

  for (const { at, type, interactionId, replyId, data } of events) {
    switch (type) {
      case 'interaction.received': {
        const { occurredAt, automatic, ...rest } = received.parse(data)
        if (interactionId)
          heard.push({ id: interactionId, seq: rest.seq, at: occurredAt, isAutomatic: Boolean(automatic) })
        break
      }
      case 'draft.proposed':
        drafted.push({ answersSeq: proposed.parse(data).answersSeq, at })
        break
      case 'draft.approved':
        if (replyId && approved.safeParse(data).success) approvals.set(replyId, at)
        break
      case 'reply.accepted':
      case 'reply.marked-sent': {
        const { answersSeq, acceptedAt, approvedBy } = accepted.parse(data)
        if (!replyId) break
        const draftedAt = drafted.find((one) => one.answersSeq === answersSeq)?.at ?? null
        const approvedAt = approvals.get(replyId) ?? acceptedAt
        sent.set(replyId, { replyId, answersSeq, draftedAt, approvedAt, approvedBy, acceptedAt, failedAt: null })
        break
      }
      case 'reply.failed':
      case 'reply.rejected': {
        const reply = replyId === null ? undefined : sent.get(replyId)
        if (reply) reply.failedAt = failed.parse(data).at ?? at
        break
      }
      case 'conversation.dismissed':
        dismissals.push({ at, ...dismissed.parse(data) })
        break
      case 'conversation.reopened':
        reopenings.push(at)
        break
    }
  }
  return { heard, sent: [...sent.values()], dismissals, reopenings }
}
