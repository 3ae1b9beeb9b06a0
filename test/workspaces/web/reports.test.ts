import { afterEach, describe, expect, it, vi } from 'vitest'
import { NotFoundError } from '../../../src/errors.ts'
import type { Bulletin, Workspace } from '../../../src/workspaces/workspace.ts'
import { testClock } from '../../support/clock.ts'
import { quietReport, sampleReport } from '../contract/sample-report.ts'
import { testCard } from '../contract/samples.ts'
import { fakeRoom, type FakeRoom } from './fake-room.ts'
import { openVisitor } from './visitor.ts'

const hour = 3_600_000
const report = sampleReport()
const path = `/reports/${report.id}`
let opened: Workspace[] = []

afterEach(async () => {
  for (const workspace of opened) await workspace.stop()
  opened = []
})

async function visitor(room: FakeRoom, env: Record<string, string> = {}) {
  const workspace = room.workspace(env)
  opened.push(workspace)
  await workspace.start(room.handlers)
  return { workspace, ...openVisitor(workspace) }
}

/** A room in which everything that a report can say was told. */
function roomWithReport(...more: Bulletin[]): FakeRoom {
  const room = fakeRoom([testCard()])
  room.reports.set(report.id, report)
  room.bulletins = [...more, { at: room.io.clock.now(), message: { kind: 'report', report } }]
  return room
}

const notice = (title: string, at: Date, conversationIds: string[] = []): Bulletin => ({
  at,
  message: { kind: 'notice', title, lines: conversationIds.map((id) => ({ text: `about ${id}`, conversationId: id })) },
})
const read = async (person: { get(path: string): Promise<Response> }, at: string) => (await person.get(at)).text()
const textOf = (html: string) =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;|\s/g, ' ')
    .replace(/ +/g, ' ')

describe('the page of the digest', () => {
  it('is found in the side bar, and tells the way while there is none', async () => {
    const person = await visitor(fakeRoom())
    expect(await read(person, '/')).toContain('<a href="/reports"')
    const page = await read(person, '/reports')
    expect(page).toMatch(/<a href="\/reports" aria-current="page"/)
    expect(page).toContain('No digest yet')
  })

  it('says when the next one comes, by the team’s clock, and where that is changed', async () => {
    const room = fakeRoom([], testClock('2026-03-06T10:00:00Z'))
    const said = async () => textOf(await read(await visitor(room), '/reports'))
    expect(await said()).toContain(
      'The next one comes Monday 09:00 (UTC), about Friday 6 – Sunday 8 March 2026. Managers can change that under Settings',
    )
    room.tuning.digests = {
      ...room.tuning.digests,
      plans: { web: ['08:30', '12:30'].map((at) => ({ room: 'room', every: 'day', at })) },
    }
    room.tuning.hours = { ...room.tuning.hours, timeZone: 'Europe/Berlin' }
    expect(await said()).toContain('The next one comes today 12:30 (Europe/Berlin), about Thursday 5 March 2026.')
    room.tuning.digests = { ...room.tuning.digests, plans: { web: [] } }
    expect(await said()).toContain('None comes by itself.')
  })

  it.each(['now', 'yesterday', 'week', 'month'])('shows %s at one click, without a script', async (period) => {
    const room = roomWithReport()
    room.onCommand = () => ({ title: report.title, lines: [], report })
    const person = await visitor(room)
    for (const page of [await read(person, '/reports'), await read(person, path)])
      expect(page).toMatch(new RegExp(`<form[^>]+action="/reports"[^]*name="period" value="${period}"[^]*</form>`))
    const answer = await person.form('/reports', { period })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(path)
    expect(room.commands).toMatchObject([{ text: `digest ${period}`, teammate: { name: 'Team' } }])
  })

  it('says why there is nothing to show', async () => {
    const room = fakeRoom()
    room.onCommand = () => ({ title: 'Only @support may do this', lines: [] })
    const person = await visitor(room)
    await person.get('/reports')
    const refused = await person.form('/reports', { period: 'now' })
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('Only @support may do this')
    for (const period of ['', 'off', 'toString', 'now\nat 08:30'])
      expect((await person.form('/reports', { period })).status, period).toBe(400)
    expect(room.commands).toHaveLength(1)
  })

  it('shows the newest digest as a whole, what was told since above it, and the earlier ones below', async () => {
    const room = roomWithReport(notice('14 complaints about delivery in 30 min', new Date(), ['c1']))
    const quiet = quietReport()
    room.bulletins.push({ at: new Date('2026-03-01T09:00:00Z'), message: { kind: 'report', report: quiet } })
    const page = await read(await visitor(room), '/reports')
    expect(page.match(/<article class="report"/g)).toHaveLength(1)
    const order = ['14 complaints about delivery', report.headline, 'Earlier', quiet.headline]
    const places = order.map((text) => page.indexOf(text))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places).not.toContain(-1)
    expect(page).toContain(`<a href="/reports/${quiet.id}">${quiet.title}</a>`)
    expect(page).toContain('<a href="/cards/c1">about c1</a>')
  })

  it('leads on to the older ones', async () => {
    const room = roomWithReport()
    for (let day = 0; day < 12; day += 1) room.bulletins.push(notice(`notice ${day}`, new Date(), []))
    const person = await visitor(room)
    const [, next = ''] = /<a class="button plain more" href="([^"]+)"/.exec(await read(person, '/reports')) ?? []
    expect(next).toBe('/reports?after=10')
    const older = await read(person, next)
    expect(older).toContain('notice 11')
    expect(older).not.toMatch(/notice 1</)
  })
})

