import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveDates } from '../../src/history/dates.ts'
import { addDays, dateOf, weekdayOf } from '../../src/settings/hours.ts'
import { usualHours } from '../../src/settings/tuning.ts'
import { readDates } from '../../src/workspaces/command-dates.ts'
import type { DateAsk, DayAsk } from '../../src/workspaces/command-find.ts'

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'America/Havana',
  'Pacific/Chatham',
]
const hoursIn = (timeZone: string) => ({ ...usualHours, timeZone })

/** Days as they are typed, the last one included. */
function daysOf(text: string, now: Date, timeZone = 'Europe/Berlin') {
  const read = readDates(text.split(' '))
  if ('problem' in read) throw new Error(read.problem)
  const { from, to, title } = resolveDates(read.value, now, hoursIn(timeZone))
  const last = to && dateOf(new Date(to.getTime() - 1), timeZone)
  return [from && dateOf(from, timeZone), last, title]
}

describe('dates', () => {
  /** A Sunday evening; in Berlin it is Monday the 23rd already. */
  const now = new Date('2026-11-22T23:30:00Z')

  it.each([
    ['today', '2026-11-23', '2026-11-23', 'Monday 23 November 2026'],
    ['yesterday', '2026-11-22', '2026-11-22', 'Sunday 22 November 2026'],
    ['since monday', '2026-11-23', null, 'since Monday 23 November'],
    ['since last monday', '2026-11-16', null, 'since 16 November'],
    ['since tuesday', '2026-11-17', null, 'since Tuesday 17 November'],
    ['this week', '2026-11-23', '2026-11-29', '23–29 November 2026'],
    ['last week', '2026-11-16', '2026-11-22', '16–22 November 2026'],
    ['this month', '2026-11-01', '2026-11-30', 'November 2026'],
    ['last month', '2026-10-01', '2026-10-31', 'October 2026'],
    ['last year', '2025-01-01', '2025-12-31', '1 January – 31 December 2025'],
    ['last 30 days', '2026-10-25', '2026-11-23', '25 October – 23 November 2026'],
    ['last 12 months', '2025-11-01', '2026-11-23', '1 November 2025 – 23 November 2026'],
    ['in october', '2026-10-01', '2026-10-31', 'October 2026'],
    ['in december', '2025-12-01', '2025-12-31', 'December 2025'],
    ['in november', '2026-11-01', '2026-11-30', 'November 2026'],
    ['on 24 november', '2025-11-24', '2025-11-24', 'Monday 24 November 2025'],
    ['on 29 february', '2024-02-29', '2024-02-29', 'Thursday 29 February 2024'],
    ['until 3 november', null, '2026-11-03', 'until 3 November'],
    ['before 2026-01-01', null, '2025-12-31', 'until 31 December 2025'],
    ['since 2025-10-01', '2025-10-01', null, 'since 1 October 2025'],
    ['after last week', '2026-11-23', null, 'since Monday 23 November'],
    ['before this week', null, '2026-11-22', 'until Sunday 22 November'],
    ['2026-10-05..2026-10-12', '2026-10-05', '2026-10-12', '5–12 October 2026'],
    ['from friday to tuesday', '2026-11-20', '2026-11-24', 'Friday 20 – Tuesday 24 November 2026'],
    ['3 october to 2 january', '2026-10-03', '2027-01-02', '3 October 2026 – 2 January 2027'],
    ['from 2025-10-03 to november', '2025-10-03', '2026-11-30', '3 October 2025 – 30 November 2026'],
  ])('are %s by the team’s calendar', (text, from, to, title) => {
    expect(daysOf(text, now)).toEqual([from, to, title])
  })

  it('are another day in another time zone', () => {
    expect(daysOf('today', now, 'America/New_York')[0]).toBe('2026-11-22')
  })

  it('have come already, and end after they begin', () => {
    expect(() => daysOf('since 2026-11-24', now)).toThrow('2026-11-24 is still to come: today is 2026-11-23')
    expect(() => daysOf('since yesterday until 2026-10-01', now)).toThrow('2026-11-22 comes after 2026-10-01')
    expect(() => daysOf('after today', now)).toThrow('still to come')
  })

  const days: fc.Arbitrary<DayAsk> = fc.letrec<{ day: DayAsk; one: DayAsk }>((tie) => ({
    day: fc.oneof(
      { maxDepth: 2, depthSize: 'small' },
      tie('one'),
      fc.record({ kind: fc.constant('beside' as const), day: tie('day'), isAfter: fc.boolean() }),
    ),
    one: fc.oneof(
      fc.record({
        kind: fc.constant('date' as const),
        date: fc.nat(10_000).map((after) => addDays('2005-01-01', after)),
      }),
      fc.record({ kind: fc.constant('ago' as const), days: fc.nat(2000) }),
      fc.record({ kind: fc.constant('weekday' as const), weekday: fc.nat(6), isBeforeToday: fc.boolean() }),
      fc
        .nat(365)
        .map((after) => addDays('2024-01-01', after))
        .chain((date) =>
          fc.record({
            kind: fc.constant('named' as const),
            month: fc.constant(Number(date.slice(5, 7))),
            day: fc.constantFrom(Number(date.slice(8)), 'last' as const),
          }),
        ),
      fc.record({
        kind: fc.constant('edge' as const),
        of: fc.constantFrom('week' as const, 'month' as const, 'year' as const),
        ago: fc.nat(30),
        isEnd: fc.boolean(),
      }),
    ),
  })).day
  const moments = fc.date({ min: new Date('2012-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })

  it('begin and end at the first moment of a day in any time zone, and are in order', () => {
    const asks: fc.Arbitrary<DateAsk> = fc.record({ from: fc.option(days), to: fc.option(days) })
    fc.assert(
      fc.property(asks, moments, fc.constantFrom(...zones), (ask, at, zone) => {
        let found: ReturnType<typeof resolveDates>
        try {
          found = resolveDates(ask, at, hoursIn(zone))
        } catch (error) {
          expect(error).toMatchObject({ name: 'BadInputError' })
          return
        }
        expect([found.from === null, found.to === null]).toEqual([ask.from === null, ask.to === null])
        for (const edge of [found.from, found.to])
          if (edge) expect(dateOf(new Date(edge.getTime() - 1), zone) < dateOf(edge, zone)).toBe(true)
        if (found.from) expect(found.from <= at).toBe(true)
        if (found.from && found.to) expect(found.from < found.to).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('are weeks from Monday, and the last day of a name', () => {
    fc.assert(
      fc.property(moments, fc.constantFrom(...zones), fc.nat(6), (at, zone, weekday) => {
        const of = (kind: DayAsk) => {
          const { from } = resolveDates({ from: kind, to: null }, at, hoursIn(zone))
          return from ? dateOf(from, zone) : ''
        }
        const today = dateOf(at, zone)
        const monday = of({ kind: 'edge', of: 'week', ago: 0, isEnd: false })
        expect(weekdayOf(monday)).toBe(0)
        expect(monday <= today && today < addDays(monday, 7)).toBe(true)
        const named = of({ kind: 'weekday', weekday, isBeforeToday: false })
        expect(weekdayOf(named)).toBe(weekday)
        expect(named <= today && named > addDays(today, -7)).toBe(true)
        const before = of({ kind: 'weekday', weekday, isBeforeToday: true })
        expect(before < today && before >= addDays(today, -7)).toBe(true)
      }),
    )
  })
})
