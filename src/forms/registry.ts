import type { FormId } from '../workspaces/form.ts'
import { assign } from './assign.ts'
import type { CardForm } from './card-form.ts'
import { dismiss } from './dismiss.ts'
import { edit } from './edit.ts'
import { redraft } from './redraft.ts'
import { schedule } from './schedule.ts'
import { digest, digestContent, removeDigest } from './settings/digest.ts'
import { hours } from './settings/hours.ts'
import { roles } from './settings/roles.ts'
import { removeRetention, retention } from './settings/retention.ts'
import { removeRoomRule, roomRule } from './settings/room-rule.ts'
import { rooms } from './settings/rooms.ts'
import { secondApproval } from './settings/second-approval.ts'
import type { SettingsForm } from './settings/settings-form.ts'
import { removeTarget, target } from './settings/target.ts'
import { voice } from './settings/voice.ts'
import { snooze } from './snooze.ts'
import { template } from './template.ts'

type CardFormId = Exclude<FormId, 'log' | 'note' | 'forget' | SettingsFormId>
type SettingsFormId = Extract<FormId, `settings.${string}`>

const cardForms: Record<CardFormId, CardForm> = { edit, redraft, dismiss, snooze, schedule, template, assign }

const settingsForms: Record<SettingsFormId, SettingsForm> = {
  'settings.voice': voice,
  'settings.rooms': rooms,
  'settings.room-rule': roomRule,
  'settings.room-rule.remove': removeRoomRule,
  'settings.hours': hours,
  'settings.target': target,
  'settings.target.remove': removeTarget,
  'settings.roles': roles,
  'settings.second-approval': secondApproval,
  'settings.digest': digest,
  'settings.digest.remove': removeDigest,
  'settings.digest-content': digestContent,
  'settings.retention': retention,
  'settings.retention.remove': removeRetention,
}

/** Of which kind a form is. Null: there is none of this id, which came from outside. */
export function findForm(
  id: string,
):
  | { kind: 'card'; form: CardForm }
  | { kind: 'settings'; form: SettingsForm }
  | { kind: 'log' }
  | { kind: 'note' }
  | { kind: 'forget' }
  | null {
  if (id === 'log') return { kind: 'log' }
  if (id === 'note') return { kind: 'note' }
  if (id === 'forget') return { kind: 'forget' }
  if (Object.hasOwn(cardForms, id)) return { kind: 'card', form: cardForms[id as CardFormId] }
  if (Object.hasOwn(settingsForms, id)) return { kind: 'settings', form: settingsForms[id as SettingsFormId] }
  return null
}
