import type { Clock } from '../../clock.ts'
import { CredentialsError, PermanentError } from '../../errors.ts'
import type { OutboundReply, Sent } from '../channel.ts'
import { cleanLine } from '../kit/clean-text.ts'
import { refuseTooLong } from '../kit/reply-length.ts'
import type { GoogleApi } from './api.ts'
import type { Review } from './review.ts'

/** In characters. Google takes 4,096 bytes, and none has more than three: so whatever is approved fits. */
export const maxLength = 1365

/** Every reply has an id of its own, though Google keeps only the last: a later word must be told from one on the reply before. */
export const replyIdOf = (review: string, replyId: string): string => `${review}/reply/${replyId}`

/** The same words, whatever became of the white space on the way. */
export const isSameText = (a: string, b: string): boolean => plain(a) === plain(b)
const plain = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim()

/**
 * Puts the reply under the review: a review has one, and putting the same again changes nothing. What somebody else wrote on
 * Google since the team last saw the review is never replaced. Throws as `Send` does.
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
    if (!isSame && isNews(there.updatedAt, reply)) {
      throw new PermanentError(`Somebody answered it on Google: "${cleanLine(there.comment, 200)}"`, {
        action: 'Dismiss the conversation, or delete that answer on Google and send this one again',
      })
    }
  }
  return sentAt((await put(api, review, reply, signal)).updatedAt)
}

async function put(api: GoogleApi, review: Review, reply: OutboundReply, signal: AbortSignal) {
  try {
    return await api.putReply(review.name, reply.text, signal)
  } catch (error) {
    // The review could be read just now: it is not the account that is broken, and other reviews may be answered.
    if (error instanceof CredentialsError)
      throw new PermanentError(error.message, { cause: error, action: error.action })
    throw error
  }
}

/** True when an answer that stands there is neither ours nor older than what the team answers. */
function isNews(updatedAt: Date | null, { conversation, references }: OutboundReply): boolean {
  const isOurs = references.some((id) => id.startsWith(`${conversation.externalId}/reply/`))
  if (isOurs) return false
  const versions = references.flatMap((id) => {
    const at = id.startsWith(`${conversation.externalId}@`)
      ? Date.parse(id.slice(conversation.externalId.length + 1))
      : NaN
    return Number.isNaN(at) ? [] : [at]
  })
  return updatedAt === null || updatedAt.getTime() >= Math.max(0, ...versions)
}
