import type { AutomaticReason } from '../../interactions/interaction.ts'
import { ownMessageIdsIn } from './message-id.ts'
import type { Mail } from './read-mail.ts'

/** Tells whether a machine wrote a mail, from its headers alone (RFC 3834, RFC 2919, and what mail servers do). */
export function automaticReason(mail: Mail, ownAddresses: string[]): AutomaticReason | null {
  const says = (name: string, pattern: RegExp) => mail.header(name).some((value) => pattern.test(value))
  if (isFromUs(mail, ownAddresses)) return 'loop'
  if (says('content-type', /report-type\s*=\s*"?feedback-report/i)) return 'complaint-report'
  if (isBounce(mail)) return 'bounce'
  if (says('auto-submitted', /^\s*auto-replied/i)) return 'auto-reply'
  if (says('x-autoreply', /./) || says('x-autorespond', /./) || says('precedence', /auto_?reply/i)) return 'auto-reply'
  if (says('x-auto-response-suppress', /\ball\b/i) || says('x-ms-exchange-inbox-rules-loop', /./)) return 'auto-reply'
  if (says('x-loop', /./) || says('return-path', /^<>$/)) return 'auto-reply'
  if (says('auto-submitted', /^\s*auto-/i)) return 'bulk'
  if (isOwnList(mail, ownAddresses)) return null
  if (says('precedence', /^(bulk|list|junk)$/i) || says('list-id', /./)) return 'bulk'
  return null
}

/** A delivery report: what we sent did not arrive, or is late. */
function isBounce(mail: Mail): boolean {
  const type = mail.header('content-type').join()
  return /report-type\s*=\s*"?delivery-status/i.test(type) || mail.header('x-failed-recipients').length > 0
}

/** A support address is often itself a list (a Google Group): what comes through it is written by people. */
export function isOwnList(mail: Mail, ownAddresses: string[]): boolean {
  const lists = ownAddresses.map((address) => `<${address.replace('@', '.')}>`)
  return mail.header('list-id').some((value) => lists.some((list) => value.toLowerCase().includes(list)))
}

function isFromUs(mail: Mail, ownAddresses: string[]): boolean {
  const isOurs = (address: string) => ownAddresses.includes(address.toLowerCase())
  if (mail.header('message-id').some((id) => ownMessageIdsIn(id, ownAddresses).length > 0)) return true
  if (mail.header('x-loop').some((value) => isOurs(value))) return true
  return mail.from.some(({ address }) => isOurs(address)) && !isOwnList(mail, ownAddresses)
}
