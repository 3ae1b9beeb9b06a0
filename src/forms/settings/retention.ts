import { removeEntry } from '../../settings/entries.ts'
import { channelOptions, nameOf } from '../../settings/conditions.ts'
import { daysText, retentionEntries } from '../../settings/retention.ts'
import { oneOf, readAs, readValues, words } from '../values.ts'
import type { SettingsForm } from './settings-form.ts'

/** Says for how many days a channel's conversations are kept, or changes it. */
export const retention: SettingsForm = {
  make: ({ channels }) => ({
    title: 'Erase what is old',
    submit: 'Save',
    context: [],
    fields: [
      {
        id: 'channel',
        label: 'Channel',
        hint: null,
        isOptional: false,
        kind: 'choice',
        value: null,
        options: channelOptions(channels),
      },
      {
        id: 'days',
        label: 'Erase after how many days?',
        hint: 'Counted from the last change; never while somebody waits. For example 365',
        isOptional: false,
        kind: 'text',
        value: '',
        maxLength: 10,
        isLong: false,
      },
    ],
  }),
  read(values, { channels }) {
    const read = readValues(values, {
      channel: oneOf(
        channelOptions(channels).map(({ value }) => value),
        'Choose a channel',
      ),
      days: words(10, 'Write a number of days, such as 365').transform(readAs(readDays)),
    })
    if ('errors' in read) return read
    const { channel, days } = read.value
    return { value: (tuning) => ({ ...tuning, retentionDays: { ...tuning.retentionDays, [channel]: days } }) }
  },
}

/** Has a channel's conversations kept for ever again. */
export const removeRetention: SettingsForm = {
  make({ tuning, channels }, about) {
    const entry = retentionEntries(tuning)[Number(about['index'])]
    const text = entry ? `${nameOf(entry[0], channelOptions(channels))}: ${daysText(entry[1])}` : ''
    return {
      title: 'Keep it for ever',
      submit: 'Keep',
      context: text ? [{ title: 'Erased until now', text }] : [],
      fields: [],
    }
  },
  read: (_values, _shown, about) => ({
    value: (tuning) => ({ ...tuning, retentionDays: Object.fromEntries(removeEntry(retentionEntries(tuning), about)) }),
  }),
}

function readDays(text: string): { value: number } | { error: string } {
  const [, digits] = /^(\d{1,5})(?:\s*days?)?$/i.exec(text.replaceAll(',', '')) ?? []
  const value = Number(digits)
  return value >= 1 && value <= 3650 ? { value } : { error: 'Write a number of days from 1 to 3650, such as 365' }
}
