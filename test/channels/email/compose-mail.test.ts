import { simpleParser, type ParsedMail } from 'mailparser'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OutboundReply } from '../../../src/channels/channel.ts'
import { composeMail } from '../../../src/channels/email/compose-mail.ts'
import type { Mailbox } from '../../../src/channels/email/mailbox.ts'

const server = { host: '127.0.0.1', port: 1, tls: 'off' as const, login: null }
const mailbox: Mailbox = {
  address: 'support@bluebird.example',
  name: 'Bluebird support',
  imap: server,
  smtp: server,
  folder: 'INBOX',
  sentFolder: null,
  sentCopy: 'append',
  authservId: null,
  pollSeconds: 60,
}
const reply: OutboundReply = {
  id: '0190-r1',
  account: 'support@bluebird.example',
  text: 'Dear Anna,\n\nit is on its way.',
  to: { externalId: 'anna@mail.example', name: 'Anna Berg', phone: null },
  conversation: { externalId: '<one@mail.example> anna@mail.example', subject: 'Where is my parcel?' },
  references: ['<one@mail.example>', '<two@mail.example>'],
  approvedAt: new Date('2026-03-02T09:00:00Z'),
  attemptedAt: new Date('2026-03-02T09:01:00Z'),
  template: null,
}
const date = new Date('2026-03-02T09:01:00Z')

async function composed(
  more: Partial<OutboundReply> = {},
  name = mailbox.name,
): Promise<{ raw: string; mail: ParsedMail }> {
  const raw = await composeMail({ ...reply, ...more }, { ...mailbox, name }, date)
  return { raw: raw.toString(), mail: await simpleParser(raw) }
}

test('a reply carries our Message-ID and threads under what the customer wrote', async () => {
  const { raw, mail } = await composed()
  expect(mail.messageId).toBe('<deskbell-0190-r1@bluebird.example>')
  expect(mail.inReplyTo).toBe('<two@mail.example>')
  expect(mail.references).toEqual(['<one@mail.example>', '<two@mail.example>'])
  expect(mail.subject).toBe('Re: Where is my parcel?')
  expect(mail.from?.text).toBe('"Bluebird support" <support@bluebird.example>')
  expect(mail.to).toMatchObject({ text: '"Anna Berg" <anna@mail.example>' })
  expect(mail.date).toEqual(date)
  expect(mail.html).toBe(false)
  expect(raw).not.toMatch(/^auto-submitted:/im)
})

test.each([
  ['Re: Re: AW: Hello', 'Re: Hello'],
  ['RE[2]: Hello', 'Re: Hello'],
  ['回复：你好', 'Re: 你好'],
  ['Regarding my order', 'Re: Regarding my order'],
  ['', 'Re: Your message'],
  [null, 'Re: Your message'],
])('the subject %j is answered as %j', async (subject, expected) => {
  expect((await composed({ conversation: { externalId: 'x', subject } })).mail.subject).toBe(expected)
})

test('an answer to a form starts a thread of its own: only Message-IDs are referred to', async () => {
  const { mail } = await composed({ references: ['form-4711', 'sha256:00ff', '<not an id>'] })
  expect(mail.inReplyTo).toBeUndefined()
  expect(mail.references).toBeUndefined()
})

test('of a long conversation the root and the newest are referred to', async () => {
  const references = Array.from({ length: 300 }, (_, i) => `<m${i}@mail.example>`)
  const { mail } = await composed({ references })
  expect(mail.references).toHaveLength(20)
  expect(mail.references?.[0]).toBe('<m0@mail.example>')
  expect(mail.references?.at(-1)).toBe('<m299@mail.example>')
})

test('no line break in a subject or a name makes a header', async () => {
  const evil = 'x\r\nBcc: all@victims.example\r\n\r\nbody'
  const { raw, mail } = await composed(
    {
      conversation: { externalId: 'x', subject: evil },
      to: { externalId: 'anna@mail.example', name: evil, phone: null },
    },
    evil,
  )
  expect(mail.bcc).toBeUndefined()
  expect(raw).not.toMatch(/^bcc:/im)
  expect(mail.text?.trim()).toBe(reply.text)
})

test('the text arrives word for word', async () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 120 }).map((text) => text.replace(/\p{Cc}/gu, ''))
  const special = fc.constantFrom(
    '.',
    '..',
    'From here',
    '--',
    '-- ',
    '> quoted',
    '',
    'a '.repeat(60),
    'file:///etc/passwd',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(line, special), { minLength: 1, maxLength: 12 }), async (lines) => {
      const text = lines.join('\n')
      const { mail } = await composed({ text })
      expect((mail.text ?? '').replace(/\n$/, '')).toBe(text.replace(/\n$/, ''))
    }),
    { numRuns: 100 },
  )
})
