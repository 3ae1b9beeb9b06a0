import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { InboundInteraction } from '../../../src/channels/channel.ts'
import { parseMail, type ParsedMail } from '../../../src/channels/email/parse-mail.ts'

const folder = join(import.meta.dirname, 'fixtures')
const names = readdirSync(folder).map((file) => file.replace(/\.eml$/, ''))
const us = 'support@bluebird.example'
const receivedAt = new Date('2026-03-02T08:56:00Z')
const now = new Date('2026-03-02T09:00:00Z')

const load = (name: string) => readFileSync(join(folder, `${name}.eml`))
const parse = (raw: Buffer, more = {}): Promise<ParsedMail> =>
  parseMail(raw, { account: us, ownAddresses: [us], receivedAt, now, ...more })

async function interaction(name: string, more = {}): Promise<InboundInteraction> {
  const mail = await parse(load(name), more)
  if ('receipt' in mail) throw new Error(`${name} is a receipt`)
  return mail.interaction
}

describe('what the customer wrote', () => {
  test.each([
    ['plain', 'Hello,\n\nmy parcel 4711 has not come yet.\n\nThanks!'],
    ['gmail-reply', 'It came today, thank you!'],
    ['outlook-reply', 'Danke, aber der Betrag stimmt nicht.\nMit freundlichen Grüßen\nBernd Klein'],
    ['apple-reply', 'Grazie mille, ci vediamo domani.'],
    ['french-reply', 'Bonjour,\n\ntoujours rien reçu.'],
    ['outlook-plain', 'Please cancel it.'],
    ['inline-answers', 'Size 42, please.\n\nBlue.'],
    ['signature', 'Are you open on Sunday?'],
    [
      'html-only',
      'Big problem\n\nThe lamp is broken.\n\n * no light\n * smells\n\nSee the picture [https://pics.example/1].',
    ],
    ['iso-2022-jp', '返品したいのですが、どうすればいいですか。'],
    ['windows-1252', '¿Cuánto cuesta? Tengo 20 €…'],
    ['gb18030', '请给我开发票。'],
    ['iso-8859-15', 'Onko hinta 20 €? Säästö on tärkeä.'],
    ['koi8-r', 'Хочу вернуть заказ.'],
    ['invite', 'Can we talk tomorrow?'],
    ['unclosed-boundary', 'The end is missing.'],
    ['empty', ''],
    ['header-injection', 'A zero byte  and a bell .'],
  ])('%s is read as they meant it', async (name, text) => {
    expect((await interaction(name)).text).toBe(text)
  })

  test('quotes and signatures are cut from the text, but not from the full text', async () => {
    expect((await interaction('gmail-reply')).fullText).toContain('it left our house on Friday')
    expect((await interaction('outlook-reply')).fullText).toContain('Guten Tag, anbei die Rechnung.')
    expect((await interaction('signature')).fullText).toContain('12 Mill Lane')
    expect((await interaction('plain')).fullText).toBeUndefined()
  })

  test.each([
    [
      'Outlook',
      "<p>Mine</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt'><p><b>Från:</b> S</p></div><p>Theirs</p>",
    ],
    [
      'Outlook on the web',
      '<div>Mine</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">Theirs</div><div>Theirs</div>',
    ],
    ['Thunderbird', '<p>Mine</p><div class="moz-cite-prefix">Theirs</div><blockquote type="cite">Theirs</blockquote>'],
    ['Yahoo', '<div>Mine</div><div id="yahoo_quoted_1" class="yahoo_quoted">Theirs</div>'],
    ['Proton', '<div>Mine</div><div class="protonmail_quote">Theirs</div>'],
    ['GMX', '<div>Mine</div><div name="quote" style="margin:10px">Theirs</div>'],
  ])("%s's way of quoting in HTML is known", async (_, html) => {
    const mail = await parse(Buffer.from(`From: a@b.example\r\nContent-Type: text/html\r\n\r\n${html}`))
    expect('interaction' in mail && mail.interaction.text).toBe('Mine')
    expect('interaction' in mail && mail.interaction.fullText).toContain('Theirs')
  })

  test('a forwarded mail keeps what was forwarded, for that is what it is about', async () => {
    expect((await interaction('forwarded')).text).toContain('You have won.')
  })

  test('a body without the parts that were announced is shown as it stands, with a note', async () => {
    const { text, notes } = await interaction('broken-boundary')
    expect(text).toContain('Can you still read me?')
    expect(notes).toEqual(['This message is broken and could only be read in part'])
  })

  test('subjects and names are decoded, and fit on one line', async () => {
    expect(await interaction('iso-2022-jp')).toMatchObject({
      conversation: { subject: '返品について' },
      customer: { name: '山田太郎' },
    })
    expect(await interaction('windows-1252')).toMatchObject({
      conversation: { subject: '“Urgente” €' },
      customer: { name: 'José García' },
    })
    expect(await interaction('header-injection')).toMatchObject({
      conversation: { subject: 'Hi Bcc: all@victims.example' },
      customer: { name: 'Eve Bcc: all@victims.example' },
    })
  })
})

