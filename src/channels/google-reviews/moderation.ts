import type { Clock } from '../../clock.ts'
import type { Delivery, Inlet, Receipt, UnsettledReply } from '../channel.ts'
import { isDue } from '../../waiting.ts'
import { cleanLine } from '../kit/clean-text.ts'
import type { GoogleApi } from './api.ts'
import { violationOf } from './policy-violations.ts'
import { isSameText } from '../../replies/reply.ts'
import { replyIdOf } from './reply.ts'
import type { Review } from './review.ts'

const shortestPauseMs = 30_000
const longestPauseMs = 6 * 3600 * 1000
/** Until then a reply may not be seen yet, and a later one be our own attempt. */
const settlingMs = 10 * 60_000

export interface Following {
  api: GoogleApi
  clock: Clock
  /** `accounts/123` */
  accountName: string
  /** By id of the reply: when it is looked at next. Only saves calls, and may be lost. */
  nextLookAt: Map<string, number>
}

/**
 * Looks up what Google decided on the replies of a location that are still being checked: often at first, then more and more
 * rarely, until each is settled. Throws what the API throws.
 */
export async function followReplies(
  { api, clock, accountName, nextLookAt }: Following,
  account: string,
  inlet: Pick<Inlet, 'unsettled' | 'deliver'>,
  signal: AbortSignal,
): Promise<void> {
  const newest = new Map<string, UnsettledReply>()
  // A reply takes the place of the one before it: of that Google tells nothing any more.
  for (const reply of await inlet.unsettled(account)) {
    const name = reply.conversation.externalId
    const other = newest.get(name)
    const isReachable = name.startsWith(`${accountName}/`)
    if (isReachable && (!other || other.approvedAt < reply.approvedAt)) newest.set(name, reply)
  }
  for (const [name, reply] of newest) {
    const now = clock.now()
    if (!isDue(nextLookAt.get(reply.id), now, longestPauseMs) || signal.aborted) continue
    // Before the call: one that fails must not hold up the others the next time.
    const ageMs = now.getTime() - (reply.attemptedAt ?? reply.approvedAt).getTime()
    nextLookAt.set(reply.id, now.getTime() + Math.min(Math.max(ageMs / 4, shortestPauseMs), longestPauseMs))
    const review = await api.review(name, signal)
    const news = review
      ? settle(reply, review, now)
      : { interactions: [], removals: [{ account, externalId: name, at: now }] }
    if (news) await inlet.deliver(news)
  }
}

/** Null: nothing is decided yet. What Google does not say counts as that. */
function settle(reply: UnsettledReply, review: Review, now: Date): Delivery | null {
  const { reply: there, url } = review
  const attemptedAt = (reply.attemptedAt ?? reply.approvedAt).getTime()
  const told = (news: Pick<Receipt, 'state' | 'reason' | 'action' | 'url'>): Delivery => ({
    interactions: [],
    receipts: [{ externalId: replyIdOf(review.name, reply.id), replyId: reply.id, at: now, ...news }],
  })
  const isEarly = now.getTime() < attemptedAt + settlingMs
  if (!there) {
    if (isEarly) return null
    return told({
      state: 'failed',
      reason: 'the reply is not on Google any more: somebody deleted it there',
      action: 'Send it again, or dismiss the conversation',
    })
  }
  // A look that comes too early may see the reply that this one replaced.
  if (isEarly && there.updatedAt && reply.acceptedAt && there.updatedAt < reply.acceptedAt) return null
  const isLater = (there.updatedAt?.getTime() ?? 0) > attemptedAt + settlingMs
  if (isLater && !isSameText(there.comment, reply.text)) {
    return told({
      state: 'failed',
      reason: `somebody changed the reply on Google; there it says "${cleanLine(there.comment, 200)}"`,
      action: 'Dismiss the conversation, or delete that answer on Google and send yours again',
    })
  }
  if (there.state === 'approved') return told({ state: 'published', ...(url && { url }) })
  if (there.state === 'rejected') return told({ state: 'rejected', ...violationOf(there.policyViolation) })
  return null
}
