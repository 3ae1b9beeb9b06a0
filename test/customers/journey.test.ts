import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { journeyChart } from '../../src/customers/journey.ts'

const touch = (at: string, channel = 'email') => ({ at: new Date(at), channel })
const chartOf = (touches: { at: Date; channel: string }[], timeZone = 'UTC') =>
  journeyChart(touches, (channel) => channel.toUpperCase(), timeZone)

describe('the picture of a journey', () => {
  it('shows weeks, where they wrote for some weeks', () => {
    const chart = chartOf([
      touch('2026-11-18T09:00:00Z'),
      touch('2026-11-17T09:00:00Z', 'reviews'),
      touch('2026-11-17T08:00:00Z'),
      touch('2026-11-02T09:00:00Z'),
    ])
    expect(chart).toMatchObject({
      title: 'Touchpoints by week',
      alt: '4 touchpoints from the week of 2 November 2026 to the week of 16 November 2026: 3 by EMAIL, 1 by REVIEWS. The most, 3, in the week of 16 November 2026.',
      categories: ['2 Nov', '9 Nov', '16 Nov'],
      series: [
        { name: 'EMAIL', values: [1, 0, 2] },
        { name: 'REVIEWS', values: [0, 0, 1] },
      ],
    })
  })

  it('shows months, and the year where there are two', () => {
    const chart = chartOf([touch('2026-03-03T09:00:00Z'), touch('2025-11-30T23:30:00Z'), touch('2025-11-30T22:30:00Z')])
    expect(chart).toMatchObject({
      categories: ['Nov ’25', 'Dec ’25', 'Jan ’26', 'Feb ’26', 'Mar ’26'],
      series: [{ values: [2, 0, 0, 0, 1] }],
    })
  })

  it('goes by the calendar of the team', () => {
    const touches = [touch('2026-06-03T09:00:00Z'), touch('2025-11-30T23:30:00Z'), touch('2025-11-30T22:30:00Z')]
    expect(chartOf(touches, 'Europe/Berlin')?.series[0]?.values.slice(0, 2)).toEqual([1, 1])
  })

  it('is not drawn of too little, or of one week', () => {
    expect(chartOf([touch('2026-11-18T09:00:00Z'), touch('2026-10-18T09:00:00Z')])).toBeNull()
    expect(chartOf(['16', '17', '18'].map((day) => touch(`2026-11-${day}T09:00:00Z`)))).toBeNull()
  })

  it('never has more than fits, and loses nothing of the time that it shows', () => {
    const at = fc.date({ min: new Date('2019-01-01'), max: new Date('2026-12-01'), noInvalidDate: true })
    const touches = fc.array(fc.record({ at, channel: fc.constantFrom(...'abcdefghi') }), { maxLength: 60 })
    const zone = fc.constantFrom('UTC', 'America/Sao_Paulo', 'Pacific/Auckland', 'Asia/Kolkata')
    fc.assert(
      fc.property(touches, zone, (some, timeZone) => {
        const chart = chartOf(some, timeZone)
        if (!chart) return
        expect(chart.categories.length).toBeLessThanOrEqual(31)
        expect(new Set(chart.categories).size).toBe(chart.categories.length)
        expect(chart.series.length).toBeLessThanOrEqual(6)
        const total = chart.series.flatMap(({ values }) => values).reduce<number>((sum, value) => sum + (value ?? 0), 0)
        expect(chart.alt).toMatch(new RegExp(`^${total} touchpoints from `))
        const isAll =
          Math.max(...some.map((one) => +one.at)) - Math.min(...some.map((one) => +one.at)) < 800 * 86_400_000
        if (isAll) expect(total).toBe(some.length)
      }),
    )
  })
})
