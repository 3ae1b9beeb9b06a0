import { z } from 'zod'
import type { Delivery, ElsewhereAnswer, InboundAttachment, InboundInteraction } from '../channel.ts'
import { cleanLine, cleanText } from '../kit/clean-text.ts'

/** A review, as far as it is used. Built from developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews. */
export interface Review {
  /** `accounts/1/locations/2/reviews/3` */
  name: string
  locationId: string
  reviewer: { displayName: string; isAnonymous: boolean }
  rating: number | null
  comment: string
  createdAt: Date
  updatedAt: Date
  /** As Google wrote it: finer than a Date. */
  version: string
  reply: ReviewReply | null
  media: Media[]
  /** Where it can be seen and answered. */
  url: string | null
}

export interface ReviewReply {
  comment: string
  updatedAt: Date | null
  /** `unknown`: Google did not say, or said something new. */
  state: 'pending' | 'approved' | 'rejected' | 'unknown'
  policyViolation: string | null
}

/** A photo, or the still picture of a video. */
export interface Media {
  url: string
  label: string
  isVideo: boolean
}

const stars = ['ONE', 'TWO', 'THREE', 'FOUR', 'FIVE']
const states = { PENDING: 'pending', APPROVED: 'approved', REJECTED: 'rejected' } as const
/** More than Google shows. */
const mostMedia = 20

const text = z.string().catch('')
const time = z.string().refine((given) => !Number.isNaN(Date.parse(given)))

export const replySchema = z
  .object({
    comment: text,
    updateTime: time.nullable().catch(null),
    reviewReplyState: z.string().nullable().catch(null),
    policyViolation: z.string().nullable().catch(null),
  })
  .transform((reply): ReviewReply => ({
    comment: reply.comment,
    updatedAt: reply.updateTime === null ? null : new Date(reply.updateTime),
    state: stateOf(reply.reviewReplyState),
    policyViolation: reply.policyViolation,
  }))

function stateOf(said: string | null): ReviewReply['state'] {
  return said === 'PENDING' || said === 'APPROVED' || said === 'REJECTED' ? states[said] : 'unknown'
}

/** Resource names that Google uses for a review; nothing else gets into an address. */
const reviewName = /^accounts\/\d{1,30}\/locations\/(\d{1,30})\/reviews\/([\w=-]{1,500})$/

/** The review's name under our own account: the same location may be reached through several. Null: it is no review's name. */
export function reviewNameIn(account: string, name: string): { name: string; locationId: string } | null {
  const [, locationId, id] = reviewName.exec(name) ?? []
  return locationId && id ? { name: `${account}/locations/${locationId}/reviews/${id}`, locationId } : null
}

const reviewSchema = z.object({
  name: z.string(),
  reviewer: z
    .object({ displayName: text, isAnonymous: z.boolean().catch(false) })
    .nullable()
    .catch(null),
  starRating: text,
  comment: text,
  createTime: time.nullable().catch(null),
  updateTime: time.nullable().catch(null),
  reviewReply: replySchema.nullable().catch(null),
  reviewMediaItems: z.array(z.unknown()).catch([]),
  reviewReplyUrl: text,
})
const mediaSchema = z.object({ thumbnailUrl: z.url(), thumbnailLabel: text, videoUrl: text })

/** Reads what the API answers. Null: there is no name, or no time, in it. Never throws. */
export function parseReview(account: string, json: unknown): Review | null {
  const raw = reviewSchema.safeParse(json).data
  const known = raw && reviewNameIn(account, raw.name)
  const version = raw?.updateTime ?? raw?.createTime
  if (!known || !version) return null
  return {
    ...known,
    reviewer: raw.reviewer ?? { displayName: '', isAnonymous: true },
    rating: stars.includes(raw.starRating) ? stars.indexOf(raw.starRating) + 1 : null,
    comment: raw.comment,
    createdAt: new Date(raw.createTime ?? version),
    updatedAt: new Date(version),
    version,
    reply: raw.reviewReply?.comment ? raw.reviewReply : null,
    media: raw.reviewMediaItems.slice(0, mostMedia).flatMap((item) => {
      const media = mediaSchema.safeParse(item).data
      return media ? [{ url: media.thumbnailUrl, label: media.thumbnailLabel, isVideo: media.videoUrl !== '' }] : []
    }),
    url: URL.parse(raw.reviewReplyUrl)?.protocol === 'https:' ? raw.reviewReplyUrl : null,
  }
}

