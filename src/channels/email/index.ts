import { resolve } from 'node:dns/promises'
import type { DNSResolver } from 'mailauth'
import { defineChannel } from '../channel.ts'
import { mailboxEnv, mailboxFrom, maxLength } from './mailbox.ts'

const systemResolver: DNSResolver = async (name, type) => (await resolve(name, type)) as string[] | string[][]

/**
 * Mailboxes: read by IMAP, answered by SMTP.
 * Built from RFC 5322 (messages), 9051 (IMAP), 5321 (SMTP), 3464 (bounces), 3834 (automatic mail) and 8601 (sender checks).
 */
export const email = defineChannel({
  id: 'email',
  name: 'Email',
  accountsBy: 'EMAIL',
  env: mailboxEnv,
  limits: {
    maxLength,
    isPublic: false,
    isLetter: true,
    replyWindowHours: null,
    graceSeconds: 20,
    quietSeconds: 0,
    isModerated: false,
  },
  // The mail libraries take 30 MB: they are loaded where there is a mailbox.
  async open(settings, io) {
    const { openEmail } = await import('./open-email.ts')
    return openEmail(settings.map(mailboxFrom), io, systemResolver)
  },
})
