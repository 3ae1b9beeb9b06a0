import { z } from 'zod'
import { setting, type Settings } from '../../env.ts'
import { isLoopback } from '../kit/api-url.ts'
import { isAddress } from './address.ts'

/** Of a reply, in characters. */
export const maxLength = 50_000

/** Where a mail server is and how to log in. */
export interface MailServer {
  host: string
  port: number
  /** `implicit`: TLS from the first byte; `starttls`: demanded before anything else; `off`: none. */
  tls: 'implicit' | 'starttls' | 'off'
  login: { user: string; pass: string } | null
}

/** One mailbox, as the settings describe it. */
export interface Mailbox {
  /** Lower case; the account's id. */
  address: string
  /** Shown in From; may be empty. */
  name: string
  imap: MailServer
  smtp: MailServer
  folder: string
  /** Null: the folder that the server marks as \Sent. */
  sentFolder: string | null
  /** Who puts the copy of a sent mail there. */
  sentCopy: 'append' | 'server'
  authservId: string | null
  pollSeconds: number
}

/** Reads `imaps://user:password@host:port`. */
function serverUrl(protocol: 'imap' | 'smtp', ports: { implicit: number; starttls: number }): z.ZodType<MailServer> {
  return z.string().transform((text, ctx): MailServer => {
    const fail = (message: string): never => {
      ctx.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    const url = URL.parse(text)
    if (!url || ![`${protocol}:`, `${protocol}s:`].includes(url.protocol) || !url.hostname) {
      return fail(`must look like ${protocol}s://user:password@host:port`)
    }
    const tls =
      url.protocol === `${protocol}s:` ? 'implicit' : url.searchParams.get('tls') === 'off' ? 'off' : 'starttls'
    const host = url.hostname.replace(/^\[|\]$/g, '')
    let login: MailServer['login']
    try {
      login = url.username ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } : null
    } catch {
      return fail('has a stray % in its user or password. Write special characters percent-encoded: % is %25, @ is %40')
    }
    if (protocol === 'imap' && !login?.pass) return fail('has no user and password')
    if (tls === 'off' && login && !isLoopback(host)) {
      return fail('would send a password unencrypted: tls=off is for this machine only')
    }
    return { host, port: Number(url.port) || (tls === 'implicit' ? ports.implicit : ports.starttls), tls, login }
  })
}

const encoded = 'Percent-encode special characters in the password'
const text = z.string().trim().max(200)

/** The settings of one mailbox. Further ones are numbered: EMAIL_2_ADDRESS … */
export const mailboxEnv = {
  EMAIL_ADDRESS: setting(
    'The address customers write to, and get answers from',
    z.string().trim().toLowerCase().refine(isAddress, { error: 'is not an email address' }),
    { example: 'support@example.com' },
  ),
  EMAIL_NAME: setting('The name shown beside the address', text.default(''), { example: 'Example support' }),
  EMAIL_IMAP_URL: setting(
    `Where mail is read: imaps:// (TLS) or imap:// (STARTTLS; ?tls=off on this machine only). ${encoded}`,
    serverUrl('imap', { implicit: 993, starttls: 143 }),
    { example: 'imaps://user:password@imap.example.com', secret: true },
  ),
  EMAIL_SMTP_URL: setting(
    `Where mail is sent: smtps:// (TLS) or smtp:// (STARTTLS; ?tls=off without a password). ${encoded}`,
    serverUrl('smtp', { implicit: 465, starttls: 587 }),
    { example: 'smtps://user:password@smtp.example.com', secret: true },
  ),
  EMAIL_FOLDER: setting('The folder that is read', text.default('INBOX')),
  EMAIL_SENT_FOLDER: setting('Where copies of replies lie. Found by itself on most servers', text.optional(), {
    example: 'Sent',
  }),
  EMAIL_SENT_COPY: setting(
    'Who files the copy: "append" (Deskbell) or "server" (Gmail and others do it themselves)',
    z.enum(['append', 'server'], { error: 'must be "append" or "server"' }).default('append'),
  ),
  EMAIL_AUTHSERV_ID: setting(
    'The name under which your own mail server writes Authentication-Results; without it, senders are checked by DNS',
    text.optional(),
    { example: 'mx.example.com' },
  ),
  EMAIL_POLL_SECONDS: setting(
    'Looks for mail this often, besides being told by the server',
    z.coerce
      .number({ error: 'must be a number' })
      .int('must be a whole number')
      .min(5, 'must be at least 5')
      .max(1200, 'must be at most 1200')
      .default(60),
  ),
}

/** Gives one mailbox's settings their names. */
export function mailboxFrom(settings: Settings<typeof mailboxEnv>): Mailbox {
  return {
    address: settings.EMAIL_ADDRESS,
    name: settings.EMAIL_NAME,
    imap: settings.EMAIL_IMAP_URL,
    smtp: settings.EMAIL_SMTP_URL,
    folder: settings.EMAIL_FOLDER,
    sentFolder: settings.EMAIL_SENT_FOLDER ?? null,
    sentCopy: settings.EMAIL_SENT_COPY,
    authservId: settings.EMAIL_AUTHSERV_ID ?? null,
    pollSeconds: settings.EMAIL_POLL_SECONDS,
  }
}

/** Why a mail server can't be reached, in words that an operator can act on. */
export function connectionProblem(error: unknown, protocol: 'imap' | 'smtp'): string {
  const words = error instanceof Error ? error.message.trim() : String(error)
  if (!words.includes('wrong version number')) return words
  return `it speaks no TLS from the first byte there; for STARTTLS write ${protocol}:// instead of ${protocol}s://`
}
