import type { InboundAttachment, InboundInteraction, Receipt } from '../channel.ts'
import { largestAttachment } from '../../interactions/interaction.ts'
import { longestHtml } from '../kit/plain-text.ts'
import { automaticReason, isOwnList } from './automatic.ts'
import { readDeliveryReport } from './delivery-report.ts'
import { mailText } from './mail-text.ts'
import { contentId, messageIdsIn, replyIdIn } from './message-id.ts'
import { readMail, type Mail, type MailAddress } from './read-mail.ts'

export interface MailContext {
  /** The mailbox it lay in: its account id. */
  account: string
  /** Addresses of all our mailboxes, lower case. */
  ownAddresses: string[]
  /** When the mail server took it (IMAP INTERNALDATE). */
  receivedAt: Date
  now: Date
  /** True when `raw` is only the beginning. */
  isCut?: boolean
  /** The domain in From vouched for this mail. */
  isVouchedFor?: boolean
  /** Facts known before parsing. */
  notes?: string[]
}

/** A customer's mail, or the news that one of our replies came back. */
export type ParsedMail = { interaction: InboundInteraction } | { receipt: Receipt }

const mostReferences = 50
const mostAttachments = 50
const longestText = 200_000
const longestDelayMs = 7 * 24 * 3600 * 1000

/** Makes of a raw mail what core records. Any bytes will do: never throws, and the same bytes give the same id. */
export async function parseMail(raw: Buffer, context: MailContext): Promise<ParsedMail> {
  const mail = await readMail(raw)
  const automatic = automaticReason(mail, context.ownAddresses)
  const report =
    automatic === 'bounce' || automatic === 'complaint-report' ? readDeliveryReport(mail, context.ownAddresses) : null
  const receivedAt = earlier(context.receivedAt, context.now)
  if (automatic === 'bounce' && report?.failed) {
    const [externalId, replyId] = [report.failed, replyIdIn(report.failed)]
    return { receipt: { externalId, replyId, state: 'failed', reason: report.reason, at: receivedAt } }
  }

  const externalId = firstMessageId(mail, 'message-id') ?? contentId(raw)
  const parents = messageIdsIn(mail.header('in-reply-to').join(' '))
  const ancestors = messageIdsIn(mail.header('references').join(' '))
  const references = [...new Set([...(report?.about ?? []), ...parents, ...ancestors.toReversed()])]
    .filter((id) => id !== externalId)
    .slice(0, mostReferences)
  const { author, answersTo } = people(mail, context.ownAddresses)
  const { text, full } = mailText(mail)
  const notes = [
    ...(context.notes ?? []),
    ...notesOn(mail, author, answersTo),
    ...lengthNotes(mail, full, context.isCut),
  ]
  const name = answersTo?.name || author?.name
  return {
    interaction: {
      account: context.account,
      externalId,
      kind: 'message',
      conversation: {
        // Two customers may answer one newsletter: its id alone must not join them.
        externalId: `${ancestors[0] ?? parents[0] ?? externalId} ${answersTo?.address ?? ''}`.trim(),
        references,
        ...(mail.subject && { subject: mail.subject }),
      },
      customer: {
        externalId: answersTo?.address ?? `unknown sender of ${externalId}`,
        ...(name && { name }),
        ...(answersTo && { handle: answersTo.address, email: answersTo.address }),
        ...(context.isVouchedFor && isVouchedForBy(mail, answersTo?.address) && { verified: ['email'] }),
      },
      text: clip(text),
      ...(full !== text && { fullText: clip(full) }),
      occurredAt: writtenAt(mail, receivedAt),
      ...(automatic && { automatic }),
      notes,
      attachments: attachmentsOf(mail, context.isCut ?? false),
    },
  }
}

function firstMessageId(mail: Mail, header: string): string | undefined {
  return messageIdsIn(mail.header(header).join(' '))[0]
}

/**
 * The domain in From vouches for the address there: so for the customer only where nothing else stands in From, in whatever way
 * it is read, and the answer goes there too.
 */
function isVouchedForBy(mail: Mail, address: string | undefined): boolean {
  const [from = '', ...more] = mail.header('from')
  const addresses = from.toLowerCase().match(/[^\s<>"(),;:]*@[^\s<>"(),;:]*/g) ?? []
  return more.length === 0 && addresses.length > 0 && addresses.every((one) => one === address)
}

/** Who wrote, and who gets the answer. The second is the customer: no one is shown what is known of somebody else. */
function people(
  mail: Mail,
  ownAddresses: string[],
): { author: MailAddress | undefined; answersTo: MailAddress | undefined } {
  const notUs = ({ address }: MailAddress) => !ownAddresses.includes(address)
  const author = mail.from.find(notUs) ?? (isOwnList(mail, ownAddresses) ? undefined : mail.from[0])
  const answersTo = mail.replyTo.find(notUs) ?? author
  return { author: author ?? answersTo, answersTo }
}

function notesOn(mail: Mail, author: MailAddress | undefined, answersTo: MailAddress | undefined): string[] {
  const type = mail.header('content-type').join()
  const has = (test: (name: string, mediaType: string) => boolean) =>
    mail.attachments.some(({ name, mediaType }) => test(name.toLowerCase(), mediaType))
  const facts: [boolean, string][] = [
    [!mail.isWhole, 'This message is broken and could only be read in part'],
    [!answersTo, 'The message names no sender, so it can not be answered by email'],
    [
      author?.address !== answersTo?.address,
      `Written from ${author?.address}. Answers go to ${answersTo?.address}, as the message asks`,
    ],
    [mail.from.length > 1, `Written in the name of several: ${mail.from.map(({ address }) => address).join(', ')}`],
    [/^(multipart\/encrypted|application\/(x-)?pkcs7-mime)/i.test(type), 'The message is encrypted'],
    [has((_, mediaType) => mediaType === 'text/calendar'), 'Contains a calendar invitation'],
    [
      has((name, mediaType) => name === 'winmail.dat' || mediaType === 'application/ms-tnef'),
      'Its attachments are packed in winmail.dat, which only Outlook opens',
    ],
    [mail.attachments.length > mostAttachments, `Only the first ${mostAttachments} attachments are listed`],
  ]
  return facts.filter(([holds]) => holds).map(([, note]) => note)
}

function lengthNotes(mail: Mail, full: string, isCut: boolean | undefined): string[] {
  if (isCut) return ['The message is very large; only its beginning was read']
  const isLong = mail.isLong || full.length > longestText || (mail.html ?? '').length > longestHtml
  return isLong ? ['The text is very long; only its beginning was kept'] : []
}

function attachmentsOf(mail: Mail, isCut: boolean): InboundAttachment[] {
  const last = mail.attachments.length - 1
  return mail.attachments.slice(0, mostAttachments).map(({ name, mediaType, content }, i) => {
    const isKept = content.byteLength <= largestAttachment && !(isCut && i === last)
    const attachment = { name, mediaType, bytes: content.byteLength }
    return isKept ? Object.assign(attachment, { content }) : attachment
  })
}

/** The customer's own clock, where it is believable; else the mail server's. */
function writtenAt(mail: Mail, receivedAt: Date): Date {
  const written = new Date(mail.header('date')[0] ?? '')
  const delayMs = receivedAt.getTime() - written.getTime()
  return delayMs >= 0 && delayMs <= longestDelayMs ? written : receivedAt
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b
}

function clip(text: string): string {
  return text.slice(0, longestText).toWellFormed()
}
