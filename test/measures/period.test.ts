import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { daysBefore, daysOf, periodOf, titleOf, type PeriodAsk } from '../../src/measures/period.ts'
import { addDays, dateOf } from '../../src/settings/hours.ts'
import { usualHours } from '../../src/settings/tuning.ts'

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Havana']
const berlin = { ...usualHours, timeZone: 'Europe/Berlin' }
const dates = fc
  .date({ min: new Date('2012-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10))

describe('the days that are meant', () => {
  /** A Sunday; in Berlin it is Monday already. */
  const now = new Date('2026-03-01T23:30:00Z')

  it.each<[PeriodAsk['kind'], string, string]>([
    ['now', '2026-03-02', '2026-03-02'],
    ['yesterday', '2026-03-01', '2026-03-01'],
    ['week', '2026-02-23', '2026-03-01'],
    ['month', '2026-02-01', '2026-02-28'],
  ])('by the team’s calendar, of %s', (kind, from, to) => {
    expect(daysOf({ kind } as PeriodAsk, now, berlin)).toEqual({ from, to })
  })

  it('are a month before that began in another year', () => {
    const days = { from: '2025-12-01', to: '2025-12-31' }
    expect(daysOf({ kind: 'month' }, new Date('2026-01-31T12:00:00Z'), berlin)).toEqual(days)
  })

  it('are those that were named, unless they are still to come', () => {
    const of = (from: string, to: string) => daysOf({ kind: 'days', from, to }, now, berlin)
    expect(of('2026-02-20', '2026-03-02')).toEqual({ from: '2026-02-20', to: '2026-03-02' })
    expect(() => of('2026-02-20', '2026-03-03')).toThrow(
      '2026-03-03 is still to come: today is 2026-03-02. For example: 2026-02-20..2026-03-02',
    )
    expect(() => of('2026-04-01', '2026-04-03')).toThrow('For example: 2026-03-01')
  })
})

describe('a period', () => {
  it('is as long as its days are by the clock of the time zone', () => {
    const hoursOf = (from: string, to: string) => {
      const period = periodOf({ from, to }, 'Europe/Berlin')
      return (period.to.getTime() - period.from.getTime()) / 3_600_000
    }
    expect(hoursOf('2026-03-28', '2026-03-28')).toBe(24)
    expect(hoursOf('2026-03-29', '2026-03-29')).toBe(23)
    expect(hoursOf('2026-10-25', '2026-10-25')).toBe(25)
    expect(hoursOf('2026-10-01', '2026-10-31')).toBe(31 * 24 + 1)
  })

  it('has every moment of its days, and none of others', () => {
    fc.assert(
      fc.property(dates, fc.nat(400), fc.constantFrom(...zones), (from, more, zone) => {
        const to = addDays(from, more)
        const period = periodOf({ from, to }, zone)
        expect(dateOf(period.from, zone)).toBe(from)
        expect(dateOf(new Date(period.to.getTime() - 1), zone)).toBe(to)
        expect(periodOf({ from: addDays(to, 1), to: addDays(to, 1) }, zone).from).toEqual(period.to)
      }),
    )
  })
})

describe('the title', () => {
  it.each([
    ['2026-11-20', '2026-11-20', 'Friday 20 November 2026'],
    ['2026-11-20', '2026-11-22', 'Friday 20 – Sunday 22 November 2026'],
    ['2026-10-30', '2026-11-01', 'Friday 30 October – Sunday 1 November 2026'],
    ['2026-12-31', '2027-01-02', 'Thursday 31 December 2026 – Saturday 2 January 2027'],
    ['2026-11-16', '2026-11-22', '16–22 November 2026'],
    ['2026-11-30', '2026-12-06', '30 November – 6 December 2026'],
    ['2026-12-28', '2027-01-03', '28 December 2026 – 3 January 2027'],
    ['2026-11-01', '2026-11-30', 'November 2026'],
    ['2024-02-01', '2024-02-29', 'February 2024'],
    ['2026-02-01', '2026-02-27', '1–27 February 2026'],
  ])('of %s to %s', (from, to, title) => {
    expect(titleOf({ from, to })).toBe(title)
  })
})

describe('what came just before', () => {
  it('is as long', () => {
    fc.assert(
      fc.property(dates, fc.nat(26), (from, more) => {
        const before = daysBefore({ from, to: addDays(from, more) })
        expect(before).toEqual({ from: addDays(from, -more - 1), to: addDays(from, -1) })
      }),
    )
  })

  it('is the month before, of a month', () => {
    expect(daysBefore({ from: '2026-03-01', to: '2026-03-31' })).toEqual({ from: '2026-02-01', to: '2026-02-28' })
    expect(daysBefore({ from: '2026-01-01', to: '2026-01-31' })).toEqual({ from: '2025-12-01', to: '2025-12-31' })
  })
})
