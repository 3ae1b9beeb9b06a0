import { z } from 'zod'
import { CredentialsError, PermanentError, RetryableError } from '../../errors.ts'
import { largestAttachment, type AttachmentSource } from '../../interactions/interaction.ts'
import type { Downloaded } from '../channel.ts'
import { fetchFile, retryAfterMs } from '../kit/http.ts'
import type { WhatsAppAccount } from './settings.ts'
import { callGraph } from './graph.ts'
import { line } from './shapes.ts'

const timeoutMs = 60_000

const mediaShape = z.object({
  url: z.url(),
  mime_type: line(100),
  file_size: z.coerce.number().optional().catch(undefined),
})

/** Meta keeps the files of its messages there; `lookaside.fbsbx.com` at present. */
const metaHosts = /(^|\.)(fbsbx\.com|fbcdn\.net|facebook\.com|whatsapp\.net|whatsapp\.com)$/

/**
 * Fetches what a customer sent: first where it is, which is good for five minutes, then the file itself.
 * Throws RetryableError, CredentialsError, or PermanentError when it is gone or too large.
 */
export async function downloadMedia(
  account: WhatsAppAccount,
  { mediaId }: AttachmentSource,
  signal: AbortSignal,
  now: Date,
): Promise<Downloaded> {
  if (!mediaId || !/^[\w.-]{1,200}$/.test(mediaId)) throw gone()
  const query = { phone_number_id: account.id }
  const answer = await callGraph(account, { method: 'GET', path: mediaId, query }, signal, now).catch(
    (error: unknown) => {
      // What is older than 30 days is deleted, and its id is then no longer understood.
      const isRefused = error instanceof PermanentError && !(error instanceof CredentialsError)
      throw isRefused ? gone(error) : error
    },
  )
  const read = mediaShape.safeParse(answer)
  if (!read.success) throw new RetryableError('WhatsApp did not tell where the file is')
  const { url, mime_type, file_size } = read.data
  if (file_size !== undefined && file_size > largestAttachment)
    throw new PermanentError('The file is larger than 10 MB')
  checkHost(url, account)
  const headers = { authorization: `Bearer ${account.accessToken}`, 'user-agent': 'Deskbell' }
  const file = await fetchFile({ url, headers, timeoutMs, maxBytes: largestAttachment }, signal)
  if (file.status === 200) {
    const mediaType = mime_type?.split(';')[0]?.trim()
    return { content: file.content, ...(mediaType && { mediaType }) }
  }
  const waitMs = retryAfterMs(file.headers, now)
  const isTemporary = file.status === 429 || file.status >= 500
  if (isTemporary) {
    throw new RetryableError(
      `The file can't be fetched now (status ${file.status})`,
      waitMs === undefined ? {} : { retryAfterMs: waitMs },
    )
  }
  if (file.status === 401) {
    throw new CredentialsError(`${account.name}: The access token does not open files`, {
      action: 'Make a new access token with whatsapp_business_messaging, and set WHATSAPP_ACCESS_TOKEN',
    })
  }
  throw gone()
}

/** The token goes to Meta, or to where the operator has the API, and nowhere else. */
function checkHost(address: string, { apiUrl }: WhatsAppAccount): void {
  const url = new URL(address)
  if (url.origin === new URL(apiUrl).origin) return
  if (url.protocol === 'https:' && metaHosts.test(url.hostname)) return
  throw new PermanentError(`The file is said to be at ${url.hostname}, which is none of Meta's servers`)
}

function gone(cause?: Error): PermanentError {
  return new PermanentError('WhatsApp does not have the file any more', {
    action: 'Ask the customer to send it again',
    ...(cause && { cause }),
  })
}
