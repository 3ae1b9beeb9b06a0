import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OpenChannel } from '../../../src/channels/channel.ts'
import { getPage, openForm, receive, tokenIn } from './support.ts'

const words = { name: 'Ana Lima', email: 'Ana@example.com', subject: '', message: 'Do you open on Sundays?' }

function post(fields: Record<string, string>, headers: Record<string, string> = {}): Request {
  return new Request('http://127.0.0.1:3000/channels/form', {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
  })
}

/** A page that somebody opened and took 20 seconds to fill in. */
async function opened(seconds = 20) {
  const { channel, io } = openForm()
  const token = tokenIn(await (await getPage(channel, '/form')).text())
  io.clock.advance(seconds * 1000)
  return { channel, io, token }
}

async function send(
  channel: OpenChannel,
  fields: Record<string, string>,
  headers?: Record<string, string>,
  address = '192.0.2.1',
) {
  const { interactions, response } = await receive(channel, post(fields, headers), false, { address })
  return {
    interactions,
    status: response.status,
    html: await response.text(),
    location: response.headers.get('location'),
  }
}

describe('hosted contact form', () => {
  it('takes nothing after 200 messages in 10 minutes from one internet address, and keeps the words', async () => {
    const { channel, io, token } = await opened()
    const from = (address: string, number: number) =>
      send(channel, { ...words, email: `visitor-${number}@example.com`, website: 'x', token }, {}, address)
    for (let count = 0; count < 200; count += 1) expect((await from('192.0.2.1', count)).interactions).toHaveLength(1)
    const refused = await from('192.0.2.1', 200)
    expect([refused.status, refused.interactions]).toEqual([429, []])
    expect(refused.html).toContain('Too many messages came from your network')
    expect(refused.html).toContain('visitor-200@example.com')
    expect(tokenIn(refused.html)).toBe(token)
    expect((await from('192.0.2.2', 201)).status).toBe(303)
    io.clock.advance(600_000)
    expect((await from('192.0.2.1', 202)).status).toBe(303)
  })

  it('vouches for nobody, whatever is posted', async () => {
    const { channel, token } = await opened()
    const claims = { verified: 'email', customer: '{"verified":["email"]}', 'customer.verified': 'email' }
    const { interactions } = await send(channel, { ...words, ...claims, token })
    expect(interactions[0]?.customer).not.toHaveProperty('verified')
    const posing = await send(channel, { ...words, email: 'verified:ana@example.com', token })
    expect([posing.status, posing.interactions]).toEqual([422, []])
  })

  it('makes one interaction of a post and leads on to the thanks page', async () => {
    const { channel, io, token } = await opened()
    const { interactions, status, location } = await send(channel, { ...words, token, website: '' })
    const externalId = interactions[0]?.externalId
    expect(interactions).toEqual([
      {
        account: 'default',
        externalId: expect.stringMatching(/^00000000-0000-7000-8000-000000000001-[0-9a-f]{16}$/),
        kind: 'message',
        conversation: { externalId, subject: 'Do you open on Sundays?' },
        customer: {
          externalId: 'ana@example.com',
          name: 'Ana Lima',
          handle: 'Ana@example.com',
          email: 'Ana@example.com',
        },
        text: 'Do you open on Sundays?',
        occurredAt: io.clock.now(),
      },
    ])
    expect([status, location]).toEqual([303, '/form/thanks'])
    expect(await (await getPage(channel, '/form/thanks')).text()).toContain('Your message has arrived')
  })

  it('gives a double click the same id, and mended words from the same page another', async () => {
    const { channel, io, token } = await opened()
    const idOf = async (fields: typeof words) => (await send(channel, { ...fields, token })).interactions[0]?.externalId
    const first = await idOf(words)
    io.clock.advance(60_000)
    expect(await idOf(words)).toBe(first)
    expect(await idOf({ ...words, name: ' Ana  Lima' })).toBe(first)
    expect(await idOf({ ...words, email: 'ana.lima@example.com' })).not.toBe(first)
    const other = tokenIn(await (await getPage(channel, '/form')).text())
    expect((await send(channel, { ...words, token: other })).interactions[0]?.externalId).not.toBe(first)
  })

  it('shows the page again with the words kept and each error beside its field', async () => {
    const { channel, token } = await opened()
    const typed = { name: 'A "quoted" name', email: 'ana', subject: 'x'.repeat(201), message: ' ' }
    const { interactions, status, html } = await send(channel, { ...typed, token })
    expect(interactions).toEqual([])
    expect(status).toBe(422)
    expect(html).toContain('value="A &quot;quoted&quot; name"')
    expect(html).toContain('value="ana"')
    expect(html).toContain(`value="${typed.subject}"`)
    expect(html).toContain('id="email-error">An e-mail address is needed, such as ana@example.com<')
    expect(html).toContain('id="subject-error">A subject can have at most 200 characters<')
    expect(html).toContain('id="message-error">A message is needed<')
    expect(html).toContain('aria-describedby="email-hint email-error"')
    expect(html).toContain('href="#email"')
    expect(html).not.toContain('name-error')
    expect(tokenIn(html)).toBe(token)
  })

  it("keeps a message as it was typed, with its blank first line and without running what's in it", async () => {
    const { channel, token } = await opened()
    const message = '\n</textarea><script>alert(1)</script> & more'
    const { html } = await send(channel, { message, token })
    expect(html).toContain('>\n\n&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</textarea>')
  })

  it('takes a post without any field as one that lacks them all', async () => {
    const { status, html } = await send(openForm().channel, {})
    expect(status).toBe(422)
    expect(html).toContain('This page could not be recognised. Please press Send once more.')
  })

  describe('suspects', () => {
    const suspicionOf = async (fields: Record<string, string>, seconds?: number) => {
      const { channel, token } = await opened(seconds)
      const { interactions, status, location } = await send(channel, { ...words, ...fields, token })
      expect([status, location]).toEqual([303, '/form/thanks'])
      return interactions[0]?.suspicion
    }

    it('nobody without a reason', async () => {
      expect(await suspicionOf({}, 3)).toBeUndefined()
      expect(
        await suspicionOf({ message: 'See https://a.example, www.b.example and http://c.example' }),
      ).toBeUndefined()
      expect(await suspicionOf({ message: 'I <3 your shop [really]' })).toBeUndefined()
    })

    it('who fills in the hidden field', async () => {
      expect(await suspicionOf({ website: 'https://spam.example' })).toEqual(['The hidden field was filled in'])
    })

    it('who is faster than a person', async () => {
      expect(await suspicionOf({}, 0)).toEqual(['Filled in within 1 s'])
      expect(await suspicionOf({}, 2.5)).toEqual(['Filled in within 3 s'])
    })

    it('who advertises', async () => {
      expect(await suspicionOf({ message: 'http://a.example '.repeat(4) })).toEqual(['Contains 4 links'])
      expect(await suspicionOf({ message: '<a href="//a.example">cheap</a>' })).toEqual([
        'Contains the mark-up of links',
      ])
      expect(await suspicionOf({ message: '[url=//a.example]cheap[/url]' })).toEqual(['Contains the mark-up of links'])
      expect(await suspicionOf({ name: 'Win www.a.example' })).toEqual(['Gives a link as name'])
    })

    it('for every reason that there is', async () => {
      expect(await suspicionOf({ website: 'x', name: 'www.a.example' }, 1)).toEqual([
        'The hidden field was filled in',
        'Filled in within 1 s',
        'Gives a link as name',
      ])
    })

    it('an e-mail address that writes more than 5 times in 10 minutes, however it is spelt', async () => {
      const { channel, io, token } = await opened()
      const again = async (email: string) =>
        (await send(channel, { ...words, email, token })).interactions[0]?.suspicion
      for (let count = 0; count < 5; count += 1) expect(await again('ana@example.com')).toBeUndefined()
      expect(await again('ANA@example.com')).toEqual(['More than 5 messages from this e-mail address in 10 minutes'])
      expect(await again('bob@example.com')).toBeUndefined()
      io.clock.advance(600_000)
      expect(await again('ana@example.com')).toBeUndefined()
    })

    it('what comes after 20 messages in 10 minutes from one internet address, without closing the form to others', async () => {
      const { channel, io, token } = await opened()
      const from = async (address: string, number: number) => {
        const fields = { ...words, email: `visitor-${number}@example.com`, token }
        return (await send(channel, fields, {}, address)).interactions[0]?.suspicion
      }
      for (let count = 0; count < 20; count += 1) expect(await from('2001:db8::1', count)).toBeUndefined()
      for (let count = 20; count < 90; count += 1)
        expect(await from('2001:db8::1', count)).toEqual([
          'More than 20 messages from one internet address in 10 minutes',
        ])
      expect(await from('2001:db8::2', 90)).toBeUndefined()
      io.clock.advance(600_000)
      expect(await from('2001:db8::1', 91)).toBeUndefined()
    })

    it('what comes after 60 messages in a minute, not counting what is suspected anyhow', async () => {
      const { channel, io, token } = await opened()
      const one = async (number: number, website = '') => {
        const fields = { ...words, email: `visitor-${number}@example.com`, token, website }
        return (await send(channel, fields, {}, `192.0.2.${number}`)).interactions[0]?.suspicion
      }
      for (let count = 0; count < 70; count += 1) expect(await one(count, 'x')).toHaveLength(1)
      for (let count = 0; count < 60; count += 1) expect(await one(count)).toBeUndefined()
      expect(await one(60)).toEqual(['More than 60 messages through the form in a minute'])
      io.clock.advance(60_000)
      expect(await one(61)).toBeUndefined()
    })
  })

  describe('form token', () => {
    it('is good for two hours; then the page comes again with a new one, and sending at once is no suspicion', async () => {
      const { channel, io, token } = await opened(2 * 3600)
      expect((await send(channel, { ...words, token })).interactions).toHaveLength(1)
      io.clock.advance(1)
      const { interactions, status, html } = await send(channel, { ...words, token })
      expect(interactions).toEqual([])
      expect(status).toBe(422)
      expect(html).toContain('The page was open for long. Please press Send once more.')
      expect(html).toContain('>\nDo you open on Sundays?</textarea>')
      const [resent] = (await send(channel, { ...words, token: tokenIn(html) })).interactions
      expect(resent).toBeDefined()
      expect(resent).not.toHaveProperty('suspicion')
    })

    it('keeps its page through a renewal, so that words sent before it went stale are known again', async () => {
      const { channel, io, token } = await opened()
      const before = (await send(channel, { ...words, token })).interactions[0]?.externalId
      io.clock.advance(3 * 3_600_000)
      const { html } = await send(channel, { ...words, token })
      expect((await send(channel, { ...words, token: tokenIn(html) })).interactions[0]?.externalId).toBe(before)
    })

    it('lets nothing in when it was forged: the page comes again, and a person can send from that', async () => {
      const { channel, io, token } = await opened()
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(
            fc.string(),
            fc.nat(token.length - 1).map((at) => token.slice(0, at)),
          ),
          async (forged) => {
            expect((await send(channel, { ...words, token: forged })).interactions).toEqual([])
          },
        ),
        { numRuns: 50 },
      )
      const { status, html } = await send(channel, { ...words, token: `1${token}` })
      expect(status).toBe(422)
      expect(html).toContain('This page could not be recognised. Please press Send once more.')
      io.clock.advance(3000)
      expect((await send(channel, { ...words, token: tokenIn(html) })).interactions[0]).not.toHaveProperty('suspicion')
    })
  })

  describe('posts from elsewhere', () => {
    const statusOf = async (headers: Record<string, string>) => {
      const { channel, token } = await opened()
      const { interactions, status, html } = await send(channel, { ...words, token }, headers)
      if (status === 403) expect(html).toContain('Do you open on Sundays?</textarea>')
      expect(interactions).toHaveLength(status === 303 ? 1 : 0)
      return status
    }

    it('are told by Sec-Fetch-Site', async () => {
      expect(await statusOf({ 'sec-fetch-site': 'cross-site' })).toBe(403)
      expect(await statusOf({ 'sec-fetch-site': 'same-site' })).toBe(403)
      expect(await statusOf({ 'sec-fetch-site': 'same-origin', origin: 'null' })).toBe(303)
    })

    it('are told by Origin where there is no Sec-Fetch-Site', async () => {
      const from = (origin: string) => statusOf({ 'sec-fetch-site': '', origin })
      expect(await from('https://evil.example')).toBe(403)
      expect(await from('http://127.0.0.1:4000')).toBe(403)
      expect(await from('null')).toBe(403)
      expect(await from('http://127.0.0.1:3000')).toBe(303)
      expect(await statusOf({ 'sec-fetch-site': '' })).toBe(303)
    })
  })

  describe('page', () => {
    it('fills in name, address and subject from the query, as text and nothing else', async () => {
      const attack = `"><script>alert('x')</script>`
      const query = new URLSearchParams({ name: attack, email: 'a@b.example', subject: `' onfocus=x`, message: 'no' })
      const html = await (await getPage(openForm().channel, `/form?${query}`)).text()
      expect(html).toContain('value="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"')
      expect(html).toContain('value="a@b.example"')
      expect(html).toContain('value="&#39; onfocus=x"')
      expect(html).not.toContain('<script')
      expect(html).toMatch(/<textarea[^>]*>\n<\/textarea>/)
    })

    it('escapes whatever the query holds', async () => {
      const { channel } = openForm()
      const shape = (html: string) => html.match(/<[a-z/!][^\s>]*/g)
      const plain = shape(await (await getPage(channel, '/form')).text())
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
          const query = new URLSearchParams({ name: `<b>${text}`, email: `"<i x="${text}`, subject: text })
          expect(shape(await (await getPage(channel, `/form?${query}`)).text())).toEqual(plain)
        }),
      )
    })

    it('runs nothing, needs nothing from elsewhere and stays in the history', async () => {
      const { channel } = openForm()
      for (const path of ['/form', '/form/thanks']) {
        const response = await getPage(channel, path)
        expect(response.headers.get('content-security-policy')).toBe(
          "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        )
        expect(response.headers.get('cache-control')).toBe('private, no-cache')
        expect(await response.text()).not.toMatch(/<script|<style|\sstyle=|\son\w+=/)
      }
      expect((await getPage(channel, '/form.css')).headers.get('content-type')).toBe('text/css; charset=utf-8')
    })

    it('is where a reload of the address behind an error leads', async () => {
      const { response } = await receive(openForm().channel, new Request('http://127.0.0.1:3000/channels/form'))
      expect([response.status, response.headers.get('location')]).toEqual([303, '/form'])
    })
  })
})
