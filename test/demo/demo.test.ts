import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { staff } from './morning.ts'
import { regulars } from './past.ts'
import { openRoom, type ListedCard, type Room } from './room.ts'
import { startDemo, type Demo } from './start.ts'

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('deskbell-demo-'))

const before = folders()
const playing = new AbortController()
let demo: Demo
let room: Room
let cards: Record<'open' | 'quarantined' | 'done', ListedCard[]>

const states = (listed: ListedCard[]) =>
  Object.fromEntries(
    Object.entries(Object.groupBy(listed, ({ state }) => state)).map(([state, all]) => [state, all?.length]),
  )
const pageOf = async (customer: string) => room.waitFor(await room.find(customer), () => true)

beforeAll(async () => {
  demo = await startDemo(0)
  await demo.play(playing.signal)
  room = await openRoom(demo.url, 'Test', playing.signal)
  // What needs its quiet time or its grace period is done when Priya has thanked for her answer.
  await room.waitFor(await room.find('Priya'), (page) => page.includes('Probably needs no reply'))
  await room.waitFor(await room.find('Noor'), (page) => page.includes('is-answered'))
  await room.waitFor(await room.find('Nadia Rahman'), (page) => page.includes('is-answered'))
  await room.waitFor(await room.find('Femi Adeyemi'), (page) => page.includes('Their reaction'))
  cards = { open: await room.list('open'), quarantined: await room.list('quarantined'), done: await room.list('done') }
})

afterAll(async () => {
  playing.abort()
  await demo.stop()
  expect(folders()).toEqual(before)
})

describe('the demo', () => {
  it('leaves a room in which every state can be seen', () => {
    expect(states(cards.open)).toEqual({ waiting: 28, sending: 1 })
    expect(states(cards.quarantined)).toEqual({ quarantined: 1 })
    const ofToday = cards.done.filter(({ label }) => !regulars.some((name) => label.startsWith(name)))
    expect(states(ofToday)).toEqual({ answered: 6, dismissed: 2, snoozed: 1 })
  })

  it('shows what was delivered twice once', () => {
    expect(cards.open.filter(({ label }) => label.startsWith('Greta Lindholm'))).toHaveLength(1)
  })

  it('takes three lines in one breath as one message', async () => {
    const page = await pageOf('Priya')
    expect(page).toContain('hi, quick one\nmy chain comes off')
  })

  it('is answered on WhatsApp, where the customer reads it and reacts', async () => {
    const now = await pageOf('Femi Adeyemi')
    expect(now).toContain('Sent by Jonas, read')
    expect(now).toContain('Their reaction')
  })

  it('counts a reply window down, and offers a template once it has closed', async () => {
    expect(await pageOf('Ida Holm')).toMatch(/Reply window closes in[^]*Approve &amp; send/)
    const id = await room.find('Carla Benedetti')
    expect(await pageOf('Carla Benedetti')).not.toContain('value="approve"')
    await room.press(id, 'template', { template: '3', values: 'Carla' })
    await room.waitFor(id, (now) => now.includes('Ciao Carla, ci scusiamo'))
  })

  it('shows what was changed and taken back as it stands now, and photos', async () => {
    expect(await pageOf('Yannick')).toMatch(/am Freitag[^]*They changed what they wrote/)
    const taken = await pageOf('Ida Holm')
    expect(taken).toContain('Removed by its author')
    expect(taken).not.toContain('code of the garage')
    for (const name of ['Jonna Lindqvist', 'Colin Farraday'])
      expect(await pageOf(name)).toContain('<img src="/attachments/')
  })

  it('offers a private way to who complains in public', async () => {
    expect(await pageOf('Colin Farraday')).toContain('hello@lantern-street-cycles.example')
  })

  it('begins with a whole digest, of which every number opens its cards', async () => {
    const page = await room.read('/reports')
    expect(page).toMatch(/class="headline">[^]*complaints about delivery came in/)
    expect(page).not.toContain('Sent late')
    expect(page.match(/<figure>/g)).toHaveLength(2)
    for (const name of staff) expect(page).toContain(`<bdi>${name}</bdi>`)
    expect(page).toContain('<bdi>Late: complaint · Contact form</bdi>')
    expect(page).toMatch(/Assign to me: [^"]* Friedrich Baumann/)
    const [items = ''] = /\/reports\/[^"]+\/items\/0/.exec(page) ?? []
    const [card = ''] = /\/cards\/[^"]+/.exec(await room.read(items)) ?? []
    expect(await room.read(card)).toContain('is-answered')
  })

  it('drafts nothing that a customer dictates', async () => {
    const drafted = /aria-label="Draft">(.*?)<\/section>/s.exec(await pageOf('Sam Okafor'))?.[1]
    expect(drafted).toContain('Sam')
    expect(drafted).not.toContain('500')
  })

  it('shows hostile markup as the text that it is', async () => {
    const page = await pageOf('&lt;b&gt;Robert')
    expect(page).toContain('&lt;script&gt;fetch(')
    expect(page).not.toContain('<script>fetch(')
  })
})
