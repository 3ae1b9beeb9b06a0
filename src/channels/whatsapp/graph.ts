import { z } from 'zod'
import { cleanLine } from '../kit/clean-text.ts'
import { callJson, retryAfterMs } from '../kit/http.ts'
import type { WhatsAppAccount } from './settings.ts'
import { errorOf, errorOfStatus, problemOf } from './errors.ts'

/** Of the Graph API. Each is served for at least two years. */
const version = 'v25.0'
const timeoutMs = 30_000

interface GraphCall {
  method: 'GET' | 'POST'
  /** `106540352242922/messages` */
  path: string
  query?: Record<string, string>
  body?: unknown
}

const refusal = z.object({
  error: z.object({
    code: z.number(),
    message: z.string().catch(''),
    error_subcode: z.number().optional().catch(undefined),
  }),
})

/** Meta knows as little as we do what became of the call. */
const unknownProblem = 1
/** Of code 100: there is nothing under this id, or the token may not see it. Of our own number it means what code 33 means. */
const notThere = 33

/**
 * Calls the Graph API with the account's token, and returns what it answers.
 * Throws RetryableError, CredentialsError or PermanentError when it certainly did nothing; any other error means that the
 * outcome is not known.
 */
export async function callGraph(
  account: WhatsAppAccount,
  { method, path, query = {}, body }: GraphCall,
  signal: AbortSignal,
  now: Date,
): Promise<unknown> {
  const url = `${account.apiUrl}/${version}/${path}${Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : ''}`
  const headers = { authorization: `Bearer ${account.accessToken}` }
  const answer = await callJson({ url, method, headers, timeoutMs, ...(body === undefined ? {} : { body }) }, signal)
  const refused = refusal.safeParse(answer.json)
  if (!refused.success && answer.status >= 200 && answer.status < 300) return answer.json
  const waitMs = retryAfterMs(answer.headers, now)
  const { code, error_subcode, message } = refused.data?.error ?? { code: null, message: '' }
  const isOurs = [account.id, account.businessAccountId].some((own) => `${path}/`.startsWith(`${own}/`))
  const isLost = code === 100 && error_subcode === notThere && isOurs
  const known = code === null ? undefined : problemOf(isLost ? notThere : code)
  if (code === unknownProblem && method === 'POST') throw new Error(`WhatsApp had an unknown problem (error ${code})`)
  if (code !== null && known) throw errorOf(code, known, account.name, waitMs)
  // It is logged, and kept with the job: Meta likes to name the number that it refuses.
  const words = cleanLine(message, 200).replace(/\d{7,}/g, '…')
  const said = [words, code === null ? '' : `(WhatsApp error ${code})`].filter(Boolean).join(' ')
  throw errorOfStatus({ status: answer.status, said, account: account.name, waitMs }, method === 'GET')
}
