/** What Google keeps of a review, in the shape in which its API tells it. */
export interface GoogleReview {
  name: string
  reviewId: string
  reviewer: { displayName?: string; profilePhotoUrl?: string; isAnonymous?: boolean }
  starRating: string
  comment?: string
  createTime: string
  updateTime: string
  reviewReply?: { comment: string; updateTime: string; reviewReplyState?: string; policyViolation?: string }
  reviewMediaItems?: { thumbnailUrl: string; thumbnailLabel?: string; videoUrl?: string }[]
  reviewReplyUrl?: string
}

export interface NewReview {
  location?: string
  id?: string
  by?: string
  /** 1 to 5. */
  stars?: number
  comment?: string
  at?: Date
  /** Files of the peer's own, by name. */
  photos?: string[]
  isAnonymous?: boolean
}

const ratings = ['ONE', 'TWO', 'THREE', 'FOUR', 'FIVE']

/** The reviews of all locations, and what becomes of the replies. `base`: where photos lie. */
export function createReviews(account: string, now: () => Date, base: () => string) {
  const reviews = new Map<string, GoogleReview>()
  let ids = 0
  const get = (name: string): GoogleReview => {
    const review = reviews.get(name)
    if (!review) throw new Error(`The peer has no review ${name}`)
    return review
  }
  return {
    all: reviews,
    /** Somebody writes a review; returns its name. */
    write({ location = '456', stars = 5, at = now(), ...more }: NewReview = {}): string {
      const id = more.id ?? `Review_${++ids}`
      const name = `${account}/locations/${location}/reviews/${id}`
      reviews.set(name, {
        name,
        reviewId: id,
        reviewer: more.isAnonymous
          ? { displayName: 'A Google user', isAnonymous: true }
          : { displayName: more.by ?? 'Mia' },
        starRating: ratings[stars - 1] ?? 'STAR_RATING_UNSPECIFIED',
        ...(more.comment !== undefined && { comment: more.comment }),
        createTime: at.toISOString(),
        updateTime: at.toISOString(),
        ...(more.photos && {
          reviewMediaItems: more.photos.map((photo) => ({ thumbnailUrl: `${base()}/photos/${photo}` })),
        }),
        reviewReplyUrl: `https://business.google.com/reviews/${id}`,
      })
      return name
    },
    /** Its author changes it. */
    change(name: string, { stars, comment, at = now() }: Pick<NewReview, 'stars' | 'comment' | 'at'>): void {
      const review = get(name)
      if (stars !== undefined) review.starRating = ratings[stars - 1] ?? review.starRating
      if (comment !== undefined) review.comment = comment
      review.updateTime = at.toISOString()
    },
    remove: (name: string): void => void reviews.delete(name),
    /** Somebody answers on Google itself. */
    answer(name: string, comment: string, at = now()): void {
      get(name).reviewReply = { comment, updateTime: at.toISOString(), reviewReplyState: 'APPROVED' }
    },
    deleteAnswer: (name: string): void => void delete get(name).reviewReply,
    /** Google decides on the reply. */
    moderate(name: string, state: string, policyViolation?: string): void {
      const { reviewReply } = get(name)
      if (!reviewReply) throw new Error(`There is no reply under ${name}`)
      Object.assign(reviewReply, { reviewReplyState: state, ...(policyViolation && { policyViolation }) })
    },
    /** Newest change first. */
    listed: (location: string): GoogleReview[] =>
      [...reviews.values()]
        .filter(({ name }) => name.startsWith(`${account}/locations/${location}/`))
        .toSorted((a, b) => Date.parse(b.updateTime) - Date.parse(a.updateTime)),
  }
}
