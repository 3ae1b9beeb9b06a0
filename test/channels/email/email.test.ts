import { once } from 'node:events'
import { chmod, readdir, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { OpenChannel, OutboundReply } from '../../../src/channels/channel.ts'
import { email } from '../../../src/channels/email/index.ts'
import { mailboxEnv, mailboxFrom } from '../../../src/channels/email/mailbox.ts'
import { openEmail } from '../../../src/channels/email/open-email.ts'
import { readAccounts, type Env } from '../../../src/env.ts'
import { ConfigError, CredentialsError, RetryableError } from '../../../src/errors.ts'
import { testChannelIo } from '../../support/channel-io.ts'
import { testClock } from '../../support/clock.ts'
import { testInlet, type TestInlet } from '../../support/inlet.ts'
import { startDovecot, type Dovecot } from '../../support/dovecot.ts'
import { hasDovecot } from '../../support/machine.ts'
import { scriptedSmtp } from './scripted-smtp.ts'

let dovecot: Dovecot
let smtp: SMTPServer
let taken: Buffer[] = []
let users = 0
/** A mailbox nobody used before. */
let us: string

beforeAll(async () => {
  if (hasDovecot) dovecot = await startDovecot()
  smtp = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ password }, _, done) =>
      password === 'secret' ? done(null, { user: 'us' }) : done(new Error('Wrong password')),
    onData(stream, _, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        taken.push(Buffer.concat(chunks))
        done()
      })
    },
  })
  smtp.listen(0, '127.0.0.1')
  await once(smtp.server, 'listening')
})

afterAll(async () => {
  await dovecot?.stop()
  await new Promise<void>((resolve) => smtp.close(resolve))
})

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
  taken = []
})

const clock = testClock(new Date().toISOString())
const smtpUrl = (port = (smtp.server.address() as AddressInfo).port) => `smtp://us:secret@127.0.0.1:${port}?tls=off`
const settingsOf = (address: string, more: Env = {}): Env => ({
  EMAIL_ADDRESS: address,
  EMAIL_NAME: 'Bluebird support',
  EMAIL_IMAP_URL: dovecot.url(address),
  EMAIL_SMTP_URL: smtpUrl(),
  EMAIL_AUTHSERV_ID: 'mx.bluebird.example',
  EMAIL_POLL_SECONDS: '600',
  ...more,
})

const numbered = (env: Env, number: number): Env =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name.replace('EMAIL_', `EMAIL_${number}_`), value]))

const open = (env: Env): OpenChannel =>
  openEmail(
    readAccounts('EMAIL', mailboxEnv, env).map(mailboxFrom),
    testChannelIo(clock),
    async () => {
      throw new Error('Tests ask no DNS')
    },
    { least: 50, most: 400 },
  )

type Store = TestInlet
const subjects = ({ interactions }: Store) => interactions.map(({ conversation }) => conversation.subject)

/** Reads the mailboxes until stopped; resolves once a first look was had at every one that can be reached. */
async function run(channel: OpenChannel, inlet: Store, keys = 1): Promise<() => Promise<void>> {
  if (!channel.inbound.run) throw new Error('Not a stream')
  const stopping = new AbortController()
  const done = channel.inbound.run(inlet, stopping.signal)
  const stop = async () => {
    stopping.abort()
    await done
  }
  stops.push(stop)
  await vi.waitFor(() => expect(inlet.cursors.size).toBeGreaterThanOrEqual(keys), 10_000)
  return stop
}

const mail = (subject: string, more = '') =>
  `From: Anna <anna@mail.example>\r\nTo: ${us}\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@mail.example>\r\n` +
  `Date: ${new Date().toUTCString()}\r\n${more}\r\nHello ${subject}\r\n`
const put = (subject: string, more = '') => dovecot.put(us, mail(subject, more))
const seen = (inlet: Store, list: (string | undefined)[]) =>
  vi.waitFor(() => expect(subjects(inlet)).toEqual(list), { timeout: 15_000, interval: 50 })

