import { readHolidays, readWeek, weekText } from '../../settings/hours-text.ts'
import { timeZone } from '../../settings/tuning.ts'
import { readAs, readValues, words } from '../values.ts'
import type { SettingsForm } from './settings-form.ts'

const longest = { timeZone: 100, week: 2000, holidays: 3000 }

/** When the team works. */
export const hours: SettingsForm = {
  make: ({ tuning }) => ({
    title: 'Hours',
    submit: 'Save',
    context: [],
    fields: [
      {
        id: 'timeZone',
        label: 'Time zone',
        hint: 'For example Europe/Berlin',
        isOptional: false,
        kind: 'text',
        value: tuning.hours.timeZone,
        maxLength: longest.timeZone,
        isLong: false,
      },
      {
        id: 'week',
        label: 'Week',
        hint: 'A line for some days: Mon-Fri 09:00-12:00, 13:00-17:00',
        isOptional: false,
        kind: 'text',
        value: weekText(tuning.hours.week),
        maxLength: longest.week,
        isLong: true,
      },
      {
        id: 'holidays',
        label: 'Holidays',
        hint: 'Dates such as 2026-12-25, one per line',
        isOptional: true,
        kind: 'text',
        value: tuning.hours.holidays.join('\n'),
        maxLength: longest.holidays,
        isLong: true,
      },
    ],
  }),
  read(values) {
    const read = readValues(values, {
      timeZone: words(longest.timeZone, 'Write a time zone such as Europe/Berlin')
        .transform((name) => name.replaceAll(' ', '_'))
        .pipe(timeZone),
      week: words(longest.week, null).transform(readAs(readWeek)),
      holidays: words(longest.holidays, null).transform(readAs(readHolidays)),
    })
    return 'errors' in read ? read : { value: (tuning) => ({ ...tuning, hours: read.value }) }
  },
}
