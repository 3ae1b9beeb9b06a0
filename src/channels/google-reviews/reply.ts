import type { Clock } from '../../clock.ts'
import { PermanentError } from '../../errors.ts'
import type { OutboundReply, Sent } from '../channel.ts'
import { cleanLine } from '../kit/clean-text.ts'
import { isSameText } from '../../replies/reply.ts'
import { refuseTooLong } from '../kit/reply-length.ts'
import type { GoogleApi } from './api.ts'
import { interactionOf, versionId, type Review, type ReviewReply } from './review.ts'

/** In characters. Google takes 4,096 bytes, and none has more than three: so whatever is approved fits. */
export const maxLength = 1365

/** Every reply has an id of its own, though Google keeps only the last: a later word must be told from one on the reply before. */
export const replyIdOf = (review: string, replyId: string): string => `${review}/reply/${replyId}`

/**
 * Puts the reply under the review: a review has one, and putting the same again changes nothing. What somebody else wrote on
 * Google since the team last saw the review is never replaced, and a review that was changed since is not answered. Throws as
 * `Send` does.
 */
export async function sendReply(
  { api, clock }: { api: GoogleApi; clock: Clock },
  reply: OutboundReply,
  signal: AbortSignal,
): Promise<Sent> {
  const name = reply.conversation.externalId
  refuseTooLong(reply.text, maxLength)
  const review = await api.review(name, signal)
  if (!review) throw new PermanentError('The review is not on Google any more', { action: 'Dismiss the conversation' })
  const { url, reply: there } = review
  const sentAt = (at: Date | null): Sent => ({
    externalId: replyIdOf(name, reply.id),
    at: at ?? clock.now(),
    ...(url && { url }),
  })
  if (there && there.state !== 'rejected') {
    const isSame = isSameText(there.comment, reply.text)
    // An earlier attempt whose answer was lost. The same words from before are put again, so that they count from now.
    if (isSame && there.updatedAt && there.updatedAt >= reply.approvedAt) return sentAt(there.updatedAt)
    if (!isSame && isNews(there, reply)) {
      throw new PermanentError(`Somebody answered it on Google: "${cleanLine(there.comment, 200)}"`, {
        action: 'Dismiss the conversation, or delete that answer on Google and send this one again',
      })
    }
  }
  if (isChanged(review, reply)) {
    throw new PermanentError('They changed their review since', {
      action: 'Read what they say now, and answer that: it is on the card within minutes',
    })
  }
  return sentAt((await api.putReply(name, reply.text, signal)).updatedAt)
}

/** True where the author says something else than what the team answers. */
function isChanged(review: Review, { answers }: OutboundReply): boolean {
  if (!answers || answers.externalId === versionId(review)) return false
  const { text, rating = null } = interactionOf(review)
  return !isSameText(text, answers.text) || rating !== answers.rating
}

/** True when an answer that stands there is neither ours nor older than what the team answers. */
function isNews({ comment, updatedAt }: ReviewReply, { conversation, references, previous }: OutboundReply): boolean {
  // Whatever Google made of its words: nothing came after it.
  const isOurs = previous && (isSameText(comment, previous.text) || (updatedAt && updatedAt <= previous.acceptedAt))
  if (isOurs) return false
  const versions = references.flatMap((id) => {
    const at = id.startsWith(`${conversation.externalId}@`)
      ? Date.parse(id.slice(conversation.externalId.length + 1))
      : NaN
    return Number.isNaN(at) ? [] : [at]
  })
  return updatedAt === null || updatedAt.getTime() >= Math.max(0, ...versions)
}
