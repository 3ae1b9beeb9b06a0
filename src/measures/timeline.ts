import { z } from 'zod'
import { dismissReasons } from '../conversations/conversation.ts'
import type { Timeline } from './replay.ts'

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
const received = z.object({
  seq,
  occurredAt: moment,
  automatic: z.string().nullish(),
  isQuarantined: z.boolean().default(false),
  /** A newer version of it had come in before: that one waits, or was answered. */
  isOutdated: z.boolean().default(false),
})
const continued = z.object({ seq })
const proposed = z.object({ answersSeq: seq })
const approved = z.object({ isByHand: z.boolean().default(false) })
const accepted = z.object({
  answersSeq: seq,
  acceptedAt: moment,
  approvedBy: z.string(),
  editedShare: z.number().nullish(),
  // Earlier versions did not tell these: then other events do.
  draftedAt: moment.nullish(),
  approvedAt: moment.optional(),
  isByHand: z.boolean().optional(),
})
/** `dismissed`: why the team had closed the conversation, if they had. */
const failed = z.object({ dismissed: z.enum(dismissReasons).optional() })
const dismissed = z.object({ reason: z.enum(dismissReasons), seq: seq.optional() })
const reopened = z.object({ from: z.string().optional() })

/** What an accepted reply's event tells: all that is to be known of an answer. */
export type AcceptedData = z.input<typeof accepted>

/** The events that `timelineOf` looks at. */
export const toldEvents = [
  'interaction.received',
  'interaction.continued',
  'interaction.removed',
  'draft.proposed',
  'draft.approved',
  'reply.accepted',
  'reply.marked-sent',
  'reply.failed',
  'reply.rejected',
  'conversation.dismissed',
  'conversation.reopened',
] as const

/** What the events of one conversation tell, which are in the order of the log. Those that tell nothing of it are left out. */
export function timelineOf(events: LoggedEvent[]): Timeline {
  const timeline: Timeline = []
  /** When the first draft was there, by what it answers; and how each reply was approved. */
  const drafted = new Map<number, Date>()
  const approvals = new Map<string, { at: Date; isByHand: boolean }>()
  let newest = 0

  for (const { at, type, interactionId, replyId, data } of events) {
    switch (type as (typeof toldEvents)[number]) {
      case 'interaction.received': {
        if (!interactionId) break
        const { seq: place, occurredAt, automatic, isQuarantined, isOutdated } = received.parse(data)
        if (isOutdated) break
        newest = Math.max(newest, place)
        const heard = { id: interactionId, seq: place, at: occurredAt, isAutomatic: Boolean(automatic) }
        timeline.push({ kind: 'heard', at, heard, isQuarantined })
        break
      }
      case 'interaction.continued': {
        if (!interactionId) break
        const fact = continued.parse(data)
        newest = Math.max(newest, fact.seq)
        timeline.push({ kind: 'continued', at, id: interactionId, seq: fact.seq })
        break
      }
      case 'interaction.removed':
        if (interactionId) timeline.push({ kind: 'removed', at, id: interactionId })
        break
      case 'draft.proposed': {
        const { answersSeq } = proposed.parse(data)
        if (!drafted.has(answersSeq)) drafted.set(answersSeq, at)
        break
      }
      case 'draft.approved':
        if (replyId) approvals.set(replyId, { at, ...approved.parse(data) })
        break
      case 'reply.accepted':
      case 'reply.marked-sent': {
        if (!replyId) break
        const { draftedAt, approvedAt, isByHand, editedShare = null, ...rest } = accepted.parse(data)
        const approval = approvals.get(replyId)
        const sent = {
          ...rest,
          replyId,
          draftedAt: draftedAt === undefined ? (drafted.get(rest.answersSeq) ?? null) : draftedAt,
          approvedAt: approvedAt ?? approval?.at ?? rest.acceptedAt,
          editedShare,
          isByHand: isByHand ?? approval?.isByHand ?? false,
        }
        timeline.push({ kind: 'accepted', at, sent })
        break
      }
      case 'reply.failed':
      case 'reply.rejected': {
        if (!replyId) break
        const { dismissed: reason } = failed.parse(data)
        timeline.push({ kind: 'failed', at, replyId })
        if (reason) timeline.push({ kind: 'dismissed', at, reason, seq: newest })
        break
      }
      case 'conversation.dismissed': {
        const { reason, seq: upTo = newest } = dismissed.parse(data)
        timeline.push({ kind: 'dismissed', at, reason, seq: upTo })
        break
      }
      case 'conversation.reopened':
        // From a snooze it comes back as it was.
        if (reopened.parse(data).from !== 'snoozed') timeline.push({ kind: 'reopened', at })
        break
    }
  }
  return timeline
}
