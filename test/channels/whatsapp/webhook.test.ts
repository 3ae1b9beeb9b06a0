import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadInputError, CredentialsError, SignatureError } from '../../../src/errors.ts'
import type { Log } from '../../../src/log.ts'
import { testChannelIo } from '../../support/channel-io.ts'
import {
  message,
  messages,
  mia,
  ourNumber,
  ourSettings,
  status,
  text,
  value,
  webhook,
} from '../../support/whatsapp/payloads.ts'
import { delivered, openWhatsApp, receive, signed } from './support.ts'

const { channel } = openWhatsApp()
const second = {
  id: '222222222222222',
  appSecret: 'fedcba9876543210fedcba9876543210',
}
const two = {
  ...ourSettings,
  WHATSAPP_2_PHONE_NUMBER_ID: second.id,
  WHATSAPP_2_BUSINESS_ACCOUNT_ID: '333333333333333',
  WHATSAPP_2_ACCESS_TOKEN: 'EAAB-another-token-of-ours',
  WHATSAPP_2_APP_SECRET: second.appSecret,
  WHATSAPP_2_VERIFY_TOKEN: 'another-verify-token',
}
const forSecond = { metadata: { phone_number_id: second.id, display_phone_number: '15550000002' } }

function loud() {
  const said: { fact: string; ids: object | undefined }[] = []
  const write = (fact: string, ids?: object) => void said.push({ fact, ids })
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }
  return { said, io: { ...testChannelIo(), log } }
}

const get = (query: Record<string, string>) =>
  new Request(`http://127.0.0.1:3000/channels/whatsapp?${new URLSearchParams(query)}`)

describe('the handshake', () => {
  const query = { 'hub.mode': 'subscribe', 'hub.challenge': '1158201444', 'hub.verify_token': ourNumber.verifyToken }

  it('gives the challenge back to whoever knows the token of any account', async () => {
    const { respond, delivery } = await receive(channel, get(query))
    const response = respond?.({ interactions: [] })
    expect([response?.status, await response?.text()]).toEqual([200, '1158201444'])
    expect(delivery.interactions).toEqual([])
    const other = await receive(
      openWhatsApp(two).channel,
      get({ ...query, 'hub.verify_token': 'another-verify-token' }),
    )
    expect(await other.respond?.({ interactions: [] }).text()).toBe('1158201444')
  })

  it('is refused to others', async () => {
    await expect(receive(channel, get({ ...query, 'hub.verify_token': 'guessed' }))).rejects.toThrow(SignatureError)
    await expect(receive(channel, get({}))).rejects.toThrow('Meta sends its webhooks here')
    const put = new Request('http://127.0.0.1/channels/whatsapp', { method: 'PUT' })
    await expect(receive(channel, put)).rejects.toMatchObject({ status: 405 })
  })
})

describe('the signature', () => {
  const body = messages(mia, text('Hi'))

  it('is over the raw bytes, by the app of the number', async () => {
    expect((await delivered(channel, body)).interactions).toHaveLength(1)
    const spaced = signed(JSON.stringify(body, null, 2))
    expect((await receive(channel, spaced)).delivery.interactions).toHaveLength(1)
  })

  it.each([
    ['another secret', () => signed(body, second.appSecret)],
    [
      'another body',
      () => new Request(signed(body), { method: 'POST', body: JSON.stringify(messages(mia, text('Pay me'))) }),
    ],
    ['none', () => new Request('http://127.0.0.1/', { method: 'POST', body: '{}' })],
    [
      'sha1',
      () => new Request('http://127.0.0.1/', { method: 'POST', body: '{}', headers: { 'x-hub-signature': 'sha1=00' } }),
    ],
    ['half of one', () => new Request(signed(body), { headers: { 'x-hub-signature-256': 'sha256=00ff' } })],
  ])('is refused with %s', async (_, request) => {
    await expect(receive(channel, request())).rejects.toThrow(SignatureError)
  })

  it('speaks for the numbers of its own app only', async () => {
    const both = openWhatsApp(two).channel
    const batch = webhook(value({ messages: [text('One')] }), value({ messages: [text('Two')] }, forSecond))
    const by = async (secret: string) => {
      const { delivery } = await receive(both, signed(batch, secret))
      return delivery.interactions.map((each) => [each.account, each.text])
    }
    expect(await by(ourNumber.appSecret)).toEqual([[ourNumber.id, 'One']])
    expect(await by(second.appSecret)).toEqual([[second.id, 'Two']])
    const oneApp = openWhatsApp({ ...two, WHATSAPP_2_APP_SECRET: ourNumber.appSecret }).channel
    expect((await delivered(oneApp, batch)).interactions.map(({ account }) => account)).toEqual([
      ourNumber.id,
      second.id,
    ])
  })
})

