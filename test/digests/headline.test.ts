import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compared, type Compared } from '../../src/digests/compare.ts'
import { headlineOf, type HeadlineFacts } from '../../src/digests/headline.ts'
import { moversOf } from '../../src/digests/movers.ts'
import type { Numbers } from '../../src/measures/numbers.ts'
import { durationText } from '../../src/digests/words.ts'
import { fourWeeks, noNumbers, slowed, someNumbers } from './some-numbers.ts'

const hour = 3_600_000

function facts(now: Numbers, more: Partial<HeadlineFacts> = {}): HeadlineFacts {
  const all = compared(now, more.before ?? null, more.usual ?? fourWeeks())
  return {
    slowest: null,
    called: 'day',
    longestSince: 'Friday 10:17',
    ...more,
    ...all,
    movers: more.movers ?? moversOf(all),
  }
}

const headline = (now: Numbers, more: Partial<HeadlineFacts> = {}): string => headlineOf(facts(now, more))

test('a usual day is told calmly', () => {
  expect(headline(someNumbers())).toBe('A usual day: 52 answered, half of them within 14 min, and nobody waits.')
  expect(headline(someNumbers({ waiting: { count: 3, late: 1, longestMs: hour } }), { called: 'week' })).toBe(
    'A usual week: 52 answered, half of them within 14 min, and 3 still wait, 1 of them late.',
  )
})

test('nothing is called usual where nobody knows what is', () => {
  expect(headline(someNumbers(), { usual: [] })).toBe('52 answered, half of them within 14 min, and nobody waits.')
  expect(headline(someNumbers({ answered: 1 }), { usual: [] })).toBe('1 answered, after 14 min, and nobody waits.')
})

test('a quiet day is one headline', () => {
  expect(headline(noNumbers())).toBe('Nothing came in, and nobody is waiting.')
  expect(headline(noNumbers({ waiting: { count: 3, late: 0, longestMs: 5 * hour } }))).toBe(
    'Nothing came in; 3 still wait, the longest since Friday 10:17.',
  )
  expect(headline(noNumbers({ waiting: { count: 1, late: 1, longestMs: 5 * hour } }))).toBe(
    'Nothing came in; 1 still waits past the target, since Friday 10:17.',
  )
  expect(headline(noNumbers({ spam: 2 }))).toBe('Nothing came in but spam, and nobody is waiting.')
  expect(headline(noNumbers({ spam: 2, automatic: 1 }))).toContain(
    'Nothing came in but spam and what needs no answer, ',
  )
})

test('a day on which nothing was answered says so', () => {
  const day = noNumbers({ received: 2, waiting: { count: 2, late: 0, longestMs: hour } })
  expect(headline(day, { usual: [] })).toBe('2 came in, none was answered, and 2 still wait.')
})

test('slower answers are told with the part of the time that grew, and with what was slowest', () => {
  expect(headline(someNumbers(slowed(3)), { slowest: { name: 'Live chat', median: 2 * hour } })).toBe(
    'Half the answers took over 42 min, usually 14 min: they waited longer for a person; Live chat took longest, 2 h.',
  )
})

test('complaints of which more came in are the reason, before anything else', () => {
  const themes = [{ theme: 'complaint', count: 40, topics: [{ topic: 'delivery', count: 30 }] }]
  expect(headline(someNumbers({ ...slowed(3), themes }))).toBe(
    'Half the answers took over 42 min, usually 14 min: they waited longer for a person; 30 complaints about delivery came in, usually 6.',
  )
})

test('a difference of seconds, or of few answers, is no news', () => {
  const quick = someNumbers(slowed(0.05))
  const [spread] = [{ median: 90_000, p90: 120_000 }]
  const slow = someNumbers({ response: { calendar: spread, business: spread } })
  expect(headline(slow, { usual: fourWeeks(quick) })).toContain('A usual day')
  expect(headline(someNumbers({ ...slowed(3), answered: 4 }), { usual: fourWeeks(someNumbers({ answered: 4 })) })).toBe(
    '4 answered, half of them within 42 min, and nobody waits.',
  )
})

test('a day is usual only where its numbers are near the usual ones', () => {
  const few = (answered: number) => someNumbers({ answered })
  expect(headline(few(4), { usual: fourWeeks(few(9)) })).toMatch(/^4 answered/)
  expect(headline(few(7), { usual: fourWeeks(few(9)) })).toMatch(/^A usual day: 7 answered/)
})

