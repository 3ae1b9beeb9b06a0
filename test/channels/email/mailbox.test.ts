import { describe, expect, test } from 'vitest'
import { mailboxEnv, mailboxFrom, type Mailbox } from '../../../src/channels/email/mailbox.ts'
import { readAccounts, type Env } from '../../../src/env.ts'

const needed = {
  EMAIL_ADDRESS: 'Support@Bluebird.example',
  EMAIL_IMAP_URL: 'imaps://us%40bluebird.example:p%40ss%3A%25@imap.bluebird.example',
  EMAIL_SMTP_URL: 'smtp://us:secret@smtp.bluebird.example',
}
const read = (env: Env): Mailbox[] => readAccounts('EMAIL', mailboxEnv, env).map(mailboxFrom)

describe('settings', () => {
  test('three are enough; passwords are percent-encoded', () => {
    expect(read(needed)).toEqual([
      {
        address: 'support@bluebird.example',
        name: '',
        imap: {
          host: 'imap.bluebird.example',
          port: 993,
          tls: 'implicit',
          login: { user: 'us@bluebird.example', pass: 'p@ss:%' },
        },
        smtp: { host: 'smtp.bluebird.example', port: 587, tls: 'starttls', login: { user: 'us', pass: 'secret' } },
        folder: 'INBOX',
        sentFolder: null,
        sentCopy: 'append',
        authservId: null,
        pollSeconds: 60,
      },
    ])
  })

  test('further mailboxes are numbered', () => {
    const second = Object.fromEntries(
      Object.entries(needed).map(([name, value]) => [name.replace('EMAIL_', 'EMAIL_2_'), value]),
    )
    const [, sales] = read({ ...needed, ...second, EMAIL_2_ADDRESS: 'sales@bluebird.example', EMAIL_2_FOLDER: 'Sales' })
    expect(sales).toMatchObject({ address: 'sales@bluebird.example', folder: 'Sales' })
  })

  test('a relay without a password may do without TLS, on any machine', () => {
    expect(read({ ...needed, EMAIL_SMTP_URL: 'smtp://mailpit:1025?tls=off' })[0]?.smtp).toEqual({
      host: 'mailpit',
      port: 1025,
      tls: 'off',
      login: null,
    })
    expect(read({ ...needed, EMAIL_IMAP_URL: 'imap://a:b@[::1]:1143?tls=off' })[0]?.imap).toMatchObject({
      host: '::1',
      tls: 'off',
    })
  })

  test.each<[string, Env, RegExp]>([
    [
      'an address that is none',
      { EMAIL_ADDRESS: 'support' },
      /^EMAIL_ADDRESS is not an email address\..*support@example\.com/,
    ],
    ['a missing server', { EMAIL_SMTP_URL: undefined }, /^EMAIL_SMTP_URL is not set\..*Example: smtps:/],
    [
      'the wrong kind of URL',
      { EMAIL_IMAP_URL: 'https://mail.example' },
      /^EMAIL_IMAP_URL must look like imaps:\/\/user:password@host:port/,
    ],
    ['no URL at all', { EMAIL_IMAP_URL: 'mail.example' }, /^EMAIL_IMAP_URL must look like/],
    ['no password', { EMAIL_IMAP_URL: 'imaps://mail.example' }, /^EMAIL_IMAP_URL has no user and password/],
    [
      'a stray percent sign',
      { EMAIL_IMAP_URL: 'imaps://us:50%@mail.example' },
      /^EMAIL_IMAP_URL has a stray % in its user or password.*%25/,
    ],
    [
      'a password in the clear',
      { EMAIL_SMTP_URL: 'smtp://us:pw@mail.example?tls=off' },
      /^EMAIL_SMTP_URL would send a password unencrypted/,
    ],
    ['an unknown way of copying', { EMAIL_SENT_COPY: 'both' }, /^EMAIL_SENT_COPY must be "append" or "server"/],
    ['too eager polling', { EMAIL_POLL_SECONDS: '1' }, /^EMAIL_POLL_SECONDS must be at least 5/],
    ['polling by words', { EMAIL_POLL_SECONDS: 'often' }, /^EMAIL_POLL_SECONDS must be a number/],
  ])('%s gets a clear error that shows no secret', (_, wrong, message) => {
    expect(() => read({ ...needed, ...wrong })).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.stringMatching(message) }),
    )
    expect(() => read({ ...needed, ...wrong })).not.toThrow(/secret|pw@|50%@/)
  })
})