describe('who wrote', () => {
  test('the customer is known by the lower-case address', async () => {
    expect((await interaction('plain')).customer).toEqual({
      externalId: 'anna.berg@mail.example',
      name: 'Anna Berg',
      handle: 'anna.berg@mail.example',
      email: 'anna.berg@mail.example',
    })
  })

  test('an address is verified when its domain vouched for the mail', async () => {
    expect((await interaction('plain', { isVouchedFor: true })).customer).toMatchObject({
      email: 'anna.berg@mail.example',
      verified: ['email'],
    })
    expect((await interaction('plain')).customer).not.toHaveProperty('verified')
  })

  test.each(['reply-to', 'several-senders', 'group-sender', 'no-sender'])(
    'the domain in From vouches for nobody else, nor for one of several: %s',
    async (name) => {
      expect((await interaction(name, { isVouchedFor: true })).customer).not.toHaveProperty('verified')
    },
  )

  test.each([
    ['From: "Mia mia@mail.example" <mia@mail.example>', true],
    ['From: MIA@Mail.Example', true],
    ['From: "mia@mail.example" <eve@evil.example>', false],
    ['From: mia@mail.example (eve@evil.example)', false],
    ['From: <eve@evil.example>, mia@mail.example', false],
    ['From: mia@mail.example\r\nFrom: eve@evil.example', false],
    ['From: "@evil.example" <mia@mail.example>', false],
    ['From: =?utf-8?q?mia=40mail=2Eexample=2C?= <eve@evil.example>', true],
    ['From: mia@mail.example\r\nReply-To: mia@elsewhere.example', false],
  ])('two readers of a header must find the same address in it: %s', async (head, isVerified) => {
    const mail = await parse(Buffer.from(`${head}\r\n\r\nHello`), { isVouchedFor: true })
    if ('receipt' in mail) throw new Error('A receipt')
    const { email, verified } = mail.interaction.customer
    expect(verified).toEqual(isVerified ? ['email'] : undefined)
    if (head.includes('evil') && isVerified) expect(email).toBe('eve@evil.example')
  })

  test('answers go to Reply-To, and a note says so', async () => {
    const { customer, notes } = await interaction('reply-to')
    expect(customer).toMatchObject({ externalId: 'walt@ames.example', name: 'Walt Ames' })
    expect(notes).toEqual(['Written from noreply@shop.example. Answers go to walt@ames.example, as the message asks'])
  })

  test('of several senders the first is answered, and a note names all', async () => {
    for (const name of ['several-senders', 'group-sender']) {
      const { customer, notes } = await interaction(name)
      expect(customer.externalId).toBe('zoe@family.example')
      expect(notes).toEqual(['Written in the name of several: zoe@family.example, ben@family.example'])
    }
  })

  test('a mail without a sender is kept, and a note says that it can not be answered', async () => {
    const { customer, notes } = await interaction('no-sender')
    expect(customer).toEqual({ externalId: 'unknown sender of <who@nowhere.example>' })
    expect(notes).toEqual(['The message names no sender, so it can not be answered by email'])
  })

  test('behind our own Google Group, the person who wrote is the customer', async () => {
    const { customer, automatic } = await interaction('own-google-group')
    expect(customer).toMatchObject({ externalId: 'petra@holm.example', name: 'Petra Holm' })
    expect(automatic).toBeUndefined()
  })
})

