import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import { doctor } from '../src/doctor.ts'
import type { Env } from '../src/env.ts'
import { createPostgresDatabase } from './support/db.ts'
import { startDovecot, type Dovecot } from './support/dovecot.ts'
import { hasDovecot } from './support/machine.ts'
import { freePort } from './support/postgres.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deskbell-doctor-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function examine(env: Env): Promise<{ isWell: boolean; lines: string[] }> {
  const lines: string[] = []
  const isWell = await doctor(readConfig({ DATA_DIR: folder, ...env }), (line) => lines.push(line))
  return { isWell, lines }
}

const elsewhere =
  '      What to do: Check the address and the port in the settings, and that this machine may connect to it'

describe('doctor', () => {
  it('finds all well where nothing is configured, and changes nothing', async () => {
    const first = await examine({})
    expect(await examine({})).toEqual(first)
    expect(first).toEqual({
      isWell: true,
      lines: [
        expect.stringMatching(/^ok {4}Database: embedded, in .*; migrations that the next start applies: \d+$/),
        'ok    Assistant: Offline assistant: works without a key',
        'off   Email: EMAIL_ADDRESS is not set',
        'ok    Contact form: The contact form is at http://127.0.0.1:3000/form',
        'ok    Contact form: The signed API is off; set FORM_SECRETS to switch it on',
        'ok    Contact form: Replies are sent by hand, because email is off',
        'off   Google reviews: GOOGLE_REVIEWS_ACCOUNT is not set',
        'ok    Live chat: Visitors chat at http://127.0.0.1:3000/chat',
        'ok    Live chat: Sites that may show the chat: this server only',
        'ok    Logged by the team: Teammates can log phone calls and visits with /desk log',
        'ok    Logged by the team: Replies are sent by hand, because email is off',
        'off   WhatsApp: WHATSAPP_PHONE_NUMBER_ID is not set',
        'off   Discord',
        'off   Slack',
        'ok    Web: The room is at http://127.0.0.1:3000/',
        'ok    Web: It has no password: only this machine can open it',
        'note  PUBLIC_URL is not set: links point to http://127.0.0.1:3000',
        'All is well.',
      ],
    })
  })

  it('says what is switched off, and writes an IPv6 address as browsers want it', async () => {
    const { lines } = await examine({ FORM: 'off', LIVE_CHAT: 'off', WEB: 'off', HOST: '::1' })
    expect(lines).toEqual(expect.arrayContaining(['off   Contact form', 'off   Live chat', 'off   Web']))
    expect(lines).toContain('note  PUBLIC_URL is not set: links point to http://[::1]:3000')
  })

  it('sees when the database is up to date', async () => {
    const database = await createPostgresDatabase()
    try {
      expect((await examine({ DATABASE_URL: database.url })).lines[0]).toBe('ok    Database: Postgres; up to date')
    } finally {
      await database.drop()
    }
  })

  it('finds nothing wrong in a workspace whose tables the first start will make', async () => {
    const { isWell, lines } = await examine({
      WEB: 'off',
      PUBLIC_URL: 'https://desk.bluebird.example',
      SECRET_KEY: 'k'.repeat(40),
      SLACK_CLIENT_ID: '1.2',
      SLACK_CLIENT_SECRET: 'a'.repeat(32),
      SLACK_SIGNING_SECRET: 'b'.repeat(32),
      SLACK_TEAMS: 'T123456',
    })
    expect(lines).toEqual(
      expect.arrayContaining([
        'ok    Slack: Not installed anywhere yet: open https://desk.bluebird.example/slack/install',
        'ok    Slack: No channel for cards was chosen yet: write /invite @Deskbell in one, and it is',
      ]),
    )
    expect(isWell).toBe(true)
  })

  it('sets what is missing of Slack below one another', async () => {
    const { lines } = await examine({ SLACK_CLIENT_ID: '1.2', SECRET_KEY: 'k'.repeat(40) })
    expect(lines.join('\n')).toMatch(
      /\nWRONG Slack: SLACK_CLIENT_SECRET .*\n {6}SLACK_TEAMS .*\n {6}Set SLACK_APP_TOKEN /,
    )
  })

  it('says which setting is missing of a channel that is half set', async () => {
    await expect(examine({ EMAIL_ADDRESS: 'us@bluebird.example' })).rejects.toThrow(
      /^EMAIL_IMAP_URL is not set\. .* Example: imaps:.*\nEMAIL_SMTP_URL is not set\. .* Example: smtps:/,
    )
  })

  it('says what can not be reached, and goes on', async () => {
    const port = await freePort()
    const { isWell, lines } = await examine({
      DATABASE_URL: `postgres://u:hush@127.0.0.1:${port}/x`,
      EMAIL_ADDRESS: 'us@bluebird.example',
      EMAIL_IMAP_URL: `imap://us:hush@127.0.0.1:${port}?tls=off`,
      EMAIL_SMTP_URL: `smtp://us:hush@127.0.0.1:${port}?tls=off`,
    })
    expect(isWell).toBe(false)
    const refused = `connect ECONNREFUSED 127.0.0.1:${port}`
    expect(lines).toEqual(
      expect.arrayContaining([
        `WRONG Database: DATABASE_URL: the database can't be reached: ${refused}`,
        `WRONG Email: The IMAP server of us@bluebird.example can not be reached at 127.0.0.1:${port}: ${refused}`,
        elsewhere,
        `WRONG Email: The mail server 127.0.0.1:${port} can not be reached: ${refused}`,
        elsewhere,
        'ok    Live chat: Visitors chat at http://127.0.0.1:3000/chat',
        '3 things are wrong.',
      ]),
    )
    expect(lines.join()).not.toContain('hush')
  })
})

