import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { simpleParser } from 'mailparser'
import { email } from '../../../../src/channels/email/index.ts'
import { mailboxEnv, mailboxFrom } from '../../../../src/channels/email/mailbox.ts'
import { openEmail } from '../../../../src/channels/email/open-email.ts'
import { readAccounts } from '../../../../src/env.ts'
import { startDovecot, type Dovecot } from '../../../support/dovecot.ts'
import { hasDovecot } from '../../../support/machine.ts'
import { scriptedSmtp } from '../../email/scripted-smtp.ts'
import type { Bench, ChannelHarness, Fault } from '../harness.ts'

const noWebhook = 'Mail is fetched'

/** A real IMAP server, and an SMTP server that does as it is told. */
export const harness: ChannelHarness = {
  channel: email,
  fixtures: 'test/channels/email/fixtures',
  isRunnable: hasDovecot,
  lacks: {
    receive: noWebhook,
    templates: 'Mail can be sent at any time',
    download: 'Files come with the mail',
    learnAccounts: 'A mailbox is known by its address',
    answers: 'What is sent from the mailbox by hand is not looked at',
  },
  needed: {
    EMAIL_ADDRESS: 'support@example.com',
    EMAIL_IMAP_URL: 'imaps://support:password@imap.example.com',
    EMAIL_SMTP_URL: 'smtps://support:password@smtp.example.com',
  },
  start,
  async end() {
    const running = await dovecot
    dovecot = null
    await running?.stop()
  },
}

/** Takes a moment to start, and has a mailbox for whoever logs in: one is enough for all checks. */
let dovecot: Promise<Dovecot> | null = null
let mailboxes = 0

const said: Record<Fault, Parameters<typeof scriptedSmtp>[0]> = {
  unauthorised: { AUTH: '535 5.7.8 wrong password' },
  forbidden: { RCPT: '550 5.7.1 relaying denied' },
  'rate-limited': { MAIL: '451 4.7.1 slow down' },
  'server-error': { dot: '451 4.3.0 something broke' },
  silence: { EHLO: 'silence' },
  'reset-before': { greeting: 'drop' },
  'reset-after': { dot: 'drop' },
}

async function start(): Promise<Bench> {
  const imap = await (dovecot ??= startDovecot())
  const script: Parameters<typeof scriptedSmtp>[0] = {}
  const smtp = await scriptedSmtp(script)
  const door = await openDoor(imap.port)
  const us = `contract${++mailboxes}@bluebird.example`
  let filed = 0
  let customers = 0
  const put = (from: string, text: string) =>
    imap.put(
      us,
      `From: ${from}\r\nTo: ${us}\r\nSubject: A question\r\nMessage-ID: <${us}-${++customers}@mail.example>\r\n` +
        `Date: ${new Date().toUTCString()}\r\n\r\n${text}\r\n`,
    )
  return {
    env: {
      EMAIL_ADDRESS: us,
      EMAIL_IMAP_URL: imap.url(us).replace(`:${imap.port}`, `:${door.port}`),
      EMAIL_SMTP_URL: `smtp://us:secret@127.0.0.1:${smtp.port}?tls=off`,
      EMAIL_SENT_COPY: 'server',
    },
    open: (env, io) =>
      openEmail(
        readAccounts('EMAIL', mailboxEnv, env).map(mailboxFrom),
        io,
        async () => {
          throw new Error('Tests ask no DNS')
        },
        { least: 20, most: 100 },
      ),
    startAt: new Date(),
    stream: {
      say: (text) => put(`Anna <anna${customers}@mail.example>`, text),
      echo: () => put(us, 'This is our own reply'),
    },
    provider: {
      reply: (changes) => ({
        id: '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b',
        account: us,
        text: 'Dear Anna,\n\nit is on its way.',
        to: { externalId: 'anna@mail.example', name: 'Anna', phone: null },
        conversation: { externalId: '<one@mail.example> anna@mail.example', subject: 'one' },
        references: ['<one@mail.example>'],
        approvedAt: new Date(),
        attemptedAt: null,
        template: null,
        ...changes,
      }),
      async fault(fault) {
        for (const step of Object.keys(script) as (keyof typeof script)[]) delete script[step]
        Object.assign(script, fault ? said[fault] : {})
        door.isShut = fault === 'unauthorised'
        // The server files what it took by itself.
        for (const mail of smtp.mails.slice(filed)) await imap.put(us, contentOf(mail), 'Sent')
        filed = smtp.mails.length
      },
      retryAfterMs: null,
      serverError: 'retryable',
      arrived: () =>
        Promise.all(smtp.mails.map(async (mail) => ((await simpleParser(contentOf(mail))).text ?? '').trimEnd())),
      attempts: () => smtp.mails.length,
    },
    async close() {
      door.close()
      await smtp[Symbol.asyncDispose]()
    },
  }
}

/** A mail without what SMTP put around and into it. */
const contentOf = (mail: string) => mail.replace(/\r\n\.\r\n$/, '\r\n').replaceAll('\r\n..', '\r\n.')

/** The way to the IMAP server. While it is shut, every login is refused. */
async function openDoor(behind: number) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (!door.isShut) {
      const there = connect(behind, '127.0.0.1')
      sockets.add(there)
      there.on('error', () => socket.destroy()).on('close', () => socket.destroy())
      socket.on('close', () => there.destroy())
      socket.pipe(there).pipe(socket)
      return
    }
    socket.write('* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n')
    socket.on('data', (line) => {
      const [tag = '*', verb = ''] = line.toString().split(/\s+/)
      const isLogin = /^(AUTHENTICATE|LOGIN)$/i.test(verb)
      socket.write(`${tag} ${isLogin ? 'NO [AUTHENTICATIONFAILED] wrong password' : 'OK done'}\r\n`)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const door = {
    port: (server.address() as AddressInfo).port,
    isShut: false,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
  return door
}
