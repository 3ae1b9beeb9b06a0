import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import { CredentialsError, PermanentError, RetryableError } from '../../errors.ts'
import { callJson, type JsonAnswer, type JsonCall } from '../kit/http.ts'
import { createAccessTokens } from './access-token.ts'
import { failureOf, isNotFound, read } from './failure.ts'
import { parseReview, replySchema, type Review, type ReviewReply } from './review.ts'
import type { GoogleAccount } from './settings.ts'

const timeoutMs = 20_000
const pageSize = 50
const locationPageSize = 100

export interface Page {
  /** Newest change first; what can't be read is left out. */
  reviews: Review[]
  /** Null: this was the last page. */
  nextPageToken: string | null
  /** Of the location; null where Google did not say. */
  total: number | null
}

/** The calls that are used. Each throws RetryableError, CredentialsError or PermanentError. */
export interface GoogleApi {
  /** Proves that the credentials are good. */
  signIn(): Promise<void>
  /** Null: there is no such review, any more. */
  review(name: string, signal: AbortSignal): Promise<Review | null>
  reviews(locationId: string, pageToken: string | null, signal: AbortSignal): Promise<Page>
  /** Creates the reply, or replaces the one that is there, of a review that can be read. Any other error: the outcome is not known. */
  putReply(name: string, comment: string, signal: AbortSignal): Promise<ReviewReply>
  /** All locations of the account. */
  locations(signal: AbortSignal): Promise<{ id: string; name: string }[]>
}

const pageSchema = z.object({
  reviews: z.array(z.unknown()).default([]),
  nextPageToken: z.string().default(''),
  totalReviewCount: z.number().nullable().catch(null),
})
const locationsSchema = z.object({
  locations: z.array(z.object({ name: z.string(), title: z.string().catch('') })).default([]),
  nextPageToken: z.string().default(''),
})

/**
 * Google Business Profile: reviews of the My Business API v4, names of locations of the Business Information API v1
 * (developers.google.com/my-business/reference).
 */
export function createApi(account: GoogleAccount, clock: Clock): GoogleApi {
  const tokens = createAccessTokens(account, clock)
  const { addresses } = account

  async function call(
    method: JsonCall['method'],
    url: string,
    signal: AbortSignal,
    body?: object,
  ): Promise<JsonAnswer> {
    const token = await tokens.get()
    const send = (bearer: string) =>
      callJson({ method, url, headers: { authorization: `Bearer ${bearer}` }, body, timeoutMs }, signal)
    const answer = await send(token)
    if (answer.status !== 401) return answer
    // It may have been taken back before its time; a refused call did nothing, and may be made again.
    tokens.forget(token)
    return send(await tokens.get())
  }

  async function succeed(...args: Parameters<typeof call>): Promise<JsonAnswer> {
    const answer = await call(...args)
    if (answer.status === 200) return answer
    throw failureOf(answer, clock.now())
  }

  return {
    async signIn() {
      await tokens.get()
    },

    async review(name, signal) {
      const answer = await call('GET', `${addresses.reviews}/${name}`, signal)
      if (isNotFound(answer)) return null
      if (answer.status !== 200) throw failureOf(answer, clock.now())
      return read(
        z.unknown().transform((json, context) => {
          const review = parseReview(account.name, json)
          if (!review) context.addIssue('It is no review')
          return review ?? z.NEVER
        }),
        answer,
      )
    },

    async reviews(locationId, pageToken, signal) {
      const query = new URLSearchParams({ pageSize: String(pageSize), orderBy: 'updateTime desc' })
      if (pageToken) query.set('pageToken', pageToken)
      const url = `${addresses.reviews}/${account.name}/locations/${locationId}/reviews?${query}`
      const page = read(pageSchema, await succeed('GET', url, signal))
      return {
        reviews: page.reviews.flatMap((json) => parseReview(account.name, json) ?? []),
        nextPageToken: page.nextPageToken || null,
        total: page.totalReviewCount,
      }
    },

    async putReply(name, comment, signal) {
      const answer = await call('PUT', `${addresses.reviews}/${name}/reply`, signal, { comment })
      if (answer.status !== 200) throw putFailure(answer, clock.now())
      // It is there, however little can be read of the answer.
      return (
        replySchema.safeParse(answer.json).data ?? { comment, updatedAt: null, state: 'unknown', policyViolation: null }
      )
    },

    async locations(signal) {
      const all: { id: string; name: string }[] = []
      const seen = new Set<string>()
      for (let pageToken = ''; ;) {
        const query = new URLSearchParams({ readMask: 'name,title', pageSize: String(locationPageSize) })
        if (pageToken) query.set('pageToken', pageToken)
        const url = `${addresses.information}/${account.name}/locations?${query}`
        const page = read(locationsSchema, await succeed('GET', url, signal))
        for (const { name, title } of page.locations) {
          const id = /^locations\/(\d{1,30})$/.exec(name)?.[1]
          if (id) all.push({ id, name: title })
        }
        if (!page.nextPageToken) return all
        pageToken = nextPage(page.nextPageToken, seen)
      }
    },
  }
}

/** Whoever may read a review and not answer it may still answer others: that is no word on the account. */
function putFailure(answer: JsonAnswer, now: Date): Error {
  const error = failureOf(answer, now)
  if (answer.status !== 403 || !(error instanceof CredentialsError)) return error
  return new PermanentError(error.message, { action: error.action })
}

/** Notes a page's token in `seen`. Throws RetryableError for one that was handed out before: the pages would never end. */
export function nextPage(token: string, seen: Set<string>): string {
  if (seen.has(token)) throw new RetryableError('Google hands out the same page again')
  seen.add(token)
  return token
}