test('a few that took much longer are told, where most were as quick as ever', () => {
  const spread = { median: 840_000, p90: 69 * hour }
  expect(headline(someNumbers({ response: { calendar: spread, business: spread } }))).toBe(
    '52 answered, half of them within 14 min, but the slowest tenth took over 2 d 21 h, usually 1 h.',
  )
})

test('faster answers are told', () => {
  expect(headline(someNumbers(slowed(0.5)))).toBe(
    '52 answered, half of them within 7 min, usually 14 min, and nobody waits.',
  )
})

test('customers who wait past their target come first, with why', () => {
  const now = someNumbers({ ...slowed(3), received: 110, waiting: { count: 20, late: 12, longestMs: 19 * hour } })
  expect(headline(now)).toBe(
    '20 still wait, 12 of them late, usually 0, the longest since Friday 10:17: 110 came in, usually 55.',
  )
  const all = { ...now, waiting: { count: 12, late: 12, longestMs: 19 * hour } }
  expect(headline(all)).toMatch(/^12 still wait past their target, usually 0, the longest since /)
})

test('a team that has as many late ones every week reads of something else', () => {
  const waiting = { count: 20, late: 12, longestMs: 19 * hour }
  expect(headline(someNumbers({ waiting }), { usual: fourWeeks(someNumbers({ waiting })) })).toBe(
    'A usual day: 52 answered, half of them within 14 min, and 20 still wait, 12 of them late.',
  )
})

test('replies that did not arrive are told', () => {
  expect(headline(someNumbers({ undelivered: { failed: 4, unknown: 1 } }))).toBe(
    '4 replies were not delivered, and of 1 more nobody knows whether it arrived; 52 were answered.',
  )
})

test('a missed target is told with its share', () => {
  const usual = fourWeeks(someNumbers({ target: { within: 46, of: 50 } }))
  expect(headline(someNumbers({ target: { within: 33, of: 50 } }), { usual })).toBe(
    '33 of 50 were answered within target (66 %), usually 92 %.',
  )
})

test('unhappier customers and rewritten drafts are told', () => {
  const usual = fourWeeks(someNumbers({ csat: { satisfied: 45, of: 50 } }))
  expect(headline(someNumbers({ csat: { satisfied: 25, of: 50 } }), { usual })).toBe(
    '25 of 50 customers were satisfied (50 %), usually 90 %.',
  )
  const drafts = { unedited: 20, edited: 6, rewritten: 24, selfWritten: 2 }
  expect(headline(someNumbers({ drafts }))).toBe('24 of 50 drafts were rewritten (48 %), usually 10 %.')
})

test('what rose or fell is told where nothing else stands out', () => {
  const themes = [...someNumbers().themes.slice(0, 2), { theme: 'compliment', count: 30, topics: [] }]
  expect(headline(someNumbers({ themes }))).toBe(
    '30 compliments came in, usually 10; 52 answered, half of them within 14 min, and nobody waits.',
  )
})

test('words that are written from right to left move nothing around them', () => {
  const themes = [{ theme: 'complaint', count: 30, topics: [{ topic: 'משלוח', count: 30 }] }]
  expect(headline(someNumbers({ themes }))).toContain('complaints about \u2068משלוח\u2069 came in, usually 0;')
})

const amount = fc.oneof(fc.nat(12), fc.nat(3000))
const ms = fc.oneof(fc.nat(600_000), fc.nat(600_000_000))
const spread = fc.record({ median: ms, p90: ms })
const share = fc.tuple(amount, amount).map(([a, b]) => ({ part: Math.min(a, b), of: Math.max(a, b) }))
const topic = fc.record({ topic: fc.constantFrom('delivery', 'price', 'a\u202Eb', 'x'.repeat(400)), count: amount })
const numbers: fc.Arbitrary<Numbers> = fc
  .record({
    received: amount,
    answered: amount,
    response: fc.option(fc.record({ calendar: spread, business: spread })),
    parts: fc.option(fc.record({ drafting: ms, person: ms, delivery: ms })),
    waiting: fc.record({ count: amount, late: amount, longestMs: ms }),
    target: fc.option(share.map(({ part, of }) => ({ within: part, of }))),
    drafts: fc.record({ unedited: amount, edited: amount, rewritten: amount, selfWritten: amount }),
    undelivered: fc.record({ failed: amount, unknown: amount }),
    csat: fc.option(share.map(({ part, of }) => ({ satisfied: part, of }))),
    themes: fc.uniqueArray(
      fc.record({
        theme: fc.constantFrom('complaint', 'compliment', 'question'),
        count: amount,
        topics: fc.uniqueArray(topic, { selector: (one) => one.topic, maxLength: 3 }),
      }),
      { selector: ({ theme }) => theme, maxLength: 3 },
    ),
  })
  .map(someNumbers)

