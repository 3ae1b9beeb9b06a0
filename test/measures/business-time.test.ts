import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterOpenMs, businessTime, openMs } from '../../src/measures/business-time.ts'
import { dateOf } from '../../src/settings/hours.ts'
import type { Hours } from '../../src/settings/tuning.ts'

const minute = 60_000
const hour = 60 * minute
const at = (text: string) => new Date(text)

/** Monday to Friday, 9 to 12 and 13 to 17. */
function officeHours(changes: Partial<Hours> = {}): Hours {
  const day: [string, string][] = [
    ['09:00', '12:00'],
    ['13:00', '17:00'],
  ]
  return { timeZone: 'Europe/Berlin', week: [day, day, day, day, day, [], []], holidays: [], ...changes }
}

function openBetween(hours: Hours, from: string, to: string): number {
  return openMs(businessTime(hours, at(from), at(to)), at(from), at(to)) / hour
}

describe('business time', () => {
  it('counts the hours in which the team works, and nothing else', () => {
    // 2 March 2026 is a Monday; Berlin is an hour ahead of UTC.
    expect(openBetween(officeHours(), '2026-03-02T08:00Z', '2026-03-02T16:00Z')).toBe(7)
    expect(openBetween(officeHours(), '2026-03-02T10:30Z', '2026-03-02T12:30Z')).toBe(1)
    expect(openBetween(officeHours(), '2026-03-02T16:00Z', '2026-03-03T08:00Z')).toBe(0)
  })

  it('leaves out the weekend and the holidays', () => {
    expect(openBetween(officeHours(), '2026-03-06T15:00Z', '2026-03-09T09:00Z')).toBe(2)
    expect(openBetween(officeHours({ holidays: ['2026-03-09'] }), '2026-03-06T15:00Z', '2026-03-10T09:00Z')).toBe(2)
  })

  it('counts a night in which the clocks go forward or back as long as it was', () => {
    const always: [string, string][] = [['00:00', '24:00']]
    const hours = officeHours({ week: [[], [], [], [], [], always, always] })
    expect(openBetween(hours, '2026-03-27T12:00Z', '2026-03-31T12:00Z')).toBe(47)
    expect(openBetween(hours, '2026-10-23T12:00Z', '2026-10-27T12:00Z')).toBe(49)
  })

  it('is all the time for a team that wrote down no hours', () => {
    const hours = officeHours({ week: [[], [], [], [], [], [], []], holidays: ['2026-03-02'] })
    expect(openBetween(hours, '2026-03-01T22:30Z', '2026-03-03T00:30Z')).toBe(26)
  })

  it('tells when so much of it will have passed', () => {
    const hours = officeHours()
    const time = businessTime(hours, at('2026-03-06T12:00Z'), at('2026-03-20T12:00Z'))
    expect(afterOpenMs(time, at('2026-03-06T15:30Z'), 30 * minute)).toEqual(at('2026-03-06T16:00Z'))
    expect(afterOpenMs(time, at('2026-03-06T15:30Z'), 31 * minute)).toEqual(at('2026-03-09T08:01Z'))
    expect(afterOpenMs(time, at('2026-03-07T12:00Z'), 0)).toEqual(at('2026-03-07T12:00Z'))
    expect(afterOpenMs(time, at('2026-03-06T15:30Z'), 1000 * hour)).toBeNull()
  })

  it('is what one would count minute by minute, in any time zone, through changes of the clock', () => {
    const moment = fc.date({ min: at('2026-01-01T00:00Z'), max: at('2026-12-28T00:00Z'), noInvalidDate: true })
    fc.assert(
      fc.property(anyHours, moment, fc.integer({ min: 0, max: 2 * 24 * 60 }), (hours, start, minutes) => {
        const from = new Date(Math.floor(start.getTime() / minute) * minute)
        const to = new Date(from.getTime() + minutes * minute)
        const isOpen = wallOf(hours)
        let counted = 0
        for (let now = from.getTime(); now < to.getTime(); now += minute) if (isOpen(now)) counted += minute
        expect(openMs(businessTime(hours, from, to), from, to)).toBe(counted)
      }),
      { numRuns: 40 },
    )
  })

  it('adds up, never runs backwards, and is found again by the moment at which it has passed', () => {
    const offset = fc.integer({ min: 0, max: 30 * 24 * 60 })
    fc.assert(
      fc.property(anyHours, fc.tuple(offset, offset, offset), (hours, offsets) => {
        const [a = 0, b = 0, c = 0] = offsets
          .toSorted((x, y) => x - y)
          .map((one) => Date.UTC(2026, 9, 10) + one * minute)
        const time = businessTime(hours, new Date(a), new Date(c + 60 * 24 * hour))
        const [ab, bc] = [openMs(time, new Date(a), new Date(b)), openMs(time, new Date(b), new Date(c))]
        expect(openMs(time, new Date(a), new Date(c))).toBe(ab + bc)
        expect(ab).toBeLessThanOrEqual(b - a)
        const passed = afterOpenMs(time, new Date(a), ab)
        expect(passed && openMs(time, new Date(a), passed)).toBe(ab)
        expect(passed?.getTime()).toBeLessThanOrEqual(b)
      }),
      { numRuns: 300 },
    )
  })
})

const clockTime = fc.integer({ min: 0, max: 96 })
const span = fc.uniqueArray(clockTime, { minLength: 0, maxLength: 4 }).map((quarters) => {
  const times = quarters.toSorted((a, b) => a - b).map((quarter) => textOf(quarter * 15))
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < times.length; index += 2) pairs.push([times[index] ?? '', times[index + 1] ?? ''])
  return pairs
})
const anyHours: fc.Arbitrary<Hours> = fc.record({
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
  week: fc.array(span, { minLength: 7, maxLength: 7 }).filter((week) => week.some((spans) => spans.length > 0)),
  holidays: fc.constantFrom([], ['2026-03-29', '2026-10-25', '2026-11-02']),
})

function textOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

/** Whether clocks on the team's wall show a time at which it works. */
function wallOf(hours: Hours): (now: number) => boolean {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: hours.timeZone, hour: '2-digit', minute: '2-digit' })
  return (now) => {
    const date = dateOf(new Date(now), hours.timeZone)
    if (hours.holidays.includes(date)) return false
    const time = clock.format(now)
    const weekday = (new Date(date).getUTCDay() + 6) % 7
    return (hours.week[weekday] ?? []).some(([from, to]) => from <= time && time < to)
  }
}
