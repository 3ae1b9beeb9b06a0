import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Download } from '../../../src/workspaces/found.ts'
import type { Workspace } from '../../../src/workspaces/workspace.ts'
import { sampleFound } from '../contract/sample-found.ts'
import { testCard } from '../contract/samples.ts'
import { fakeRoom, type FakeRoom } from './fake-room.ts'
import { openVisitor } from './visitor.ts'

const listId = '00000000-0000-7000-8000-000000000031'
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

function roomThatFinds(changes: Parameters<typeof sampleFound>[0] = {}): FakeRoom {
  const room = fakeRoom([testCard()])
  const found = sampleFound(changes)
  room.onCommand = () => ({
    title: found.asked,
    lines: [],
    found,
    file: { source: { kind: 'list', listId }, formats: ['csv', 'json'] },
  })
  return room
}

const read = async (person: { get(path: string): Promise<Response> }, at: string) => (await person.get(at)).text()
const valueOf = (page: string) => /<input\s+type="search"\s+name="q"\s+value="([^"]*)"/.exec(page)?.[1]

describe('the history', () => {
  it('is found in the side bar, and explains itself by examples that work', async () => {
    const room = roomThatFinds()
    const person = await visitor(room)
    expect(await read(person, '/')).toContain('<a href="/history"')
    const page = await read(person, '/history')
    expect(page).toMatch(/<a href="\/history" aria-current="page"/)
    expect(room.commands).toEqual([])
    const examples = [...page.matchAll(/<dt>\s*<a href="([^"]+)">([^<]+)</g)]
    expect(examples.length).toBeGreaterThan(5)
    for (const [, to = '', ask = ''] of examples) {
      expect(valueOf(await read(person, to.replaceAll('&amp;', '&')))).toBe(ask)
      expect(room.commands.at(-1)?.text).toMatch(/^find ./)
    }
    await read(person, '/history?order=newest')
    expect(room.commands.at(-1)?.text).toBe('history')
  })

  it('shows what was found: whose words, which of them were looked for, what became of it, and where it is', async () => {
    const room = roomThatFinds()
    const person = await visitor(room)
    const page = await read(person, '/history?q=refnud+since+2026-10-01')
    expect(room.commands).toMatchObject([{ text: 'find refnud since 2026-10-01', teammate: { name: 'Team' } }])
    expect(valueOf(page)).toBe('refnud since 2026-10-01')
    const { passages, asked, note } = sampleFound()
    for (const part of [asked, note ?? '']) expect(page).toContain(part)
    expect(page.match(/<mark>refund<\/mark>/g)).toHaveLength(4)
    for (const { customer, conversationId, state, labels } of passages) {
      expect(page).toMatch(new RegExp(`<a href="/customers/${customer.id}"><bdi>${customer.name}</bdi></a>`))
      expect(page).toContain(`href="/cards/${conversationId}"`)
      expect(page).toContain(state)
      for (const { text } of labels) expect(page).toContain(text)
    }
    expect(page).toContain('Your <mark>refund</mark> of € 49')
  })

  it.each([
    ['/history?q=refund', 'find refund', 'Best first'],
    ['/history?q=refund&order=best', 'find refund', 'Best first'],
    ['/history?q=refund&order=newest', 'history refund', 'Newest first'],
    ['/history?q=refund&order=nonsense', 'find refund', 'Best first'],
    ['/history?q=refund+sort:newest', 'find refund sort:newest', 'Newest first'],
  ])('is in one of two orders: %s', async (path, asks, order) => {
    const room = roomThatFinds()
    const page = await read(await visitor(room), path)
    expect(room.commands[0]?.text).toBe(asks)
    const [, current] = /<nav class="switch"[^]*?aria-current="true"[^>]*>([^<]+)</.exec(page) ?? []
    expect(current).toBe(order)
    for (const one of ['best', 'newest']) expect(page).toContain(`href="/history?q=refund&amp;order=${one}"`)
  })

  it('is turned page by page, and what was typed stays in the box', async () => {
    const room = roomThatFinds({ page: { listId, page: 0 } })
    const person = await visitor(room)
    const first = await read(person, '/history?q=refund')
    expect(first).not.toContain('rel="prev"')
    const [, older = ''] = /rel="next"\s+href="([^"]+)"/.exec(first) ?? []
    const second = await read(person, older.replaceAll('&amp;', '&'))
    expect(room.pagesOpened).toMatchObject([{ page: { listId, page: 1 } }])
    expect(room.commands).toHaveLength(1)
    expect(valueOf(second)).toBe('refund')
    expect(second).toContain('Page 2')
    expect(second).toMatch(/rel="prev"\s+href="\/history\?q=refund&amp;order=best&amp;list=[^"]+&amp;page=0"/)
  })

  it('opens a page of a list that was made elsewhere, and says that one is not kept any more', async () => {
    const room = roomThatFinds()
    const person = await visitor(room)
    const page = await read(person, `/history?list=${listId}&page=3`)
    expect(room.pagesOpened).toMatchObject([{ page: { listId, page: 3 } }])
    expect(page).toContain(`href="/history?list=${listId}&amp;page=4"`)
    room.onOpenPage = () => ({ title: 'This list is not kept any more. Ask again with /desk find', lines: [] })
    expect(await read(person, `/history?list=${listId}&page=3`)).toContain('This list is not kept any more.')
    for (const query of ['list=../x&page=0', 'list=a&page=-1', 'list=a&page=1e9', `list=${'a'.repeat(101)}&page=0`])
      expect((await person.get(`/history?${query}`)).status).toBe(200)
    expect(room.pagesOpened).toHaveLength(2)
  })

  it('says what can’t be read with what would be right, and keeps what was typed', async () => {
    const room = fakeRoom()
    const title = '/desk find does not know "chanel:". Did you mean channel:? For example: /desk find channel:email'
    room.onCommand = () => ({ title, lines: [] })
    const page = await read(await visitor(room), '/history?q=chanel%3Aemail+%22')
    expect(valueOf(page)).toBe('chanel:email &quot;')
    expect(page).toMatch(/aria-invalid="true"/)
    expect(page).toMatch(
      /role="alert"\s*>\/desk find does not[^<]+<a href="\/history\?q=channel%3Aemail&amp;order=best"\s*>\/desk find channel:email<\/a/,
    )
  })

  it('says what to try when nothing was found', async () => {
    const room = fakeRoom()
    const lines = [{ text: 'Fewer letters find more. For example: /desk find xyz*' }]
    // The box says the order, so the answer need not.
    room.onCommand = () => ({ title: 'Nothing found: xyzzy · best first', lines })
    const page = await read(await visitor(room), '/history?q=xyzzy')
    expect(page).toMatch(/role="status">Nothing found: xyzzy</)
    expect(page).toContain('<a href="/history?q=xyz*&amp;order=best">/desk find xyz*</a>')
    expect(page).not.toContain('aria-invalid')
  })

  it('is where the room’s commands lead', async () => {
    const person = await visitor(roomThatFinds())
    await person.get('/')
    for (const [text, location] of [
      ['/desk find refund "lamp oil"', '/history?q=refund+%22lamp+oil%22&order=best'],
      ['history', '/history?q=&order=newest'],
      ['find chanel:email', '/history?q=chanel%3Aemail&order=best'],
      ['customer Mia Jansen', '/customers?q=Mia+Jansen'],
      ['audit week erased', '/audit?q=week+erased'],
    ] as const) {
      expect(await (await person.json('/command', { text })).json()).toEqual({ location })
      expect((await person.form('/command', { text })).headers.get('location')).toBe(location)
    }
  })

  it('is for those who signed in, who then see what they came for', async () => {
    const person = await visitor(roomThatFinds(), { WEB_PASSWORD: 'correct horse' })
    const path = '/history?q=refund'
    expect((await person.get(path)).headers.get('location')).toBe(`/sign-in?next=${encodeURIComponent(path)}`)
    for (const own of ['/history/suggest?q=ch', `/history/${listId}.csv`])
      expect((await person.get(own, { headers: { accept: '*/*' } })).status).toBe(401)
  })
})

