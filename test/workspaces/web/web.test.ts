import { afterEach, describe, expect, it, vi } from 'vitest'
import { BadInputError, ConfigError } from '../../../src/errors.ts'
import { defaultTuning } from '../../../src/settings/tuning.ts'
import type { Workspace } from '../../../src/workspaces/workspace.ts'
import { testClock } from '../../support/clock.ts'
import { testCard } from '../contract/samples.ts'
import { fakeRoom, type FakeRoom } from './fake-room.ts'
import { openVisitor, origin } from './visitor.ts'

const password = 'correct horse'
let opened: Workspace[] = []

afterEach(async () => {
  for (const workspace of opened) await workspace.stop()
  opened = []
})

async function visitor(room: FakeRoom, env: Record<string, string> = {}, address?: string) {
  const workspace = room.workspace(env)
  opened.push(workspace)
  await workspace.start(room.handlers)
  return { workspace, ...openVisitor(workspace, address) }
}

async function signedIn(room: FakeRoom) {
  const person = await visitor(room, { WEB_PASSWORD: password })
  await person.form('/sign-in', { name: 'Ana López', password })
  await person.get('/')
  return person
}

describe('opening', () => {
  it('is off when WEB is off', () => {
    expect(() => fakeRoom().workspace({ WEB: 'off' })).toThrow('the room is off')
  })

  it.each(['0.0.0.0', '::', '192.168.1.20', 'desk.example.com', '127.example.com'])(
    'refuses to open without a password on %s',
    (host) => {
      const room = fakeRoom([], testClock(), { host })
      expect(() => room.workspace()).toThrow(ConfigError)
      expect(() => room.workspace()).toThrow(/Set WEB_PASSWORD, or HOST=127\.0\.0\.1/)
      expect(room.workspace({ WEB_PASSWORD: password }).id).toBe('web')
    },
  )

  it.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('opens without a password on %s', (host) => {
    expect(fakeRoom([], testClock(), { host }).workspace().id).toBe('web')
  })

  it('refuses to open without a password when PUBLIC_URL leads other machines to it', () => {
    const room = fakeRoom([], testClock(), { publicUrl: 'https://desk.example.com' })
    expect(() => room.workspace()).toThrow(/PUBLIC_URL=https:\/\/desk\.example\.com.*WEB_PASSWORD/)
  })

  it('refuses a short password', () => {
    expect(() => fakeRoom().workspace({ WEB_PASSWORD: 'short' })).toThrow(/WEB_PASSWORD must have at least 8/)
  })

  it('leaves other paths to others', async () => {
    const { workspace } = await visitor(fakeRoom())
    for (const path of ['/chat', '/healthz', '/channels/form', '/cards', '/settings/x'])
      expect(await workspace.fetch?.(new Request(origin + path), { address: '127.0.0.1' })).toBeNull()
  })

  it('answers 503 before it was started', async () => {
    const answer = await fakeRoom()
      .workspace()
      .fetch?.(new Request(`${origin}/`), { address: '127.0.0.1' })
    expect(answer?.status).toBe(503)
  })
})

