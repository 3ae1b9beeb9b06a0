import type { TunableChannel } from '../../settings/conditions.ts'
import type { Tuning } from '../../settings/tuning.ts'
import type { Form, FormAbout, FormValues } from '../../workspaces/form.ts'
import type { Read } from '../values.ts'

/** A form of the settings: what it asks, and the change that the answers are. Both halves are pure. */
export interface SettingsForm {
  make(shown: SettingsShown, about: FormAbout): Omit<Form, 'id' | 'about'>
  read(values: FormValues, shown: SettingsShown, about: FormAbout): Read<Change>
}

/** Throws BadInputError or ConflictError where the settings have become such that it can't be made. */
export type Change = (tuning: Tuning) => Tuning

export interface SettingsShown {
  tuning: Tuning
  /** Which workspace's rooms and roles. */
  workspaceId: string
  /** The one room that the workspace has; null where a team chooses among many. */
  room: string | null
  channels: TunableChannel[]
}