describe('a batch', () => {
  it('brings many messages and statuses at once, and nothing that is not understood costs the rest', async () => {
    const { said, io } = loud()
    const body = {
      object: 'whatsapp_business_account',
      entry: [
        null,
        { id: '1', changes: 'none' },
        {
          id: '1',
          changes: [
            { field: 'account_update', value: { event: 'VERIFIED' } },
            { field: 'messages', value: 'nothing' },
            { field: 'messages', value: value({ messages: [text('One'), { id: 7 }, message('text', null)] }) },
            {
              field: 'messages',
              value: value({ statuses: [status('wamid.1', 'sent'), {}, status('wamid.1', 'moved')] }),
            },
          ],
        },
        {
          id: '1',
          changes: [{ field: 'messages', value: { ...value({ messages: [text('Two')] }), contacts: 'none' } }],
        },
      ],
    }
    const { interactions, receipts } = await delivered(openWhatsApp(ourSettings, io).channel, body)
    expect(interactions.map((each) => each.text)).toEqual([
      'One',
      '[Sent something that WhatsApp does not pass on: text]',
      'Two',
    ])
    expect(receipts).toMatchObject([{ externalId: 'wamid.1', state: 'accepted' }])
    expect(said.map(({ fact }) => fact)).toEqual([
      'a message was left out: it says nothing, has no sender, or is our own',
    ])
  })

  it('says nothing when a customer only opens the chat', async () => {
    const body = messages(mia, message('request_welcome', undefined))
    expect(await delivered(openWhatsApp().channel, body)).toMatchObject({ interactions: [] })
  })

  it('brings nothing back of what we wrote ourselves', async () => {
    const own = { wa_id: ourNumber.display, name: 'Bluebird' }
    const echoes = { ...value({}), message_echoes: [{ ...text('Hi', own), to: mia.wa_id }] }
    const body = {
      object: 'whatsapp_business_account',
      entry: [{ id: '1', changes: [{ field: 'smb_message_echoes', value: echoes }] }],
    }
    expect((await delivered(channel, body)).interactions).toEqual([])
    expect((await delivered(channel, messages(own, text('Hi', own)))).interactions).toEqual([])
  })

  it('for a number that is not ours is left alone, and logged once', async () => {
    const { said, io } = loud()
    const open = openWhatsApp(ourSettings, io).channel
    for (const _ of [1, 2, 3]) {
      const { interactions } = await delivered(open, webhook(value({ messages: [text('Hi')] }, forSecond)))
      expect(interactions).toEqual([])
    }
    expect(said).toEqual([{ fact: 'a webhook for a number that is not ours', ids: { phoneNumberId: second.id } }])
  })

  it('may tell of problems, which are logged', async () => {
    const { said, io } = loud()
    await delivered(openWhatsApp(ourSettings, io).channel, webhook(value({ errors: [{ code: 131051, title: 'No' }] })))
    expect(said).toMatchObject([{ ids: { account: ourNumber.id, code: 131051 } }])
  })

  it('must be one of WhatsApp', async () => {
    for (const body of [
      '',
      '{',
      '"\ud800"',
      '[]',
      'null',
      '{"object":"page","entry":[]}',
      '{"object":"whatsapp_business_account"}',
    ])
      await expect(receive(channel, signed(body)), body).rejects.toThrow(BadInputError)
  })

  it('throws nothing but BadInputError, whatever is in it', async () => {
    const types = [
      'text',
      'image',
      'location',
      'contacts',
      'interactive',
      'order',
      'reaction',
      'edit',
      'revoke',
      'system',
    ]
    const any = fc.oneof(fc.jsonValue(), fc.constantFrom('wamid.1', '1772442000', '', 1e30, -0, '__proto__'))
    const almost = fc
      .record({
        type: fc.oneof(fc.constantFrom(...types), fc.string()),
        content: any,
        id: any,
        from: any,
        context: any,
      })
      .map(({ type, content, ...rest }) => ({ ...rest, id: 'wamid.1', type, [type]: content }))
    const batch = fc
      .record({
        messages: fc.oneof(any, fc.array(fc.oneof(almost, any))),
        statuses: fc.oneof(any, fc.array(any)),
        contacts: any,
      })
      .map((parts) => webhook({ ...value({}), ...parts }))
    await fc.assert(
      fc.asyncProperty(fc.oneof(batch, any), async (body) => {
        const error = await delivered(channel, body).then(
          () => null,
          (thrown: unknown) => thrown,
        )
        if (error !== null) expect(error).toBeInstanceOf(BadInputError)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a status', () => {
  const told = async (...statuses: Record<string, unknown>[]) =>
    (await delivered(channel, webhook(value({ statuses })))).receipts
  const replyId = '0198f3a0-0000-7000-8000-000000000001'

  it.each([
    ['sent', 'accepted'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['played', 'read'],
  ])('%s means %s, for the reply whose id it brings', async (state, means) => {
    expect(await told(status('wamid.1', state, { biz_opaque_callback_data: replyId }))).toEqual([
      { externalId: 'wamid.1', replyId, state: means, at: new Date('2026-03-02T09:00:00Z') },
    ])
  })

  it('failed says why, what to do, and whether it passes', async () => {
    const failed = (code: number | string) =>
      status('wamid.1', 'failed', { errors: [{ code, title: 'A title' }], recipient_id: undefined })
    expect(await told(failed(131026), failed('131056'), failed(987), status('wamid.2', 'failed'))).toMatchObject([
      { state: 'failed', reason: expect.stringContaining('(WhatsApp error 131026)'), isRetryable: false },
      { state: 'failed', action: expect.any(String), isRetryable: true },
      { state: 'failed', reason: 'WhatsApp could not deliver it: A title (error 987)' },
      { state: 'failed', reason: 'WhatsApp could not deliver it, and does not say why' },
    ])
  })

  it('that tells of the account is a word on it, unless it is old, and the reply waits', async () => {
    const failed = (at: Date) =>
      status('wamid.1', 'failed', { errors: [{ code: 131031 }], timestamp: String(Math.floor(at.getTime() / 1000)) })
    const now = testChannelIo().clock.now()
    const { broken, receipts } = await delivered(channel, webhook(value({ statuses: [failed(now)] })))
    expect(broken).toEqual([{ account: ourNumber.id, problem: expect.any(CredentialsError) }])
    expect(receipts).toMatchObject([{ state: 'failed', isRetryable: true }])
    const old = await delivered(channel, webhook(value({ statuses: [failed(new Date(now.getTime() - 3_600_000))] })))
    expect(old.broken).toBeUndefined()
    const errors = [{ code: 0, title: 'AuthException' }]
    expect((await delivered(channel, webhook({ ...value({}), errors }))).broken).toHaveLength(1)
  })

  it('of a closed window names the template', async () => {
    const [receipt] = (await told(status('wamid.1', 'failed', { errors: [{ code: 131047 }] }))) ?? []
    expect(receipt).toMatchObject({ action: 'Send an approved template', isWindowClosed: true })
  })
})