describe('headers', () => {
  it('sends a strict policy with every page, also with errors', async () => {
    const person = await visitor(fakeRoom([testCard()]))
    const paths = ['/', '/cards/c1', '/cards/none', '/settings', '/room/cards', '/?filter=nonsense', '/assets/none.js']
    for (const path of paths) {
      const { headers } = await person.get(path)
      expect(headers.get('content-security-policy'), path).toMatch(/^default-src 'none'; script-src 'self'; /)
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*|data:/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('same-origin')
    }
  })

  it('writes no inline script or style', async () => {
    const person = await visitor(fakeRoom([testCard()]))
    for (const path of ['/', '/cards/c1', '/reports', '/settings'])
      expect(await (await person.get(path)).text()).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=/)
  })

  it('serves its files for ever under an address that changes with their content', async () => {
    const person = await visitor(fakeRoom())
    const [path = ''] = /\/assets\/room\.js\?v=[\w-]+/.exec(await (await person.get('/')).text()) ?? []
    const file = await person.get(path)
    expect(file.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(file.headers.get('cache-control')).toMatch(/immutable/)
    const etag = file.headers.get('etag') ?? ''
    expect((await person.get('/assets/room.js', { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await person.get('/assets/room.js')).headers.get('cache-control')).toBe('no-cache')
  })
})

describe('signing in', () => {
  it('shows nothing before somebody signed in', async () => {
    const person = await visitor(fakeRoom([testCard()]), { WEB_PASSWORD: password })
    const room = await person.get('/cards/c1')
    expect(room.status).toBe(303)
    expect(room.headers.get('location')).toBe('/sign-in?next=%2Fcards%2Fc1')
    for (const path of ['/room/events', '/room/cards', '/attachments/picture'])
      expect((await person.get(path, { headers: { accept: '*/*' } })).status).toBe(401)
    expect((await person.json('/cards/c1/decide', { action: 'reopen' })).status).toBe(401)
  })

  it('opens the room with the password, and leads on to the page that was asked for', async () => {
    const person = await visitor(fakeRoom([testCard()]), { WEB_PASSWORD: password })
    const answer = await person.form('/sign-in', { name: '  Ana   López ', password, next: '/cards/c1' })
    expect(answer.headers.get('location')).toBe('/cards/c1')
    expect(answer.headers.get('set-cookie')).toMatch(/; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(await (await person.get('/cards/c1')).text()).toContain('Where is my parcel?')
  })

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example'])(
    'never leads to another site: %j',
    async (next) => {
      const person = await visitor(fakeRoom(), { WEB_PASSWORD: password })
      const answer = await person.form('/sign-in', { name: 'Ana', password, next })
      expect(answer.headers.get('location')).toBe('/')
    },
  )

  it('keeps the cookie to https where the room is served so', async () => {
    const room = fakeRoom([], testClock(), { publicUrl: 'https://desk.example.com' })
    const person = await visitor(room, { WEB_PASSWORD: password })
    const answer = await person.form('/sign-in', { name: 'Ana', password })
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-deskbell=.*; Secure; /)
  })

  it('says that the password is wrong, and keeps the name', async () => {
    const person = await visitor(fakeRoom(), { WEB_PASSWORD: password })
    const answer = await person.form('/sign-in', { name: 'Ana "A"', password: 'correct hors' })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('set-cookie')).toBeNull()
    const text = await answer.text()
    expect(text).toContain('The password is not right.')
    expect(text).toContain('value="Ana &quot;A&quot;"')
    expect(text).not.toContain('correct hors')
  })

  it('asks for a name with letters', async () => {
    const person = await visitor(fakeRoom(), { WEB_PASSWORD: password })
    expect((await person.form('/sign-in', { name: ' 🙂 ', password })).status).toBe(422)
  })

  it('stops guessing, by address', async () => {
    const room = fakeRoom()
    const guesser = await visitor(room, { WEB_PASSWORD: password })
    for (let tries = 0; tries < 10; tries += 1)
      expect((await guesser.form('/sign-in', { name: 'Eve', password: `guess ${tries}` })).status).toBe(401)
    const stopped = await guesser.form('/sign-in', { name: 'Eve', password })
    expect(stopped.status).toBe(429)
    expect(stopped.headers.get('retry-after')).toBe('300')
    const other = await visitor(room, { WEB_PASSWORD: password }, '203.0.113.8')
    expect((await other.form('/sign-in', { name: 'Ana', password })).status).toBe(303)
  })

  it('refuses a forged cookie, and one signed under another password', async () => {
    const room = fakeRoom()
    const person = await signedIn(room)
    const [name = '', value = ''] = person.cookie().split('=')
    const [ticket = '', signature = ''] = value.split('.')
    const other = Buffer.from(Buffer.from(ticket, 'base64url').toString().replace('Ana', 'Eve')).toString('base64url')
    const renewed = await visitor(room, { WEB_PASSWORD: 'another horse' })
    for (const forged of [`${other}.${signature}`, `${ticket}.${signature.slice(1)}`, ticket, '.', 'x.y.z'])
      expect((await person.get('/', { headers: { cookie: `${name}=${forged}` } })).status).toBe(303)
    expect((await person.get('/')).status).toBe(200)
    expect((await renewed.get('/', { headers: { cookie: person.cookie() } })).status).toBe(303)
  })

  it('ends a session after 30 days', async () => {
    const clock = testClock()
    const person = await signedIn(fakeRoom([], clock))
    clock.advance(30 * 24 * 3_600_000 - 1)
    expect((await person.get('/')).status).toBe(200)
    clock.advance(1)
    expect((await person.get('/')).status).toBe(303)
  })

  it('signs out', async () => {
    const person = await signedIn(fakeRoom())
    const answer = await person.form('/sign-out', {})
    expect(answer.headers.get('location')).toBe('/sign-in')
    expect((await person.get('/')).status).toBe(303)
  })
})

