import fc from 'fast-check'
import { expect, test } from 'vitest'
import { baselineOf, changeText, comparableDays, compared, surprise, usually } from '../../src/digests/compare.ts'
import { moversOf, moverTone } from '../../src/digests/movers.ts'
import type { Numbers } from '../../src/measures/numbers.ts'
import { answeredOf, countText, durationText, medianOf, shareText } from '../../src/digests/words.ts'
import { fourWeeks, noNumbers, someNumbers } from './some-numbers.ts'

const days = (from: string, to = from) => ({ from, to })
/** Long before. */
const began = '2020-01-01'

test('a day is held against the day before, and the same weekday of four weeks', () => {
  expect(comparableDays(days('2026-11-20'), 'day', began)).toEqual({
    before: { words: 'the day before', days: days('2026-11-19') },
    usual: [days('2026-11-13'), days('2026-11-06'), days('2026-10-30'), days('2026-10-23')],
  })
})

test('a weekend with its Friday is held against other such weekends only', () => {
  const { before, usual } = comparableDays(days('2026-11-20', '2026-11-22'), 'day', began)
  expect(before).toBeNull()
  expect(usual[0]).toEqual(days('2026-11-13', '2026-11-15'))
})

test('a week is held against the week before, a month against the month before', () => {
  expect(comparableDays(days('2026-11-16', '2026-11-22'), 'week', began).before).toEqual({
    words: 'the week before',
    days: days('2026-11-09', '2026-11-15'),
  })
  expect(comparableDays(days('2026-03-01', '2026-03-31'), 'month', began)).toEqual({
    before: { words: 'the month before', days: days('2026-02-01', '2026-02-28') },
    usual: [],
  })
  expect(comparableDays(days('2026-11-02', '2026-11-11'), null, began)).toEqual({
    before: { words: 'the 10 days before', days: days('2026-10-23', '2026-11-01') },
    usual: [],
  })
})

test('nothing is held against a week that Deskbell saw a part of', () => {
  const week = days('2026-11-16', '2026-11-22')
  expect(comparableDays(week, 'week', '2026-11-10').before).toBeNull()
  expect(comparableDays(week, 'week', '2026-11-02').usual).toEqual([
    days('2026-11-09', '2026-11-15'),
    days('2026-11-02', '2026-11-08'),
  ])
  expect(comparableDays(days('2026-11-20'), 'day', null)).toEqual({ before: null, usual: [] })
})

test('the usual takes two weeks in which something happened; empty ones count for nothing', () => {
  const weeks = [noNumbers(), someNumbers({ answered: 40 }), noNumbers(), someNumbers({ answered: 60 })]
  expect(usually(compared(someNumbers(), null, weeks), answeredOf)).toBe(50)
  expect(usually(compared(someNumbers(), null, weeks.slice(0, 3)), answeredOf)).toBeNull()
  const quietBefore = { words: 'the day before', numbers: noNumbers() }
  expect(changeText(compared(someNumbers(), quietBefore, []), answeredOf, countText)).toBeNull()
})

test('a change is told against the day before and the usual', () => {
  const before = { words: 'the day before', numbers: someNumbers({ answered: 48 }) }
  const all = compared(someNumbers(), before, fourWeeks(someNumbers({ answered: 50 })))
  expect(changeText(all, answeredOf, countText)).toBe('48 the day before, usually 50')
  expect(baselineOf(all, answeredOf)?.text(countText)).toBe('usually 50')
  expect(baselineOf({ ...all, usual: [] }, answeredOf)?.text(countText)).toBe('48 the day before')
  const unanswered = { words: 'the day before', numbers: someNumbers({ response: null }) }
  expect(changeText(compared(someNumbers(), unanswered, []), medianOf, durationText)).toBeNull()
})

