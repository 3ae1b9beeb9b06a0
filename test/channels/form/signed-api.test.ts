import { isUtf8 } from 'node:buffer'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { BadInputError, SignatureError } from '../../../src/errors.ts'
import { openForm, receive, secret } from './support.ts'

const { channel, io } = openForm({ FORM_SECRETS: secret })
const now = io.clock.now()
const message = { email: 'ana@example.com', message: 'Do you open on Sundays?' }

function signed(body: string | Uint8Array, { id = 'msg_1', by = secret, at = now } = {}): Request {
  const bytes = Buffer.from(body)
  return new Request('http://127.0.0.1:3000/channels/form', {
    method: 'POST',
    body: bytes,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(at.getTime() / 1000),
      'webhook-signature': signatureOf(id, at, bytes, by),
    },
  })
}

/** By the reference library, which signs only text. */
function signatureOf(id: string, at: Date, body: Buffer, by: string): string {
  if (isUtf8(body)) return new Webhook(by).sign(id, at, body)
  const key = Buffer.from(by.slice('whsec_'.length), 'base64')
  return `v1,${createHmac('sha256', key)
    .update(`${id}.${at.getTime() / 1000}.`)
    .update(body)
    .digest('base64')}`
}

const send = async (body: object, options?: Parameters<typeof signed>[1]) => {
  const { interactions } = await receive(channel, signed(JSON.stringify(body), options))
  return interactions[0]
}