beforeAll(() => vi.setConfig({ testTimeout: 30_000 }))

describe.skipIf(!hasDovecot)('reading', () => {
  test('mail from before the first start is left alone; what comes then arrives at once', async () => {
    us = `u${++users}@bluebird.example`
    await put('old')
    const inlet = testInlet()
    await run(open(settingsOf(us)), inlet)
    expect(inlet.cursors.get(`${us}/INBOX`)).toEqual({ uidValidity: expect.stringMatching(/^\d+$/), uid: 1 })
    const start = performance.now()
    await put('one')
    await seen(inlet, ['one'])
    expect(performance.now() - start).toBeLessThan(5000)
    expect(inlet.interactions[0]).toMatchObject({
      account: us,
      externalId: '<one@mail.example>',
      customer: { externalId: 'anna@mail.example', name: 'Anna' },
      text: 'Hello one',
    })
  })

  test('nothing in the mailbox is marked as read', async () => {
    us = `u${++users}@bluebird.example`
    const inlet = testInlet()
    await run(open(settingsOf(us)), inlet)
    await put('one')
    await seen(inlet, ['one'])
    const messages = await dovecot.as(us, async (client) => {
      await client.mailboxOpen('INBOX', { readOnly: true })
      return client.fetchAll('1:*', { flags: true })
    })
    expect(messages.map(({ flags }) => flags?.has('\\Seen'))).toEqual([false])
  })

  test('after a restart nothing is lost and nothing comes twice', async () => {
    us = `u${++users}@bluebird.example`
    const inlet = testInlet()
    const stop = await run(open(settingsOf(us)), inlet)
    await put('one')
    await seen(inlet, ['one'])
    await stop()
    for (const subject of ['two', 'three', 'four']) await put(subject)
    await run(open(settingsOf(us)), inlet)
    await seen(inlet, ['one', 'two', 'three', 'four'])
    expect(inlet.deliveries.flatMap(({ interactions }) => interactions)).toHaveLength(4)
  })

  test('the cursor moves with what was fetched: a delivery that failed is made again', async () => {
    us = `u${++users}@bluebird.example`
    const inlet = testInlet()
    await run(open(settingsOf(us)), inlet)
    const { deliver } = inlet
    let failures = 0
    inlet.deliver = async (delivery) => {
      if (failures++ < 2) throw new Error('The database is down')
      return deliver(delivery)
    }
    await put('one')
    await seen(inlet, ['one'])
    expect(failures).toBe(3)
    expect(inlet.cursors.get(`${us}/INBOX`)).toMatchObject({ uid: 1 })
  })

  test('many at once come in batches, in order', async () => {
    us = `u${++users}@bluebird.example`
    const inlet = testInlet()
    const stop = await run(open(settingsOf(us)), inlet)
    await stop()
    const list = Array.from({ length: 45 }, (_, i) => `m${i}`)
    await dovecot.as(us, async (client) => {
      for (const subject of list) await client.append('INBOX', mail(subject))
    })
    await run(open(settingsOf(us)), inlet)
    await seen(inlet, list)
    expect(inlet.deliveries.map(({ interactions }) => interactions.length)).toEqual([0, 20, 20, 5])
  })

  test('a poll finds what the server kept quiet about', async () => {
    us = `u${++users}@bluebird.example`
    const inlet = testInlet()
    const [mailbox] = readAccounts('EMAIL', mailboxEnv, settingsOf(us)).map(mailboxFrom)
    if (!mailbox) throw new Error('No mailbox')
    const { ImapFlow } = await import('imapflow')
    const idle = vi.spyOn(ImapFlow.prototype, 'idle').mockImplementation(() => new Promise(() => {}))
    stops.push(async () => idle.mockRestore())
    const io = testChannelIo(clock)
    await run(
      openEmail([{ ...mailbox, pollSeconds: 0.2 }], io, async () => []),
      inlet,
    )
    await put('one')
    await seen(inlet, ['one'])
  })

  test('a folder that was renumbered is read again, a week back, and nothing doubles', async () => {
    us = `u${++users}@bluebird.example`
    const inlet = testInlet()
    const stop = await run(open(settingsOf(us)), inlet)
    await put('one')
    await seen(inlet, ['one'])
    await stop()
    await dovecot.put(us, mail('ancient'), 'INBOX', new Date(Date.now() - 30 * 24 * 3600 * 1000))
    await put('two')
    inlet.cursors.set(`${us}/INBOX`, { uidValidity: '1', uid: 4711 })
    await run(open(settingsOf(us)), inlet)
    await seen(inlet, ['one', 'ancient', 'two'])
  })

  test('the server may die and come back', async () => {
    us = `u${++users}@bluebird.example`
    const inlet = testInlet()
    await run(open(settingsOf(us)), inlet)
    await put('one')
    await seen(inlet, ['one'])
    await dovecot.kill()
    await dovecot.start()
    await put('two')
    await seen(inlet, ['one', 'two'])
  })

  test('one broken mailbox does not stop the others', async () => {
    us = `u${++users}@bluebird.example`
    const broken = settingsOf('broken@bluebird.example', { EMAIL_IMAP_URL: dovecot.url('broken', 'wrong') })
    const inlet = testInlet()
    await run(open({ ...broken, ...numbered(settingsOf(us), 2) }), inlet)
    await put('one')
    await seen(inlet, ['one'])
    expect(inlet.reports[0]).toMatchObject({
      account: 'broken@bluebird.example',
      problem: { name: 'CredentialsError', action: expect.stringContaining('EMAIL_IMAP_URL') },
    })
    expect(inlet.reports.filter(({ account }) => account === us)).toEqual([])
  })

  test('a mailbox that lets us in again is said to work, once', async () => {
    us = `u${++users}@bluebird.example`
    const { ImapFlow } = await import('imapflow')
    const refused = Object.assign(new Error('Command failed'), { authenticationFailed: true, responseText: 'No' })
    const connect = vi
      .spyOn(ImapFlow.prototype, 'connect')
      .mockRejectedValueOnce(refused)
      .mockRejectedValueOnce(refused)
    stops.push(async () => connect.mockRestore())
    const inlet = testInlet()
    await run(open(settingsOf(us)), inlet)
    await put('one')
    await seen(inlet, ['one'])
    expect(inlet.reports.map(({ account, problem }) => [account, problem?.name])).toEqual([
      [us, 'CredentialsError'],
      [us, 'CredentialsError'],
      [us, undefined],
    ])
  })

  test('a message on which the server chokes is reported, and does not hold up the rest', async () => {
    us = `u${++users}@bluebird.example`
    const inlet = testInlet()
    const stop = await run(open(settingsOf(us)), inlet)
    await stop()
    for (const subject of ['one', 'two', 'three']) await put(subject)
    const folder = join(dovecot.maildir(us), 'new')
    for (const file of await readdir(folder)) {
      if ((await readFile(join(folder, file), 'utf8')).includes('Hello two')) await chmod(join(folder, file), 0)
    }
    await run(open(settingsOf(us)), inlet)
    await seen(inlet, ['one', undefined, 'three'])
    expect(inlet.interactions[1]).toMatchObject({
      notes: expect.arrayContaining(['The mail server could not hand out this message: look at it in the mailbox']),
    })
  })

  test('a sender whom our own mail server found false gets a note', async () => {
    us = `u${++users}@bluebird.example`
    const inlet = testInlet()
    await run(open(settingsOf(us)), inlet)
    const results = 'Authentication-Results: mx.bluebird.example; dmarc=fail header.from=mail.example\r\n'
    await dovecot.put(us, results + mail('false'))
    await seen(inlet, ['false'])
    expect(inlet.interactions[0]?.notes).toEqual(['The sender could not be verified'])
    expect(inlet.interactions[0]?.customer).not.toHaveProperty('verified')
  })

  test('a sender for whom our own mail server found the domain to vouch is verified', async () => {
    us = `u${++users}@bluebird.example`
    const inlet = testInlet()
    await run(open(settingsOf(us)), inlet)
    const results = 'Authentication-Results: mx.bluebird.example; dmarc=pass header.from=mail.example\r\n'
    await dovecot.put(us, results + mail('true'))
    await seen(inlet, ['true'])
    expect(inlet.interactions[0]?.customer.verified).toEqual(['email'])
  })
})

