import { describe, expect, test } from 'vitest'
import { liveChat } from '../../../src/channels/live-chat/index.ts'
import { readSettings } from '../../../src/env.ts'
import { BadInputError, ConfigError, SignatureError } from '../../../src/errors.ts'
import { testChannelIo } from '../../support/channel-io.ts'
import { openChat, site, type OpenChat } from './support.ts'

const id = '3e0b8f5c-6f1d-4b7e-9d55-0c9f4f2b8a11'

function post(path: string, body: unknown, headers: Record<string, string> = {}): Request {
  return new Request(site + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const askForVisitor = (chat: OpenChat, known: unknown, address?: string) =>
  chat.page('POST', '/channels/live-chat/visitors')(post('/channels/live-chat/visitors', known), address)

async function enrol(chat: OpenChat, known: unknown = {}, address?: string) {
  const response = await askForVisitor(chat, known, address)
  return response.json() as Promise<{ visitor: string; token: string }>
}

const send = (chat: OpenChat, body: unknown, headers?: Record<string, string>) =>
  chat.receive(post('/channels/live-chat', body, headers))

describe('a message', () => {
  test('becomes one interaction in the one conversation of its visitor', async () => {
    const chat = openChat()
    const visitor = await enrol(chat)
    const { delivery, respond } = await send(chat, {
      ...visitor,
      id,
      text: '  Where is my order?\r\nIt is late.  ',
      name: ' Maja\n Lind ',
      email: 'maja@example.com',
      page: 'https://shop.example.com/cart',
    })
    expect(delivery.interactions).toEqual([
      {
        account: 'default',
        externalId: id,
        kind: 'message',
        conversation: { externalId: visitor.visitor },
        customer: {
          externalId: visitor.visitor,
          name: 'Maja Lind',
          email: 'maja@example.com',
          handle: 'maja@example.com',
        },
        text: 'Where is my order?\nIt is late.',
        occurredAt: chat.io.clock.now(),
        notes: ['Written on https://shop.example.com/cart'],
      },
    ])
    const answer = respond?.({ interactions: [{ id: '1', conversationId: '2', isDuplicate: false }] })
    expect(await answer?.json()).toEqual({ id })
  })

  test('sent again has the same external id', async () => {
    const chat = openChat()
    const visitor = await enrol(chat)
    const first = await send(chat, { ...visitor, id, text: 'Hello' })
    const second = await send(chat, { ...visitor, id: id.toUpperCase(), text: 'Hello' })
    expect(second.delivery.interactions[0]?.externalId).toBe(first.delivery.interactions[0]?.externalId)
  })

  test('with a forged token is refused, also with the token of another visitor', async () => {
    const chat = openChat()
    const [maja, omar] = [await enrol(chat), await enrol(chat)]
    for (const token of ['x', '', omar.token, `${maja.token.slice(0, -2)}AA`]) {
      await expect(send(chat, { ...maja, token, id, text: 'Hello' })).rejects.toThrow(SignatureError)
    }
  })

  test.each([
    ['{"text":', 'The body is not valid JSON'],
    [[], 'The body must be a JSON object'],
    [{ text: '' }, 'text must not be empty'],
    [{ text: ' \n\u0000 ' }, 'text must not be empty'],
    [{ text: 'a'.repeat(4001) }, 'text must not be longer than 4000 characters'],
    [{ text: 7 }, 'text must be a string'],
    [{ id: 'one' }, 'id must be a UUID'],
    [{ visitor: undefined }, 'visitor is missing'],
    [{ email: 'nobody' }, 'email must be an email address'],
    [{ page: 'javascript:alert(1)' }, 'page must be an http or https address'],
  ])('that is not in order is refused with a reason: %j', async (fault, reason) => {
    const chat = openChat()
    const good = { ...(await enrol(chat)), id, text: 'Hello' }
    const body = typeof fault === 'string' || Array.isArray(fault) ? fault : { ...good, ...fault }
    const refusal = send(chat, body)
    await expect(refusal).rejects.toThrow(BadInputError)
    await expect(refusal).rejects.toThrow(reason)
  })

  test('is taken from our own pages, from allowed sites and from programs, and from no other site', async () => {
    const chat = openChat({ LIVE_CHAT_ORIGINS: 'https://www.example.com' })
    const message = { ...(await enrol(chat)), id, text: 'Hello' }
    for (const origin of [site, 'https://127.0.0.1:3000', 'https://www.example.com']) {
      expect((await send(chat, message, { origin })).delivery.interactions).toHaveLength(1)
    }
    expect((await send(chat, message)).delivery.interactions).toHaveLength(1)
    for (const origin of ['https://evil.example', 'http://www.example.com', 'http://127.0.0.1:4000', 'null']) {
      const refusal = send(chat, message, { origin })
      await expect(refusal).rejects.toThrow(/LIVE_CHAT_ORIGINS/)
      await expect(refusal).rejects.toMatchObject({ status: 403 })
    }
  })

  test('is taken from any site when all are allowed', async () => {
    const chat = openChat({ LIVE_CHAT_ORIGINS: '*' })
    const message = { ...(await enrol(chat)), id, text: 'Hello' }
    expect((await send(chat, message, { origin: 'https://anywhere.example' })).delivery.interactions).toHaveLength(1)
  })

  test('beyond twenty in a minute is put off, for this visitor alone', async () => {
    const chat = openChat()
    const [maja, omar] = [await enrol(chat), await enrol(chat)]
    for (let count = 0; count < 20; count++) await send(chat, { ...maja, id, text: 'Hello' })
    const { delivery, respond } = await send(chat, { ...maja, id, text: 'Hello' })
    expect(delivery.interactions).toEqual([])
    const answer = respond?.({ interactions: [] })
    expect(answer?.status).toBe(429)
    expect(answer?.headers.get('retry-after')).toBe('60')
    expect((await send(chat, { ...omar, id, text: 'Hello' })).delivery.interactions).toHaveLength(1)

    chat.io.clock.advance(60_000)
    expect((await send(chat, { ...maja, id, text: 'Hello' })).delivery.interactions).toHaveLength(1)
  })

  test('beyond two hundred in a minute from one address is put off, from that address alone', async () => {
    const chat = openChat()
    const office = await Promise.all(Array.from({ length: 20 }, () => enrol(chat)))
    const say = (visitor: object, address: string) =>
      chat.receive(post('/channels/live-chat', { ...visitor, id, text: 'Hello' }), address)
    for (const visitor of office) for (let count = 0; count < 10; count++) await say(visitor, '198.51.100.4')
    const { delivery, respond } = await say(await enrol(chat), '198.51.100.4')
    expect(delivery.interactions).toEqual([])
    const answer = respond?.({ interactions: [] })
    expect(answer?.status).toBe(429)
    expect(await answer?.json()).toEqual({
      error: 'More than 200 messages in a minute from your network. Wait a minute, then send it again.',
    })
    expect((await say(await enrol(chat), '198.51.100.5')).delivery.interactions).toHaveLength(1)
  })
})

describe('a visitor', () => {
  test('is given back when the token is good, and is a new one otherwise', async () => {
    const chat = openChat()
    const visitor = await enrol(chat)
    expect(await enrol(chat, visitor)).toEqual(visitor)
    expect(await enrol(openChat(), visitor)).toEqual(visitor)
    expect(await enrol(chat, { ...visitor, token: 'forged' })).not.toEqual(visitor)
    expect(await enrol(chat, 'not JSON')).not.toEqual(visitor)
  })

  test('is not handed out beyond thirty in ten minutes to one address, but known ones are given back', async () => {
    const chat = openChat()
    const first = await enrol(chat)
    for (let count = 1; count < 30; count++) await enrol(chat)
    const refused = await askForVisitor(chat, {})
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(await refused.json()).toEqual({
      error: 'More than 30 new visitors in ten minutes from your network. Wait a minute, then send it again.',
    })
    expect(await enrol(chat, first)).toEqual(first)
    expect((await askForVisitor(chat, {}, '203.0.113.8')).status).toBe(200)
    chat.io.clock.advance(600_000)
    expect((await askForVisitor(chat, {})).status).toBe(200)
  })

  test('is not handed out to a site that is not allowed', async () => {
    const request = post('/channels/live-chat/visitors', {}, { origin: 'https://evil.example' })
    await expect(openChat().page('POST', '/channels/live-chat/visitors')(request)).rejects.toThrow(BadInputError)
  })

  test('can read their own conversation and no other', async () => {
    const chat = openChat()
    const [maja, omar] = [await enrol(chat), await enrol(chat)]
    const line = { from: 'team', externalId: 'r1', name: 'Ana', at: chat.io.clock.now() } as const
    chat.io.say('default', maja.visitor, { ...line, text: 'For Maja' })
    chat.io.say('default', omar.visitor, { ...line, text: 'For Omar' })
    const read = (query: Record<string, string>, headers: Record<string, string> = {}) =>
      chat.page(
        'GET',
        '/channels/live-chat/events',
      )(new Request(`${site}/channels/live-chat/events?${new URLSearchParams(query)}`, { headers }))
    const first = async (response: Response) => {
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
      const { value } = (await reader?.read()) ?? {}
      await reader?.cancel()
      return value
    }
    const ofMaja = await first(await read(maja))
    expect(ofMaja).toContain('For Maja')
    expect(ofMaja).not.toContain('For Omar')
    expect(await first(await read({ ...maja, after: '1' }))).not.toContain('For Maja')
    expect(await first(await read({ ...maja, after: '0' }, { 'last-event-id': '1' }))).not.toContain('For Maja')

    await expect(read({ visitor: maja.visitor, token: omar.token })).rejects.toThrow(SignatureError)
    await expect(read({})).rejects.toThrow(SignatureError)
    await expect(read({ ...maja, after: '-1' })).rejects.toThrow(BadInputError)
  })

  test('can hold 30 streams open, and another once one has ended', async () => {
    const chat = openChat()
    const [maja, omar] = [await enrol(chat), await enrol(chat)]
    const follow = (query: Record<string, string>) =>
      chat.page(
        'GET',
        '/channels/live-chat/events',
      )(new Request(`${site}/channels/live-chat/events?${new URLSearchParams(query)}`))
    await expect(follow({ ...maja, after: 'x' })).rejects.toThrow(BadInputError)
    const open = await Promise.all(Array.from({ length: 30 }, () => follow(maja)))
    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200))
    const refused = await follow(maja)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
    const other = await follow(omar)
    expect(other.status).toBe(200)
    await open.pop()?.body?.cancel()
    open.push(await follow(maja), other)
    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200))
    await Promise.all(open.map(({ body }) => body?.cancel()))
  })
})

