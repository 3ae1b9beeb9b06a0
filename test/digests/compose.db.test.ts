import { afterAll, beforeAll, expect, it } from 'vitest'
import { outcomes, teammates } from '../../src/db/schema.ts'
import { insertAll } from '../../src/db/sets.ts'
import { composeReport } from '../../src/digests/compose.ts'
import type { StoredReport } from '../../src/digests/stored.ts'
import { newId } from '../../src/id.ts'
import type { Theme } from '../../src/interactions/interaction.ts'
import { defaultTuning, type Tuning } from '../../src/settings/tuning.ts'
import { fakeChannel } from '../support/channel.ts'
import { testClock } from '../support/clock.ts'
import { openTestDatabase, type TestDatabase } from '../support/db.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const tuning: Tuning = {
  ...defaultTuning,
  hours: { ...defaultTuning.hours, timeZone: 'Europe/Berlin' },
  targets: [{ channels: [], themes: [], urgencies: [], minutes: 60, isBusinessTime: false }],
}
const channels = new Map([fakeChannel('email'), fakeChannel('chat')].map((one) => [one.id, one]))
/** The Monday after the last day. */
const clock = testClock('2026-11-23T08:00:00Z')

let database: TestDatabase
/** The conversation of the one that waits since the longest. */
let oldest = ''

interface Heard {
  at: Date
  theme: Theme
  topic: string
  /** Null: it waits. */
  tookMs: number | null
  channel?: string
  by?: string
}

const outcome = ({
  at,
  theme,
  topic,
  tookMs,
  channel = 'email',
  by = 'fake:ana',
}: Heard): typeof outcomes.$inferInsert => {
  const settledAt = tookMs === null ? null : new Date(at.getTime() + tookMs)
  return {
    interactionId: newId(),
    since: at,
    conversationId: newId(),
    seq: 1,
    isFirst: true,
    channel,
    account: 'main',
    kind: 'message',
    occurredAt: at,
    receivedAt: at,
    theme,
    sentiment: null,
    urgency: 'normal',
    language: 'en',
    topics: [topic],
    rating: null,
    recommends: null,
    settledAt,
    settledAs: settledAt && 'answered',
    dismissedReason: null,
    undoneAt: null,
    replyId: settledAt && newId(),
    approvedBy: settledAt && by,
    draftedAt: settledAt && new Date(at.getTime() + 10_000),
    approvedAt: settledAt && new Date(settledAt.getTime() - 2000),
    acceptedAt: settledAt,
    editedShare: settledAt && 0,
    isByHand: false,
  }
}

/** A day's ten questions and six complaints, all answered after 20 minutes. */
function ordinary(date: string): Heard[] {
  return Array.from({ length: 16 }, (_, index) => ({
    at: new Date(Date.parse(`${date}T08:00:00Z`) + index * 10 * minute),
    theme: index < 10 ? 'question' : 'complaint',
    topic: index < 10 ? 'opening hours' : 'delivery',
    tookMs: 20 * minute,
    by: index % 4 === 0 ? 'fake:tom' : 'fake:ana',
  }))
}

beforeAll(async () => {
  database = await openTestDatabase()
  const heard: Heard[] = []
  const end = Date.parse('2026-11-22T00:00:00Z')
  for (let at = end - 40 * day; at <= end; at += day) {
    const date = new Date(at).toISOString().slice(0, 10)
    const isWeekend = [0, 6].includes(new Date(at).getUTCDay())
    if (!isWeekend) heard.push(...ordinary(date))
  }
  // Friday the 20th: many complaints besides, in the chat, which take three hours; two wait until now.
  for (let index = 0; index < 20; index += 1)
    heard.push({
      at: new Date(Date.parse('2026-11-20T09:00:00Z') + index * minute),
      theme: 'complaint',
      topic: 'delivery',
      tookMs: index < 18 ? 3 * hour : null,
      channel: 'chat',
      by: 'fake:gone',
    })
  const rows = heard.map(outcome)
  oldest = rows.find((row) => row.settledAt === null)?.conversationId ?? ''
  await insertAll(database.db, outcomes, rows)
  const seenAt = clock.now()
  await insertAll(database.db, teammates, [
    { id: 'fake:ana', workspace: 'fake', name: 'Ana Ruiz', seenAt },
    { id: 'fake:tom', workspace: 'fake', name: 'Tom', seenAt },
  ])
})
afterAll(() => database.close())

function compose(
  from: string,
  to = from,
  interval: Parameters<typeof composeReport>[3]['interval'] = 'day',
): Promise<StoredReport> {
  return composeReport({ db: database.db, clock, channels, newId }, tuning, { from, to }, { interval, note: 'Late' })
}

const linesOf = ({ report }: StoredReport, title: string): string[] =>
  (report.sections.find((one) => one.title === title)?.lines ?? []).map(({ label, text }) => `${label}: ${text}`)

