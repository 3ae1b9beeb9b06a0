import fc from 'fast-check'
import { expect, test } from 'vitest'
import { violationOf } from '../../../src/channels/google-reviews/policy-violations.ts'
import { interactionOf, parseReview, reviewNameIn } from '../../../src/channels/google-reviews/review.ts'

const name = 'accounts/123/locations/456/reviews/AbF_v-1'
const raw = {
  name,
  reviewId: 'AbF_v-1',
  reviewer: { displayName: 'Mia Berg', profilePhotoUrl: 'https://lh3.googleusercontent.com/a/1' },
  starRating: 'TWO',
  comment: 'The soup was cold.',
  createTime: '2026-03-01T10:00:00Z',
  updateTime: '2026-03-01T10:00:00.123456Z',
}

function interactionFrom(over: object) {
  const review = parseReview('accounts/123', { ...raw, ...over })
  if (!review) throw new Error('It could not be read')
  return interactionOf(review)
}

test('a review is an interaction of its location, in a conversation of its own', () => {
  expect(interactionFrom({})).toEqual({
    account: '456',
    externalId: `${name}@2026-03-01T10:00:00.123456Z`,
    versionOf: name,
    kind: 'review',
    conversation: { externalId: name },
    customer: { externalId: name, name: 'Mia Berg' },
    text: 'The soup was cold.',
    occurredAt: new Date('2026-03-01T10:00:00.123Z'),
    rating: 2,
  })
})

test('whoever hides their name has none, and is known by the review', () => {
  const reviewer = { displayName: 'A Google user', isAnonymous: true }
  expect(interactionFrom({ reviewer }).customer).toEqual({ externalId: name })
  expect(interactionFrom({ reviewer: undefined }).customer).toEqual({ externalId: name })
})

test('stars alone are a review', () => {
  expect(interactionFrom({ comment: undefined })).toMatchObject({ text: '', rating: 2 })
  for (const starRating of ['STAR_RATING_UNSPECIFIED', 'toString', 5])
    expect(interactionFrom({ starRating })).not.toHaveProperty('rating')
})

test('the same location reached through another account is the same', () => {
  expect(reviewNameIn('accounts/123', 'accounts/999/locations/456/reviews/x')).toEqual({
    name: 'accounts/123/locations/456/reviews/x',
    locationId: '456',
  })
})

test('photos are fetched later, and of a video the still picture', () => {
  const { attachments, notes } = interactionFrom({
    reviewMediaItems: [
      { thumbnailUrl: 'https://lh3.googleusercontent.com/p/1', thumbnailLabel: 'Soup\n<b>' },
      { thumbnailUrl: 'https://lh3.googleusercontent.com/p/2', videoUrl: 'https://video.example/2' },
      { thumbnailUrl: 'not an address' },
      null,
    ],
  })
  expect(attachments).toEqual([
    {
      name: 'Photo 1: Soup <b>',
      mediaType: 'image/jpeg',
      bytes: 0,
      source: { review: name, index: '0', url: 'https://lh3.googleusercontent.com/p/1' },
    },
    {
      name: 'Video 2',
      mediaType: 'image/jpeg',
      bytes: 0,
      source: { review: name, index: '1', url: 'https://lh3.googleusercontent.com/p/2' },
    },
  ])
  expect(notes).toEqual(['There is a video with it: look at it on Google'])
})

test('what was answered on Google before it was seen here asks nobody for an answer', () => {
  const reviewReply = { comment: 'Sorry!', updateTime: '2026-03-01T12:00:00Z', reviewReplyState: 'APPROVED' }
  expect(interactionFrom({ reviewReply })).toMatchObject({
    automatic: 'answered',
  })
})

test('words that changed after the answer, or whose answer Google refused, do ask for one', () => {
  const early = { comment: 'Sorry!', updateTime: '2026-02-01T12:00:00Z', reviewReplyState: 'APPROVED' }
  const refused = { comment: 'Buy!', updateTime: '2026-03-01T12:00:00Z', reviewReplyState: 'REJECTED' }
  expect(interactionFrom({ reviewReply: early })).not.toHaveProperty('automatic')
  expect(interactionFrom({ reviewReply: refused })).not.toHaveProperty('automatic')
})

test('the translation that Google adds is left out, wherever it stands, and kept beside the words', () => {
  const before = '(Translated by Google) Very good soup\n\n(Original)\nSehr gute Suppe\nwirklich'
  const after = 'Sehr gute Suppe\n\n(Translated by Google)\nVery good soup'
  expect(interactionFrom({ comment: before })).toMatchObject({ text: 'Sehr gute Suppe\nwirklich', fullText: before })
  expect(interactionFrom({ comment: after })).toMatchObject({ text: 'Sehr gute Suppe', fullText: after })
})

test('words that only look like a translation stay as they are', () => {
  for (const words of [
    '(Translated by Google) and no original',
    'I like (Original) pizza (Translated by Google)',
    '(Original)\nonly',
    '(Translated by Google)\n\n(Original)\n',
  ])
    expect(interactionFrom({ comment: words }).text).toBe(words.trim())
})

test('whatever Google says, reading it never throws, and words are never lost', () => {
  fc.assert(
    fc.property(fc.anything(), fc.string(), (value, comment) => {
      expect(() => parseReview('accounts/123', value)).not.toThrow()
      expect(() => parseReview('accounts/123', { ...raw, reviewReply: value, reviewer: value })).not.toThrow()
      expect(() => parseReview('accounts/123', { ...raw, reviewMediaItems: value, updateTime: value })).not.toThrow()
      const { text } = interactionFrom({ comment })
      expect(text === '').toBe(comment.replace(/\p{Cc}/gu, '').trim() === '')
    }),
  )
})

test('a name leads nowhere but to a review', () => {
  fc.assert(
    fc.property(fc.string(), (tail) => {
      const known = reviewNameIn('accounts/123', `accounts/1/locations/2/reviews/${tail}`)
      if (known) expect(known.name).toMatch(/^accounts\/123\/locations\/2\/reviews\/[\w=-]+$/)
    }),
  )
  expect(reviewNameIn('accounts/123', 'accounts/1/locations/2/reviews/../../3')).toBeNull()
  expect(reviewNameIn('accounts/123', 'accounts/1/locations/2/reviews/x/reply')).toBeNull()
})

test('every reason of Google for refusing a reply reads as a sentence, also one it does not have yet', () => {
  expect(violationOf('ADVERTISING_AND_SOLICITATION')).toEqual({
    reason: 'it reads as advertising, or offers something in return',
    action: "Look at Google's rules for replies, change the words and send it again",
  })
  expect(violationOf('LOCATION_SUSPENDED').action).toContain('business.google.com')
  expect(violationOf('MODERATION_ERROR').action).toBe('Send it again')
  expect(violationOf('SOMETHING_NEW').reason).toBe('Google calls it "something new"')
  const unnamed = 'it breaks a rule that Google does not name'
  for (const code of [null, '', 'POLICY_VIOLATION_UNSPECIFIED', '<b>', 'toString'])
    expect(violationOf(code).reason).toBe(unnamed)
})
