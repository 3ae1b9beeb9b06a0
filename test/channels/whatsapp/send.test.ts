import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { PermanentError, RetryableError } from '../../../src/errors.ts'
import { ourNumber } from '../../support/whatsapp/payloads.ts'
import { startWhatsApp, type Fault, type WhatsAppPeer } from '../../support/whatsapp/peer.ts'
import { deadUrl, never, openWhatsApp, reply } from './support.ts'

let peer: WhatsAppPeer
beforeAll(async () => {
  peer = await startWhatsApp()
})
afterEach(() => {
  peer.sent.length = 0
  peer.closedFor.clear()
  peer.templates.length = 0
})
afterAll(() => peer.close())

async function send(over = {}, { url = peer.url, signal = never } = {}) {
  const { channel } = openWhatsApp({ ...peer.env, WHATSAPP_API_URL: url })
  if (typeof channel.send !== 'function') throw new Error('It can not send')
  return channel.send(reply(over), signal)
}

/** Retryable, permanent, or not known. */
async function outcome(sending: Promise<unknown>) {
  const error: unknown = await sending.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error === null) return 'sent'
  if (error instanceof RetryableError) return 'retry'
  return error instanceof PermanentError ? error.name : 'unknown'
}

describe('a reply', () => {
  it('goes to the number of the customer, quotes what it answers, and carries our id', async () => {
    const sent = await send({ answers: { externalId: 'wamid.theirs', text: 'Where is it?', rating: null } })
    expect(peer.sent).toEqual([
      {
        id: sent.externalId,
        to: '4917612345678',
        body: {
          messaging_product: 'whatsapp',
          recipient_type: 'individual',
          to: '4917612345678',
          type: 'text',
          text: { body: 'It left us on Monday.', preview_url: false },
          context: { message_id: 'wamid.theirs' },
          biz_opaque_callback_data: reply().id,
        },
      },
    ])
    expect(sent).toEqual({ externalId: expect.stringMatching(/^wamid\./), at: new Date('2026-03-02T09:00:00Z') })
  })

  it.each([
    [{ externalId: 'NL.99812208655302741000', name: null, phone: null }, { recipient: 'NL.99812208655302741000' }],
    [{ externalId: 'NL.ENT.998122', name: null, phone: null }, { recipient: 'NL.ENT.998122' }],
    [{ externalId: '4915799999999', name: null, phone: null }, { to: '4915799999999' }],
    [{ externalId: 'NL.998122', name: null, phone: '+4915799999999' }, { to: '4915799999999' }],
  ])('reaches %j', async (to, recipient) => {
    await send({ to })
    const { to: number, recipient: id } = peer.sent[0]?.body ?? {}
    expect({ ...(number ? { to: number } : {}), ...(id ? { recipient: id } : {}) }).toEqual(recipient)
  })

  it('quotes nothing that is no message of the chat', async () => {
    await send({ answers: { externalId: 'edit:wamid.x', text: 'Where is it?', rating: null } })
    await send({ references: ['wamid.ours'] })
    expect(peer.sent.map(({ body }) => body['context'])).toEqual([undefined, undefined])
  })

  it('never leaves when it can not be sent', async () => {
    await expect(send({ text: 'x'.repeat(4097) })).rejects.toThrow('has 4097 characters; 4096 are possible')
    await expect(send({ to: { externalId: 'somebody', name: null, phone: null } })).rejects.toThrow(PermanentError)
    await expect(send({ account: '999999' })).rejects.toMatchObject({
      action: expect.stringContaining('WHATSAPP_PHONE_NUMBER_ID'),
    })
    expect(peer.sent).toEqual([])
    expect(await outcome(send({ text: '😀'.repeat(2048) }))).toBe('sent')
  })
})

