import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  dueDigests,
  nextDigest,
  planText,
  plansOf,
  putPlan,
  withPlans,
  type DueDigest,
} from '../../src/digests/schedule.ts'
import { addDays, momentOf } from '../../src/settings/hours.ts'
import {
  defaultTuning,
  usualHours,
  withRooms,
  type DigestPlan,
  type Hours,
  type ReportInterval,
} from '../../src/settings/tuning.ts'
import { weeks } from '../settings/weeks.ts'
import { random } from './support.ts'

const at = (text: string) => new Date(text)
const plan = (every: ReportInterval = 'day', time = '09:00', room = 'T1/C1'): DigestPlan => ({ room, every, at: time })
const berlin: Hours = { ...usualHours, timeZone: 'Europe/Berlin' }

/** What is due when it was looked a minute before. */
function due(now: string, hours = berlin, plans = [plan()]): DueDigest[] {
  return dueDigests(plans, hours, new Date(at(now).getTime() - 60_000), at(now))
}

/** What is due when nobody looked for long. */
const late = (now: string, hours = berlin, plans = [plan()]) => dueDigests(plans, hours, new Date(0), at(now))
const dated = (digests: DueDigest[]) => digests.map(({ date }) => date)

describe('the daily digest', () => {
  it('comes at its time, about the day before', () => {
    expect(due('2026-11-20T07:59:00Z')).toEqual([])
    expect(due('2026-11-20T08:00:00Z')).toEqual([
      {
        room: 'T1/C1',
        every: 'day',
        date: '2026-11-20',
        days: { from: '2026-11-19', to: '2026-11-19' },
        at: at('2026-11-20T08:00:00Z'),
        isLate: false,
      },
    ])
    expect(due('2026-11-20T08:01:00Z')).toEqual([])
  })

  it('comes on working days, about all days since the one before', () => {
    const easter = { ...berlin, holidays: ['2026-04-03', '2026-04-06'] }
    expect(due('2026-11-21T08:00:00Z')).toEqual([])
    expect(due('2026-11-23T08:00:00Z')).toMatchObject([{ days: { from: '2026-11-20', to: '2026-11-22' } }])
    expect(due('2026-04-06T07:00:00Z', easter)).toEqual([])
    expect(due('2026-04-07T07:00:00Z', easter)).toMatchObject([{ days: { from: '2026-04-02', to: '2026-04-06' } }])
  })

  it('comes every day to a team that wrote down no hours', () => {
    const hours = { ...berlin, week: berlin.week.map(() => []) }
    expect(due('2026-11-22T08:00:00Z', hours)).toMatchObject([{ days: { from: '2026-11-21', to: '2026-11-21' } }])
  })

  it('comes late until midnight, and says so', () => {
    expect(late('2026-11-20T08:10:00Z')).toMatchObject([{ isLate: false }])
    expect(late('2026-11-20T08:10:01Z')).toMatchObject([{ isLate: true, date: '2026-11-20' }])
    expect(late('2026-11-20T22:59:59Z')).toMatchObject([{ isLate: true, date: '2026-11-20' }])
    expect(late('2026-11-20T23:00:00Z')).toEqual([])
  })

  it('comes once where a time comes twice, and all the same where it is skipped', () => {
    const night = [plan('day', '02:30')]
    const always = { ...berlin, week: berlin.week.map(() => []) }
    const hourly = (from: string, count: number) =>
      Array.from({ length: count }, (_, n) => new Date(at(from).getTime() + n * 1_800_000).toISOString())
    const all = (from: string) =>
      hourly(from, 20).flatMap((now) =>
        dueDigests(night, always, new Date(at(now).getTime() - 1_800_000), at(now)).map((one) => one.at.toISOString()),
      )
    expect(all('2026-10-24T22:00:00Z')).toEqual(['2026-10-25T00:30:00.000Z'])
    expect(all('2026-03-28T22:00:00Z')).toEqual(['2026-03-29T01:30:00.000Z'])
  })
})

describe('weekly and monthly digests', () => {
  const week = [plan('week')]
  const month = [plan('month')]

  it('come on the first working day, about the week or the month before', () => {
    expect(due('2026-11-23T08:00:00Z', berlin, week)).toMatchObject([
      { date: '2026-11-23', days: { from: '2026-11-16', to: '2026-11-22' } },
    ])
    const monday = { ...berlin, holidays: ['2026-11-23'] }
    expect(due('2026-11-23T08:00:00Z', monday, week)).toEqual([])
    expect(dated(due('2026-11-24T08:00:00Z', monday, week))).toEqual(['2026-11-24'])
    expect(due('2026-08-03T07:00:00Z', berlin, month)).toMatchObject([
      { date: '2026-08-03', days: { from: '2026-07-01', to: '2026-07-31' } },
    ])
  })

  it('come late for three days', () => {
    expect(dated(late('2026-11-25T22:59:00Z', berlin, week))).toEqual(['2026-11-23'])
    expect(late('2026-11-25T23:00:00Z', berlin, week)).toEqual([])
    const friday = { ...berlin, week: berlin.week.map((spans, day) => (day === 4 ? spans : [])) }
    // What fell on a Friday is still to come on Sunday, not on Monday.
    expect(dated(late('2026-11-22T12:00:00Z', friday, week))).toEqual(['2026-11-20'])
    expect(late('2026-11-23T12:00:00Z', friday, week)).toEqual([])
  })

  it('are about two weeks after one in which nobody worked', () => {
    const days = ['2026-12-28', '2026-12-29', '2026-12-30', '2026-12-31', '2027-01-01']
    expect(due('2027-01-04T08:00:00Z', { ...berlin, holidays: days }, week)).toMatchObject([
      { days: { from: '2026-12-21', to: '2027-01-03' } },
    ])
  })
})

