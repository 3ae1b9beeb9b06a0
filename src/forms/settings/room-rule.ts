import { isDeepStrictEqual } from 'node:util'
import { themes, urgencies } from '../../interactions/interaction.ts'
import {
  conditionsText,
  languageOptions,
  placeOptions,
  themeOptions,
  urgencyOptions,
} from '../../settings/conditions.ts'
import { putEntry, removeEntry } from '../../settings/entries.ts'
import { roomsOf, withRooms, type RoomRule } from '../../settings/tuning.ts'
import { anyOf, readValues, reference } from '../values.ts'
import type { SettingsForm } from './settings-form.ts'

/** Adds a rule that sends some cards to a room of their own. */
export const roomRule: SettingsForm = {
  make({ channels }) {
    const choices = { isOptional: true, kind: 'choices', value: [] as string[] } as const
    return {
      title: 'Add a room rule',
      submit: 'Add',
      context: [],
      fields: [
        {
          id: 'room',
          label: 'Cards go to',
          hint: 'The first rule that fits decides',
          isOptional: false,
          kind: 'room',
          value: null,
        },
        { ...choices, id: 'themes', label: 'Theme', hint: 'Empty: any', options: themeOptions },
        { ...choices, id: 'urgencies', label: 'Urgency', hint: 'Empty: any', options: urgencyOptions },
        { ...choices, id: 'places', label: 'Channel', hint: 'Empty: any', options: placeOptions(channels) },
        { ...choices, id: 'languages', label: 'Language', hint: 'Empty: any', options: languageOptions() },
      ],
    }
  },
  read(values, { channels, workspaceId }) {
    const read = readValues(values, {
      room: reference('Choose a room'),
      themes: anyOf(themes),
      urgencies: anyOf(urgencies),
      places: anyOf(placeOptions(channels).map(({ value }) => value)),
      languages: anyOf(languageOptions().map(({ value }) => value)),
    })
    if ('errors' in read) return read
    const { room, places, ...rest } = read.value
    const accounts = places.filter((place) => place.includes('/'))
    const wide = places.filter((place) => !place.includes('/'))
    if (accounts.length > 0 && wide.length > 0)
      return { errors: { places: 'Choose whole channels or single accounts, not both in one rule' } }
    const conditions = { channels: wide, accounts, ...rest }
    if (conditionsText(conditions, channels) === null)
      return {
        errors: {
          themes: 'Choose at least one theme, urgency, channel or language. Everything else goes to the room for cards',
        },
      }
    const rule: RoomRule = { ...conditions, room: room ?? '' }
    const isSame = ({ room: _, ...other }: RoomRule) => isDeepStrictEqual(other, conditions)
    return {
      value(tuning) {
        const rooms = roomsOf(tuning, workspaceId)
        return withRooms(tuning, workspaceId, { ...rooms, rules: putEntry(rooms.rules, rule, isSame) })
      },
    }
  },
}

/** Takes one out. */
export const removeRoomRule: SettingsForm = {
  make({ tuning, workspaceId, channels }, about) {
    const rule = roomsOf(tuning, workspaceId).rules[Number(about['index'])]
    const text = rule ? `${conditionsText(rule, channels)} → ${rule.room}` : ''
    return { title: 'Remove the rule', submit: 'Remove', context: text ? [{ title: 'Rule', text }] : [], fields: [] }
  },
  read: (_values, { workspaceId }, about) => ({
    value(tuning) {
      const rooms = roomsOf(tuning, workspaceId)
      return withRooms(tuning, workspaceId, { ...rooms, rules: removeEntry(rooms.rules, about) })
    },
  }),
}
