import { themes } from '../../interactions/interaction.ts'
import { channelOptions, flagOptions, themeOptions } from '../../settings/conditions.ts'
import { anyOf, oneOf, readValues } from '../values.ts'
import type { SettingsForm } from './settings-form.ts'

const ratings = ['none', '1', '2', '3', '4', '5'] as const

/** What two teammates must approve: whatever one of these is true of. */
export const secondApproval: SettingsForm = {
  make({ tuning: { secondApproval: now }, channels }) {
    const choices = { isOptional: true, kind: 'choices' } as const
    return {
      title: 'Second approval',
      submit: 'Save',
      context: [],
      fields: [
        { ...choices, id: 'themes', label: 'Themes', hint: 'Empty: none', value: now.themes, options: themeOptions },
        {
          ...choices,
          id: 'channels',
          label: 'Channels',
          hint: 'Empty: none',
          value: now.channels,
          options: channelOptions(channels, now.channels),
        },
        {
          ...choices,
          id: 'flags',
          label: 'Drafts that stand out',
          hint: 'Empty: none',
          value: now.flags.filter((flag) => flagOptions.some(({ value }) => value === flag)),
          options: flagOptions,
        },
        {
          id: 'maxRating',
          label: 'Low ratings',
          hint: null,
          isOptional: false,
          kind: 'choice',
          value: now.maxRating === null ? 'none' : `${now.maxRating}`,
          options: ratings.map((value) => ({
            value,
            label:
              value === 'none' ? 'Not because of the rating' : `${value} ${value === '1' ? 'star' : 'stars or fewer'}`,
          })),
        },
        {
          id: 'by',
          label: 'The second must be',
          hint: null,
          isOptional: false,
          kind: 'choice',
          value: now.by,
          options: [
            { value: 'anybody', label: 'Anybody else who may decide' },
            { value: 'managers', label: 'A manager' },
          ],
        },
      ],
    }
  },
  read(values, { tuning, channels }) {
    const read = readValues(values, {
      themes: anyOf(themes),
      channels: anyOf(channelOptions(channels, tuning.secondApproval.channels).map(({ value }) => value)),
      flags: anyOf(flagOptions.map(({ value }) => value)),
      maxRating: oneOf(ratings),
      by: oneOf(['anybody', 'managers']),
    })
    if ('errors' in read) return read
    const { maxRating, ...rest } = read.value
    const rules = { ...rest, maxRating: maxRating === 'none' ? null : Number(maxRating) }
    return { value: (now) => ({ ...now, secondApproval: rules }) }
  },
}