it('a bad day says what stands out and why, against the day before and the usual', async () => {
  const stored = await compose('2026-11-20')
  const { report, items } = stored
  expect(report).toMatchObject({
    title: 'Friday 20 November 2026',
    headline:
      'Half the answers took over 3 h, usually 20 min: they waited longer for a person; 26 complaints about delivery came in, usually 6.',
    note: 'Late',
  })
  expect(report.figures.map(({ label, value, change, tone }) => [label, value, change, tone])).toEqual([
    ['Answered', '34', '16 the day before, usually 16', 'plain'],
    ['Median', '3 h', '20 min the day before, usually 20 min', 'bad'],
    ['Slowest tenth', 'over 3 h', 'p90; 20 min the day before, usually 20 min', 'bad'],
    ['Within target', '44 %', '16 of 36; 100 % the day before, usually 100 %', 'bad'],
    ['Still waiting', '2', 'all of them late; 0 the day before, usually 0', 'warn'],
    ['Came in', '36', '16 the day before, usually 16', 'plain'],
  ])
  expect(report.waiting).toHaveLength(2)
  expect(report.waiting[0]).toEqual({ conversationId: oldest, text: '', url: null })
  expect(linesOf(stored, 'Rose and fell')).toEqual(['Complaints about delivery: 26, usually 6'])
  const [risen] = report.sections[0]?.lines ?? []
  expect(risen?.example).toMatchObject({ text: '', url: null })
  expect(items[risen?.opens ?? -1]).toEqual({
    from: '2026-11-19T23:00:00.000Z',
    to: '2026-11-20T23:00:00.000Z',
    measure: 'received',
    where: { theme: 'complaint', topic: 'delivery' },
  })
  expect(linesOf(stored, 'Who answered')).toEqual([
    'Somebody: 18 · median 3 h',
    'Ana Ruiz: 12 · median 20 min',
    'Tom: 4 · median 20 min',
  ])
  expect(linesOf(stored, 'Where the time went')[1]).toMatch(/^Waiting for a person: 2 h 59 min; /)
})

it('its pictures show the two weeks, and the target', async () => {
  const [response, themes] = (await compose('2026-11-20')).report.charts
  expect(response?.series.map(({ name, values }) => [name, values.at(-2), values.at(-1)])).toEqual([
    ['Median', 20, 180],
    ['Slowest tenth', 20, 180],
    ['Target', 60, 60],
  ])
  expect(response?.alt).toContain('between 20 min and 3 h, in the end 3 h. ')
  expect(themes?.series.map(({ name, values }) => [name, values.at(-1)])).toEqual([
    ['Complaint', 26],
    ['Question', 10],
  ])
})

it('the digest of Monday tells three days, held against such days', async () => {
  const { report } = await compose('2026-11-20', '2026-11-22')
  expect(report.title).toBe('Friday 20 – Sunday 22 November 2026')
  expect(report.figures[0]).toMatchObject({ value: '34', change: 'usually 16' })
  expect(report.charts[0]?.categories).toHaveLength(14)
})

it('a usual day is called one, and a usual week', async () => {
  expect((await compose('2026-11-19')).report.headline).toBe(
    'A usual day: 16 answered, half of them within 20 min, and nobody waits.',
  )
  const { report } = await compose('2026-11-09', '2026-11-15', 'week')
  expect(report.headline).toBe('A usual week: 80 answered, half of them within 20 min, and nobody waits.')
  expect(report.figures[0]).toMatchObject({ value: '80', change: '80 the week before, usually 80' })
  expect(report.charts[0]?.categories).toEqual(['Mon 9', 'Tue 10', 'Wed 11', 'Thu 12', 'Fri 13', 'Sat 14', 'Sun 15'])
})

it('a month is told by its days; before it, Deskbell was not there', async () => {
  const { report } = await compose('2026-10-01', '2026-10-31', 'month')
  expect(report.title).toBe('October 2026')
  expect(report.charts[0]?.categories).toHaveLength(19)
  expect(report.figures[0]).toMatchObject({ label: 'Answered', change: null })
})

it('a Sunday on which nothing came in has a headline and those who still wait', async () => {
  const { report } = await compose('2026-11-22')
  expect(report.headline).toBe('Nothing came in; 2 still wait past their target, the longest since Friday 10:18.')
  expect(report.figures.map(({ label, value }) => [label, value])).toEqual([
    ['Answered', '0'],
    ['Still waiting', '2'],
  ])
  expect(report.waiting).toHaveLength(2)
  expect(report.sections).toEqual([])
  expect(report.charts).toEqual([])
})

it('nobody is named where the team wants it so', async () => {
  const nameless = { ...tuning, digests: { ...tuning.digests, namesTeammates: false } }
  const days = { from: '2026-11-20', to: '2026-11-20' }
  const ctx = { db: database.db, clock, channels, newId }
  const stored = await composeReport(ctx, nameless, days, { interval: 'day', note: null })
  expect(linesOf(stored, 'Who answered')).toEqual([])
  expect(JSON.stringify(stored)).not.toContain('Ana')
})
