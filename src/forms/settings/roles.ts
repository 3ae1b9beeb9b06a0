import { readValues, reference } from '../values.ts'
import type { SettingsForm } from './settings-form.ts'

/** Who may decide, and who may change the settings. */
export const roles: SettingsForm = {
  make({ tuning, workspaceId }) {
    const now = tuning.roles[workspaceId]
    return {
      title: 'Roles',
      submit: 'Save',
      context: [],
      fields: [
        {
          id: 'agents',
          label: 'Who may decide',
          hint: 'Empty: everybody in the room',
          isOptional: true,
          kind: 'group',
          value: now?.agents ?? null,
        },
        {
          id: 'managers',
          label: 'Who may also change the settings',
          hint: 'Who runs the workspace always may',
          isOptional: true,
          kind: 'group',
          value: now?.managers ?? null,
        },
      ],
    }
  },
  read(values, { workspaceId }) {
    const read = readValues(values, { agents: reference(null), managers: reference(null) })
    if ('errors' in read) return read
    return { value: (tuning) => ({ ...tuning, roles: { ...tuning.roles, [workspaceId]: read.value } }) }
  },
}
