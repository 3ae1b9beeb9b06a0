import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PermanentError } from '../../../src/errors.ts'
import { ourNumber } from '../../support/whatsapp/payloads.ts'
import { startWhatsApp, type WhatsAppPeer } from '../../support/whatsapp/peer.ts'
import type { Template } from '../../support/whatsapp/requests.ts'
import { never, openWhatsApp, reply } from './support.ts'

let peer: WhatsAppPeer
beforeAll(async () => {
  peer = await startWhatsApp()
})
beforeEach(() => {
  peer.templates.length = 0
  peer.sent.length = 0
  peer.calls.length = 0
})
afterAll(() => peer.close())

const body = (text: string) => ({ type: 'BODY', text })
let ids = 0
const template = (name: string, components: Record<string, unknown>[], over: Partial<Template> = {}): Template => ({
  id: String(++ids),
  name,
  language: 'en_US',
  status: 'APPROVED',
  category: 'UTILITY',
  components,
  ...over,
})

const numbered = () =>
  template('order_update', [
    { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' },
    body('Hello {{2}}, your order has left us. It comes on {{1}}.'),
    { type: 'FOOTER', text: 'Bluebird' },
    {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Thanks' },
        { type: 'URL', text: 'Shop', url: 'https://x.example' },
      ],
    },
  ])
const named = () =>
  template('call_back', [body('Hello {{first_name}}, may we call you {{ when }}?')], {
    parameter_format: 'NAMED',
    language: 'de',
  })

const list = async (open = openWhatsApp(peer.env)) => open.channel.templates?.(ourNumber.id)

describe('the templates of an account', () => {
  it('are shown with their blanks', async () => {
    peer.templates.push(numbered(), named())
    expect(await list()).toEqual([
      {
        id: expect.any(String),
        name: 'call_back',
        language: 'de',
        text: 'Hello {{first_name}}, may we call you {{when}}?',
      },
      {
        id: expect.any(String),
        name: 'order_update',
        language: 'en-US',
        text: 'Order {{header_1}}\n\nHello {{2}}, your order has left us. It comes on {{1}}.\n\nBluebird',
      },
    ])
  })

  it.each([
    ['is not approved', template('a', [body('Hi')], { status: 'PENDING' })],
    ['sends a code', template('a', [body('{{1}} is your code')], { category: 'AUTHENTICATION' })],
    ['has a picture', template('a', [{ type: 'HEADER', format: 'IMAGE' }, body('Hi')])],
    ['has a place', template('a', [{ type: 'HEADER', format: 'LOCATION' }, body('Hi')])],
    ['is a carousel', template('a', [body('Hi'), { type: 'CAROUSEL', cards: [] }])],
    [
      'has a link of its own',
      template('a', [body('Hi'), { type: 'BUTTONS', buttons: [{ type: 'URL', url: 'https://x.example/{{1}}' }] }]),
    ],
    ['has a coupon', template('a', [body('Hi'), { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE' }] }])],
    ['has no text', template('a', [{ type: 'FOOTER', text: 'Bluebird' }])],
    ['has parts that we do not know', template('a', [body('Hi'), { type: 'HOLOGRAM' }])],
  ])('leave out one that %s', async (_, one) => {
    peer.templates.push(one, template('kept', [body('Hi')]))
    expect((await list())?.map(({ name }) => name)).toEqual(['kept'])
  })

  it('are read page by page, and kept for five minutes', async () => {
    for (let n = 0; n < 230; n++) peer.templates.push(template(`t${String(n).padStart(3, '0')}`, [body(`Text ${n}`)]))
    const open = openWhatsApp(peer.env)
    expect(await list(open)).toHaveLength(230)
    expect(peer.calls).toHaveLength(3)
    open.io.clock.advance(4 * 60_000)
    await list(open)
    expect(peer.calls).toHaveLength(3)
    open.io.clock.advance(2 * 60_000)
    await list(open)
    expect(peer.calls).toHaveLength(6)
  })

  it('that could not be read are asked for again', async () => {
    const open = openWhatsApp(peer.env)
    peer.fault('message_templates', { kind: 'status', when: 'before', status: 500 })
    await expect(list(open)).rejects.toMatchObject({ name: 'RetryableError' })
    peer.fault('message_templates', { kind: 'refused', code: 200, status: 403 })
    await expect(list(open)).rejects.toMatchObject({ name: 'CredentialsError' })
    peer.fault('message_templates', { kind: 'answered', status: 200, body: 'nothing' })
    await expect(list(open)).rejects.toMatchObject({ name: 'RetryableError' })
    expect(await list(open)).toEqual([])
  })
})

describe('a filled template', () => {
  const send = async (text: string, one: Template, values: Record<string, string>, open = openWhatsApp(peer.env)) => {
    if (typeof open.channel.send !== 'function') throw new Error('It can not send')
    return open.channel.send(
      reply({ text, answers: { externalId: 'wamid.x', text: '', rating: null }, template: { id: one.id, values } }),
      never,
    )
  }
  const text = 'Order 7\n\nHello Mia, your order has left us. It comes on Tuesday.\n\nBluebird'
  const values = { header_1: '7', 1: 'Tuesday', 2: 'Mia' }

  it('is sent even when the window has closed, by number or by name', async () => {
    const [first, second] = [numbered(), named()]
    peer.templates.push(first, second)
    peer.closedFor.add('4917612345678')
    await send(text, first, values)
    await send('Hello Mia, may we call you today?', second, { first_name: 'Mia', when: 'today' })
    const parameter = (said: string, name?: string) => ({
      type: 'text',
      text: said,
      ...(name && { parameter_name: name }),
    })
    expect(peer.sent.map((sent) => [sent.body['template'], sent.body['context'], sent.body['text']])).toEqual([
      [
        {
          name: 'order_update',
          language: { code: 'en_US' },
          components: [
            { type: 'header', parameters: [parameter('7')] },
            { type: 'body', parameters: [parameter('Tuesday'), parameter('Mia')] },
          ],
        },
        undefined,
        undefined,
      ],
      [
        {
          name: 'call_back',
          language: { code: 'de' },
          components: [{ type: 'body', parameters: [parameter('Mia', 'first_name'), parameter('today', 'when')] }],
        },
        undefined,
        undefined,
      ],
    ])
  })

  it('without blanks needs no values', async () => {
    const plain = template('hello_world', [body('Hello World')])
    peer.templates.push(plain)
    await send('Hello World', plain, {})
    expect(peer.sent[0]?.body['template']).toEqual({ name: 'hello_world', language: { code: 'en_US' } })
  })

  it('is not sent with other words than those that were approved', async () => {
    const one = numbered()
    peer.templates.push(one)
    await expect(send(`${text}!`, one, values)).rejects.toThrow('The template was changed since')
    await expect(send(text, one, { ...values, 1: '' })).rejects.toThrow('The blank "1" needs text')
    await expect(send(text, one, { ...values, 2: 'Mia\nJansen' })).rejects.toThrow('on one line')
    await expect(send(text, template('gone', []), values)).rejects.toThrow(PermanentError)
    expect(peer.sent).toEqual([])
  })

  it('waits while the templates can not be read', async () => {
    const one = numbered()
    peer.fault('message_templates', { kind: 'reset', when: 'before' })
    await expect(send(text, one, values)).rejects.toMatchObject({ name: 'RetryableError' })
  })
})