describe('sharing a page', () => {
  it('shows it to the room, and comes back to it', async () => {
    const room = roomThatFinds()
    const person = await visitor(room)
    const page = await read(person, '/history?q=refund')
    expect(page).toMatch(/<form method="post" action="\/history\/share" data-decide/)
    const back = `/history?q=refund&order=best&list=${listId}&page=1`
    const answer = await person.form('/history/share', { list: listId, page: '1', back })
    expect(answer.headers.get('location')).toBe(back)
    expect(room.shared).toMatchObject([{ page: { listId, page: 1 }, room: 'room', teammate: { name: 'Team' } }])
    expect(await read(person, back)).toMatch(/role="status">Shown to everybody in the room</)
    const said = await person.json('/history/share', { list: listId, page: '1' })
    expect(await said.json()).toEqual({ reason: null, said: 'Shown to everybody in the room', card: null })
  })

  it('needs our own page, and a list', async () => {
    const room = roomThatFinds()
    const person = await visitor(room)
    await person.get('/')
    expect((await person.json('/history/share', { list: listId, page: '1' }, { 'x-csrf': 'x' })).status).toBe(403)
    expect((await person.form('/history/share', { list: '', page: '1' })).status).toBe(400)
    const answer = await person.form('/history/share', { list: listId, page: '1', back: '//evil.example' })
    expect(answer.headers.get('location')).toBe('/')
    expect(room.shared).toHaveLength(1)
  })

  it('is not offered where it can’t be', async () => {
    expect(await read(await visitor(roomThatFinds({ canShare: false })), '/history?q=x')).not.toContain(
      '/history/share',
    )
  })

  it('stands in the room for a day, folded, with its passages', async () => {
    const room = fakeRoom([testCard()])
    const { passages } = sampleFound()
    const at = (hours: number) => new Date(room.io.clock.now().getTime() - hours * 3_600_000)
    const shared = (title: string, hours: number) => ({
      at: at(hours),
      message: { kind: 'found' as const, title, passages },
    })
    room.bulletins = [shared('Ana shared this', 1), shared('Ben shared this', 2), shared('Cy shared this', 3)]
    const person = await visitor(room)
    const page = await read(person, '/')
    expect(page).toMatch(/<details class="shared" data-key="Ana shared this">[^]*<mark>refund<\/mark>/)
    expect(page).toContain('Ben shared this')
    expect(page).not.toContain('Cy shared this')
    expect(await read(person, '/reports')).toContain('Cy shared this')
    room.bulletins = [shared('Ana shared this', 25)]
    expect(await read(person, '/')).not.toContain('Ana shared this')
  })
})

