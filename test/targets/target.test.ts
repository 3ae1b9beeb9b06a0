import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { businessTime, openMs } from '../../src/measures/business-time.ts'
import { themes, urgencies } from '../../src/interactions/interaction.ts'
import { usualHours, type Hours, type Target } from '../../src/settings/tuning.ts'
import { dueAt, dueText, riskAt, soonestRiskMs, targetFor, targetText } from '../../src/targets/target.ts'

const minute = 60_000
const at = (text: string) => new Date(text)

function target(over: Partial<Target> = {}): Target {
  return { channels: [], themes: [], urgencies: [], minutes: 60, isBusinessTime: true, ...over }
}

function berlin(over: Partial<Hours> = {}): Hours {
  return { ...usualHours, timeZone: 'Europe/Berlin', ...over }
}

describe('the target of a conversation', () => {
  const complaint = { channel: 'email', theme: 'complaint', urgency: 'high' } as const

  it('is the first of which every condition holds', () => {
    const targets = [
      target({ themes: ['complaint'], channels: ['x'], minutes: 1 }),
      target({ themes: ['question', 'complaint'], urgencies: ['high'], minutes: 2 }),
      target({ minutes: 3 }),
    ]
    expect(targetFor(targets, complaint)?.minutes).toBe(2)
    expect(targetFor(targets, { ...complaint, channel: 'x' })?.minutes).toBe(1)
    expect(targetFor(targets, { ...complaint, urgency: 'low' })?.minutes).toBe(3)
    expect(targetFor(targets.slice(0, 1), complaint)).toBeNull()
    expect(targetFor([], complaint)).toBeNull()
  })

  it('asks for no theme and no urgency while nobody knows them', () => {
    const unknown = { channel: 'email', theme: null, urgency: null }
    const targets = [target({ themes: [...themes], minutes: 1 }), target({ urgencies: [...urgencies], minutes: 2 })]
    expect(targetFor(targets, unknown)).toBeNull()
    expect(targetFor([...targets, target({ channels: ['email'], minutes: 3 })], unknown)?.minutes).toBe(3)
  })
})

