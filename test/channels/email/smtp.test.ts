import { expect, test } from 'vitest'
import type { MailServer } from '../../../src/channels/email/mailbox.ts'
import { checkSmtp, sendBySmtp } from '../../../src/channels/email/smtp.ts'
import { CredentialsError, PermanentError, RetryableError } from '../../../src/errors.ts'
import { scriptedSmtp, type Answer } from './scripted-smtp.ts'

const envelope = { from: 'support@bluebird.example', to: 'anna@mail.example' }
const raw = Buffer.from('Subject: Hi\r\n\r\nHello\r\n')
const patience = () => new AbortController().signal
const at = (port: number, more: Partial<MailServer> = {}): MailServer => ({
  host: '127.0.0.1',
  port,
  tls: 'off',
  login: { user: 'us', pass: 'secret' },
  ...more,
})

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no failure',
    (error: unknown) => error,
  )
}

test('resolves once the server took the mail', async () => {
  await using server = await scriptedSmtp({})
  await sendBySmtp(at(server.port), envelope, raw, patience())
  expect(server.mails).toEqual(['Subject: Hi\r\n\r\nHello\r\n.\r\n'])
})

test.each<[string, Partial<Record<string, Answer>>]>([
  ['the server hangs up at once', { greeting: 'drop' }],
  ['the server is too busy to greet', { greeting: '421 too busy' }],
  ['the server wants none of us today', { greeting: '554 no service here' }],
  ['the server hangs up after EHLO', { EHLO: 'drop' }],
  ['the login fails for now', { AUTH: '454 try later' }],
  ['the server hangs up during login', { AUTH: 'drop' }],
  ['the sender is put off', { MAIL: '451 later' }],
  ['the server hangs up at the recipient', { RCPT: 'drop' }],
  ['the recipient is greylisted', { RCPT: '450 greylisted' }],
  ['the server shuts down before the content', { DATA: '421 shutting down' }],
  ['the server hangs up before the content', { DATA: 'drop' }],
  ['the server puts off the content', { dot: '452 disk full' }],
  ['the server shuts down instead of taking the content', { dot: '421 shutting down' }],
])('certainly not sent, and worth another try: %s', async (_, script) => {
  await using server = await scriptedSmtp(script)
  expect(await failure(sendBySmtp(at(server.port), envelope, raw, patience()))).toBeInstanceOf(RetryableError)
})

test('nobody listening, an unknown host and a server without TLS are worth another try', async () => {
  const server = await scriptedSmtp({})
  await server[Symbol.asyncDispose]()
  expect(await failure(sendBySmtp(at(server.port), envelope, raw, patience()))).toBeInstanceOf(RetryableError)
  const nowhere = at(25, { host: 'nowhere.invalid' })
  expect(await failure(sendBySmtp(nowhere, envelope, raw, patience()))).toBeInstanceOf(RetryableError)
  await using plain = await scriptedSmtp({})
  for (const tls of ['starttls', 'implicit'] as const) {
    expect(await failure(sendBySmtp(at(plain.port, { tls }), envelope, raw, patience()))).toBeInstanceOf(RetryableError)
  }
})

test.each<[string, Partial<Record<string, Answer>>, string]>([
  ['the sender', { MAIL: '550 not you' }, '550 not you'],
  ['the recipient', { RCPT: '550 5.1.1 no such user' }, '550 5.1.1 no such user'],
  ['the recipient, by name', { RCPT: '550 5.1.1 <anna@mail.example>: unknown' }, '550 5.1.1 <…>: unknown'],
  ['the command', { DATA: '554 no' }, '554 no'],
  ['the content', { dot: '554 5.7.1 looks like spam' }, '554 5.7.1 looks like spam'],
])("never to be sent, in the server's words: it refuses %s", async (_, script, words) => {
  await using server = await scriptedSmtp(script)
  const error = await failure(sendBySmtp(at(server.port), envelope, raw, patience()))
  expect(error).toBeInstanceOf(PermanentError)
  expect(error).toMatchObject({ message: expect.stringContaining(words) })
})

test('a refused login tells the team to re-enter the password', async () => {
  await using server = await scriptedSmtp({ AUTH: '535 5.7.8 bad password' })
  for (const work of [sendBySmtp(at(server.port), envelope, raw, patience()), checkSmtp(at(server.port))]) {
    const error = await failure(work)
    expect(error).toBeInstanceOf(CredentialsError)
    expect(error).toMatchObject({
      message: expect.stringContaining('535 5.7.8 bad password'),
      action: expect.stringContaining('Re-enter the password in EMAIL_SMTP_URL'),
    })
  }
})

test.each<[string, Partial<Record<string, Answer>>]>([
  ['accepts everything and hangs up after the final dot', { dot: 'drop' }],
  ['hangs up in the middle of the mail', { content: 'drop' }],
  ['answers the final dot with nonsense', { dot: 'what?' }],
])('nobody knows whether it was sent: the server %s', async (_, script) => {
  await using server = await scriptedSmtp(script)
  const error = await failure(sendBySmtp(at(server.port), envelope, raw, patience()))
  expect(error).toBeInstanceOf(Error)
  expect(error).not.toBeInstanceOf(RetryableError)
  expect(error).not.toBeInstanceOf(PermanentError)
})

test('giving up waiting is harmless before the mail left, and an unknown outcome after', async () => {
  await using mute = await scriptedSmtp({ EHLO: 'silence' })
  expect(await failure(sendBySmtp(at(mute.port), envelope, raw, AbortSignal.timeout(200)))).toBeInstanceOf(
    RetryableError,
  )
  await using slow = await scriptedSmtp({ dot: 'silence' })
  const error = await failure(sendBySmtp(at(slow.port), envelope, raw, AbortSignal.timeout(300)))
  expect(slow.mails).toHaveLength(1)
  expect(error).toMatchObject({ name: 'TimeoutError' })
})