describe('suggestions', () => {
  const suggest = async (person: { get(path: string): Promise<Response> }, q: string) =>
    (await person.get(`/history/suggest?${new URLSearchParams({ q })}`)).json()

  it('are of the key before the caret, as they are to stand there', async () => {
    const room = fakeRoom()
    room.suggestions = [{ value: 'Mia "M" Jansen', label: 'Mia' }]
    const person = await visitor(room)
    expect(await suggest(person, 'refund customer:mi')).toEqual({
      from: 16,
      suggestions: [{ value: '"Mia ""M"" Jansen" ', label: 'Mia' }],
    })
    expect(room.asked).toMatchObject([{ option: 'customer', typed: 'mi', teammate: { name: 'Team' } }])
  })

  it('are keys while one is being typed, and nothing for words', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    expect(await suggest(person, 'refund ch')).toEqual({
      from: 7,
      suggestions: [{ value: 'channel:', label: expect.stringContaining('channel: ') }],
    })
    for (const text of ['', 'r', 'refund ', 'channel:x'.repeat(500)])
      expect(await suggest(person, text)).toMatchObject({ suggestions: [] })
    expect(room.asked).toEqual([])
  })
})

describe('a download', () => {
  /** A file of any size. */
  function endless() {
    const seen = { taken: 0, isOver: false }
    async function* rows() {
      try {
        for (;;) {
          seen.taken += 1
          yield 'x'.repeat(1000)
        }
      } finally {
        seen.isOver = true
      }
    }
    const frame = { head: '[', between: ',', tail: ']' }
    const download = (): Download => ({ name: 'a.json', mediaType: 'application/json', frame, rows: rows() })
    return { seen, download }
  }

  it.each(['csv', 'json'] as const)('is of the whole list, as %s, and runs nothing', async (format) => {
    const room = roomThatFinds()
    const person = await visitor(room)
    expect(await read(person, '/history?q=x')).toMatch(
      new RegExp(`href="/history/${listId}\\.${format}"\\s+download\\s*>Download as ${format.toUpperCase()}<`),
    )
    const file = await person.get(`/history/${listId}.${format}`)
    expect(room.filesRead).toMatchObject([{ source: { kind: 'list', listId }, format }])
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="/)
    expect(file.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(file.headers.get('cache-control')).toBe('no-store')
    expect(await file.text()).toBe('Channel,Minutes\r\nEmail,12.0\r\nLive chat,3.5\r\n')
  })

  it('is for those who may have it, and of what there is', async () => {
    const room = roomThatFinds()
    room.onReadFile = () => ({ refused: 'Only managers may download this' })
    const person = await visitor(room)
    const refused = await person.get(`/history/${listId}.csv`)
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('Only managers may download this')
    for (const file of [listId, `${listId}.txt`, '..%2Fx.csv', `${listId}.csv.csv`, `${'a'.repeat(101)}.csv`])
      expect((await person.get(`/history/${file}`)).status, file).toBe(404)
    expect(room.filesRead).toHaveLength(1)
  })

  it('is read as fast as it is taken, and no more once the browser left', async () => {
    const room = roomThatFinds()
    const { seen, download } = endless()
    room.onReadFile = download
    const answer = await (await visitor(room)).get(`/history/${listId}.json`)
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    for (let part = 0; part < 3; part += 1) await reader.read()
    const { taken } = seen
    expect(taken).toBeLessThan(150)
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen.taken).toBe(taken)
    await reader.cancel()
    await vi.waitFor(() => expect(seen.isOver).toBe(true))
  })

  it('breaks off when it can’t be read on, so that nobody takes a part for the whole', async () => {
    const room = roomThatFinds()
    async function* rows() {
      yield 'one'
      throw new Error('gone')
    }
    const frame = { head: '', between: '', tail: '' }
    room.onReadFile = () => ({ name: 'a.csv', mediaType: 'text/csv', frame, rows: rows() })
    const answer = await (await visitor(room)).get(`/history/${listId}.csv`)
    await expect(answer.text()).rejects.toThrow('gone')
  })
})

describe('what is gone', () => {
  it('leaves the pages that are open', async () => {
    const room = fakeRoom([testCard()])
    const person = await visitor(room)
    const answer = await person.get('/room/events', { headers: { accept: 'text/event-stream' } })
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    let heard = ''
    const listening = (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read())
        heard += Buffer.from(part.value).toString()
    })()
    const card = testCard()
    const ref = await person.workspace.post({ kind: 'card', card }, { room: 'room', thread: null, key: 'card:c1' })
    await vi.waitFor(() => expect(heard).toContain('event: card\n'))
    room.cards.clear()
    await person.workspace.remove(ref)
    await vi.waitFor(() => expect(heard).toMatch(/"conversationId":"c1","version":\d+,"bucket":null,"html":""/))
    await person.workspace.remove({})
    await vi.waitFor(() => expect(heard).toContain('event: bulletin\n'))
    await reader.cancel()
    await listening
  })
})
