import { roomsOf, withRooms } from '../../settings/tuning.ts'
import { readValues, reference } from '../values.ts'
import type { SettingsForm } from './settings-form.ts'

/** Where cards go that no rule is about, and what is late or in trouble. */
export const rooms: SettingsForm = {
  make({ tuning, workspaceId }) {
    const now = roomsOf(tuning, workspaceId)
    return {
      title: 'Rooms',
      submit: 'Save',
      context: [],
      fields: [
        {
          id: 'default',
          label: 'Room for cards',
          hint: 'Where no rule says otherwise',
          isOptional: false,
          kind: 'room',
          value: now.default,
        },
        {
          id: 'escalation',
          label: 'Room for what is late',
          hint: 'And for what goes wrong. Empty: the room for cards',
          isOptional: true,
          kind: 'room',
          value: now.escalation,
        },
      ],
    }
  },
  read(values, { workspaceId }) {
    const read = readValues(values, { default: reference('Choose a room'), escalation: reference(null) })
    if ('errors' in read) return read
    return { value: (tuning) => withRooms(tuning, workspaceId, { ...roomsOf(tuning, workspaceId), ...read.value }) }
  },
}
