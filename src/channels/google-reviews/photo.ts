import type { Clock } from '../../clock.ts'
import { PermanentError } from '../../errors.ts'
import { largestAttachment, type AttachmentSource } from '../../interactions/interaction.ts'
import type { Downloaded } from '../channel.ts'
import { fetchFile, type FileAnswer } from '../kit/http.ts'
import type { GoogleApi } from './api.ts'
import { failureOf } from './failure.ts'
import type { Addresses } from './settings.ts'

const timeoutMs = 30_000
/** Where Google keeps what people upload. */
const hosts = /(^|\.)(googleusercontent\.com|ggpht\.com)$/
const images = /^image\/(jpeg|png|webp|gif|avif|heic)$/

/**
 * Fetches a photo of a review, or the still picture of a video. An address works for some hours only: after that the review is
 * asked for the present one. Throws as `download` does.
 */
export async function fetchPhoto(
  { api, clock, addresses }: { api: GoogleApi; clock: Clock; addresses: Addresses },
  { review: name = '', index = '', url = '' }: AttachmentSource,
  signal: AbortSignal,
): Promise<Downloaded> {
  let answer = await fetchFrom(url, addresses, signal)
  if ([400, 401, 403, 404, 410].includes(answer.status)) {
    const present = (await api.review(name, signal))?.media[Number(index)]?.url
    if (!present) throw new PermanentError('It is not on Google any more')
    if (present !== url) answer = await fetchFrom(present, addresses, signal)
  }
  if (answer.status === 429 || answer.status >= 500) throw failureOf({ ...answer, json: undefined }, clock.now())
  if (answer.status !== 200) throw new PermanentError(`Google does not hand it out: HTTP ${answer.status}`)
  const mediaType = answer.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!images.test(mediaType)) throw new PermanentError('It is not a picture')
  return { content: answer.content, mediaType }
}

/** Only from Google: the address stands in what anybody may have written. */
async function fetchFrom(url: string, { files }: Addresses, signal: AbortSignal): Promise<FileAnswer> {
  const address = URL.parse(url)
  const isAllowed =
    address && (address.origin === files || (address.protocol === 'https:' && hosts.test(address.hostname)))
  if (!isAllowed) throw new PermanentError('It does not lie with Google')
  return fetchFile({ url, timeoutMs, maxBytes: largestAttachment }, signal)
}
