import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { outcomes, settings, surges } from '../../src/db/schema.ts'
import { watchSurges } from '../../src/surges/watch.ts'
import { newId } from '../../src/id.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace } from '../support/workspace.ts'
import { storedNotices, type StoredNotice } from '../posts/notices.ts'
import { clear, write } from '../posts/room.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
// A Monday, in the middle of the day.
const noon = new Date('2026-03-30T12:00:00Z')
const chat = fakeWorkspace('fake', { room: null })
const web = fakeWorkspace('web', { room: 'page' })
let desk: Desk

beforeAll(async () => {
  desk = await openDesk({ rooms: [chat, web] })
})
afterAll(() => desk.close())
beforeEach(async () => {
  await clear(desk, chat, web)
  await desk.ctx.db.delete(outcomes)
  await desk.ctx.db.delete(surges)
  desk.clock.set(noon)
  const rooms = { fake: { default: 'main', escalation: 'help', rules: [] } }
  await desk.ctx.db.insert(settings).values({ key: 'tuning', value: { ...defaultTuning, rooms }, updatedAt: noon })
})

type Row = typeof outcomes.$inferInsert
let seq = 0

/** Something came in so many minutes before the test's present; a complaint about delivery. */
function came(minutesAgo: number, over: Partial<Row> = {}): Row {
  const at = new Date(desk.clock.now().getTime() - minutesAgo * minuteMs)
  return {
    interactionId: newId(),
    since: at,
    conversationId: newId(),
    seq: ++seq,
    isFirst: true,
    channel: 'fake',
    account: 'main',
    kind: 'message',
    occurredAt: at,
    receivedAt: at,
    theme: 'complaint',
    topics: ['delivery'],
    isByHand: false,
    ...over,
  }
}

const store = (rows: Row[]) => desk.ctx.db.insert(outcomes).values(rows)
const many = (count: number, over: Partial<Row> = {}) =>
  Array.from({ length: count }, (_, index) => came(index + 1, over))

/** Four weeks in which one such complaint came in each half hour around this time. */
async function usually(): Promise<void> {
  const halfHours = [-90, -60, -30, 0, 30].map((minutes) => minutes + 10)
  await store([
    came((40 * dayMs) / minuteMs),
    ...[7, 14, 21, 28].flatMap((days) => halfHours.map((minutes) => came((days * dayMs) / minuteMs - minutes))),
  ])
}

async function watch(minutes = 0): Promise<void> {
  desk.clock.advance(minutes * minuteMs)
  await watchSurges(desk.ctx)
}

async function notices(wanted = 'help'): Promise<Omit<StoredNotice, 'room'>[]> {
  const all = await storedNotices(desk)
  return all.flatMap(({ room, ...notice }) => (room === wanted ? [notice] : []))
}
const titles = async () => (await notices()).map(({ title }) => title)

describe('a surge', () => {
  it('is told once in every workspace, with the newest of its conversations', async () => {
    await usually()
    const rows = many(14)
    await store(rows)
    await watch()
    const told = {
      title: '14 complaints about “delivery” in 30 min; usual: 1',
      lines: [...rows.slice(0, 10).map(({ conversationId }) => `<${conversationId}>`), 'and 4 more'],
    }
    expect(await notices()).toEqual([told])
    expect(await notices('page')).toEqual([told])
    await watch(1)
    await store([came(0), came(0)])
    await watch(5)
    expect(await notices()).toHaveLength(1)
  })

  it('is over after an hour of no more than usual, and can then be told again', async () => {
    await usually()
    await store(many(14))
    await watch()
    for (let minutes = 0; minutes < 80; minutes += 5) await watch(5)
    await store(many(14))
    await watch()
    expect(await notices()).toHaveLength(1)
    for (let minutes = 0; minutes < 100; minutes += 5) await watch(5)
    await store(many(14))
    await watch()
    expect(await notices()).toHaveLength(2)
  })

  it('is told once when several replicas look at once', async () => {
    await usually()
    await store(many(14))
    await Promise.all([watch(), watch(), watch()])
    expect(await notices()).toHaveLength(1)
  })

  it('is none on the first day, and none that is usual at this time', async () => {
    await store(many(14))
    await watch()
    expect(await notices()).toEqual([])
    await usually()
    await store(
      [7, 14, 21, 28].flatMap((days) => many(14).map((row) => ({ ...row, receivedAt: back(row.receivedAt, days) }))),
    )
    await watch()
    expect(await notices()).toEqual([])
  })

  it('is none of one customer who goes on and on, of spam, of machines, and of what nobody looked at', async () => {
    await usually()
    const conversationId = newId()
    await store(many(14, { conversationId }))
    await store(many(14, { settledAs: 'dismissed', dismissedReason: 'spam', settledAt: desk.clock.now() }))
    await store(many(14, { settledAs: 'automatic', settledAt: desk.clock.now() }))
    await store(many(14, { theme: null, topics: [] }))
    await store(many(14, { undoneAt: desk.clock.now() }))
    await watch()
    expect(await notices()).toEqual([])
  })

  it('is none of what was held up and comes in all at once', async () => {
    await usually()
    await store(many(14, { occurredAt: new Date(desk.clock.now().getTime() - dayMs) }))
    await watch()
    expect(await notices()).toEqual([])
  })

  it('is told of the theme where its topics differ, and of a topic of its own besides', async () => {
    await usually()
    await store(
      Array.from({ length: 12 }, (_, index) => came(index, { theme: 'question', topics: [`topic ${index}`] })),
    )
    await store(many(6, { theme: 'compliment', topics: ['delivery', 'service'] }))
    await watch()
    expect((await titles()).toSorted()).toEqual([
      '12 questions in 30 min; usual: hardly any',
      '6 compliments about “delivery” in 30 min; usual: hardly any',
    ])
  })

  it('holds nothing of a customer’s in what is stored but the topic, cut short on one line', async () => {
    await usually()
    await store(many(6, { topics: [`a\n${'b'.repeat(500)}`] }))
    await watch()
    const [title = ''] = await titles()
    expect(title).not.toContain('\n')
    expect(title.length).toBeLessThan(120)
  })

  it('comes out of what customers write', async () => {
    await usually()
    for (let index = 0; index < 6; index++) await write(desk, `customer ${index}`)
    await desk.work()
    await watch(1)
    expect(await titles()).toEqual(['6 questions about “delivery” in 30 min; usual: hardly any'])
  })
})

function back(at: Date, days: number): Date {
  return new Date(at.getTime() - days * dayMs)
}
