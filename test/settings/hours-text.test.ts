import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHolidays, readWeek, weekText } from '../../src/settings/hours-text.ts'
import { minutesText, readMinutes } from '../../src/settings/minutes-text.ts'
import { tuningSchema, usualHours } from '../../src/settings/tuning.ts'
import { weeks } from './weeks.ts'

describe('the week as text', () => {
  it('reads as it is shown', () => {
    expect(weekText(usualHours.week)).toBe('Mon-Fri 09:00-17:00\nSat-Sun closed')
    fc.assert(
      fc.property(weeks, (week) => {
        expect(readWeek(weekText(week))).toEqual({ value: week })
      }),
    )
  })

  it.each([
    ['mon – fri: 9-17', 'Mon-Fri 09:00-17:00\nSat-Sun closed'],
    ['Monday to', null],
    ['daily 8.30am - 8pm', 'Mon-Sun 08:30-20:00'],
    ['Weekdays 9-12 & 13-17\nSaturday 10 to 14', 'Mon-Fri 09:00-12:00, 13:00-17:00\nSat 10:00-14:00\nSun closed'],
    ['Fri-Mon 18:00-00:00', 'Mon 18:00-24:00\nTue-Thu closed\nFri-Sun 18:00-24:00'],
    [
      'tue, thu and sat 13-17, 9-12',
      'Mon closed\nTue 09:00-12:00, 13:00-17:00\nWed closed\nThu 09:00-12:00, 13:00-17:00\nFri closed\nSat 09:00-12:00, 13:00-17:00\nSun closed',
    ],
    ['Mon-Sun closed', 'Mon-Sun closed'],
  ])('reads %j', (text, shown) => {
    const read = readWeek(text)
    expect('value' in read ? weekText(read.value) : null).toBe(shown)
  })

  it.each([
    ['', 'never open writes: Mon-Sun closed'],
    ['Mon-Fri', "“Mon-Fri” can't be read. Write a line such as"],
    ['Mon-Fri 9-17\nNever 9-17', "“Never 9-17” can't be read"],
    ['Mon 22-2', "“Mon 22-2”: 22:00 isn't before 02:00. Split a night at 24:00"],
    ['Mon 9-13, 12-17', 'overlap'],
    ['Mon 9-12\nMon 13-17', 'Mon stands twice'],
    ['Mon 9-25', "can't be read"],
    ['Mon 1-2,3-4,5-6,7-8,9-10,11-12', 'more than 5 times'],
  ])('says what is wrong with %j', (text, error) => {
    expect(readWeek(text)).toEqual({ error: expect.stringContaining(error) })
  })

  it('is a week that the settings take, or an error, whatever is typed', () => {
    const piece = fc.constantFrom(
      'Mon',
      'fri',
      '-',
      '–',
      ',',
      ' ',
      '\n',
      ':',
      '9',
      '17',
      '9:30',
      'pm',
      'closed',
      'and',
      'daily',
    )
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(typed, (text) => {
        const read = readWeek(text)
        if ('value' in read)
          expect(tuningSchema.shape.hours.safeParse({ ...usualHours, week: read.value }).success).toBe(true)
        else expect(read.error.length).toBeLessThan(300)
      }),
    )
  })
})

describe('holidays as text', () => {
  it('are dates, in order, each once', () => {
    expect(readHolidays('2026-12-25\n 2026-12-26, 2026-01-01\n2026-12-25')).toEqual({
      value: ['2026-01-01', '2026-12-25', '2026-12-26'],
    })
    expect(readHolidays('')).toEqual({ value: [] })
  })

  it('are refused where they are none', () => {
    expect(readHolidays('2026-02-30')).toEqual({ error: expect.stringContaining('“2026-02-30” is no date') })
    const many = Array.from({ length: 201 }, (_, n) => new Date(n * 86_400_000).toISOString().slice(0, 10))
    expect(readHolidays(many.join('\n'))).toEqual({ error: 'Write at most 200 dates' })
  })
})

describe('minutes as text', () => {
  it('read as they are shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 43_200 }), (minutes) => {
        expect(readMinutes(minutesText(minutes))).toEqual({ value: minutes })
      }),
    )
  })

  it.each([
    ['90', 90],
    [' 2h ', 120],
    ['1.5 hours', 90],
    ['1 h 30', 90],
    ['45 MIN', 45],
  ])('reads %j', (text, value) => {
    expect(readMinutes(text)).toEqual({ value })
  })

  it.each(['', 'soon', '0', '-5', '2 d', '721 h', '1e3', '999999'])('refuses %j', (text) => {
    expect(readMinutes(text)).toHaveProperty('error')
  })
})