describe('a year of days', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe']
  const plans = [plan('day', '02:15'), plan('week'), plan('month', '23:30')]
  const worked: [string, string][] = [['09:00', '17:00']]
  /** Sundays are worked, so that clocks change on working days. */
  const week = [worked, worked, [], worked, worked, [], worked]
  const holidays = ['2026-01-01', '2026-04-03', '2026-04-06', '2026-05-11', '2026-12-24', '2026-12-25', '2026-12-28']

  it.each(zones)('brings each digest once in %s, unless nobody looked until it was long gone', (timeZone) => {
    const hours = { timeZone, week, holidays }
    const times = looks(zones.indexOf(timeZone) + 1)
    const found: string[] = []
    for (const [index, now] of times.entries())
      for (const { every, date } of dueDigests(plans, hours, times[index - 1] ?? now, now))
        found.push(`${every} ${date}`)
    const expected: string[] = []
    for (let date = '2026-01-01'; date <= '2026-12-31'; date = addDays(date, 1))
      for (const { every, at: time } of plans) {
        const falls = momentOf(date, time, timeZone)
        const gone = momentOf(addDays(date, every === 'day' ? 1 : 3), '00:00', timeZone)
        const isSeen = times.some((now) => now >= falls && now < gone)
        if (isSeen && fallsOn(every, date, hours)) expected.push(`${every} ${date}`)
      }
    const inYear = found.filter((one) => one.includes(' 2026-'))
    expect(inYear.toSorted()).toEqual(expected.toSorted())
    expect(expected.length).toBeGreaterThan(250)
  })

  it('has every day in one daily, one weekly and one monthly digest, whatever the hours', () => {
    const someHolidays = fc.uniqueArray(
      fc.nat(120).map((days) => addDays('2026-03-01', days)),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(weeks, someHolidays, fc.constantFrom(...zones), (someWeek, days, timeZone) => {
        const hours = { timeZone, week: someWeek, holidays: days }
        for (const one of plans) {
          let now = at('2026-02-01T00:00:00Z')
          let told: string | null = null
          while (now < at('2026-08-01T00:00:00Z')) {
            const next = nextDigest(one, hours, now)
            if (!next) throw new Error('It never comes')
            if (told !== null) expect(next.days.from).toBe(addDays(told, 1))
            expect(next.days.to < next.date).toBe(true)
            told = next.days.to
            now = next.at
          }
        }
      }),
      { numRuns: 15 },
    )
  })

  /** Written the long way: the first of its kind is whatever none comes before. */
  function fallsOn(every: ReportInterval, date: string, hours: Hours): boolean {
    const isWorked = (one: string) =>
      (hours.week[(new Date(one).getUTCDay() + 6) % 7] ?? []).length > 0 && !hours.holidays.includes(one)
    if (!isWorked(date)) return false
    if (every === 'day') return true
    const day = new Date(date)
    const before = every === 'week' ? (day.getUTCDay() + 6) % 7 : day.getUTCDate() - 1
    return Array.from({ length: before }, (_, n) => addDays(date, -n - 1)).every((one) => !isWorked(one))
  }

  /** When somebody looks: mostly within the hour, now and then after days. */
  function looks(seed: number): Date[] {
    const next = random(seed)
    const times: Date[] = []
    for (let now = Date.parse('2025-12-30T00:00:00Z'); now < Date.parse('2027-01-05T00:00:00Z');) {
      times.push(new Date(now))
      const minutes = next() < 0.005 ? next() * 8000 : next() < 0.2 ? next() * 600 : 1 + next() * 150
      now += Math.ceil(minutes) * 60_000
    }
    return times
  }
})

describe('plans', () => {
  it('are by default one for every working day, in the room for cards', () => {
    expect(plansOf(defaultTuning, 'slack', null)).toEqual([])
    expect(plansOf(defaultTuning, 'web', 'room')).toEqual([plan('day', '09:00', 'room')])
    const tuned = withRooms(defaultTuning, 'slack', { default: 'T1/C1', escalation: null, rules: [] })
    expect(plansOf(tuned, 'slack', null)).toEqual([plan()])
    expect(plansOf(withPlans(tuned, 'slack', []), 'slack', null)).toEqual([])
    expect(plansOf(withPlans(tuned, 'slack', []), 'web', 'room')).toHaveLength(1)
  })

  it('are one of a kind in each room, and at most twenty', () => {
    const plans = [plan(), plan('week'), plan('day', '09:00', 'T1/C2')]
    expect(putPlan(plans, plan('week', '10:00'))).toEqual([plan(), plan('week', '10:00'), plans[2]])
    expect(putPlan(plans, plan('month'))).toEqual([...plans, plan('month')])
    const many = Array.from({ length: 20 }, (_, n) => plan('day', '09:00', `T1/C${n}`))
    expect(() => putPlan(many, plan('week'))).toThrow('There are 20 digests already')
    expect(putPlan(many, plan('day', '10:00', 'T1/C3'))).toHaveLength(20)
  })

  it('say when they come', () => {
    expect(planText(plan())).toBe('Every working day at 09:00')
    expect(planText(plan('week', '08:30'))).toBe('Every week at 08:30, on its first working day')
  })

  it('come next after now; never to a team that is always away', () => {
    expect(nextDigest(plan(), berlin, at('2026-11-20T08:00:00Z'))?.at).toEqual(at('2026-11-23T08:00:00Z'))
    const holidays = Array.from({ length: 500 }, (_, n) => addDays('2026-01-01', n))
    expect(nextDigest(plan(), { ...berlin, holidays }, at('2026-02-01T00:00:00Z'))).toBe(null)
  })
})
