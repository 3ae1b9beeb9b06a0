import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chartDays, chartsOf, commonTarget, type ChartPoint } from '../../src/digests/charts.ts'
import type { Target } from '../../src/settings/tuning.ts'
import { noNumbers, slowed, someNumbers } from './some-numbers.ts'

const everything: Target = { channels: [], themes: [], urgencies: [], minutes: 60, isBusinessTime: false }

/** Two weeks of 20 answers a day without the weekends; the last day is slow. */
function twoWeeks(): ChartPoint[] {
  return chartDays({ from: '2026-11-20', to: '2026-11-20' }, 'day').map((days) => {
    const isWeekend = ['2026-11-07', '2026-11-08', '2026-11-14', '2026-11-15'].includes(days.to)
    const isSlow = days.to === '2026-11-20'
    return { days, numbers: isWeekend ? noNumbers() : someNumbers(isSlow ? slowed(3) : {}) }
  })
}

test('a day is shown with the two weeks that end on it', () => {
  const shown = chartDays({ from: '2026-11-20', to: '2026-11-20' }, 'day')
  expect(shown).toHaveLength(14)
  expect([shown[0], shown.at(-1)]).toEqual([
    { from: '2026-11-07', to: '2026-11-07' },
    { from: '2026-11-20', to: '2026-11-20' },
  ])
})

test('a week shows its days, a month too, a quarter its weeks', () => {
  expect(chartDays({ from: '2026-11-16', to: '2026-11-22' }, 'week')).toHaveLength(7)
  expect(chartDays({ from: '2026-10-01', to: '2026-10-31' }, 'month')).toHaveLength(31)
  const quarter = chartDays({ from: '2026-07-01', to: '2026-09-30' }, null)
  expect(quarter[0]).toEqual({ from: '2026-07-01', to: '2026-07-01' })
  expect(quarter.at(-1)).toEqual({ from: '2026-09-24', to: '2026-09-30' })
})

test('whatever the days, at most 31 points follow one another without a gap', () => {
  const date = fc.date({ min: new Date('2020-01-01'), max: new Date('2029-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(date, fc.nat(800), (end, length) => {
      const to = end.toISOString().slice(0, 10)
      const from = new Date(end.getTime() - length * 86_400_000).toISOString().slice(0, 10)
      const points = chartDays({ from, to }, null)
      expect(points.length).toBeLessThanOrEqual(31)
      expect(points.at(-1)?.to).toBe(to)
      for (const [index, { from: next }] of points.entries())
        if (index > 0) expect(Date.parse(next) - Date.parse(points[index - 1]?.to ?? '')).toBe(86_400_000)
    }),
    { numRuns: 100 },
  )
})

test('the response time is drawn per day, with the target that is for everything', () => {
  const [chart] = chartsOf(twoWeeks(), commonTarget([everything]))
  expect(chart).toMatchObject({
    id: 'response-time',
    title: 'Response time over 14 days',
    unit: 'minutes',
    kind: 'line',
  })
  expect(chart?.categories.slice(0, 3)).toEqual(['Sat 7', 'Sun 8', 'Mon 9'])
  expect(chart?.series.map(({ name, role }) => `${name} ${role}`)).toEqual([
    'Median value',
    'Slowest tenth value',
    'Target target',
  ])
  expect(chart?.series[0]?.values).toEqual([null, null, 14, 14, 14, 14, 14, null, null, 14, 14, 14, 14, 42])
  expect(chart?.alt).toBe(
    'Response time per day from 7 November to 20 November. The median was between 14 min and 42 min, in the end 42 min. ' +
      'The slowest tenth took over 1 h to 3 h, in the end 3 h. The target is 1 h.',
  )
})

test('held against business time, the times are of it', () => {
  const points = twoWeeks().map(({ days, numbers }) => {
    const business = { median: 60_000 * 5.25, p90: 60_000 * 90 }
    return { days, numbers: { ...numbers, response: numbers.response && { ...numbers.response, business } } }
  })
  const [chart] = chartsOf(points, { ...everything, isBusinessTime: true })
  expect(chart?.title).toBe('Response time in your hours over 14 days')
  expect(chart?.series[0]?.values.at(-1)).toBe(5.3)
})

test('a target that is not for everything is no line', () => {
  expect(commonTarget([{ ...everything, themes: ['complaint'] }, everything])).toBeNull()
  expect(commonTarget([])).toBeNull()
})

test('what came in is stacked by theme; what has none is drawn too', () => {
  const points = twoWeeks().map((point, index) =>
    index === 13 ? { ...point, numbers: { ...point.numbers, received: 60 } } : point,
  )
  const chart = chartsOf(points, null)[1]
  expect(chart?.series.map(({ name }) => name)).toEqual(['Compliment', 'Complaint', 'Question', 'No theme'])
  expect(chart?.series.at(-1)?.values).toEqual([...Array.from({ length: 13 }, () => 0), 5])
  expect(chart?.alt).toBe(
    'What came in per day by theme from 7 November to 20 November: between 0 and 60, in the end 60. ' +
      'In all 100 compliments, 150 complaints, 300 questions, 5 without a theme.',
  )
})

test('of a desk that has just begun there is nothing to draw', () => {
  const points = twoWeeks().map(({ days }, index) => ({ days, numbers: index === 13 ? someNumbers() : noNumbers() }))
  expect(chartsOf(points, null)).toEqual([])
})

test('every title fits', () => {
  const weeks = chartDays({ from: '2026-01-01', to: '2026-12-31' }, null)
  const points = weeks.map((days) => ({ days, numbers: someNumbers() }))
  for (const { title, categories } of chartsOf(points, { ...everything, isBusinessTime: true })) {
    expect(title.length).toBeLessThanOrEqual(50)
    expect(categories).toHaveLength(31)
  }
})