describe.skipIf(!hasDovecot)('answering', () => {
  const reply = (more: Partial<OutboundReply> = {}): OutboundReply => ({
    id: 'r1',
    account: us,
    text: 'Dear Anna,\n\nit is on its way.',
    to: { externalId: 'anna@mail.example', name: 'Anna', phone: null },
    conversation: { externalId: '<one@mail.example> anna@mail.example', subject: 'one' },
    references: ['<one@mail.example>'],
    approvedAt: clock.now(),
    attemptedAt: null,
    template: null,
    ...more,
  })
  const inSent = (user: string) =>
    dovecot.as(user, async (client) => {
      await client.mailboxOpen('Sent', { readOnly: true })
      return client.mailbox && client.mailbox.exists > 0 ? client.fetchAll('1:*', { source: true, flags: true }) : []
    })
  const send = (channel: OpenChannel, what: OutboundReply) => {
    if (typeof channel.send !== 'function') throw new Error('Can not send')
    return channel.send(what, new AbortController().signal)
  }

  test('the reply leaves by SMTP, threaded, and a copy lies in Sent', async () => {
    us = `u${++users}@bluebird.example`
    const channel = open(settingsOf(us))
    expect(await send(channel, reply())).toEqual({ externalId: '<deskbell-r1@bluebird.example>', at: clock.now() })
    const [raw = Buffer.alloc(0)] = taken
    expect(await simpleParser(raw)).toMatchObject({
      messageId: '<deskbell-r1@bluebird.example>',
      inReplyTo: '<one@mail.example>',
      references: '<one@mail.example>',
      subject: 'Re: one',
      text: 'Dear Anna,\n\nit is on its way.\n',
    })
    const copies = await inSent(us)
    expect(copies.map(({ flags }) => [...(flags ?? [])])).toEqual([expect.arrayContaining(['\\Seen'])])
    expect(copies[0]?.source?.toString().trim()).toBe(raw.toString().trim())
    expect(await channel.find?.(reply())).toEqual({
      outcome: 'arrived',
      sent: { externalId: '<deskbell-r1@bluebird.example>', at: expect.any(Date) },
    })
  })

  test('with a server that keeps copies by itself, none is added', async () => {
    us = `u${++users}@bluebird.example`
    await send(open(settingsOf(us, { EMAIL_SENT_COPY: 'server' })), reply())
    expect(taken).toHaveLength(1)
    expect(await inSent(us)).toEqual([])
  })

  test('a reply that was sent is sent, even when its copy can not be filed', async () => {
    us = `u${++users}@bluebird.example`
    const channel = open(settingsOf(us, { EMAIL_IMAP_URL: dovecot.url(us, 'wrong') }))
    expect(await send(channel, reply())).toMatchObject({ externalId: '<deskbell-r1@bluebird.example>' })
    expect(taken).toHaveLength(1)
  })

  test('after a lost answer the Sent folder tells whether it arrived', async () => {
    us = `u${++users}@bluebird.example`
    await using lossy = await scriptedSmtp({ dot: 'drop' })
    const channel = open(settingsOf(us, { EMAIL_SMTP_URL: smtpUrl(lossy.port), EMAIL_SENT_COPY: 'server' }))
    const outcome = await send(channel, reply()).catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(Error)
    expect(outcome).not.toBeInstanceOf(RetryableError)
    await dovecot.put(us, lossy.mails[0]?.replace(/\r\n\.\r\n$/, '\r\n') ?? '', 'Sent')
    expect(await channel.find?.(reply())).toMatchObject({ outcome: 'arrived' })
  })

  test('a missing copy proves something only where the server files it, and only after a while', async () => {
    us = `u${++users}@bluebird.example`
    const attemptedAt = new Date(clock.now().getTime() - 60_000)
    const long = new Date(clock.now().getTime() - 180_000)
    const byUs = open(settingsOf(us))
    expect(await byUs.find?.({ ...reply(), attemptedAt: long })).toEqual({ outcome: 'unclear' })
    const byServer = open(settingsOf(us, { EMAIL_SENT_COPY: 'server' }))
    expect(await byServer.find?.(reply())).toEqual({ outcome: 'unclear' })
    await expect(byServer.find?.({ ...reply(), attemptedAt })).rejects.toMatchObject({
      name: 'RetryableError',
      retryAfterMs: 60_000,
    })
    expect(await byServer.find?.({ ...reply(), attemptedAt: long })).toEqual({ outcome: 'absent' })
  })

  test('when Sent can not be searched, the question is put off', async () => {
    us = `u${++users}@bluebird.example`
    const channel = open(settingsOf(us, { EMAIL_IMAP_URL: 'imap://us:secret@127.0.0.1:1?tls=off' }))
    await expect(channel.find?.(reply())).rejects.toThrow(RetryableError)
  })

  test('a customer without an address, and a mailbox that is gone, are clear errors', async () => {
    us = `u${++users}@bluebird.example`
    const channel = open(settingsOf(us))
    const nobody = { externalId: 'unknown sender of <x@y.example>', name: null, phone: null }
    await expect(send(channel, reply({ to: nobody }))).rejects.toThrow(/is not an email address/)
    await expect(send(channel, reply({ account: 'gone@bluebird.example' }))).rejects.toThrow(
      'There is no mailbox gone@bluebird.example any more',
    )
  })
})

