import { z } from 'zod'
import { CredentialsError, PermanentError, RetryableError } from '../../errors.ts'
import { cleanLine } from '../kit/clean-text.ts'
import { retryAfterMs, type JsonAnswer } from '../kit/http.ts'

/** Quotas are counted by the minute. */
const quotaPauseMs = 60_000

const detailSchema = z.object({
  reason: z.string().catch(''),
  metadata: z.record(z.string(), z.unknown()).catch({}),
})
const bodySchema = z.object({
  error: z.object({
    status: z.string().catch(''),
    message: z.string().catch(''),
    details: z.array(z.unknown()).catch([]),
  }),
})

/** True where Google itself says that there is no such thing: a proxy's "not found" says nothing of it. */
export function isNotFound({ status, json }: JsonAnswer): boolean {
  return status === 404 && bodySchema.safeParse(json).data?.error.status === 'NOT_FOUND'
}

/** What an answer that is not a success means to the caller. `now` for a `Retry-After` that names a time. */
export function failureOf(answer: JsonAnswer, now: Date): Error {
  const { status, headers, json } = answer
  const said = bodySchema.safeParse(json).data?.error ?? { status: '', message: '', details: [] }
  const details = said.details.flatMap((detail) => detailSchema.safeParse(detail).data ?? [])
  const has = (reason: string) => details.some((detail) => detail.reason === reason)
  const words = cleanLine(said.message, 200) || cleanLine(said.status, 60) || `HTTP ${status}`
  // A quota of nothing is how Google says that the project was never let in: no waiting helps.
  if (details.some(({ metadata }) => metadata['quota_limit_value'] === '0')) {
    return new CredentialsError('Google has not let this Cloud project use the Business Profile APIs: its quota is 0', {
      action: 'Apply for access with the Business Profile API contact form, and wait until the quota is 300 a minute',
    })
  }
  if (status === 429 || has('RATE_LIMIT_EXCEEDED') || said.status === 'RESOURCE_EXHAUSTED')
    return new RetryableError('Google asks to slow down', { retryAfterMs: retryAfterMs(headers, now) ?? quotaPauseMs })
  if (status === 401) {
    return new CredentialsError('Google does not accept the access token', {
      action: 'Let Deskbell in anew, set GOOGLE_REVIEWS_REFRESH_TOKEN, and start again',
    })
  }
  if (status === 403) return new CredentialsError(`Google refuses access: ${words}`, { action: accessAction(has) })
  if (status >= 500) {
    const wait = retryAfterMs(headers, now)
    return new RetryableError(`Google is in trouble: HTTP ${status}`, wait === undefined ? {} : { retryAfterMs: wait })
  }
  if (said.status === 'FAILED_PRECONDITION') {
    return new PermanentError(`Google refused: ${words}`, {
      action: 'Only reviews of a verified location can be answered: look at the profile on business.google.com',
    })
  }
  return new PermanentError(`Google refused: ${words}`, { action: 'Look at the review on Google' })
}

function accessAction(has: (reason: string) => boolean): string {
  if (has('SERVICE_DISABLED'))
    return 'Switch on the My Business APIs in the Google Cloud project of GOOGLE_REVIEWS_CLIENT_ID'
  if (has('ACCESS_TOKEN_SCOPE_INSUFFICIENT'))
    return 'Let Deskbell in anew with the scope https://www.googleapis.com/auth/business.manage, and set GOOGLE_REVIEWS_REFRESH_TOKEN'
  return 'Make whoever let Deskbell in a manager of the location, on business.google.com'
}

/** Throws RetryableError for a success that can't be read: a proxy's page, or a shape that nobody knows. */
export function read<T>(schema: z.ZodType<T>, answer: JsonAnswer): T {
  const result = schema.safeParse(answer.json)
  if (result.success) return result.data
  throw new RetryableError('Google answered with something that is not understood', { cause: result.error })
}
