import { cleanLine, cleanText } from '../kit/clean-text.ts'
import { messageIdsIn, ownMessageIdsIn } from './message-id.ts'
import type { Mail } from './read-mail.ts'

/** What a bounce or a complaint is about. */
interface DeliveryReport {
  /** Message-IDs that it names, ours first. */
  about: string[]
  /** Our reply that certainly did not arrive; null: another mail, or only late. */
  failed: string | null
  /** The mail server's words, on one line. */
  reason: string
}

const headParts = new Set(['message/rfc822', 'text/rfc822-headers', 'message/global', 'message/global-headers'])
const statusParts = new Set(['message/delivery-status', 'message/global-delivery-status'])

/** Reads a delivery report (RFC 3464), or a mail server's own way of writing one. */
export function readDeliveryReport(mail: Mail, ownAddresses: string[]): DeliveryReport {
  const parts = (types: Set<string>) =>
    mail.attachments
      .filter(({ mediaType }) => types.has(mediaType))
      .map(({ content }) => cleanText(Buffer.from(content.subarray(0, 64_000)).toString('utf8')))
  const status = parts(statusParts).join('\n')
  const original = parts(headParts).join('\n') || mail.text.slice(0, 64_000)
  const ids = /^(?:message-id|x-message-id)\s*:\s*(<[^\n]+)/gim
  const named = [...original.matchAll(ids)].flatMap(([, value = '']) => messageIdsIn(value))
  const everywhere = [original, ...mail.header('in-reply-to'), ...mail.header('references')].join('\n')
  const ours = ownMessageIdsIn(everywhere, ownAddresses)
  const field = (name: string) =>
    new RegExp(`^${name}\\s*:\\s*((?:.*)(?:\\n[ \\t].*)*)`, 'im').exec(status)?.[1]?.replace(/^[\w-]+\s*;\s*/, '')
  const action = field('Action')?.trim().toLowerCase()
  const didFail = action ? action === 'failed' : mail.header('x-failed-recipients').length > 0
  const spoken = /\b[45]\d\d[ -][^\n]{3,400}/.exec(mail.text.slice(0, 20_000))?.[0]
  return {
    about: [...new Set([...ours, ...named])],
    failed: (didFail && ours[0]) || null,
    reason: cleanLine(field('Diagnostic-Code') || spoken || field('Status') || mail.subject, 500),
  }
}