/** Every way in which one of the numbers may be written. */
function sayable({ now, before, usual }: Compared, slowest: HeadlineFacts['slowest']): Set<string> {
  const said = new Set<string>()
  const say = (text: string) => text.match(/\d[\d,]*/g)?.forEach((number) => said.add(number))
  const value = (number: number) => {
    say(Math.round(number).toLocaleString('en'))
    say(durationText(number))
    for (const percent of [Math.floor, Math.round, Math.ceil].map((whole) => whole(number * 100))) say(String(percent))
  }
  const read = (pick: (numbers: Numbers) => (number | null | undefined)[]) => {
    const periods = [now, ...(before ? [before.numbers] : []), ...usual]
    const rows = periods.map(pick)
    for (const row of rows) for (const one of row) if (typeof one === 'number') value(one)
    for (const index of rows[0]?.keys() ?? []) {
      const weeks = rows.slice(before ? 2 : 1).flatMap((row) => row[index] ?? [])
      const sorted = weeks.toSorted((a, b) => a - b)
      // The median of any of the weeks: those with few answers may be left out.
      for (const a of sorted) for (const b of sorted) value((a + b) / 2)
    }
  }
  const total = ({ drafts }: Numbers) => drafts.unedited + drafts.edited + drafts.rewritten
  const ratio = (part?: number, of?: number) => (part !== undefined && of ? part / of : null)
  read((one) => [one.received, one.answered, one.response?.calendar.median, one.response?.calendar.p90])
  read((one) => [one.waiting.count, one.waiting.late, one.waiting.longestMs])
  read((one) => [one.undelivered.failed, one.undelivered.unknown, one.drafts.rewritten, total(one)])
  read((one) => [one.target?.within, one.target?.of, ratio(one.target?.within, one.target?.of)])
  read((one) => [one.csat?.satisfied, one.csat?.of, ratio(one.csat?.satisfied, one.csat?.of)])
  read((one) => [ratio(one.drafts.rewritten, total(one))])
  for (const theme of ['complaint', 'compliment', 'question']) {
    const found = (one: Numbers) => one.themes.find((each) => each.theme === theme)
    read((one) => [found(one)?.count ?? 0])
    for (const name of ['delivery', 'price', 'a\u202Eb', 'x'.repeat(400)])
      read((one) => [found(one)?.topics.find((each) => each.topic === name)?.count ?? 0])
  }
  if (slowest) value(slowest.median)
  say('1')
  return said
}

test('whatever the numbers: one sentence of at most 200 characters, and no number in it that was not given', () => {
  const slowest = fc.option(fc.record({ name: fc.constantFrom('Live chat', 'x'.repeat(300)), median: ms }))
  const before = fc.option(numbers.map((one) => ({ words: 'the day before', numbers: one })))
  const given = fc.record({ now: numbers, before, usual: fc.array(numbers, { maxLength: 4 }), slowest })
  fc.assert(
    fc.property(given, (one) => {
      const all = compared(one.now, one.before, one.usual)
      const text = headlineOf({
        ...all,
        movers: moversOf(all),
        slowest: one.slowest,
        called: 'day',
        longestSince: 'Friday 1',
      })
      expect(text.length).toBeLessThanOrEqual(200)
      expect(text).toMatch(/^[^\n]+\.$/)
      expect(text).not.toMatch(/NaN|undefined|null|Infinity/)
      const known = sayable(all, one.slowest)
      const last = text.endsWith('….') ? text.lastIndexOf(' ') : text.length
      for (const number of text.slice(0, last).match(/\d[\d,]*/g) ?? [])
        expect(known, text).toContain(number.replace(/,$/, ''))
    }),
    { numRuns: 300 },
  )
})