test('chance is told from news', () => {
  expect(surprise(9, [6, 6, 6, 6])).toBeLessThan(2)
  expect(surprise(14, [6, 6, 6, 6])).toBeGreaterThan(2)
  expect(surprise(2, [20, 22, 18, 21])).toBeLessThan(-2)
  // What jumps about every week may jump today.
  expect(surprise(40, [5, 45, 10, 50])).toBeLessThan(2)
  expect(surprise(5, [])).toBe(0)
})

test('days that differ by chance alone have hardly any news', () => {
  // A fixed sequence of pseudo-random days with 20 topics of six a day.
  let seed = 7
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  const poisson = (mean: number) => {
    let [count, product] = [0, random()]
    for (; product > Math.exp(-mean); product *= random()) count += 1
    return count
  }
  const day = () => {
    const topics = Array.from({ length: 20 }, (_, index) => ({ topic: `topic ${index}`, count: poisson(6) }))
    return someNumbers({ themes: [{ theme: 'complaint', count: 120, topics }] })
  }
  const news = Array.from({ length: 100 }, () => moversOf(compared(day(), null, [day(), day(), day(), day()])).length)
  expect(news.reduce((sum, count) => sum + count, 0)).toBeLessThan(60)
})

const themed = (theme: string, count: number, topics: Record<string, number> = {}): Numbers['themes'][number] => ({
  theme,
  count,
  topics: Object.entries(topics).map(([topic, each]) => ({ topic, count: each })),
})

test('a topic that explains its theme stands for it', () => {
  const usual = fourWeeks(someNumbers({ themes: [themed('complaint', 12, { delivery: 6 })] }))
  const now = someNumbers({ themes: [themed('complaint', 30, { delivery: 22 })] })
  expect(moversOf(compared(now, null, usual))).toMatchObject([
    { theme: 'complaint', topic: 'delivery', count: 22, against: 'usually 6', isRise: true },
  ])
})

test('a theme that rose with many topics is told itself', () => {
  const usual = fourWeeks(someNumbers({ themes: [themed('complaint', 12, { delivery: 1, price: 1 })] }))
  const now = someNumbers({ themes: [themed('complaint', 40, { delivery: 4, price: 4 })] })
  expect(moversOf(compared(now, null, usual))).toMatchObject([{ theme: 'complaint', topic: null, count: 40 }])
})

test('what vanished is told, what is small is not', () => {
  const usual = fourWeeks(someNumbers({ themes: [themed('question', 20, { price: 12, hours: 2 })] }))
  const now = someNumbers({ themes: [themed('question', 19, { parking: 3 })] })
  expect(moversOf(compared(now, null, usual))).toMatchObject([{ topic: 'price', count: 0, isRise: false }])
})

test('a topic that was too small to be counted among a hundred is not said to be new', () => {
  const hundred = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`topic ${index}`, 50]))
  const usual = fourWeeks(someNumbers({ themes: [themed('complaint', 9000, hundred)] }))
  const now = someNumbers({ themes: [themed('complaint', 9000, { ...hundred, fresh: 60 })] })
  expect(moversOf(compared(now, null, usual))).toEqual([])
})

test('more complaints are bad and fewer are good; more compliments are good', () => {
  expect(moverTone({ theme: 'complaint', isRise: true })).toBe('bad')
  expect(moverTone({ theme: 'complaint', isRise: false })).toBe('good')
  expect(moverTone({ theme: 'compliment', isRise: true })).toBe('good')
  expect(moverTone({ theme: 'question', isRise: true })).toBe('plain')
})

test('a share is never said to be all or nothing where it is not', () => {
  expect([0, 0.001, 0.5, 0.999, 1].map(shareText)).toEqual(['0 %', '1 %', '50 %', '99 %', '100 %'])
})

test('a surprise is a number, whatever is counted', () => {
  const counts = fc.array(fc.nat(100_000), { maxLength: 5 })
  fc.assert(fc.property(fc.nat(100_000), counts, (count, before) => Number.isFinite(surprise(count, before))))
})