describe.skipIf(!hasDovecot)('checking', () => {
  test('says what was found, a line each', async () => {
    us = `u${++users}@bluebird.example`
    await put('one')
    const [port] = [(smtp.server.address() as AddressInfo).port]
    expect(await open(settingsOf(us)).check()).toEqual([
      `${us}: IMAP 127.0.0.1:${dovecot.port} lets us in; INBOX holds 1 messages`,
      `${us}: copies of replies lie in Sent`,
      `${us}: SMTP 127.0.0.1:${port} lets us in`,
    ])
  })

  test('says what to do when a login or a folder is wrong', async () => {
    us = `u${++users}@bluebird.example`
    const problem = (more: Env): Promise<unknown> =>
      open(settingsOf(us, more))
        .check()
        .catch((error: unknown) => error)
    const one = numbered(settingsOf('broken@bluebird.example', { EMAIL_IMAP_URL: dovecot.url('broken', 'wrong') }), 2)
    expect(await open({ ...settingsOf(us), ...one }).check(us)).toHaveLength(3)
    const imap = await problem({ EMAIL_IMAP_URL: dovecot.url(us, 'wrong') })
    expect(imap).toBeInstanceOf(CredentialsError)
    expect(imap).toMatchObject({ action: expect.stringContaining('EMAIL_IMAP_URL') })
    const { port } = smtp.server.address() as AddressInfo
    expect(await problem({ EMAIL_SMTP_URL: `smtp://us:wrong@127.0.0.1:${port}?tls=off` })).toMatchObject({
      action: expect.stringContaining('EMAIL_SMTP_URL'),
    })
    expect(await problem({ EMAIL_FOLDER: 'Support' })).toMatchObject({
      message: `${us}: there is no folder "Support"`,
      action: 'Set EMAIL_FOLDER to one of: INBOX, Sent',
    })
  })

  test('two mailboxes with one address are refused', async () => {
    const env = { ...settingsOf('a@b.example'), ...numbered(settingsOf('A@b.example'), 2) }
    await expect(email.open(readAccounts('EMAIL', email.env, env) as never, testChannelIo())).rejects.toThrow(
      ConfigError,
    )
  })
})
