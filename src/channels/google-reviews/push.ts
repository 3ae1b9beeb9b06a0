import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose'
import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import { BadInputError, RetryableError, SignatureError } from '../../errors.ts'
import type { GoogleAccount } from './settings.ts'

const issuers = ['https://accounts.google.com', 'accounts.google.com']
const toleranceSeconds = 60
const longestToken = 8192

/** The accounts whose reviews are pushed with this token: one subscription may serve several. */
export type VerifyPush = (request: Request) => Promise<GoogleAccount[]>

/**
 * Checks who pushes: a Google-signed OpenID Connect token, for the audience and by the service account of the settings
 * (cloud.google.com/pubsub/docs/authenticate-push-subscriptions).
 * Throws SignatureError, or RetryableError while Google's keys can't be had.
 */
export function createVerifyPush(accounts: GoogleAccount[], clock: Clock): VerifyPush {
  const keySets = new Map(accounts.map(({ addresses: { keys } }) => [keys, createRemoteJWKSet(new URL(keys))]))

  async function claimsOf(token: string, { push, addresses }: GoogleAccount): Promise<JWTPayload> {
    const keys = keySets.get(addresses.keys)
    if (!keys || !push) throw new SignatureError('Nothing is pushed here')
    const options = {
      audience: push.audience,
      issuer: issuers,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'iat', 'email'],
      clockTolerance: toleranceSeconds,
      currentDate: clock.now(),
    }
    try {
      return (await jwtVerify(token, keys, options)).payload
    } catch (cause) {
      if (isForged(cause)) throw new SignatureError(`The token is not good: ${cause.message}`, { cause })
      throw new RetryableError("Google's keys can't be had", { cause })
    }
  }

  return async (request) => {
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    if (!token || token.length > longestToken)
      throw new SignatureError(
        'The header Authorization must hold the token of a Pub/Sub push: switch on authentication',
      )
    const theirs: GoogleAccount[] = []
    let problem: unknown
    for (const account of accounts) {
      try {
        const { email, email_verified: isVerified } = await claimsOf(token, account)
        const isSender = typeof email === 'string' && email.toLowerCase() === account.push?.email
        if (!isSender || isVerified !== true)
          throw new SignatureError('The token is not that of GOOGLE_REVIEWS_PUSH_EMAIL')
        theirs.push(account)
      } catch (error) {
        if (!(error instanceof SignatureError)) throw error
        problem = error
      }
    }
    if (theirs.length === 0) throw problem
    return theirs
  }
}

/** Everything that jose says of the token itself; what it says of the keys, or of the way to them, proves nothing. */
function isForged(error: unknown): error is errors.JOSEError {
  const isAboutKeys =
    error instanceof errors.JWKSInvalid || error instanceof errors.JWKSTimeout || error instanceof errors.JWKInvalid
  return error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC' && !isAboutKeys
}

const envelopeSchema = z.object({ message: z.object({ data: z.string().default('') }) })
const text = z.string().optional().catch(undefined)
/** Google's pages write the names both ways. */
const notificationSchema = z.object({
  notificationType: text,
  notification_type: text,
  type: text,
  reviewName: text,
  review_name: text,
})
const reviewTypes = new Set(['NEW_REVIEW', 'UPDATED_REVIEW'])

/** The name, as Google wrote it, of the review that a push is about. Null: about something else. Throws BadInputError. */
export function reviewOf(body: string): string | null {
  const envelope = envelopeSchema.safeParse(parse(body)).data
  if (!envelope)
    throw new BadInputError(
      'The body must be a Pub/Sub message: {"message":{"data":"<base64>","messageId":"1"},"subscription":"…"}',
    )
  const { data } = envelope.message
  if (data === '') return null
  const notification = notificationSchema.safeParse(parse(Buffer.from(data, 'base64').toString('utf8'))).data
  if (!notification)
    throw new BadInputError(
      'message.data must be base64 of a notification: {"notificationType":"NEW_REVIEW","reviewName":"accounts/…"}',
    )
  const type = notification.notificationType ?? notification.notification_type ?? notification.type
  const name = notification.reviewName ?? notification.review_name
  return name === undefined || (type !== undefined && !reviewTypes.has(type)) ? null : name
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