describe('threads', () => {
  test('a mail is known by its Message-ID, one without by its content', async () => {
    expect((await interaction('plain')).externalId).toBe('<one@mail.example>')
    expect((await interaction('no-message-id')).externalId).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  test('parents come first, then ancestors from the nearest to the root', async () => {
    expect((await interaction('many-parents')).conversation).toEqual({
      externalId: '<root@mail.example> xena@mail.example',
      references: [
        '<deskbell-r1@bluebird.example>',
        '<deskbell-r2@bluebird.example>',
        '<mid@mail.example>',
        '<root@mail.example>',
      ],
      subject: 'Re: both',
    })
  })

  test('an answer that overtakes the first mail lands in the same thread', async () => {
    const first = await interaction('plain')
    const answer = await interaction('gmail-reply')
    expect(answer.conversation.externalId).toBe(first.conversation.externalId)
  })

  test('two customers who answer one newsletter do not share a thread', async () => {
    const raw = load('newsletter-answer').toString()
    const other = raw.replaceAll('cora@mail.example', 'carl@mail.example').replace('nla@', 'nlb@')
    const [a, b] = [await interaction('newsletter-answer'), await parse(Buffer.from(other))]
    expect('interaction' in b && b.interaction.conversation.externalId).not.toBe(a.conversation.externalId)
  })

  test('of endless references the nearest are kept', async () => {
    const { references = [], externalId } = (await interaction('huge-references')).conversation
    expect(references).toHaveLength(50)
    expect(references[0]).toBe('<ref1999@mail.example>')
    expect(externalId).toBe('<ref0@mail.example> yan@mail.example')
  })
})

describe('machines', () => {
  test.each([
    ['out-of-office', 'auto-reply'],
    ['exchange-rule-loop', 'auto-reply'],
    ['suppress-all', 'auto-reply'],
    ['x-autoreply', 'auto-reply'],
    ['null-sender', 'auto-reply'],
    ['auto-generated', 'bulk'],
    ['newsletter', 'bulk'],
    ['mailing-list', 'bulk'],
    ['own-loop', 'loop'],
    ['x-loop', 'loop'],
    ['arf', 'complaint-report'],
    ['bounce-foreign', 'bounce'],
    ['bounce-delayed', 'bounce'],
    ['not-automatic', undefined],
    ['plain', undefined],
  ])('%s is told from its headers', async (name, reason) => {
    expect((await interaction(name)).automatic).toBe(reason)
  })

  test.each([
    [
      'bounce-rfc822',
      '<deskbell-r5@bluebird.example>',
      '550 5.1.1 <nobody@gone.example>: Recipient address rejected: User unknown',
    ],
    [
      'bounce-headers',
      '<deskbell-r5@bluebird.example>',
      '550 5.1.1 <nobody@gone.example>: Recipient address rejected: User unknown',
    ],
    ['bounce-exim', '<deskbell-r6@bluebird.example>', '550 no such user'],
  ])('%s says that our reply failed, and why', async (name, externalId, reason) => {
    expect(await parse(load(name))).toEqual({
      receipt: { externalId, replyId: externalId.slice(10, 12), state: 'failed', reason, at: receivedAt },
    })
  })

  test('a bounce of a mail that is not ours, a late one and a complaint point at what they are about', async () => {
    expect((await interaction('bounce-foreign')).conversation.references).toEqual(['<someone-elses@bluebird.example>'])
    expect((await interaction('bounce-delayed')).conversation.references).toEqual(['<deskbell-r5@bluebird.example>'])
    expect((await interaction('arf')).conversation.references).toEqual(['<deskbell-r7@bluebird.example>'])
  })
})

describe('attachments', () => {
  test('all are listed, with decoded names that can not leave a folder', async () => {
    const { attachments, notes } = await interaction('attachments')
    expect(attachments?.map(({ name, mediaType, bytes }) => [name, mediaType, bytes])).toEqual([
      ['lamp.png', 'image/png', 8],
      ['Rechnung für März.pdf', 'application/pdf', 9],
      ['メモ.txt', 'text/plain', 11],
      ['winmail.dat', 'application/ms-tnef', 6],
      ['message.eml', 'message/rfc822', 96],
    ])
    expect(Buffer.from(attachments?.[1]?.content ?? []).toString()).toBe('%PDF-1.4\n')
    expect(notes).toEqual(['Its attachments are packed in winmail.dat, which only Outlook opens'])
  })

  test('an invitation and an encrypted mail carry a note', async () => {
    expect((await interaction('invite')).notes).toEqual(['Contains a calendar invitation'])
    expect((await interaction('encrypted')).notes).toEqual(['The message is encrypted'])
  })

  test('one over 10 MB is listed without its content', async () => {
    const big = Buffer.alloc(10 * 1024 * 1024 + 1, 'A')
    const raw = `From: a@b.example\r\nContent-Type: application/zip; name=big.zip\r\nContent-Disposition: attachment\r\n\r\n${big}`
    const mail = await parse(Buffer.from(raw))
    expect('interaction' in mail && mail.interaction.attachments).toEqual([
      { name: 'big.zip', mediaType: 'application/zip', bytes: big.length },
    ])
  })

  test('of a mail that was cut, the last one is not kept: its end is missing', async () => {
    const { attachments, notes } = await interaction('unclosed-boundary', { isCut: true })
    expect(attachments).toEqual([{ name: 'a.png', mediaType: 'image/png', bytes: 7 }])
    expect(notes).toEqual(['The message is very large; only its beginning was read'])
  })
})

describe('a very long text', () => {
  test('is read as far as a megabyte, and says so', async () => {
    const mail = await parse(Buffer.from(`From: a@b.example\r\n\r\nHello${'\n'.repeat(1_100_000)}unseen`))
    expect('interaction' in mail && mail.interaction).toMatchObject({
      text: 'Hello',
      notes: ['The text is very long; only its beginning was kept'],
    })
  })
})

describe('time', () => {
  test.each([
    ['plain', '2026-03-02T08:55:00Z', "the customer's clock is believed"],
    ['no-date', '2026-03-02T08:56:00Z', 'the mail server stands in for a missing date'],
    ['future-date', '2026-03-02T08:56:00Z', 'nobody writes in the future'],
    ['ancient-date', '2026-03-02T08:56:00Z', 'nor half a century ago'],
  ])('%s: %s, for %s', async (name, at) => {
    expect((await interaction(name)).occurredAt).toEqual(new Date(at))
  })

  test('a mail server ahead of our clock does not make a mail from the future', async () => {
    const { occurredAt } = await interaction('no-date', { receivedAt: new Date('2026-03-02T09:05:00Z') })
    expect(occurredAt).toEqual(now)
  })
})

describe('any bytes', () => {
  test('a head too large to parse still tells who wrote', async () => {
    const raw = Buffer.from(`From: Anna <anna@mail.example>\r\nX-Long: ${'x'.repeat(8_000_000)}\r\n\r\nHello\r\n`)
    const mail = await parse(raw)
    expect('interaction' in mail && mail.interaction).toMatchObject({
      customer: { externalId: 'anna@mail.example' },
      notes: ['This message is broken and could only be read in part'],
    })
  })

  const holds = async (raw: Buffer): Promise<void> => {
    const [first, second] = [await parse(raw), await parse(raw)]
    expect(second).toEqual(first)
    if ('receipt' in first) return
    const { externalId, text, customer, conversation } = first.interaction
    expect(externalId.length).toBeGreaterThan(2)
    expect(externalId.length).toBeLessThan(600)
    for (const words of [text, customer.name ?? '', conversation.subject ?? '']) {
      expect(words.isWellFormed()).toBe(true)
      expect(words).not.toMatch(/[^\P{Cc}\n\t]/u)
    }
  }

  test('make a mail with a lasting id, and never an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), (bytes) => holds(Buffer.from(bytes))),
      { numRuns: 100 },
    )
  })

  test('damaged mails do so too', async () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 20 }), fc.nat(60)), {
      minLength: 1,
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), damage, async (name, wounds) => {
        let raw = load(name)
        for (const [at, bytes, gone] of wounds) {
          const start = at % raw.length
          raw = Buffer.concat([raw.subarray(0, start), bytes, raw.subarray(start + gone)])
        }
        await holds(raw)
      }),
      { numRuns: 200 },
    )
  })
})
