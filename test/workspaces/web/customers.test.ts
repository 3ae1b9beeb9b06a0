import { afterEach, describe, expect, it } from 'vitest'
import type { Workspace } from '../../../src/workspaces/workspace.ts'
import { sampleCustomer } from '../contract/sample-found.ts'
import { testAction, testCard } from '../contract/samples.ts'
import { fakeRoom, type FakeRoom } from './fake-room.ts'
import { openVisitor } from './visitor.ts'

const customer = sampleCustomer()
const path = `/customers/${customer.customerId}`
let opened: Workspace[] = []

afterEach(async () => {
  for (const workspace of opened) await workspace.stop()
  opened = []
})

async function visitor(room: FakeRoom, env: Record<string, string> = {}) {
  const workspace = room.workspace(env)
  opened.push(workspace)
  await workspace.start(room.handlers)
  return openVisitor(workspace)
}
const read = async (person: { get(path: string): Promise<Response> }, at: string) => (await person.get(at)).text()
const textOf = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
const link = (to: string) => to.replaceAll('&', '&amp;')

describe('the page of a customer', () => {
  it('says everything that is known, and reads it once', async () => {
    const room = fakeRoom()
    const page = await read(await visitor(room), path)
    expect(room.customersOpened).toMatchObject([
      { customer: { customerId: customer.customerId }, teammate: { name: 'Team' } },
    ])
    const text = textOf(page)
    const { name, summary, identities, facts, waiting, promises, notes, journey, alike, joined, picture } = customer
    for (const part of [
      name,
      summary,
      picture?.title ?? '',
      ...identities.flatMap((one) => [one.channel, one.text]),
      ...facts.flatMap((one) => [one.label, one.value]),
      ...[...waiting, ...promises, ...notes, ...journey, ...joined].map((one) => one.text),
      ...journey.flatMap((one) => [one.about, one.state]),
      ...alike.flatMap((one) => [one.name, one.reason]),
    ])
      expect(text).toContain(part)
    expect(text).toMatch(/mia@example\.com ✓ verified[^]*Mia J\. public/)
  })

  it('leads on: to cards, to all history, to notes, and for managers to the file and to erasing', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    const page = await read(person, path)
    for (const { conversationId } of customer.journey) expect(page).toContain(`href="/cards/${conversationId}"`)
    expect(page).toContain(link(`href="/history?list=${customer.history.listId}&page=0"`))
    expect(page).toMatch(/<form\s+method="get"\s+action="\/forms\/note"\s+data-ask/)
    expect(page).toMatch(/<form\s+method="get"\s+action="\/forms\/forget"\s*>/)
    expect(page).toMatch(new RegExp(`href="${path}\\.json"\\s+download`))
    room.onOpenCustomer = () => ({ title: '', lines: [], customer: sampleCustomer({ isManager: false }) })
    const own = await read(person, path)
    expect(own).not.toMatch(/forms\/forget|\.json"/)
    expect(own).toContain('/forms/note')
  })

  it('shows the journey as a picture for light and dark, for a desk and a phone', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    const page = await read(person, path)
    const addresses = [...page.matchAll(/(?:srcset|src)="(\/customers\/charts\/[^"]+)"/g)].map(([, to = '']) => to)
    expect(addresses).toHaveLength(4)
    const drawings = new Set<string>()
    for (const address of addresses) {
      const answer = await person.get(address.replace('&amp;', '&'))
      expect(answer.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8')
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none';.* sandbox$/)
      drawings.add(await answer.text())
    }
    expect(drawings.size).toBe(4)
    expect(room.customersOpened).toHaveLength(1)
    expect(page).toContain(`alt="${customer.picture?.alt}"`)
    const other = await room.io.shelf.put({ form: 'note' })
    for (const file of ['none.svg', `${other}.svg`, 'x', '..%2f.svg'])
      expect((await person.get(`/customers/charts/${file}`)).status, file).toBe(404)
  })

  it('shows little where there is little', async () => {
    const room = fakeRoom()
    const none = { waiting: [], promises: [], notes: [], journey: [], alike: [], joined: [], facts: [], picture: null }
    room.onOpenCustomer = () => ({ title: 'Mia', lines: [], customer: sampleCustomer(none) })
    expect(await read(await visitor(room), path)).not.toMatch(
      /<figure|Waiting for us|Promised|Notes<|same person|Joined/,
    )
  })

  it('is found by whoever has a card in front of them', async () => {
    const room = fakeRoom([testCard({ actions: [testAction('customer', 'About this customer…')] })])
    const person = await visitor(room)
    const list = await read(person, '/')
    expect(list).toContain('<a href="/cards/c1/customer"><bdi>Ana Lopez</bdi></a>')
    expect(list).toMatch(/<form method="get" action="\/cards\/c1\/customer">/)
    expect(list).toMatch(/<a href="\/cards\/c1" title="This card alone"/)
    expect(textOf(await read(person, '/cards/c1/customer'))).toContain(customer.summary)
    expect(room.customersOpened).toMatchObject([{ customer: { conversationId: 'c1' } }])
  })

  it('says that somebody is not there any more', async () => {
    const room = fakeRoom()
    room.onOpenCustomer = () => ({ title: 'This customer is not there any more', lines: [] })
    const person = await visitor(room)
    for (const gone of [path, '/cards/c9/customer']) {
      const answer = await person.get(gone)
      expect(answer.status).toBe(404)
      expect(await answer.text()).toContain('This customer is not there any more')
    }
  })

  it('is for those who signed in', async () => {
    const person = await visitor(fakeRoom(), { WEB_PASSWORD: 'correct horse' })
    expect((await person.get(path)).status).toBe(303)
    for (const own of [`${path}.json`, '/customers/charts/x.svg', '/customers'])
      expect((await person.get(own, { headers: { accept: '*/*' } })).status).toBe(401)
  })
})

