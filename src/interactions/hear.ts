import type { InboundInteraction } from '../channels/channel.ts'
import type { ConversationRow } from '../conversations/queries.ts'
import { minutesLeft, windowEnd } from '../windows/window.ts'

/** What a new line does to its conversation, which it changes in place. */
export function hear(conversation: ConversationRow, inbound: InboundInteraction, isNew: boolean, now: Date): void {
  conversation.version += 1
  conversation.updatedAt = now
  if (inbound.automatic) {
    if (isNew) Object.assign(conversation, { inboundSeq: 1, state: 'dismissed', dismissedReason: 'automatic' })
    return
  }
  conversation.inboundSeq += 1
  if (inbound.occurredAt > conversation.lastInboundAt) conversation.windowMinutes = null
  // Older words can arrive later.
  conversation.lastInboundAt = isNew ? inbound.occurredAt : later(conversation.lastInboundAt, inbound.occurredAt)
  const isSuspect =
    (isNew && (inbound.suspicion?.length ?? 0) > 0) ||
    conversation.state === 'quarantined' ||
    conversation.dismissedReason === 'spam'
  if (isSuspect) {
    const reasons = inbound.suspicion?.length ? inbound.suspicion : ['Earlier messages were marked as spam']
    Object.assign(conversation, {
      state: 'quarantined',
      dismissedReason: null,
      dismissedBy: null,
      waitingSince: null,
      isDrafting: false,
      suspicion: [...new Set([...conversation.suspicion, ...reasons])],
    })
    return
  }
  if (conversation.state !== 'waiting' && conversation.state !== 'sending') {
    Object.assign(conversation, {
      state: 'waiting',
      dismissedReason: null,
      dismissedBy: null,
      snoozedUntil: null,
      surfacings: conversation.surfacings + 1,
      surfacedBecause: 'wrote',
    })
  }
  if (conversation.state === 'waiting')
    conversation.waitingSince = earlier(conversation.waitingSince ?? inbound.occurredAt, inbound.occurredAt)
  conversation.isDrafting = true
}

/**
 * What an older version does that comes late: it reopens nothing. Who waits for an answer to the newest has waited since the
 * oldest. True when that changed.
 */
export function hearOlder(
  conversation: ConversationRow,
  { occurredAt, automatic }: InboundInteraction,
  newest: { occurredAt: Date },
  now: Date,
): boolean {
  const { waitingSince } = conversation
  const isOfWaiting = waitingSince !== null && waitingSince <= newest.occurredAt
  if (automatic || !isOfWaiting || occurredAt >= waitingSince) return false
  Object.assign(conversation, { waitingSince: occurredAt, version: conversation.version + 1, updatedAt: now })
  return true
}

/**
 * Lets a conversation tell how little of its channel's reply window is left: what comes in late may be past it already. `hours`:
 * null where the channel has none. Returns when it closed, where that is news.
 */
export function countDown(conversation: ConversationRow, hours: number | null, now: Date): Date | null {
  if (hours === null || conversation.state !== 'waiting') return null
  const closesAt = windowEnd(conversation, hours)
  const minutes = minutesLeft(closesAt, now)
  if (minutes === null || minutes >= (conversation.windowMinutes ?? Infinity)) return null
  conversation.windowMinutes = minutes
  return minutes === 0 ? closesAt : null
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b)
const later = (a: Date, b: Date): Date => (a > b ? a : b)
