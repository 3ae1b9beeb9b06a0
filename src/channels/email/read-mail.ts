import { simpleParser, type AddressObject, type EmailAddress } from 'mailparser'
import { cleanLine, cleanText } from '../kit/clean-text.ts'
import { isAddress } from './address.ts'

/** A mail taken apart, before anything is concluded from it. */
export interface Mail {
  /** All values of a header, unfolded and not decoded, top to bottom. Lower-case name. */
  header(name: string): string[]
  /** Decoded; on one line. */
  subject: string
  from: MailAddress[]
  replyTo: MailAddress[]
  /** The text parts; empty when there is none. */
  text: string
  html: string | null
  attachments: MailAttachment[]
  /** False: the MIME structure can't be read, and only what stood in plain sight was taken. */
  isWhole: boolean
  /** There is more text than was looked at. */
  isLong: boolean
}

/** One address of a header. */
export interface MailAddress {
  /** Lower case. */
  address: string
  name: string
}

interface MailAttachment {
  name: string
  mediaType: string
  content: Uint8Array
}

const longestWaitMs = 30_000
/** Characters of text that are looked at: to work through 25 MB would hold up everything else for seconds. */
const longestText = 1_000_000

/** Takes any bytes apart as a mail. Never throws. */
export async function readMail(raw: Buffer): Promise<Mail> {
  let timer: NodeJS.Timeout | undefined
  try {
    const tooSlow = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('The mail took too long to read')), longestWaitMs)
    })
    const mail = await Promise.race([readMime(raw), tooSlow])
    const isEmpty = !mail.text && !mail.html && mail.attachments.length === 0
    // A body that no part was found in: the boundary is not the one that was announced.
    return isEmpty && readRoughly(raw).text ? { ...mail, text: readRoughly(raw).text, isWhole: false } : mail
  } catch {
    return readRoughly(raw)
  } finally {
    clearTimeout(timer)
  }
}

async function readMime(raw: Buffer): Promise<Mail> {
  const options = {
    skipHtmlToText: true,
    skipTextLinks: true,
    skipImageLinks: true,
    keepCidLinks: true,
    keepDeliveryStatus: true,
    ignoreEmbedded: true,
  }
  const mail = await simpleParser(raw, options)
  return {
    header: headersFrom(mail.headerLines.map(({ line }) => line)),
    subject: cleanLine(asText(mail.subject), 500),
    from: addresses(mail.from),
    replyTo: addresses(mail.replyTo),
    text: cleanText(asText(mail.text).slice(0, longestText)).trim(),
    html: mail.html || null,
    attachments: mail.attachments.map(({ filename, contentType, content }) => ({
      name: attachmentName(asText(filename), contentType),
      mediaType: cleanLine(contentType, 100).toLowerCase() || 'application/octet-stream',
      content,
    })),
    isWhole: true,
    isLong: asText(mail.text).length > longestText,
  }
}

/** What can be told without understanding MIME. */
function readRoughly(raw: Buffer): Mail {
  const start = raw.toString('utf8', 0, 64_000)
  const [head = '', ...body] = start.split(/\r?\n\r?\n/)
  const header = headersFrom(head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/))
  const [from = ''] = header('from')
  const address = /[^\s<>"(),;:]+@[^\s<>"(),;:]+/.exec(from.slice(0, 1000))?.[0]
  return {
    header,
    subject: cleanLine(header('subject')[0] ?? '', 500),
    from: address && isAddress(address) ? [{ address: address.toLowerCase(), name: '' }] : [],
    replyTo: [],
    text: cleanText(body.join('\n\n').slice(0, 20_000)).trim(),
    html: null,
    attachments: [],
    isWhole: false,
    isLong: false,
  }
}

function headersFrom(lines: string[]): Mail['header'] {
  const values = new Map<string, string[]>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = cleanLine(line.slice(colon + 1), 500_000)
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return (name) => values.get(name) ?? []
}

function addresses(header: AddressObject | undefined): MailAddress[] {
  const flat = (list: EmailAddress[]): EmailAddress[] => list.flatMap((one) => (one.group ? flat(one.group) : [one]))
  return flat(header?.value ?? []).flatMap(({ address, name }) =>
    address && isAddress(address) ? [{ address: address.toLowerCase(), name: cleanLine(name, 200) }] : [],
  )
}

function attachmentName(name: string, mediaType: string): string {
  const base = cleanLine(name.split(/[\\/]/).at(-1) ?? '', 200)
  if (base) return base
  if (mediaType === 'message/rfc822') return 'message.eml'
  if (mediaType === 'text/calendar') return 'invite.ics'
  return 'unnamed'
}

/** The parser hands over other things than strings when a header is broken. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