describe('who a customer is', () => {
  it.each([
    ['join', { otherId: 'o1' }],
    ['distinguish', { otherId: 'o1' }],
    ['part', { mergeId: 'm1' }],
    ['remove-note', { noteId: 'n1' }],
  ])('is decided with a button: %s', async (kind, fields) => {
    const room = fakeRoom()
    const person = await visitor(room)
    const page = await read(person, path)
    expect(page).toMatch(new RegExp(`action="${path}/change"[^]*?name="kind"\\s+value="${kind}"`))
    room.onChangeCustomer = () => ({ title: 'They are one customer now', lines: [], customer })
    const answer = await person.form(`${path}/change`, { kind, ...fields })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(path)
    expect(room.changes).toMatchObject([
      { change: { kind, customerId: customer.customerId, ...fields }, teammate: { name: 'Team' } },
    ])
    expect(await read(person, path)).toMatch(/role="status">They are one customer now</)
    expect(await read(person, path)).not.toContain('role="status"')
  })

  it('leads to the customer that they are then', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    await person.get('/')
    room.onChangeCustomer = () => ({ title: 'One', lines: [], customer: sampleCustomer({ customerId: 'other' }) })
    const answer = await person.form(`${path}/change`, { kind: 'join', otherId: 'other' })
    expect(answer.headers.get('location')).toBe('/customers/other')
  })

  it('is not decided by nonsense, by another site, or about somebody who is gone', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    await person.get('/')
    for (const fields of [{}, { kind: 'erase' }, { kind: 'join' }, { kind: 'part', otherId: 'x' }] as Record<
      string,
      string
    >[])
      expect((await person.form(`${path}/change`, fields)).status).toBe(400)
    expect((await person.json(`${path}/change`, { kind: 'join', otherId: 'x' }, { 'x-csrf': 'x' })).status).toBe(403)
    expect(room.changes).toEqual([])
    room.onChangeCustomer = () => ({ title: 'This was undone already', lines: [], customer })
    await person.form(`${path}/change`, { kind: 'part', mergeId: 'm1' })
    // The answer does not tell what was done from what had been: neither looks like a success.
    expect(await read(person, path)).toContain('<p class="alert told" role="status">This was undone already</p>')
    room.onChangeCustomer = () => ({ title: 'They are not there any more', lines: [] })
    const gone = await person.form(`${path}/change`, { kind: 'part', mergeId: 'm1' })
    expect(gone.status).toBe(409)
    expect(await gone.text()).toContain('They are not there any more')
  })

  it('is noted in a form, which leads back', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    const about = JSON.stringify({ customerId: customer.customerId })
    const form = await read(person, `/forms/note?${new URLSearchParams({ about })}`)
    expect(room.opened).toMatchObject([{ form: 'note', about: { customerId: customer.customerId } }])
    expect(form).toContain(`<a href="${path}">The customer</a>`)
    const answer = await person.form('/forms/note', { about, 'text:text': 'Calls rather than writes' })
    expect(answer.headers.get('location')).toBe(path)
    expect(room.submitted).toMatchObject([{ form: 'note', values: { text: 'Calls rather than writes' } }])
  })

  it('is forgotten in a form, which leads away', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    await person.get('/')
    const about = JSON.stringify({ customerId: customer.customerId })
    room.onSubmitForm = () => ({ kind: 'done', said: 'Erased: 3 conversations. Receipt 1a2b: /desk audit erased' })
    const answer = await person.form('/forms/forget', { about, 'text:name': 'Mia Jansen' })
    expect(answer.headers.get('location')).toBe('/')
    expect(await read(person, '/')).toContain(
      'role="status">Erased: 3 conversations. Receipt 1a2b: <a href="/audit?q=erased">/desk audit erased</a></p>',
    )
  })

  it('is handed out as a file, to managers', async () => {
    const room = fakeRoom()
    const person = await visitor(room)
    const file = await person.get(`${path}.json`)
    expect(room.filesRead).toMatchObject([
      { source: { kind: 'customer', customerId: customer.customerId }, format: 'json' },
    ])
    expect(file.headers.get('content-disposition')).toMatch(/^attachment/)
    for (const other of [`${path}.csv`, `${path}.txt`]) expect((await person.get(other)).status).toBe(404)
    room.onReadFile = () => ({ refused: 'Only managers may do this' })
    expect((await person.get(`${path}.json`)).status).toBe(403)
  })
})

