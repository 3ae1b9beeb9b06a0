import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMoreThanUsual, isSurge, newSurges, usualPeriods } from '../../src/surges/surge.ts'
import type { Theme } from '../../src/interactions/interaction.ts'

const monthOf = (count: number) => ({ count, halfHours: 20 })
const weekOf = (count: number) => ({ count, halfHours: 5 })
const at = (text: string) => new Date(text)

describe('a surge', () => {
  it('is far more than usual', () => {
    expect(isSurge(14, monthOf(20))).toBe(true)
    expect(isSurge(5, monthOf(0))).toBe(true)
    expect(isSurge(5, weekOf(0))).toBe(true)
    expect(isSurge(90, monthOf(400))).toBe(true)
  })

  it('is not what may well come by chance, nor four of anything', () => {
    expect(isSurge(4, monthOf(0))).toBe(false)
    expect(isSurge(5, monthOf(20))).toBe(false)
    expect(isSurge(5, weekOf(3))).toBe(false)
    expect(isSurge(79, monthOf(400))).toBe(false)
  })

  it('is none as long as nobody knows what is usual', () => {
    expect(isSurge(1000, { count: 0, halfHours: 0 })).toBe(false)
  })

  it('stays one when more come, and when fewer were usual', () => {
    const counts = fc.integer({ min: 0, max: 5000 })
    fc.assert(
      fc.property(counts, counts, fc.constantFrom(5, 10, 20), (count, usual, halfHours) => {
        fc.pre(isSurge(count, { count: usual, halfHours }))
        expect(isSurge(count + 1, { count: usual, halfHours })).toBe(true)
        expect(isSurge(count, { count: Math.max(0, usual - 1), halfHours })).toBe(true)
        expect(isMoreThanUsual(count, { count: usual, halfHours })).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('goes on while more than usual comes', () => {
    expect([1, 2].map((count) => isMoreThanUsual(count, monthOf(0)))).toEqual([false, true])
    expect([3, 4].map((count) => isMoreThanUsual(count, monthOf(50)))).toEqual([false, true])
  })
})

describe('what a surge is about', () => {
  const rush = (topic: string, from: number, to: number, over: { theme?: Theme; isOngoing?: boolean } = {}) => ({
    theme: 'complaint' as Theme,
    topic,
    conversations: Array.from({ length: to - from }, (_, index) => `c${from + index}`),
    usual: monthOf(4),
    isOngoing: false,
    ...over,
  })
  const told = (...rushes: ReturnType<typeof rush>[]) => newSurges(rushes).map(({ theme, topic }) => [theme, topic])

  it('is a topic, rather than its theme or what is said of the topic besides', () => {
    expect(told(rush('', 0, 16), rush('late', 0, 9), rush('delivery', 0, 14))).toEqual([['complaint', 'delivery']])
  })

  it('is the theme where no topic accounts for it', () => {
    expect(told(rush('', 0, 16), rush('delivery', 0, 4))).toEqual([['complaint', '']])
    expect(told(rush('', 0, 26), rush('delivery', 0, 14))).toEqual([
      ['complaint', 'delivery'],
      ['complaint', ''],
    ])
  })

  it('is each of two topics that have little to do with one another, and of each theme', () => {
    expect(
      told(rush('delivery', 0, 14), rush('website', 12, 24), rush('delivery', 0, 9, { theme: 'question' })),
    ).toEqual([
      ['complaint', 'delivery'],
      ['complaint', 'website'],
      ['question', 'delivery'],
    ])
  })

  it('is not told again under another name while it goes on', () => {
    expect(told(rush('', 0, 16), rush('delivery', 0, 14, { isOngoing: true }), rush('parcel', 2, 14))).toEqual([])
  })
})

describe('what is usual', () => {
  it('is known from the same time of the four weeks before, by the team’s clock', () => {
    // Between both Mondays the clocks went forward in Berlin.
    const periods = usualPeriods(at('2026-03-30T08:00Z'), 'Europe/Berlin', at('2025-01-01'))
    expect(periods[0]).toEqual({ from: at('2026-03-23T07:30Z'), to: at('2026-03-23T10:00Z') })
    expect(periods).toHaveLength(4)
  })

  it('goes back as far as anything is known', () => {
    const now = at('2026-03-30T08:00Z')
    expect(usualPeriods(now, 'UTC', at('2026-03-12T00:00Z'))).toHaveLength(2)
    expect(usualPeriods(now, 'UTC', at('2026-03-27T00:00Z'))).toHaveLength(3)
    expect(usualPeriods(now, 'UTC', at('2026-03-29T12:00Z'))).toEqual([])
  })
})