describe('without a password', () => {
  it('calls a new visitor You, who can take a name', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    await person.get('/')
    await person.json('/cards/c1/decide', { action: 'assign' })
    await person.form('/sign-in', { name: 'Ana López' })
    await person.get('/')
    await person.json('/cards/c1/decide', { action: 'assign' })
    expect(room.decisions.map((decision) => decision.teammate)).toEqual([
      { id: 'team', name: 'Team' },
      { id: 'ana-lópez', name: 'Ana López' },
    ])
  })

  it.each(['evil.example', 'localhost.evil.example:3000', '192.168.1.20:3000', ''])(
    'refuses the foreign host name %j, which may be rebound to this machine',
    async (host) => {
      const person = await visitor(fakeRoom([testCard()]))
      const answer = await person.get('/', { headers: { host } })
      expect(answer.status).toBe(403)
      expect(await answer.text()).not.toContain('parcel')
    },
  )

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])(
    'refuses what a proxy passes on (%s), whatever host it names',
    async (header) => {
      const person = await visitor(fakeRoom([testCard()]))
      const answer = await person.get('/', { headers: { host: 'localhost:3000', [header]: '203.0.113.7' } })
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('Set WEB_PASSWORD')
    },
  )

  it.each(['localhost:3000', '127.0.0.1:3000', '[::1]:3000'])('opens at %s', async (host) => {
    const person = await visitor(fakeRoom())
    expect((await person.get('/', { headers: { host } })).status).toBe(200)
  })
})

describe('requests that another site made', () => {
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'x-csrf': 'wrong' },
    { 'x-csrf': '' },
  ]
  it.each(foreign)('are refused: %j', async (headers) => {
    const room = fakeRoom([testCard()])
    const person = await signedIn(room)
    const answer = await person.json('/cards/c1/decide', { action: 'approve', target: 'd1', seenSeq: 3 }, headers)
    expect(answer.status).toBe(403)
    expect(room.decisions).toEqual([])
  })

  it('are told from our own', async () => {
    const room = fakeRoom([testCard()])
    const person = await signedIn(room)
    const own = { 'sec-fetch-site': 'same-origin', origin }
    expect((await person.json('/cards/c1/decide', { action: 'approve', target: 'd1', seenSeq: 3 }, own)).status).toBe(
      200,
    )
  })

  it('cannot use the token of another session', async () => {
    const room = fakeRoom([testCard()])
    const [ana, eve] = [await signedIn(room), await signedIn(room)]
    const answer = await ana.json('/cards/c1/decide', { action: 'reopen' }, { 'x-csrf': eve.csrf() })
    expect(answer.status).toBe(403)
  })

  it('cannot sign anybody in', async () => {
    const person = await visitor(fakeRoom(), { WEB_PASSWORD: password })
    const answer = await person.form('/sign-in', { name: 'Eve', password }, { origin: 'https://evil.example' })
    expect(answer.status).toBe(403)
  })
})