/** One version of a review has this id, in every way it comes in. */
export const versionId = ({ name, version }: Pick<Review, 'name' | 'version'>): string => `${name}@${version}`

/** True when somebody has answered these very words, and Google has not refused the answer. */
function isAnswered({ reply, updatedAt }: Review): boolean {
  if (!reply || reply.state === 'rejected') return false
  return reply.updatedAt !== null && reply.updatedAt >= updatedAt
}

/** What was answered on Google itself, or by us: null where nothing is, or the words changed since. */
export function answerOf(review: Review): ElsewhereAnswer | null {
  const { name, locationId, reply } = review
  if (!reply?.updatedAt || !isAnswered(review)) return null
  return { account: locationId, externalId: name, text: cleanText(reply.comment), at: reply.updatedAt }
}

/** Reviews as they stand, with what answers them. */
export function deliveryOf(reviews: Review[]): Delivery {
  const answers = reviews.flatMap((review) => answerOf(review) ?? [])
  return { interactions: reviews.map(interactionOf), ...(answers.length > 0 && { answers }) }
}

/** The review as it stands, for the team. */
export function interactionOf(review: Review): InboundInteraction {
  const { name, locationId, reviewer, rating, media } = review
  const whole = cleanText(review.comment).trim()
  const words = originalWords(whole)
  const displayName = cleanLine(reviewer.displayName, 100)
  const notes: string[] = []
  if (media.some(({ isVideo }) => isVideo)) notes.push('There is a video with it: look at it on Google')
  return {
    account: locationId,
    externalId: versionId(review),
    versionOf: name,
    kind: 'review',
    conversation: { externalId: name },
    // Google tells no id of who wrote it, and two people may have one name: each review's author is a customer of their own.
    customer: { externalId: name, ...(displayName && !reviewer.isAnonymous && { name: displayName }) },
    text: words,
    ...(words !== whole && { fullText: whole }),
    occurredAt: review.updatedAt,
    ...(isAnswered(review) && { automatic: 'answered' as const }),
    ...(notes.length > 0 && { notes }),
    ...(rating !== null && { rating }),
    ...(media.length > 0 && { attachments: media.map((one, index) => attachmentOf(name, one, index)) }),
  }
}

function attachmentOf(review: string, { url, label, isVideo }: Media, index: number): InboundAttachment {
  const what = `${isVideo ? 'Video' : 'Photo'} ${index + 1}`
  const words = cleanLine(label, 60)
  return {
    name: words ? `${what}: ${words}` : what,
    mediaType: 'image/jpeg',
    bytes: 0,
    // Its address stops working after a while: then the review tells another.
    source: { review, index: String(index), url },
  }
}

const translated = '(Translated by Google)'
const original = '(Original)'

/**
 * What the customer wrote, without the translation that Google puts beside it: before the words, which then stand under
 * "(Original)", or after them. Seen in answers of the API, not documented: whatever looks otherwise stays as it is.
 */
function originalWords(comment: string): string {
  const whole = comment.replace(/\r\n?/g, '\n').trim()
  const isTranslationFirst = whole.startsWith(translated)
  const mark = `\n${isTranslationFirst ? original : translated}`
  const at = whole.indexOf(mark)
  if (at < 0) return whole
  return (isTranslationFirst ? whole.slice(at + mark.length) : whole.slice(0, at)).trim() || whole
}