describe('when something goes wrong', () => {
  const faults: [string, Fault, string][] = [
    ['reset before it was taken', { kind: 'reset', when: 'before' }, 'unknown'],
    ['reset after it was taken', { kind: 'reset', when: 'after' }, 'unknown'],
    ['503 by a gateway', { kind: 'status', when: 'before', status: 503 }, 'unknown'],
    ['502 after it was taken', { kind: 'status', when: 'after', status: 502 }, 'unknown'],
    ['429 without a word', { kind: 'status', when: 'before', status: 429, retryAfter: 30 }, 'retry'],
    ['500 of the API itself', { kind: 'refused', code: 131000, status: 500 }, 'retry'],
    ['a problem of which the API itself knows nothing', { kind: 'refused', code: 1, status: 500 }, 'unknown'],
    ['the rate of the pair', { kind: 'refused', code: 131056 }, 'retry'],
    ['the rate of the number', { kind: 'refused', code: 130429, status: 429 }, 'retry'],
    ['a token that expired', { kind: 'refused', code: 190, status: 401 }, 'CredentialsError'],
    ['a permission taken away', { kind: 'refused', code: 200, status: 403 }, 'CredentialsError'],
    ['a number that is not there any more', { kind: 'refused', code: 100, subcode: 33 }, 'CredentialsError'],
    ['401 without a word', { kind: 'status', when: 'before', status: 401 }, 'CredentialsError'],
    ['a customer without WhatsApp', { kind: 'refused', code: 131026 }, 'PermanentError'],
    ['a code that is new, with 400', { kind: 'refused', code: 139999 }, 'PermanentError'],
    ['a code that is new, with 500', { kind: 'refused', code: 139999, status: 500 }, 'unknown'],
    ['an answer without an id', { kind: 'answered', status: 200, body: { messages: [] } }, 'unknown'],
    ['a redirect', { kind: 'status', when: 'before', status: 307 }, 'unknown'],
  ]
  it.each(faults)('%s', async (_, fault, means) => {
    peer.fault('messages', fault)
    expect(await outcome(send())).toBe(means)
    expect(peer.sent).toHaveLength('when' in fault && fault.when === 'after' ? 1 : 0)
  })

  it('without an answer in time, it is not known whether it was sent', async () => {
    for (const when of ['before', 'after'] as const) {
      peer.fault('messages', { kind: 'silent', when })
      expect(await outcome(send({}, { signal: AbortSignal.timeout(100) }))).toBe('unknown')
    }
  })

  it('with nobody there, or without encryption that we trust, it was certainly not sent', async () => {
    expect(await outcome(send({}, { url: await deadUrl() }))).toBe('retry')
    expect(await outcome(send({}, { url: 'https://deskbell.invalid' }))).toBe('retry')
    expect(await outcome(send({}, { url: peer.url.replace('http:', 'https:') }))).toBe('retry')
  })

  it('once the window has closed, the way out is named', async () => {
    peer.closedFor.add('4917612345678')
    await expect(send()).rejects.toMatchObject({ name: 'WindowClosedError', action: 'Send an approved template' })
  })

  it('no number of a customer, and no token, gets into what is said of it', async () => {
    peer.fault('messages', { kind: 'refused', code: 139999 })
    const error: unknown = await send().catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('139999')
    expect(String(error)).not.toMatch(new RegExp(`4917612345678|${ourNumber.accessToken}`))
  })

  it('waits as long as it is asked to', async () => {
    peer.fault('messages', { kind: 'refused', code: 80007, retryAfter: 17 })
    await expect(send()).rejects.toMatchObject({ retryAfterMs: 17_000 })
  })

  it('says that asking would tell nothing: a status will', async () => {
    const { channel } = openWhatsApp(peer.env)
    expect(await channel.find?.(reply())).toEqual({ outcome: 'unclear' })
  })
})

describe('too many at once', () => {
  it('to one customer are held back until the minute is over', async () => {
    const { channel, io } = openWhatsApp(peer.env)
    const sendOne = async (over = {}) => {
      if (typeof channel.send === 'function') await channel.send(reply(over), never)
    }
    io.clock.advance(20_000)
    for (let count = 0; count < 10; count++) await sendOne()
    await expect(sendOne()).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 40_000 })
    await sendOne({ to: { externalId: 'NL.998122', name: null, phone: null } })
    io.clock.advance(40_000)
    await sendOne()
    expect(peer.sent).toHaveLength(12)
  })

  it('from one number are held back for a second', async () => {
    const { channel } = openWhatsApp(peer.env)
    const { send: sendOne } = channel
    if (typeof sendOne !== 'function') throw new Error('It can not send')
    const to = (n: number) => ({ externalId: `NL.${n}`, name: null, phone: null })
    const outcomes = await Promise.all(
      Array.from({ length: 41 }, (_, n) => outcome(sendOne(reply({ to: to(n) }), never))),
    )
    expect(outcomes.filter((one) => one === 'retry')).toHaveLength(1)
  })
})
