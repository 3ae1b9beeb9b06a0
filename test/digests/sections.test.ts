import { expect, test } from 'vitest'
import { compared } from '../../src/digests/compare.ts'
import { opener } from '../../src/digests/compose.ts'
import { figuresOf } from '../../src/digests/figures.ts'
import { moversOf } from '../../src/digests/movers.ts'
import type { Group, ItemsQuery, Numbers } from '../../src/measures/numbers.ts'
import { sectionsOf, type SectionFacts } from '../../src/digests/sections.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import type { ReportSection } from '../../src/workspaces/report.ts'
import { fourWeeks, noNumbers, slowed, someNumbers } from './some-numbers.ts'

const period = { from: new Date('2026-11-20T00:00:00Z'), to: new Date('2026-11-21T00:00:00Z') }
const minute = 60_000

function figures(now: Numbers, usual = fourWeeks(), tuning = defaultTuning) {
  const items: ItemsQuery[] = []
  const before = { words: 'the day before', numbers: someNumbers({ answered: 48 }) }
  return { items, figures: figuresOf(compared(now, before, usual), tuning, opener(items, period)) }
}

function sections(now: Numbers, more: Partial<SectionFacts> = {}): { items: ItemsQuery[]; sections: ReportSection[] } {
  const items: ItemsQuery[] = []
  const all = more.all ?? compared(now, null, fourWeeks())
  const facts = { all, movers: moversOf(all), teammates: null, channelNames: new Map(), isLong: false }
  const opens = opener(items, period)
  return { items, sections: sectionsOf({ ...facts, opens, exampleOf: () => null, ...more }) }
}

const linesOf = (now: Numbers, title: string, more?: Partial<SectionFacts>): string[] =>
  (sections(now, more).sections.find((one) => one.title === title)?.lines ?? []).map(
    ({ label, text, tone }) => `${label}: ${text}${tone === 'plain' ? '' : ` (${tone})`}`,
  )

test('the figures of a slow day say what is wrong, and open what is behind them', () => {
  const waiting = { count: 7, late: 3, longestMs: 19 * 60 * minute }
  const { figures: read, items } = figures(someNumbers({ ...slowed(3), waiting, target: { within: 38, of: 47 } }))
  expect(read.map(({ label, value, change, tone }) => [label, value, change, tone])).toEqual([
    ['Answered', '52', '48 the day before, usually 52', 'plain'],
    ['Median', '42 min', '14 min the day before, usually 14 min', 'bad'],
    ['Slowest tenth', 'over 3 h', 'p90; 1 h the day before, usually 1 h', 'bad'],
    ['Within target', '81 %', '38 of 47', 'warn'],
    ['Still waiting', '7', '3 of them late; 0 the day before, usually 0', 'warn'],
    ['Came in', '55', '55 the day before, usually 55', 'plain'],
  ])
  expect(read.map(({ opens }) => opens)).toEqual([0, 0, 0, 1, 2, 3])
  expect(items.map(({ measure }) => measure)).toEqual(['answered', 'late', 'waiting', 'received'])
})

test('a quiet day has two figures, and nothing to open', () => {
  const { figures: read, items } = figures(noNumbers(), [])
  expect(read.map(({ label, value }) => [label, value])).toEqual([
    ['Answered', '0'],
    ['Still waiting', '0'],
  ])
  expect(items).toEqual([])
})

test('the same in the hours of a team is told where it said when it works', () => {
  const response = { calendar: { median: 14 * 60 * minute, p90: 1 }, business: { median: 12 * minute, p90: 1 } }
  const hours = { ...defaultTuning.hours, timeZone: 'Europe/Berlin' }
  const median = (tuning = defaultTuning) => figures(someNumbers({ response }), [], tuning).figures[1]?.change
  expect(median({ ...defaultTuning, hours })).toBe('12 min in your hours; 14 min the day before')
  expect(median()).toBe('14 min the day before')
})

test('a few slow answers are no reason for red', () => {
  expect(figures(someNumbers({ ...slowed(3), answered: 4 })).figures[1]?.tone).toBe('plain')
})

test('an ordinary day says how drafts were used, and what was praised and complained about', () => {
  const { sections: read } = sections(someNumbers())
  expect(read.map(({ title }) => title)).toEqual(['Strengths and weaknesses', 'Drafts'])
  expect(linesOf(someNumbers(), 'Strengths and weaknesses')).toEqual([
    'Most praised: support: 4 compliments; usually 4',
    'Most complained about: delivery: 6 complaints; usually 6',
  ])
  expect(linesOf(someNumbers(), 'Drafts')).toEqual([
    'Sent as drafted: 30 (60 %, usually 60 %)',
    'Edited: 15 (30 %, usually 30 %)',
    'Rewritten: 5 (10 %, usually 10 %)',
    'Own words or a template: 2',
  ])
})