describe('a report', () => {
  it('says every figure with its change, and every line of every section', async () => {
    const text = textOf(await read(await visitor(roomWithReport()), path))
    for (const said of [report.title, report.headline, report.note ?? '']) expect(text).toContain(said)
    for (const { label, value, change } of report.figures) expect(text).toContain(`${label} ${value} ${change}`)
    for (const { title, lines } of report.sections) {
      expect(text).toContain(title)
      for (const line of lines) expect(text).toContain(`${line.label} ${line.text}`)
    }
  })

  it('opens every number, every example and everybody who waits', async () => {
    const page = await read(await visitor(roomWithReport()), path)
    const lines = report.sections.flatMap((section) => section.lines)
    for (const { opens } of [...report.figures, ...lines]) expect(page).toContain(`href="${path}/items/${opens}"`)
    const links = [...report.waiting, ...lines.flatMap(({ example }) => example ?? [])]
    for (const { conversationId, text } of links)
      expect(page).toContain(`<a href="/cards/${conversationId}"><bdi>${text}</bdi></a>`)
    expect(page).toContain('aria-label="Within target: 81 %"')
  })

  it('assigns to me whoever waits longest, without a script', async () => {
    const room = roomWithReport()
    room.reports.set(report.id, { ...report, waiting: [{ conversationId: 'c1', text: '19 h · Mia', url: null }] })
    const person = await visitor(room)
    const page = await read(person, path)
    expect(page).toMatch(/ action="\/cards\/c1\/decide"[^]*?name="action"\s+value="assign"/)
    const answer = await person.form('/cards/c1/decide', { action: 'assign' })
    expect(answer.headers.get('location')).toBe('/cards/c1')
    expect(room.decisions).toMatchObject([{ kind: 'assign', conversationId: 'c1', to: { name: 'Team' } }])
  })

  it('is quiet on a quiet day', async () => {
    const room = fakeRoom()
    const quiet = quietReport()
    room.reports.set(quiet.id, quiet)
    const page = await read(await visitor(room), `/reports/${quiet.id}`)
    expect(page).toContain('Nothing came in, and nobody is waiting.')
    expect(page).not.toMatch(/<table|<figure|<h3|items\//)
  })

  it('is not there', async () => {
    const person = await visitor(roomWithReport())
    for (const missing of ['/reports/none', '/reports/none/charts/themes.svg', `${path}/charts/none.svg`])
      expect((await person.get(missing)).status).toBe(404)
    expect(await read(person, '/reports/none')).toContain('There is no such digest.')
  })

  it('is for those who signed in', async () => {
    const person = await visitor(roomWithReport(), { WEB_PASSWORD: 'correct horse' })
    expect((await person.get(path)).headers.get('location')).toBe(`/sign-in?next=${encodeURIComponent(path)}`)
    for (const own of [`${path}/charts/themes.svg`, `${path}/items/0.csv`, '/room/notices'])
      expect((await person.get(own, { headers: { accept: '*/*' } })).status).toBe(401)
  })

  it('stands below the answer of a command, with and without the script', async () => {
    const room = roomWithReport()
    room.onCommand = () => ({
      title: 'Today so far',
      lines: [],
      report,
      file: { source: { kind: 'items', reportId: report.id, index: 3 }, formats: ['csv'] },
    })
    const person = await visitor(room)
    await person.get('/')
    const { html } = (await (await person.json('/command', { text: '/desk digest now' })).json()) as { html: string }
    for (const page of [html, await (await person.form('/command', { text: '/desk digest now' })).text()]) {
      expect(page).toContain(report.headline)
      expect(page).toContain(`href="${path}/items/3.csv" download>Download as CSV</a>`)
    }
    expect(html).toContain(`name="csrf" value="${person.csrf()}"`)
    expect(room.typedIn).toEqual(['room', 'room'])
    room.onCommand = () => ({ title: report.title, lines: [], report })
    const same = await (await person.form('/command', { text: '/desk digest' })).text()
    expect(same.split(`<a href="${path}">${report.title}</a>`)).toHaveLength(2)
    expect(same).not.toContain(`<h2>${report.title}</h2>`)
  })

  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '\u202e</title></table><h1>',
    '&lt;b&gt; $&',
  ])('shows %j as the text that it is', async (text) => {
    const of = async (said: string) => {
      const page = await read(await visitor(hostileRoom(said)), '/reports/hostile')
      return { page, tags: (page.match(/<\/?[a-z][^<>]*>/gi) ?? []).map((tag) => tag.replace(/="[^"]*"/g, '=')) }
    }
    const { page, tags } = await of(text)
    expect(tags).toEqual((await of('plain')).tags)
    expect(page).not.toMatch(/<script>|\u202e/)
  })
})

describe('a chart', () => {
  it('has a picture for light and dark, for a desk and a phone, and says what it shows', async () => {
    const person = await visitor(roomWithReport())
    const page = await read(person, path)
    expect(page.match(/<picture>/g)).toHaveLength(2)
    for (const { alt, title } of report.charts) {
      expect(page).toContain(`alt="${alt}"`)
      expect(page).toContain(`<figcaption>${title}</figcaption>`)
    }
    const addresses = [...page.matchAll(/(?:srcset|src)="(\/reports\/[^"]+)"/g)].map(([, to = '']) => to)
    expect(new Set(addresses).size).toBe(8)
    const drawings = new Set<string>()
    for (const address of addresses) {
      const answer = await person.get(address.replace('&amp;', '&'))
      expect(answer.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8')
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none';.* sandbox$/)
      drawings.add(await answer.text())
    }
    expect(drawings.size).toBe(8)
  })
})

describe('what is behind a number', () => {
  it('is a list of cards, with a file of all', async () => {
    const room = roomWithReport()
    const person = await visitor(room)
    const page = await read(person, `${path}/items/3`)
    expect(page).toContain('52 answered · Friday 20 November 2026')
    expect(page).toContain('<a href="/cards/c1">12 min · Ana &lt;b&gt;Lopez&lt;/b&gt; · Email</a>')
    expect(page).toContain(`href="${path}/items/3.csv" download>Download as CSV`)
    expect(page).toContain(`<a href="${path}">Digest</a>`)
    expect(room.itemsOpened).toMatchObject([{ items: { reportId: report.id, index: 3 }, teammate: { name: 'Team' } }])
  })

  it('is downloaded, and runs nothing', async () => {
    const room = roomWithReport()
    const person = await visitor(room)
    const file = await person.get(`${path}/items/3.csv`)
    expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="deskbell-answered-2026-11-20\.csv"/)
    expect(file.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(file.headers.get('x-content-type-options')).toBe('nosniff')
    expect(file.headers.get('cache-control')).toBe('no-store')
    expect(await file.text()).toBe('Channel,Minutes\r\nEmail,12.0\r\nLive chat,3.5\r\n')
  })

  it('says why a teammate may not have the file', async () => {
    const room = roomWithReport()
    room.onReadFile = () => ({ refused: 'Only managers may download this.' })
    const answer = await (await visitor(room)).get(`${path}/items/3.csv`)
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('Only managers may download this.')
  })

  it('is not there for what is no number of the report', async () => {
    const room = roomWithReport()
    const person = await visitor(room)
    for (const file of ['x', '-1', '1.txt', '99999', '1.5', '1.csv.csv'])
      expect((await person.get(`${path}/items/${file}`)).status, file).toBe(404)
    expect(room.itemsOpened).toEqual([])
    room.onOpenItems = () => {
      throw new NotFoundError('This digest is not kept any more.')
    }
    const gone = await person.get(`${path}/items/3`)
    expect(gone.status).toBe(404)
    expect(await gone.text()).toContain('This digest is not kept any more.')
  })
})

describe('notices in the room', () => {
  const noticesOf = (page: string) =>
    textOf(/<aside id="notices"[^]*?<\/aside>/.exec(page)?.[0] ?? '')
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '|')
      .trim()

  it('stand above the cards for a day, as long as a card that they are about waits', async () => {
    const clock = testClock()
    const room = fakeRoom([testCard(), testCard({ conversationId: 'done', state: 'answered' })], clock)
    const ago = (ms: number) => new Date(clock.now().getTime() - ms)
    room.bulletins = [
      notice('A surge', ago(hour), ['done', 'c1']),
      notice('Late, and answered since', ago(2 * hour), ['done']),
      notice('Late, and gone since', ago(2 * hour), ['gone']),
      { at: ago(3 * hour), message: { kind: 'report', report } },
      notice('Cards come here now', ago(23 * hour)),
      notice('Of yesterday', ago(25 * hour), ['c1']),
    ]
    const person = await visitor(room)
    const page = await read(person, '/')
    expect(noticesOf(page)).toBe('A surge about done | Cards come here now |')
    expect(page).toMatch(/<a href="\/cards\/done"><bdi>A surge/)
    expect(page).toMatch(/<a href="\/reports"><bdi>Cards come here now/)
    expect(noticesOf(await read(person, '/room/notices'))).toBe(noticesOf(page))
  })

  it('are three at most', async () => {
    const room = fakeRoom([testCard()])
    room.bulletins = ['one', 'two', 'three', 'four'].map((title) => notice(title, room.io.clock.now(), ['c1']))
    expect(noticesOf(await read(await visitor(room), '/'))).not.toContain('four')
  })

  it('and reports are told to the pages that are open', async () => {
    const room = roomWithReport()
    const person = await visitor(room)
    const answer = await person.get('/room/events', { headers: { accept: 'text/event-stream' } })
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    let heard = ''
    const listening = (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read())
        heard += Buffer.from(part.value).toString()
    })()
    const place = { room: 'room', thread: null, key: 'notice:1' }
    await person.workspace.post({ kind: 'notice', title: 'A surge', lines: [] }, place)
    await person.workspace.post({ kind: 'report', report }, place)
    await person.workspace.update({}, { kind: 'report', report })
    await vi.waitFor(() => expect(heard.match(/event: bulletin\n/g)).toHaveLength(3))
    expect(heard).not.toContain('event: card')
    await reader.cancel()
    await listening
  })
})

/** A report in which every text is `text`. */
function hostileRoom(text: string): FakeRoom {
  const room = fakeRoom()
  const link = { conversationId: text, text, url: text }
  room.reports.set('hostile', {
    id: text,
    title: text,
    headline: text,
    note: text,
    figures: [{ label: text, value: text, change: text, tone: 'bad', opens: 0 }],
    waiting: [link],
    sections: [{ title: text, lines: [{ label: text, text, tone: 'good', opens: 1, example: link }] }],
    charts: report.charts.map((chart) => ({ ...chart, title: text, alt: text })),
  })
  return room
}
