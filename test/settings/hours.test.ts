import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dateOf, momentOf, sendTimes, snoozeTimes, startOfDay, timeLabel } from '../../src/settings/hours.ts'
import { tuningSchema, usualHours, type Hours } from '../../src/settings/tuning.ts'
import { weeks } from './weeks.ts'

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'America/Havana',
  'Pacific/Apia',
  'Asia/Tokyo',
]
const moments = fc.date({ min: new Date('2011-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
const berlin: Hours = {
  timeZone: 'Europe/Berlin',
  week: [
    [
      ['09:00', '12:00'],
      ['13:00', '17:00'],
    ],
    [['09:00', '17:00']],
    [['09:00', '17:00']],
    [['09:00', '17:00']],
    [['10:00', '14:00']],
    [],
    [],
  ],
  holidays: ['2026-03-31', '2026-04-06'],
}
const labels = (times: Date[], now: Date, { timeZone }: Hours) => times.map((at) => timeLabel(at, now, timeZone))
const at = (text: string) => new Date(text)

describe('times of a clock', () => {
  it('are found again on that clock, unless they are skipped', () => {
    fc.assert(
      fc.property(moments, fc.constantFrom(...zones), (moment, zone) => {
        const minute = new Date(Math.floor(moment.getTime() / 60_000) * 60_000)
        const time = timeLabel(minute, minute, zone).replace('Today ', '')
        const found = momentOf(dateOf(minute, zone), time, zone)
        // Only an hour that comes twice has two such moments.
        expect(found.getTime()).toBeLessThanOrEqual(minute.getTime())
        expect(timeLabel(found, minute, zone)).toBe(`Today ${time}`)
      }),
    )
  })

  it('are the first of two as the clocks go back, and later by what is skipped as they go forward', () => {
    expect(momentOf('2026-10-25', '02:30', 'Europe/Berlin')).toEqual(at('2026-10-25T00:30:00Z'))
    expect(momentOf('2026-03-29', '02:30', 'Europe/Berlin')).toEqual(at('2026-03-29T01:30:00Z'))
    expect(momentOf('2026-03-02', '24:00', 'Europe/Berlin')).toEqual(at('2026-03-02T23:00:00Z'))
    expect(momentOf('2011-12-30', '12:00', 'Pacific/Apia')).toEqual(at('2011-12-30T22:00:00Z'))
  })

  it('begin each day at its first moment', () => {
    fc.assert(
      fc.property(moments, fc.constantFrom(...zones), (moment, zone) => {
        const start = startOfDay(moment, zone)
        expect(start.getTime()).toBeLessThanOrEqual(moment.getTime())
        expect(dateOf(start, zone)).toBe(dateOf(moment, zone))
        expect(dateOf(new Date(start.getTime() - 1), zone)).not.toBe(dateOf(moment, zone))
      }),
    )
  })
})

describe('times to choose from', () => {
  it('to send at are what is left of today, the next open days, and next week', () => {
    const monday = at('2026-03-02T07:30:00Z')
    expect(labels(sendTimes(berlin, monday), monday, berlin)).toEqual([
      'Today 09:00',
      'Today 13:00',
      'Today 17:00',
      'Tomorrow 09:00',
      'Wednesday 09:00',
      'Monday 9 March 09:00',
    ])
    const friday = at('2026-03-06T15:00:00Z')
    expect(labels(sendTimes(berlin, friday), friday, berlin)).toEqual(['Monday 09:00', 'Tuesday 09:00'])
  })

  it('to snooze until pass over holidays and days that are closed, and follow the clocks', () => {
    const thursday = at('2026-04-02T12:00:00Z')
    expect(labels(snoozeTimes(berlin, thursday), thursday, berlin)).toEqual(['Tomorrow 10:00', 'Tuesday 09:00'])
    const saturday = at('2026-03-28T12:00:00Z')
    expect(snoozeTimes(berlin, saturday)).toEqual([at('2026-03-30T07:00:00Z')])
  })

  it('are there for a team that is never open', () => {
    const never = { ...usualHours, week: usualHours.week.map(() => []) }
    const now = at('2026-03-07T12:00:00Z')
    expect(labels(snoozeTimes(never, now), now, never)).toEqual(['Tomorrow 09:00', 'Monday 09:00'])
  })

  it('are in the future, in order, each once, and not on a holiday, whatever the hours and the time zone', () => {
    fc.assert(
      fc.property(
        weeks,
        fc.constantFrom(...zones),
        moments,
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 5 }),
        (week, timeZone, now, holidays) => {
          const dates = holidays.map((days) => new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10))
          const hours = tuningSchema.shape.hours.parse({ timeZone, week, holidays: dates })
          for (const times of [sendTimes(hours, now), snoozeTimes(hours, now)]) {
            const ms = times.map((time) => time.getTime())
            expect(times.length).toBeGreaterThan(0)
            expect(ms).toEqual([...new Set(ms)].toSorted((a, b) => a - b))
            expect(ms[0]).toBeGreaterThan(now.getTime())
            expect(new Set(labels(times, now, hours)).size).toBe(times.length)
          }
          const opening = snoozeTimes(hours, now)[0]
          expect(hours.holidays).not.toContain(opening && dateOf(opening, timeZone))
        },
      ),
    )
  })
})