describe('the pages', () => {
  const get = (chat: OpenChat, path: string, headers = {}) =>
    chat.page('GET', path)(new Request(site + path, { headers }))

  test('allow no script, style or frame from elsewhere', async () => {
    const response = await get(openChat({ LIVE_CHAT_ORIGINS: 'https://a.example, https://b.example:8443/' }), '/chat')
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self' https://a.example https://b.example:8443",
    )
    expect((await get(openChat(), '/chat')).headers.get('content-security-policy')).toMatch(/frame-ancestors 'self'$/)
    const open = await get(openChat({ LIVE_CHAT_ORIGINS: '*' }), '/chat')
    expect(open.headers.get('content-security-policy')).toMatch(/frame-ancestors \*$/)
    expect(await response.text()).not.toMatch(/<style|<script(?![^>]*src=)|\son\w+=|style=/)
  })

  test('show the heading and the greeting as text', async () => {
    const chat = openChat({ LIVE_CHAT_TITLE: '<b>Blue & "Bird"</b> $&', LIVE_CHAT_GREETING: 'Hej!' })
    const html = await (await get(chat, '/chat')).text()
    expect(html).toContain('<h1>&#60;b&#62;Blue &#38; &#34;Bird&#34;&#60;/b&#62; $&#38;</h1>')
    expect(html).toContain('Hej!')
    expect(html).not.toContain('{{')
  })

  test('come with every file that they ask for, and are not sent twice to one browser', async () => {
    const chat = openChat()
    const html = await (await get(chat, '/chat')).text()
    const named = [...html.matchAll(/(?:src|href)="(channels[^"]+)"/g)].map((match) => `/${match[1]}`)
    const script = await (await get(chat, '/channels/live-chat/page.js')).text()
    const imported = [...script.matchAll(/from '\.(\/[^']+)'/g)].map((match) => `/channels/live-chat${match[1]}`)
    expect(named).toHaveLength(2)
    expect(imported).toHaveLength(3)
    for (const path of ['/chat.js', ...named, ...imported]) {
      const response = await get(chat, path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toMatch(path.endsWith('.css') ? /^text\/css/ : /^text\/javascript/)
      const again = await get(chat, path, { 'if-none-match': response.headers.get('etag') ?? '' })
      expect(again.status).toBe(304)
    }
  })
})