describe('deciding', () => {
  it('answers a done decision with the fresh card', async () => {
    const room = fakeRoom([testCard()])
    const person = await signedIn(room)
    room.onDecision = () => ({ isDone: true, card: testCard({ version: 2, state: 'dismissed', actions: [] }) })
    const answer = await person.json('/cards/c1/decide', { action: 'dismiss', seenSeq: 3, reason: 'duplicate' })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      reason: null,
      card: { conversationId: 'c1', version: 2, bucket: 'done', html: expect.stringContaining('data-version="2"') },
    })
  })

  it('tells a teammate who came second why nothing changed, with the fresh card', async () => {
    const room = fakeRoom([testCard()])
    const person = await signedIn(room)
    room.onDecision = () => ({ isDone: false, reason: 'Mia already approved it.', card: testCard({ version: 5 }) })
    const answer = await person.json('/cards/c1/decide', { action: 'approve', target: 'd1', seenSeq: 3 })
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ reason: 'Mia already approved it.', card: { version: 5 } })
  })

  it('works with plain forms', async () => {
    const room = fakeRoom([testCard()])
    const person = await signedIn(room)
    const answer = await person.form('/cards/c1/decide', { action: 'approve', target: 'd1', seenSeq: '3' })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/cards/c1')
    const teammate = { id: 'ana-lópez', name: 'Ana López' }
    expect(room.decisions).toEqual([{ kind: 'approve', conversationId: 'c1', teammate, draftId: 'd1', seenSeq: 3 }])
    room.onDecision = () => ({ isDone: false, reason: 'Mia was faster.', card: testCard({ version: 2 }) })
    const late = await person.form('/cards/c1/decide', { action: 'approve', target: 'd1', seenSeq: '3' })
    expect(late.status).toBe(409)
    expect(await late.text()).toMatch(/role="alert">Mia was faster\.<[^]*data-version="2"/)
  })

  it('answers the script 503 when the database is away', async () => {
    const room = fakeRoom([testCard()])
    const person = await signedIn(room)
    room.onDecision = () => Promise.reject(new Error('gone'))
    const answer = await person.json('/cards/c1/decide', { action: 'reopen' })
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ reason: expect.stringMatching(/database can't be reached/) })
  })

  const broken: [unknown, string][] = [
    ['{"action"', 'not valid JSON'],
    ['[]', 'must be a JSON object'],
    [{ action: 'approve', seenSeq: 3 }, 'target is missing'],
    [{ action: 'explode' }, 'action is not something'],
  ]
  it.each(broken)('refuses %j with a clear reason', async (body, reason) => {
    const person = await signedIn(fakeRoom([testCard()]))
    const answer = await person.json('/cards/c1/decide', body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ reason: expect.stringContaining(reason) })
  })

  it('refuses other kinds of bodies, and too large ones', async () => {
    const person = await signedIn(fakeRoom([testCard()]))
    expect((await person.json('/cards/c1/decide', 'x', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await person.json('/cards/c1/decide', { text: 'x'.repeat(1_100_000) })).status).toBe(413)
  })
})

describe('the list', () => {
  it('shows each filter with its counts and leads to the next page', async () => {
    const waiting = Array.from({ length: 25 }, (_, index) => testCard({ conversationId: `c${index}` }))
    const person = await visitor(fakeRoom([...waiting, testCard({ conversationId: 'spam', state: 'quarantined' })]))
    const first = await (await person.get('/')).text()
    expect(first.match(/<article/g)).toHaveLength(20)
    expect(first).toContain('data-count="open">25<')
    expect(first).toContain('href="/?filter=open&amp;after=20"')
    const second = await (await person.get('/room/cards?filter=open&after=20')).text()
    expect(second.match(/<article/g)).toHaveLength(5)
    expect(second).not.toContain('<html')
    expect(await (await person.get('/?filter=quarantined')).text()).toContain('data-id="spam"')
  })

  it('tells a new user what to do when it is empty', async () => {
    const person = await visitor(fakeRoom())
    const text = await (await person.get('/')).text()
    expect(text).toMatch(/Nobody is waiting[^]*href="\/chat"[^]*href="\/form"/)
  })

  it('says that a card is not there', async () => {
    const person = await visitor(fakeRoom())
    const answer = await person.get('/cards/none')
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('There is no such card.')
  })

  it('answers 503 when the database is away, and recovers', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    room.failure = new Error('gone')
    expect((await person.get('/')).status).toBe(503)
    room.failure = null
    expect((await person.get('/')).status).toBe(200)
  })

  it('runs a command and links its cards, with and without the script', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    await person.get('/')
    const answer = await person.json('/command', { text: '/desk open all ' })
    const link = '<a href="/cards/c1">Ana &lt;b&gt;waits&lt;/b&gt;</a>'
    expect(await answer.json()).toEqual({ html: expect.stringContaining(link) })
    expect(await (await person.form('/command', { text: '/help' })).text()).toContain('Ana &lt;b&gt;waits')
    await person.json('/command', { text: '/desk home' })
    await person.json('/command', { text: 'open theme:question customer:“Mia Jansen”' })
    expect(room.commands.map(({ text }) => text)).toEqual([
      'open all',
      'help',
      'home',
      'open theme:question customer:“Mia Jansen”',
    ])
  })
})

