import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import { CredentialsError, PermanentError, RetryableError } from '../../errors.ts'
import { cleanLine } from '../kit/clean-text.ts'
import { callJson, type JsonAnswer } from '../kit/http.ts'
import { failureOf, read } from './failure.ts'
import type { GoogleAccount } from './settings.ts'

const timeoutMs = 15_000
/** Before its end a token is no longer used: a call may take a while. */
const marginMs = 60_000

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().catch(300) })
const refusalSchema = z.object({ error: z.string(), error_description: z.string().catch('') })

export interface AccessTokens {
  /** One that is good for a minute at least. Throws RetryableError or CredentialsError. */
  get(): Promise<string>
  /** Google did not accept it: the next `get` asks for another. */
  forget(token: string): void
}

/** Turns the refresh token into access tokens (OAuth 2.0, RFC 6749 §6): each is used until shortly before its end. */
export function createAccessTokens({ client, addresses }: GoogleAccount, clock: Clock): AccessTokens {
  let held: { token: string; until: number } | null = null
  let asking: Promise<string> | null = null

  async function ask(): Promise<string> {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: client.id,
      client_secret: client.secret,
      refresh_token: client.refreshToken,
    })
    const call = { method: 'POST', url: addresses.token, body, timeoutMs } as const
    // Whoever waits for it shares it: nobody's signal may end it for the others. Asking twice does no harm.
    const answer = await callJson(call, new AbortController().signal).catch((error: unknown) => {
      if (error instanceof RetryableError || error instanceof PermanentError) throw error
      throw new RetryableError(error instanceof Error ? error.message : String(error), { cause: error })
    })
    if (answer.status !== 200) throw refusalOf(answer, clock.now())
    const { access_token: token, expires_in: seconds } = read(tokenSchema, answer)
    held = { token, until: clock.now().getTime() + seconds * 1000 - marginMs }
    return token
  }

  return {
    async get() {
      if (held && clock.now().getTime() < held.until) return held.token
      asking ??= ask().finally(() => (asking = null))
      return asking
    },
    forget(token) {
      if (held?.token === token) held = null
    },
  }
}

function refusalOf(answer: JsonAnswer, now: Date): Error {
  const refusal = refusalSchema.safeParse(answer.json).data
  if (answer.status === 429 || answer.status >= 500 || !refusal) {
    const failure = failureOf(answer, now)
    return failure instanceof RetryableError
      ? failure
      : new RetryableError(`Google gave no token: HTTP ${answer.status}`)
  }
  if (refusal.error === 'invalid_grant') {
    return new CredentialsError('Google no longer accepts the refresh token: it was taken back, or has run out', {
      action: 'Let Deskbell in anew with a manager of the profile, set GOOGLE_REVIEWS_REFRESH_TOKEN, and start again',
    })
  }
  const words = cleanLine(refusal.error_description || refusal.error, 200)
  return new CredentialsError(`Google gave no token: ${words}`, {
    action: 'Compare GOOGLE_REVIEWS_CLIENT_ID and GOOGLE_REVIEWS_CLIENT_SECRET with the OAuth client in Google Cloud',
  })
}