describe('signed API', () => {
  it('makes one interaction of a submission', async () => {
    const body = {
      ...message,
      id: 'order-form-77',
      name: '  Ana  Lima ',
      email: 'Ana.Lima@Example.com',
      subject: 'Opening\nhours',
      submittedAt: '2026-03-02T09:30:00+01:00',
      fields: { 'Order number': 4711, Newsletter: true, Shop: 'Porto\r\nBaixa' },
      page: 'https://shop.example.com/contact',
    }
    const { interactions, response } = await receive(channel, signed(JSON.stringify(body)))
    expect(interactions).toEqual([
      {
        account: 'default',
        externalId: 'order-form-77',
        kind: 'message',
        conversation: { externalId: 'order-form-77', subject: 'Opening hours' },
        customer: {
          externalId: 'ana.lima@example.com',
          name: 'Ana Lima',
          handle: 'Ana.Lima@Example.com',
          email: 'Ana.Lima@Example.com',
        },
        text: 'Do you open on Sundays?\n\nOrder number: 4711\nNewsletter: true\nShop: Porto Baixa',
        occurredAt: new Date('2026-03-02T08:30:00Z'),
        notes: ['Written on https://shop.example.com/contact'],
      },
    ])
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ id: 'order-form-77', isDuplicate: false })
  })

  it('takes a survey, with or without words', async () => {
    const scores = { satisfied: 4, recommends: 9 }
    expect(await send({ ...message, message: 'Quick and kind', survey: scores })).toMatchObject({
      kind: 'survey',
      rating: 4,
      recommends: 9,
      text: 'Quick and kind\n\nSatisfied: 4 of 5\nWould recommend us: 9 of 10',
    })
    const silent = await send({ email: 'ana@example.com', survey: { recommends: 0 } })
    expect(silent).toMatchObject({ kind: 'survey', recommends: 0, text: 'Would recommend us: 0 of 10' })
    expect(silent).not.toHaveProperty('rating')
  })

  it('says what is wrong with a survey', async () => {
    const sent = (survey: unknown) => send({ email: 'ana@example.com', survey })
    await expect(sent({ satisfied: 6 })).rejects.toThrow('survey.satisfied: At most 5')
    await expect(sent({ recommends: 7.5 })).rejects.toThrow('survey.recommends: A whole number from 0 to 10 is needed')
    await expect(sent({})).rejects.toThrow('survey: satisfied or recommends is needed')
    await expect(send({ email: 'ana@example.com' })).rejects.toThrow('message: A message is needed')
  })

  describe('what the site says of the customer', () => {
    it('is verified where the site vouches for it, and told from what anybody can type', async () => {
      const known = (customer: object) =>
        send({ ...message, email: 'Ana@example.com', customer }).then((interaction) => interaction?.customer)
      const typed = { handle: 'Ana@example.com', email: 'Ana@example.com' }
      expect(await known({ phone: '+351 21 123 4567', verified: ['email', 'phone'] })).toEqual({
        ...typed,
        externalId: 'verified:ana@example.com',
        phone: '+351 21 123 4567',
        verified: ['email', 'phone'],
      })
      expect(await known({ verified: ['email'] })).toMatchObject({ externalId: 'verified:ana@example.com' })
      expect(await known({ phone: '00351 211234567', verified: ['phone'] })).toEqual({
        ...typed,
        externalId: 'verified:+351211234567',
        phone: '00351 211234567',
        verified: ['phone'],
      })
      expect(await known({ phone: '+351 21 123 4567' })).toEqual({
        ...typed,
        externalId: 'ana@example.com',
        phone: '+351 21 123 4567',
      })
    })

    it('is refused with the reason when it makes no sense', async () => {
      const sent = (customer: unknown) => send({ ...message, customer })
      await expect(sent({ verified: ['phone'] })).rejects.toThrow('customer.phone: A phone number is needed')
      await expect(sent({ verified: ['name'] })).rejects.toThrow('customer.verified.0: `email` or `phone` is needed')
      await expect(sent({ phone: '030 1234567' })).rejects.toThrow(
        'customer.phone: A phone number with its country code is needed, such as +49 30 1234567',
      )
      await expect(sent({ email: 'x' })).rejects.toThrow('customer')
    })
  })

  it('takes the webhook id, the time of sending and the first words where the body says nothing', async () => {
    const text = 'The blue kettle that I bought from you last week has begun to leak at the handle.\nWhat can I do?'
    const interaction = await send({ ...message, message: text }, { id: 'msg_9', at: new Date('2026-03-02T08:58:00Z') })
    expect(interaction?.externalId).toBe('msg_9')
    expect(interaction?.conversation).toEqual({
      externalId: 'msg_9',
      subject: 'The blue kettle that I bought from you last week has begun…',
    })
    expect(interaction?.occurredAt).toEqual(new Date('2026-03-02T08:58:00Z'))
    expect(interaction?.customer).not.toHaveProperty('name')
    expect(interaction).not.toHaveProperty('suspicion')
  })

  it('cuts a subject from a message without spaces between whole characters', async () => {
    const interaction = await send({ ...message, message: '😀'.repeat(80) })
    expect(interaction?.conversation.subject).toBe(`${'😀'.repeat(60)}…`)
  })

  it('never dates a submission later than now', async () => {
    expect((await send({ ...message, submittedAt: '2026-03-02T09:03:00Z' }))?.occurredAt).toEqual(now)
    expect((await send(message, { at: new Date('2026-03-02T09:02:00Z') }))?.occurredAt).toEqual(now)
  })

  it('tells the caller that a submission was known already', async () => {
    const { response } = await receive(channel, signed(JSON.stringify(message)), true)
    expect(await response.json()).toEqual({ id: 'msg_1', isDuplicate: true })
  })

  it('leaves out what a database cannot store and keeps line breaks', async () => {
    const interaction = await send({ ...message, message: 'a\u0000b\r\nc\ud800 \u0007' })
    expect(interaction?.text).toBe('ab\nc\ufffd')
  })

  it('takes addresses in any script and lower-cases them', async () => {
    expect((await send({ ...message, email: 'JÖRG@Bücher.example' }))?.customer.externalId).toBe('jörg@bücher.example')
  })

  it('refuses a wrong secret, an old timestamp and a tampered body', async () => {
    const by = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
    await expect(send(message, { by })).rejects.toThrow('No signature in webhook-signature fits')
    const old = new Date('2026-03-02T08:48:00Z')
    await expect(send(message, { at: old })).rejects.toThrow('is 12 minutes old; check the clock of the sender')
    const tampered = new Request('http://127.0.0.1:3000/channels/form', {
      method: 'POST',
      body: JSON.stringify({ ...message, email: 'eve@example.com' }),
      headers: signed(JSON.stringify(message)).headers,
    })
    await expect(receive(channel, tampered)).rejects.toThrow(SignatureError)
  })

  it('takes both secrets while one replaces the other', async () => {
    const next = `whsec_${Buffer.alloc(32, 2).toString('base64')}`
    const rotating = openForm({ FORM_SECRETS: `${secret},${next}` }).channel
    for (const by of [secret, next])
      expect((await receive(rotating, signed(JSON.stringify(message), { by }))).interactions).toHaveLength(1)
  })

  it('says how to switch it on while no secret is set', async () => {
    await expect(receive(openForm().channel, signed(JSON.stringify(message)))).rejects.toThrow(
      new SignatureError(
        'The signed API is switched off. To switch it on, set FORM_SECRETS to a secret and sign with it.',
      ),
    )
  })

  it('says where JSON is malformed, without repeating it', async () => {
    const error = await receive(channel, signed('{"email": ana}')).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BadInputError)
    expect(error).toMatchObject({ status: 400, message: expect.stringMatching(/^The body is not valid JSON/) })
    expect(String(error)).not.toContain('ana')
    await expect(receive(channel, signed(''))).rejects.toThrow('The body is not valid JSON')
    await expect(receive(channel, signed(Buffer.from([0x22, 0xff, 0x22])))).rejects.toThrow(
      'The body is not valid JSON because it is not UTF-8',
    )
  })

  it.each([
    ['message: A message is needed', { email: 'a@b.example' }],
    ['message: A message is needed', { ...message, message: ' \n ' }],
    ['email: An e-mail address is needed', { message: 'Hi' }],
    ['email: An e-mail address is needed, such as ana@example.com', { ...message, email: 'ana' }],
    ['email: An e-mail address is needed', { ...message, email: 'a@b.example,c@d.example' }],
    ['email: An e-mail address is needed', { ...message, email: 'Ana <a@b.example>' }],
    ['email: Invalid input: expected string, received number', { ...message, email: 7 }],
    ['name: A name can have at most 100 characters', { ...message, name: 'x'.repeat(101) }],
    ['message: A message can have at most 20000 characters', { ...message, message: 'x'.repeat(20_001) }],
    ['submittedAt: A time such as 2026-03-02T09:00:00Z is needed', { ...message, submittedAt: 'yesterday' }],
    ['page: An http or https address is needed', { ...message, page: 'javascript:alert(1)' }],
    ['id: One to 200 visible ASCII characters are needed', { ...message, id: 'a b' }],
    [
      'fields.Colour: A text of at most 2000 characters, a number, true or false is needed',
      { ...message, fields: { Colour: null } },
    ],
    [
      'fields: At most 50 fields are possible',
      { ...message, fields: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [n, n])) },
    ],
    ['body: Unrecognized key: "phone"', { ...message, phone: '1' }],
    ['body: Invalid input: expected object, received array', []],
  ])('refuses with the path and the reason: %s', async (reason, body) => {
    const error = await send(body).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BadInputError)
    expect(error).toMatchObject({ status: 422, message: expect.stringContaining(reason) })
  })

  it('names all that is wrong at once, and a webhook id that can be no id', async () => {
    await expect(send({})).rejects.toThrow('email: An e-mail address is needed; message: A message is needed')
    await expect(send(message, { id: 'x'.repeat(201) })).rejects.toThrow('webhook-id: One to 200 visible ASCII')
  })

  it('throws nothing but SignatureError and BadInputError, whatever is sent', async () => {
    const header = fc.stringMatching(/^[\x21-\x7e]{1,30}$/)
    const unsigned = fc
      .record({
        body: fc.uint8Array(),
        headers: fc.dictionary(
          fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'content-type'),
          header,
        ),
      })
      .map(({ body, headers }) => new Request('http://127.0.0.1/channels/form', { method: 'POST', body, headers }))
    const almost = fc.record(
      {
        id: fc.anything(),
        email: fc.oneof(fc.emailAddress(), fc.anything()),
        message: fc.oneof(fc.string({ unit: 'binary' }), fc.anything()),
        submittedAt: fc.oneof(fc.date().map(String), fc.anything()),
        fields: fc.oneof(fc.dictionary(fc.string(), fc.anything()), fc.anything()),
        page: fc.oneof(fc.webUrl(), fc.anything()),
      },
      { requiredKeys: [] },
    )
    const properlySigned = fc
      .oneof(
        fc.json(),
        almost.map((body) => JSON.stringify(body, (_, value: unknown) => (typeof value === 'bigint' ? 1 : value))),
      )
      .map((body) => signed(body.toWellFormed()))
    await fc.assert(
      fc.asyncProperty(fc.oneof(unsigned, properlySigned), async (request) => {
        const error = await receive(channel, request).then(
          () => null,
          (thrown: unknown) => thrown,
        )
        if (error !== null)
          expect(error instanceof SignatureError || error instanceof BadInputError, String(error)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
