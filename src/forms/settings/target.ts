import { isDeepStrictEqual } from 'node:util'
import { themes, urgencies } from '../../interactions/interaction.ts'
import { channelOptions, conditionsText, themeOptions, urgencyOptions } from '../../settings/conditions.ts'
import { putEntry, removeEntry } from '../../settings/entries.ts'
import { minutesText, readMinutes } from '../../settings/minutes-text.ts'
import type { Target } from '../../settings/tuning.ts'
import { anyOf, oneOf, readAs, readValues, words } from '../values.ts'
import type { SettingsForm } from './settings-form.ts'

/** Adds how soon an answer is due. */
export const target: SettingsForm = {
  make({ channels }) {
    const choices = { isOptional: true, kind: 'choices', value: [] as string[] } as const
    return {
      title: 'Add a reply target',
      submit: 'Add',
      context: [],
      fields: [
        {
          id: 'time',
          label: 'Answer within',
          hint: 'For example 30 min, 2 h or 1 h 30 min',
          isOptional: false,
          kind: 'text',
          value: '',
          maxLength: 40,
          isLong: false,
        },
        {
          id: 'clock',
          label: 'Counting',
          hint: null,
          isOptional: false,
          kind: 'choice',
          value: 'business',
          options: [
            { value: 'business', label: 'The team’s hours only' },
            { value: 'calendar', label: 'Day and night' },
          ],
        },
        { ...choices, id: 'themes', label: 'Theme', hint: 'Empty: any', options: themeOptions },
        { ...choices, id: 'urgencies', label: 'Urgency', hint: 'Empty: any', options: urgencyOptions },
        { ...choices, id: 'channels', label: 'Channel', hint: 'Empty: any', options: channelOptions(channels) },
      ],
    }
  },
  read(values, { channels }) {
    const read = readValues(values, {
      time: words(40, null).transform(readAs(readMinutes)),
      clock: oneOf(['business', 'calendar']),
      themes: anyOf(themes),
      urgencies: anyOf(urgencies),
      channels: anyOf(channelOptions(channels).map(({ value }) => value)),
    })
    if ('errors' in read) return read
    const { time, clock, ...conditions } = read.value
    const added: Target = { ...conditions, minutes: time, isBusinessTime: clock === 'business' }
    const isSame = (other: Target) => isDeepStrictEqual(conditionsOf(other), conditionsOf(added))
    return {
      value(tuning) {
        // The first that fits decides: what is meant for everything stands last.
        const general = tuning.targets.findIndex((other) => conditionsText(other, []) === null)
        const at = conditionsText(added, []) === null || general < 0 ? tuning.targets.length : general
        return { ...tuning, targets: putEntry(tuning.targets, added, isSame, at) }
      },
    }
  },
}

/** Takes one out. */
export const removeTarget: SettingsForm = {
  make({ tuning, channels }, about) {
    const old = tuning.targets[Number(about['index'])]
    const text = old ? `${conditionsText(old, channels) ?? 'Everything'}: ${minutesText(old.minutes)}` : ''
    return {
      title: 'Remove the target',
      submit: 'Remove',
      context: text ? [{ title: 'Target', text }] : [],
      fields: [],
    }
  },
  read: (_values, _shown, about) => ({
    value: (tuning) => ({ ...tuning, targets: removeEntry(tuning.targets, about) }),
  }),
}

function conditionsOf({ minutes: _minutes, isBusinessTime: _clock, ...conditions }: Target) {
  return conditions
}
