import { createHash } from 'node:crypto'

/** What looks like a Message-ID: `<left@right>`. */
const messageId = /<[^<>\s@]{1,250}@[^<>\s@]{1,250}>/g

/** Every Message-ID in a header's text, in order, once each. */
export function messageIdsIn(text: string): string[] {
  return [...new Set(text.match(messageId))]
}

/** The Message-ID of our reply: made from the reply's id, so that a lost one can be looked for. */
export function replyMessageId(replyId: string, address: string): string {
  return `<deskbell-${replyId}@${domainOf(address)}>`
}

/** The reply's id out of a Message-ID that `replyMessageId` made. */
export function replyIdIn(ownId: string): string {
  return ownId.slice('<deskbell-'.length, ownId.lastIndexOf('@'))
}

/** The Message-IDs of our own replies that a text mentions. */
export function ownMessageIdsIn(text: string, ownAddresses: string[]): string[] {
  const domains = new Set(ownAddresses.map(domainOf))
  return messageIdsIn(text).filter((id) => id.startsWith('<deskbell-') && domains.has(domainOf(id.slice(1, -1))))
}

/** Stands in for a Message-ID where there is none. */
export function contentId(raw: Uint8Array): string {
  return `sha256:${createHash('sha256').update(raw).digest('hex')}`
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}