describe.skipIf(!hasDovecot)('doctor, of a mailbox', () => {
  const us = 'us@bluebird.example'
  let dovecot: Dovecot
  let smtp: SMTPServer
  let mails = 0
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>

  beforeAll(async () => {
    database = await createPostgresDatabase()
    dovecot = await startDovecot()
    smtp = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      disableReverseLookup: true,
      onAuth: ({ password }, _, done) =>
        password === 'secret' ? done(null, { user: 'us' }) : done(new Error('Wrong password')),
      onData(stream, _, done) {
        mails += 1
        stream.resume().once('end', () => done())
      },
    })
    smtp.on('error', () => {})
    smtp.listen(0, '127.0.0.1')
    await once(smtp.server, 'listening')
  })
  afterAll(async () => {
    await new Promise<void>((resolve) => (smtp ? smtp.close(() => resolve()) : resolve()))
    await dovecot?.stop()
    await database?.drop()
  })

  const smtpPort = () => (smtp.server.address() as AddressInfo).port
  const examineMailbox = async (more: Env) => {
    const { isWell, lines } = await examine({
      DATABASE_URL: database.url,
      EMAIL_ADDRESS: us,
      EMAIL_IMAP_URL: dovecot.url(us),
      EMAIL_SMTP_URL: `smtp://us:secret@127.0.0.1:${smtpPort()}?tls=off`,
      ...more,
    })
    return { isWell, lines: lines.filter((line) => /Email|What to do/.test(line)) }
  }

  it('finds it well, and sends nothing', async () => {
    expect(await examineMailbox({})).toEqual({
      isWell: true,
      lines: [
        `ok    Email: ${us}: IMAP 127.0.0.1:${dovecot.port} lets us in; INBOX holds 0 messages`,
        `ok    Email: ${us}: copies of replies lie in Sent`,
        `ok    Email: ${us}: SMTP 127.0.0.1:${smtpPort()} lets us in`,
      ],
    })
    expect(mails).toBe(0)
  })

  it('names every password that is wrong', async () => {
    const { isWell, lines } = await examineMailbox({
      EMAIL_IMAP_URL: dovecot.url(us, 'wrong'),
      EMAIL_SMTP_URL: `smtp://us:wrong@127.0.0.1:${smtpPort()}?tls=off`,
    })
    expect(isWell).toBe(false)
    expect(lines).toEqual([
      expect.stringMatching(`^WRONG Email: The IMAP server refused the login of ${us}: .*Authentication failed`),
      '      What to do: Re-enter the user and password in EMAIL_IMAP_URL; some providers want an app password',
      'WRONG Email: The mail server 127.0.0.1 refused the login: 535 Wrong password',
      '      What to do: Re-enter the password in EMAIL_SMTP_URL; some providers want an app password',
    ])
  })

  it('names the folders that there are when another was set', async () => {
    const { lines } = await examineMailbox({ EMAIL_FOLDER: 'Support' })
    expect(lines).toEqual([
      `WRONG Email: ${us}: there is no folder "Support"`,
      '      What to do: Set EMAIL_FOLDER to one of: INBOX, Sent',
    ])
  })

  it('tells when encryption is asked of a server that has none', async () => {
    const { lines } = await examineMailbox({
      EMAIL_IMAP_URL: `imap://us:secret@127.0.0.1:${dovecot.port}`,
      EMAIL_SMTP_URL: `smtps://us:secret@127.0.0.1:${smtpPort()}`,
    })
    expect(lines).toEqual([
      `WRONG Email: The IMAP server of ${us} can not be reached at 127.0.0.1:${dovecot.port}: Server does not support STARTTLS`,
      elsewhere,
      `WRONG Email: The mail server 127.0.0.1:${smtpPort()} can not be reached: it speaks no TLS from the first byte there; for STARTTLS write smtp:// instead of smtps://`,
      elsewhere,
    ])
  })
})
