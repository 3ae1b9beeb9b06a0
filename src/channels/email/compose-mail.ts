import MailComposer from 'nodemailer/lib/mail-composer'
import { cleanLine } from '../kit/clean-text.ts'
import type { OutboundReply } from '../channel.ts'
import type { Mailbox } from './mailbox.ts'
import { messageIdsIn, replyMessageId } from './message-id.ts'

const mostReferences = 20
const replyPrefix = /^\s*(?:re|aw|sv|antw|odp|ref|rif|res|回复|答复|答覆)\s*(?:\[\d+\])?\s*[:：]\s*/iu

/** Writes a reply as a mail that lands in the customer's thread. Plain text, word for word. */
export function composeMail(reply: OutboundReply, mailbox: Mailbox, date: Date): Promise<Buffer> {
  const references = threadOf(reply.references)
  const inReplyTo = references.at(-1)
  return new MailComposer({
    from: { name: cleanLine(mailbox.name, 200), address: mailbox.address },
    to: { name: cleanLine(reply.to.name ?? '', 200), address: reply.to.externalId },
    subject: replySubject(reply.conversation.subject),
    messageId: replyMessageId(reply.id, mailbox.address),
    ...(inReplyTo && { inReplyTo, references }),
    date,
    text: reply.text,
    textEncoding: 'quoted-printable',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build()
}

/** "Re: …", once, whatever the customer's mail client made of it. */
function replySubject(subject: string | null): string {
  let base = cleanLine(subject ?? '', 500)
  while (replyPrefix.test(base)) base = base.replace(replyPrefix, '')
  return `Re: ${base || 'Your message'}`
}

/** The root and the newest: enough for any client to thread by, however long the conversation. */
function threadOf(externalIds: string[]): string[] {
  const ids = externalIds.filter((id) => messageIdsIn(id)[0] === id)
  return ids.length <= mostReferences ? ids : [...ids.slice(0, 1), ...ids.slice(1 - mostReferences)]
}