describe('attachments', () => {
  it('are downloads that run nothing', async () => {
    const person = await visitor(fakeRoom())
    for (const path of [
      '/attachments/page',
      '/attachments/page?inline=1',
      '/attachments/drawing?inline=1',
      '/attachments/picture',
    ]) {
      const { headers } = await person.get(path)
      expect(headers.get('content-type')).toBe('application/octet-stream')
      expect(headers.get('content-disposition')).toMatch(
        /^attachment; filename="M_ller _q3___\.\w+"; filename\*=UTF-8''M%C3%BCller%20%22q3%22%0D%0A\.\w+$/,
      )
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
    expect((await person.get('/attachments/none')).status).toBe(404)
  })

  it('are shown in the page when they are pictures of a safe type', async () => {
    const { headers } = await (await visitor(fakeRoom())).get('/attachments/picture?inline=1')
    expect(headers.get('content-type')).toBe('image/png')
    expect(headers.get('content-disposition')).toMatch(/^inline;/)
  })
})

describe('settings', () => {
  const fields = { name: 'Bluebird', voice: 'Warm', signature: '', facts: 'Open\r\n9 to 5' }

  it('are saved, with entries added and taken out', async () => {
    const room = fakeRoom()
    room.tuning.brand.templates = { old: 'Old text' }
    room.tuning.graceSeconds = { email: 20 }
    const person = await visitor(room)
    await person.get('/settings')
    const answer = await person.form('/settings', {
      ...fields,
      language: 'de',
      'template:old': '',
      'new-template-key': 'question',
      'new-template': 'Hello',
      'grace:email': '30',
    })
    expect(answer.headers.get('location')).toBe('/settings?saved=1')
    expect(room.tuning).toEqual({
      ...defaultTuning,
      brand: {
        name: 'Bluebird',
        voice: 'Warm',
        signature: '',
        facts: 'Open\n9 to 5',
        templates: { question: 'Hello' },
      },
      language: 'de',
      graceSeconds: { email: 30 },
    })
  })

  it('leave alone what is not asked here', async () => {
    const room = fakeRoom()
    room.tuning.hours = { ...room.tuning.hours, timeZone: 'Asia/Tokyo' }
    const person = await visitor(room)
    await person.get('/settings')
    await person.form('/settings', { ...fields, language: 'de' })
    expect(room.tuning).toMatchObject({ language: 'de', hours: { timeZone: 'Asia/Tokyo' } })
  })

  const target = { label: 'Remove', form: 'settings.target.remove', about: { index: 0, print: '"<x>' } } as const
  const sections = [
    { title: 'Voice', lines: [], forms: [{ label: 'Voice…', form: 'settings.voice' as const, about: {} }] },
    {
      title: 'Reply targets',
      lines: [{ text: 'Complaints <b>: within 2 h', remove: target }, { text: 'None else' }],
      forms: [{ label: 'Add a target…', form: 'settings.target' as const, about: {} }],
    },
  ]

  it('show what every workspace tunes, with its forms and lines to take out', async () => {
    const room = fakeRoom()
    room.settings = { sections }
    const text = await (await (await visitor(room)).get('/settings')).text()
    expect(text).not.toContain('/forms/settings.voice')
    expect(text).toMatch(/<h2>Reply targets<\/h2>[^]*Complaints &lt;b&gt;: within 2 h[^]*None else/)
    expect(text).toMatch(/<form method="get" action="\/forms\/settings\.target"/)
    expect(text.match(/action="\/forms\/settings\.target\.remove"/g)).toHaveLength(1)
  })

  it('take a line out without asking more, and say so once', async () => {
    const room = fakeRoom()
    room.onSubmitForm = () => ({ kind: 'done', said: 'Saved' })
    const person = await visitor(room)
    await person.get('/settings')
    const about = JSON.stringify(target.about)
    const answer = await person.form('/forms/settings.target.remove', { about })
    expect(answer.headers.get('location')).toBe('/settings')
    expect(room.submitted).toMatchObject([{ form: 'settings.target.remove', about: target.about, values: {} }])
    expect(await (await person.get('/settings')).text()).toContain('role="status">Saved<')
    expect(await (await person.get('/settings')).text()).not.toContain('Saved')
  })

  it('say who may tune', async () => {
    const room = fakeRoom()
    room.settings = { refused: 'Only managers tune <this>' }
    const text = await (await (await visitor(room)).get('/settings')).text()
    expect(text).toContain('Only managers tune &lt;this&gt;')
  })

  it('list every channel with its own time, and every built-in text, folded', async () => {
    const room = fakeRoom()
    room.tuning.brand.templates = { 'question.de': 'Unser Text', 'question.pl.email': 'Nasz tekst' }
    room.tuning.graceSeconds = { email: 20, sms: 5 }
    const text = await (await (await visitor(room)).get('/settings')).text()
    expect(text).toMatch(/<span>Live chat<\/span><input name="grace:live-chat"[^>]*value="" placeholder="3"/)
    expect(text).toMatch(/<span>Email<\/span><input name="grace:email"[^>]*value="20" placeholder="10"/)
    expect(text).toMatch(/name="grace:sms"[^>]*value="5"[^]*?This channel is switched off\./)
    expect(text.match(/<details class="fold"/g)).toHaveLength(3)
    expect(text).not.toMatch(/<details class="fold"\s+open/)
    expect(text).toMatch(/<span>question<\/span>\s*<small>2 of your own/)
    expect(text).toMatch(/<span>English<\/span\s*><textarea name="template:question"[^>]*placeholder="Thank you for/)
    expect(text).toMatch(/<span>German<\/span\s*><textarea name="template:question.de"[^>]*>\s*Unser Text</)
    expect(text).toMatch(/<span>Polish, Email only<\/span/)
  })

  it('store only what was written, not the built-in texts', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    await person.get('/settings')
    await person.form('/settings', {
      ...fields,
      'template:question': '',
      'template:complaint': 'Our own',
      'grace:email': '',
    })
    expect(room.tuning.brand.templates).toEqual({ complaint: 'Our own' })
    expect(room.tuning.graceSeconds).toEqual({})
  })

  it('say beside a field what is wrong, and keep every word', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    await person.get('/settings')
    const wrong = {
      ...fields,
      name: `<${'x'.repeat(120)}`,
      'grace:email': 'soon',
      'grace:live-chat': '601',
      'new-template': 'Text',
    }
    const answer = await person.form('/settings', wrong)
    expect(answer.status).toBe(422)
    const text = await answer.text()
    expect(text).toMatch(/name="name"[^>]*aria-invalid="true"[^>]*value="&lt;xxx[^]*?At most 100 characters\./)
    expect(text).toMatch(/name="grace:email"[^>]*value="soon"[^]*?whole number of seconds/)
    expect(text).toMatch(/name="grace:live-chat"[^>]*value="601"[^]*?At most 600 seconds\./)
    expect(text).toMatch(/<details class="fold"\s+open[^]*name="new-template-key"[^]*?Say what this is for\./)
    expect(text).toContain('Open\r\n9 to 5')
    expect(room.tuning.brand.name).toBe('')
  })

  it('show what the core refuses', async () => {
    const room = fakeRoom([], testClock(), {
      writeTuning: () => Promise.reject(new BadInputError('"question" has the unknown placeholder {nmae}.')),
    })
    const person = await visitor(room)
    await person.get('/settings')
    const answer = await person.form('/settings', { ...fields, 'template:question': 'Hello {nmae}' })
    expect(answer.status).toBe(422)
    const text = await answer.text()
    expect(text).toContain('&quot;question&quot; has the unknown placeholder {nmae}.')
    expect(text).toMatch(
      /<details class="fold"\s+open[^]*Hello {nmae}[^]*?It was refused: the reason stands at the top/,
    )
    expect(text.match(/<details class="fold"\s+open/g)).toHaveLength(1)
  })
})

describe('live', () => {
  const posted = [
    { kind: 'card', card: testCard() },
    { room: 'room', thread: null, key: 'card:c1' },
  ] as const

  async function listen(person: Awaited<ReturnType<typeof visitor>>) {
    const answer = await person.get('/room/events', { headers: { accept: 'text/event-stream' } })
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    const events = { text: '', isOver: false }
    void (async () => {
      const decoder = new TextDecoder()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        events.text += decoder.decode(value)
      }
      events.isOver = true
    })()
    return { answer, events, leave: () => reader.cancel() }
  }

  it('reads a card once for all open pages, and a burst at most twice', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    const [one, two] = [await listen(person), await listen(person)]
    expect(one.answer.headers.get('content-type')).toBe('text/event-stream')
    expect(one.answer.headers.get('cache-control')).toBe('no-store')
    await person.workspace.post(...posted)
    for (let times = 0; times < 50; times += 1) await room.io.publish(JSON.stringify({ conversationId: 'c1' }))
    await vi.waitFor(() => expect(two.events.text).toMatch(/event: counts\ndata: \{"open":1,/))
    expect(one.events.text).toMatch(/event: card\ndata: \{"conversationId":"c1","version":1,"bucket":"open","html":"/)
    const before = room.reads
    await person.workspace.update({}, { kind: 'card', card: testCard() })
    await vi.waitFor(() => expect(room.reads).toBe(before + 1))
    expect(before).toBeLessThan(52)
    expect(one.events.text.split('event: card').length).toBe(two.events.text.split('event: card').length)
  })

  it('reads nothing when nobody looks', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    const page = await listen(person)
    await page.leave()
    await person.workspace.post(...posted)
    expect(room.reads).toBe(0)
  })

  it('says that a card is gone', async () => {
    const person = await visitor(fakeRoom())
    const { events } = await listen(person)
    await person.workspace.post(...posted)
    await vi.waitFor(() => expect(events.text).toContain('"conversationId":"c1"'))
    expect(events.text).toContain('"html":""')
  })

  it('disconnects pages that it could not keep up to date, so that they read the list anew', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    const { events } = await listen(person)
    room.failure = new Error('gone')
    await person.workspace.post(...posted)
    await vi.waitFor(() => expect(events.isOver).toBe(true))
  })

  it('is not upset by a hint that it does not understand', async () => {
    const room = fakeRoom([testCard()])
    const { events } = await listen(await visitor(room))
    for (const hint of ['', 'x', '{}', '{"conversationId":1}']) await room.io.publish(hint)
    await room.io.publish(JSON.stringify({ conversationId: 'c1' }))
    await vi.waitFor(() => expect(events.text).toContain('event: card'))
  })

  it('beats, ends with the session, and closes on stop', async () => {
    vi.useFakeTimers()
    try {
      const clock = testClock()
      const person = await visitor(fakeRoom([], clock))
      const { events } = await listen(person)
      await vi.advanceTimersByTimeAsync(20_000)
      expect(events.text).toBe('retry: 1000\n\n: \n\n')
      clock.advance(31 * 24 * 3_600_000)
      await vi.advanceTimersByTimeAsync(20_000)
      expect(events.isOver).toBe(true)
      const late = await listen(person)
      await person.workspace.stop()
      await vi.advanceTimersByTimeAsync(0)
      expect(late.events.isOver).toBe(true)
      expect(person.workspace.isReady()).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })
})
