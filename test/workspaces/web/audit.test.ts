import { afterEach, describe, expect, it } from 'vitest'
import type { Workspace } from '../../../src/workspaces/workspace.ts'
import { fakeRoom, type FakeRoom } from './fake-room.ts'
import { openVisitor } from './visitor.ts'

let opened: Workspace[] = []

afterEach(async () => {
  for (const workspace of opened) await workspace.stop()
  opened = []
})

async function visitor(room: FakeRoom) {
  const workspace = room.workspace()
  opened.push(workspace)
  await workspace.start(room.handlers)
  return openVisitor(workspace)
}
const read = async (person: { get(path: string): Promise<Response> }, at: string) => (await person.get(at)).text()

describe('the audit', () => {
  const audited = (room: FakeRoom) => {
    room.onCommand = () => ({
      title: 'Audit · Erased',
      lines: [
        { text: 'Ana · approved', conversationId: 'c1' },
        { text: 'Tom · read', customerId: 'a' },
        { text: 'Tom · joined', customerId: 'a', conversationId: 'c1' },
      ],
    })
    return room
  }

  it.each([
    ['/audit', 'audit'],
    ['/audit?period=month&what=erased&by=%40Ana%20Ruiz', 'audit period:month what:erased teammate:"Ana Ruiz"'],
    ['/audit?period=&what=&by=', 'audit'],
    ['/audit?q=week+%40ana+erased', 'audit week @ana erased'],
  ])('asks what was chosen: %s', async (at, text) => {
    const room = audited(fakeRoom())
    await read(await visitor(room), at)
    expect(room.commands.map((one) => one.text)).toEqual([text])
  })

  it('lists who did what, and shows what was chosen', async () => {
    const person = await visitor(audited(fakeRoom()))
    const page = await read(person, '/audit?q=2026-11-01..2026-11-20+%40ana+erased')
    expect(page).toContain('<a href="/cards/c1">Ana · approved</a>')
    expect(page).toContain('<a href="/customers/a">Tom · read</a>')
    expect(page).toMatch(/<a href="\/cards\/c1">Tom · joined<\/a\s*> · <a href="\/customers\/a">the customer<\/a>/)
    expect(page).toMatch(/value="2026-11-01\.\.2026-11-20"\s+selected/)
    expect(page).toMatch(/value="erased"\s+selected/)
    expect(page).toMatch(/name="by"\s+value="ana"/)
    expect(await read(person, '/settings')).toContain('href="/audit"')
  })
})

describe('an answer in the room', () => {
  it('has its files, its forms, and what is older', async () => {
    const room = fakeRoom()
    room.onCommand = () => ({
      title: 'Erase Mia?',
      lines: [{ text: 'Mia · Email', customerId: 'a' }],
      file: { source: { kind: 'customer', customerId: 'a' }, formats: ['json'] },
      forms: [
        { label: 'Erase…', form: 'forget', about: { customerId: 'a' } },
        { label: 'Add a note…', form: 'note', about: { customerId: 'a' } },
      ],
      more: { listId: 'l1', page: 1 },
    })
    const person = await visitor(room)
    await person.get('/')
    const { html } = (await (await person.json('/command', { text: 'forget mia' })).json()) as { html: string }
    expect(html).toContain('<a href="/customers/a">Mia · Email</a>')
    expect(html).toMatch(/href="\/customers\/a\.json"\s+download/)
    expect(html).toMatch(/<form\s+method="get"\s+action="\/forms\/forget"\s*>[^]*&quot;customerId&quot;:&quot;a&quot;/)
    expect(html).toMatch(/<form\s+method="get"\s+action="\/forms\/note"\s+data-ask/)
    expect(html).toContain('href="/history?list=l1&amp;page=1"')
  })
})