test('what rose opens its items and shows one of them', () => {
  const themes = someNumbers().themes.with(1, {
    theme: 'complaint',
    count: 29,
    topics: [{ topic: 'delivery', count: 20 }],
  })
  const example = { conversationId: 'c1', text: '', url: null }
  const { sections: read, items } = sections(someNumbers({ themes }), { exampleOf: () => example })
  const line = read[0]?.lines[0]
  expect(read[0]?.title).toBe('Rose and fell')
  expect(line).toMatchObject({ label: 'Complaints about delivery', text: '20, usually 6', tone: 'bad', example })
  expect(items[line?.opens ?? -1]).toMatchObject({
    measure: 'received',
    where: { theme: 'complaint', topic: 'delivery' },
  })
})

test('who answered is told with the most first, and left out where the team wants it so', () => {
  const group = (key: string, answered: number): Group => {
    const response = { median: 12 * minute, p90: 60 * minute }
    return { key, received: 0, answered, response, waiting: 0, target: null }
  }
  const one = (name: string | null, key: string, answered: number) => ({ name, group: group(key, answered) })
  const teammates = [one('Tom', 'fake:tom', 18), one('Ana Ruiz', 'fake:ana', 21), one(null, 'fake:gone', 1)]
  expect(linesOf(someNumbers(), 'Who answered', { teammates })).toEqual([
    'Ana Ruiz: 21 · median 12 min',
    'Tom: 18 · median 12 min',
    'Somebody: 1 · median 12 min',
  ])
  const many = Array.from({ length: 9 }, (_, index) => one(`T${index}`, `fake:${index}`, 9 - index))
  expect(linesOf(someNumbers(), 'Who answered', { teammates: many }).slice(-2)).toEqual([
    'T4: 5 · median 12 min',
    '4 others: 10',
  ])
  expect(linesOf(someNumbers(), 'Who answered')).toEqual([])
})

test('where the time went is told when a part of it grew', () => {
  expect(linesOf(someNumbers(), 'Where the time went')).toEqual([])
  expect(linesOf(someNumbers(slowed(3)), 'Where the time went')).toEqual([
    'Until a draft was there: 12 s; usually 12 s',
    'Waiting for a person: 41 min; usually 13 min (warn)',
    'Delivery: 6 s; usually 6 s',
    'First answer: median 14 min, the slowest tenth over 1 h',
    'Until nobody waited any more: median 1 h 30 min, the slowest tenth over 10 h',
  ])
})

test('what customers said of it, and how many wrote at all', () => {
  const now = someNumbers({
    csat: { satisfied: 15, of: 17 },
    nps: { promoters: 12, detractors: 3, of: 22 },
    engagement: [{ channel: 'instagram', interactions: 12, followers: 5000 }],
  })
  expect(linesOf(now, 'Customers')).toEqual(['Satisfied: 88 % of 17', 'Net promoter score: +41 of 22'])
  expect(linesOf(now, 'Engagement', { channelNames: new Map([['instagram', 'Instagram']]) })).toEqual([
    'Instagram: 0.24 %: 12 of 5,000 followers',
  ])
})

test('what was not answered, and what did not arrive', () => {
  const now = someNumbers({
    dismissed: { 'no-reply-needed': 5, 'handled-elsewhere': 3 },
    spam: 4,
    automatic: 9,
    undelivered: { failed: 2, unknown: 1 },
    byHand: 6,
  })
  expect(linesOf(now, 'Not answered')).toEqual([
    'Dismissed: 8: 5 no reply needed, 3 handled elsewhere',
    'Spam: 4',
    'Needing no answer: 9',
  ])
  expect(linesOf(now, 'Delivery')).toEqual(['Not delivered: 2 failed, of 1 it is not known (bad)', 'Sent by hand: 6'])
})

test('a day with everything in it fits', () => {
  const themes = ['compliment', 'complaint', 'question', 'suggestion', 'comparison'].map((theme) => ({
    theme,
    count: 200,
    topics: Array.from({ length: 30 }, (_, index) => ({ topic: `${theme} ${index}`, count: 100 - index })),
  }))
  const { sections: read } = sections(
    someNumbers({
      ...slowed(4),
      themes,
      csat: { satisfied: 1, of: 17 },
      dismissed: { duplicate: 1 },
      byHand: 6,
      engagement: [{ channel: 'instagram', interactions: 12, followers: 5000 }],
    }),
  )
  expect(read.length).toBeLessThanOrEqual(7)
  for (const { lines } of read) expect(lines.length).toBeLessThanOrEqual(6)
})
