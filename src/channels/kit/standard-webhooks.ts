import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { list } from '../../env.ts'
import { SignatureError } from '../../errors.ts'

const toleranceMs = 5 * 60_000
const headerNames = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const

/** A setting that holds up to two secrets, `whsec_` and base64 of 24 to 64 bytes; two are live while one replaces the other. */
export const webhookSecrets: z.ZodType<Buffer[]> = list.transform((secrets, ctx) => {
  if (secrets.length > 2) ctx.addIssue(`holds ${secrets.length} secrets, but at most two can be live at once`)
  return secrets.map((secret, index) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    const isWellFormed = /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret) && key.length >= 24 && key.length <= 64
    if (!isWellFormed)
      ctx.addIssue(`is wrong in secret number ${index + 1}: not "whsec_" followed by base64 of 24 to 64 bytes`)
    return key
  })
})

/** A request as it came, and what it is checked against. */
interface SignedRequest {
  headers: Headers
  /** The raw bytes: a parsed and rewritten body would not have the same signature. */
  body: Uint8Array
  /** One of these must have signed. */
  secrets: Buffer[]
  now: Date
}

/**
 * Checks a request signed by the Standard Webhooks convention, version 1 (standardwebhooks.com).
 * Returns the sender's id for the message, the same on every attempt, and the time of this attempt.
 * Throws SignatureError, which says what is wrong.
 */
export function verifyStandardWebhook({ headers, body, secrets, now }: SignedRequest): { id: string; sentAt: Date } {
  const [id, timestamp, signatures] = headerNames.map((name) => {
    const value = headers.get(name)
    if (!value)
      throw new SignatureError(`The header ${name} is missing. Signed requests need ${headerNames.join(', ')}.`)
    return value
  }) as [string, string, string]
  if (!/^\d{1,12}$/.test(timestamp))
    throw new SignatureError('The header webhook-timestamp must be a whole number of seconds since 1970.')
  const sentAt = new Date(Number(timestamp) * 1000)
  const ageMs = now.getTime() - sentAt.getTime()
  if (Math.abs(ageMs) > toleranceMs) {
    const minutes = Math.round(Math.abs(ageMs) / 6000) / 10
    throw new SignatureError(
      `The webhook-timestamp is ${minutes} minutes ${ageMs > 0 ? 'old' : 'in the future'}; check the clock of the sender. At most 5 minutes are allowed.`,
    )
  }
  // Header values are bytes, one to a character.
  const prefix = Buffer.from(`${id}.${timestamp}.`, 'latin1')
  const expected = secrets.map((secret) =>
    Buffer.from(`v1,${createHmac('sha256', secret).update(prefix).update(body).digest('base64')}`),
  )
  const given = signatures.split(' ').map((signature) => Buffer.from(signature))
  const matches = expected.some((right) =>
    given.some((signature) => signature.length === right.length && timingSafeEqual(signature, right)),
  )
  if (!matches) {
    throw new SignatureError(
      'No signature in webhook-signature fits. Check that both sides have the same secret, and that the signed content is "id.timestamp.body" with the body exactly as sent.',
    )
  }
  return { id, sentAt }
}