describe('when an answer is due', () => {
  // 6 March 2026 is a Friday; Berlin is an hour ahead of UTC.
  it('counts only the hours in which the team works, where the target says so', () => {
    expect(dueAt(target(), berlin(), at('2026-03-06T15:30Z'))).toEqual(at('2026-03-09T08:30Z'))
    expect(dueAt(target({ isBusinessTime: false }), berlin(), at('2026-03-06T15:30Z'))).toEqual(at('2026-03-06T16:30Z'))
    expect(dueAt(target(), berlin(), at('2026-03-07T12:00Z'))).toEqual(at('2026-03-09T09:00Z'))
  })

  it('leaves out holidays', () => {
    expect(dueAt(target(), berlin({ holidays: ['2026-03-09', '2026-03-10'] }), at('2026-03-06T15:30Z'))).toEqual(
      at('2026-03-11T08:30Z'),
    )
  })

  it('counts a night in which the clocks change as long as it was', () => {
    const always: [string, string][] = [['00:00', '24:00']]
    const hours = berlin({ week: [[], [], [], [], [], always, always] })
    // Saturday 28 March 12:00 in Berlin; on Sunday the clocks go forward.
    expect(dueAt(target({ minutes: 24 * 60 }), hours, at('2026-03-28T11:00Z'))).toEqual(at('2026-03-29T11:00Z'))
    expect(dueAt(target({ minutes: 36 * 60 }), hours, at('2026-03-28T11:00Z'))).toEqual(at('2026-04-03T23:00Z'))
  })

  it('comes at the end of the day when so much is left of it', () => {
    expect(dueAt(target(), berlin(), at('2026-03-06T15:00Z'))).toEqual(at('2026-03-06T16:00Z'))
  })

  it('is found for a team that works an hour a week, and waits for no team that hardly ever does', () => {
    const hour = berlin({ week: [[], [], [['10:00', '11:00']], [], [], [], []] })
    expect(dueAt(target({ minutes: 600 }), hour, at('2026-03-06T15:00Z'))).toEqual(at('2026-05-13T09:00Z'))
    const never = dueAt(target({ minutes: 43_200 }), hour, at('2026-03-06T15:00Z'))
    expect(never.getTime()).toBeGreaterThan(at('2029-01-01').getTime())
  })

  it('runs day and night for a team that wrote down no hours', () => {
    const none = berlin({ week: [[], [], [], [], [], [], []] })
    expect(dueAt(target(), none, at('2026-03-07T12:00Z'))).toEqual(at('2026-03-07T13:00Z'))
    expect(targetText(target(), none)).toBe('1 h')
    expect(targetText(target({ minutes: 90 }), berlin())).toBe('1 h 30 min of the team’s hours')
  })

  it('is nearly there after three quarters of the time, by the same clock', () => {
    expect(riskAt(target(), berlin(), at('2026-03-06T15:30Z'))).toEqual(at('2026-03-09T08:15Z'))
    expect(riskAt(target({ minutes: 120 }), berlin(), at('2026-03-06T15:30Z'))).toEqual(at('2026-03-09T09:00Z'))
    expect(soonestRiskMs([target({ minutes: 120 }), target()])).toBe(45 * minute)
    expect(soonestRiskMs([])).toBe(Infinity)
  })

  it('leaves exactly its time of the team’s hours, and is warned of before, in any time zone, at any time of the year', () => {
    fc.assert(
      fc.property(anyHours, anySince, fc.integer({ min: 1, max: 6000 }), (hours, since, minutes) => {
        const aim = target({ minutes })
        const [risk, due] = [riskAt(aim, hours, since), dueAt(aim, hours, since)]
        const time = businessTime(hours, since, due)
        expect(openMs(time, since, due)).toBe(minutes * minute)
        expect(openMs(time, since, risk)).toBe(minutes * minute * 0.75)
        expect(risk.getTime()).toBeLessThan(due.getTime())
        expect(risk.getTime() - since.getTime()).toBeGreaterThanOrEqual(soonestRiskMs([aim]))
        // The soonest such moment: a minute before, less had passed.
        expect(openMs(time, since, new Date(due.getTime() - 1))).toBeLessThan(minutes * minute)
      }),
      { numRuns: 200 },
    )
  })

  it('never comes sooner for who waits for a shorter time', () => {
    fc.assert(
      fc.property(anyHours, anySince, fc.integer({ min: 0, max: 20_000 }), (hours, since, later) => {
        const second = dueAt(target(), hours, new Date(since.getTime() + later * minute))
        expect(second.getTime()).toBeGreaterThanOrEqual(dueAt(target(), hours, since).getTime())
      }),
      { numRuns: 100 },
    )
  })
})

describe('how it is said', () => {
  it('names how long is left, and the time by the team’s clock', () => {
    const now = at('2026-03-06T13:15Z')
    expect(dueText(at('2026-03-06T13:30Z'), now, 'Europe/Berlin')).toBe('Due in 15 min: answer by 14:30')
    expect(dueText(at('2026-03-07T08:15Z'), now, 'Europe/Berlin')).toBe('Due in 19 h: answer by tomorrow 09:15')
    expect(dueText(at('2026-03-06T13:10Z'), now, 'Europe/Berlin')).toBe('Due since 14:10')
    expect(dueText(at('2026-03-05T13:10Z'), now, 'Europe/Berlin')).toBe('Due since Thursday 5 March 14:10')
  })
})

const anySince = fc.date({ min: at('2026-01-01'), max: at('2027-12-31'), noInvalidDate: true })
const clockTime = (quarter: number) =>
  `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`
const day = fc.uniqueArray(fc.integer({ min: 0, max: 96 }), { minLength: 0, maxLength: 4 }).map((quarters) => {
  const times = quarters.toSorted((a, b) => a - b).map(clockTime)
  const spans: [string, string][] = []
  for (let index = 0; index + 1 < times.length; index += 2) spans.push([times[index] ?? '', times[index + 1] ?? ''])
  return spans
})
const anyHours: fc.Arbitrary<Hours> = fc.record({
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
  // An hour a day at least, so that it is found within the time that is searched.
  week: fc
    .array(day, { minLength: 6, maxLength: 6 })
    .map((days) => [[['09:00', '12:00']] as [string, string][], ...days]),
  holidays: fc.constantFrom([], ['2026-03-29', '2026-10-25', '2026-11-02', '2027-03-29']),
})