describe('finding a customer', () => {
  it('asks for a name, and shows the one who is meant', async () => {
    const room = fakeRoom()
    room.onCommand = () => ({ title: customer.name, lines: [], customer })
    const person = await visitor(room)
    expect(await read(person, '/customers')).toMatch(/name="q"\s+value=""/)
    expect(room.commands).toEqual([])
    expect(textOf(await read(person, '/customers?q=mia%40example.com'))).toContain(customer.summary)
    await person.get(`/customers?${new URLSearchParams({ q: 'Mia "M" is:x' })}`)
    expect(room.commands.map(({ text }) => text)).toEqual([
      'customer customer:mia@example.com',
      'customer customer:"Mia ""M"" is:x"',
    ])
  })

  it('lists those who are called so', async () => {
    const room = fakeRoom()
    room.onCommand = () => ({
      title: '2 customers are called “mia”',
      lines: [
        { text: 'Mia Jansen · Email', customerId: 'a' },
        { text: 'Mia <b> · Email', customerId: 'b/..' },
        { text: 'Did you mean /desk customer Mia Jansen?' },
      ],
    })
    const page = await read(await visitor(room), '/customers?q=mia')
    expect(page).toMatch(/name="q"\s+value="mia"/)
    expect(page).toContain('<a href="/customers/a">Mia Jansen · Email</a>')
    expect(page).toContain('<a href="/customers/b%2F..">Mia &lt;b&gt; · Email</a>')
    expect(page).toMatch(/<a href="\/customers\?q=Mia\+Jansen">\/desk customer Mia Jansen<\/a\s*>\?/)
  })
})