describe('the channel', () => {
  test('is open by default, and shut when it is switched off', () => {
    expect(openChat().channel.accounts).toEqual([{ id: 'default', name: 'Live chat' }])
    expect(liveChat.open([readSettings(liveChat.env, { LIVE_CHAT: 'off' })], testChannelIo())).toBeNull()
  })

  test('takes its quiet time from the settings', () => {
    expect(openChat().channel.limits).toEqual({ quietSeconds: 6 })
    expect(openChat({ LIVE_CHAT_QUIET_SECONDS: '0' }).channel.limits).toEqual({ quietSeconds: 0 })
  })

  test.each([
    [{ LIVE_CHAT: 'yes' }, 'LIVE_CHAT must be "on" or "off"'],
    [{ LIVE_CHAT_QUIET_SECONDS: 'soon' }, 'LIVE_CHAT_QUIET_SECONDS must be a whole number of seconds'],
    [{ LIVE_CHAT_ORIGINS: 'www.example.com' }, 'LIVE_CHAT_ORIGINS has "www.example.com", which is not an origin'],
    [{ LIVE_CHAT_ORIGINS: 'https://a.example/shop' }, 'has "https://a.example/shop"'],
    [{ LIVE_CHAT_ORIGINS: "https://a.example;script-src'none'" }, 'which is not an origin'],
    [{ LIVE_CHAT_ORIGINS: 'https://*.example.com' }, 'which is not an origin'],
    [{ LIVE_CHAT_TITLE: 'x'.repeat(61) }, 'LIVE_CHAT_TITLE must not be longer than 60 characters'],
  ])('refuses settings that it does not understand: %j', (env, reason) => {
    expect(() => openChat(env)).toThrow(ConfigError)
    expect(() => openChat(env)).toThrow(reason)
  })

  test('sends by doing nothing: the reply is read where it is stored', async () => {
    const { channel, io } = openChat()
    if (typeof channel.send !== 'function') throw new Error('The channel has no send.')
    const sent = await channel.send(
      {
        id: 'r1',
        account: 'default',
        text: 'Hello',
        to: { externalId: 'v1', name: null, phone: null },
        conversation: { externalId: 'v1', subject: null },
        references: [],
        approvedAt: io.clock.now(),
        attemptedAt: io.clock.now(),
        template: null,
      },
      AbortSignal.timeout(1000),
    )
    expect(sent).toEqual({ externalId: 'r1', at: io.clock.now() })
    expect(channel).toMatchObject({ isHosted: true, isResendSafe: true, find: null })
  })

  test('tells the doctor where it is and who may show it', async () => {
    expect(await openChat({ LIVE_CHAT_ORIGINS: 'https://a.example' }).channel.check()).toEqual([
      'Visitors chat at http://127.0.0.1:3000/chat',
      'Sites that may show the chat: https://a.example',
    ])
  })
})
