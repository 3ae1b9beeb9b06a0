/**
 * A question to a teammate, before a platform gives it its look: a modal, a page. At most five fields, four
 * where something stands above them: Discord shows no more.
 */
export interface Form {
  id: FormId
  /** At most 24 characters. */
  title: string
  /** What the button says; at most 24 characters. */
  submit: string
  /** What stands above the fields: the customer's words. */
  context: { title: string; text: string }[]
  fields: Field[]
  about: FormAbout
}

export const formIds = [
  'edit',
  'redraft',
  'dismiss',
  'snooze',
  'schedule',
  'template',
  'assign',
  'log',
  'note',
  'forget',
  'settings.voice',
  'settings.rooms',
  'settings.room-rule',
  'settings.room-rule.remove',
  'settings.hours',
  'settings.target',
  'settings.target.remove',
  'settings.roles',
  'settings.second-approval',
  'settings.digest',
  'settings.digest.remove',
  'settings.digest-content',
  'settings.retention',
  'settings.retention.remove',
] as const
export type FormId = (typeof formIds)[number]

/** What a form is called while it is being made. */
export const formNames: Record<FormId, string> = {
  edit: 'Reply',
  redraft: 'Redraft',
  dismiss: 'Dismiss',
  snooze: 'Snooze',
  schedule: 'Send later',
  template: 'Send a template',
  assign: 'Assign',
  log: 'Log a call or visit',
  note: 'Note',
  forget: 'Erase a customer',
  'settings.voice': 'Voice',
  'settings.rooms': 'Rooms',
  'settings.room-rule': 'Rooms',
  'settings.room-rule.remove': 'Rooms',
  'settings.hours': 'Hours',
  'settings.target': 'Reply target',
  'settings.target.remove': 'Reply target',
  'settings.roles': 'Roles',
  'settings.second-approval': 'Second approval',
  'settings.digest': 'Digest',
  'settings.digest.remove': 'Digest',
  'settings.digest-content': 'Digest',
  'settings.retention': 'Retention',
  'settings.retention.remove': 'Retention',
}

/** What a form is about: it travels with it, and comes back. At most 2,500 characters as JSON. */
export type FormAbout = Record<string, string | number | boolean | null>

export interface Option {
  value: string
  label: string
}

export type Field = {
  id: string
  label: string
  hint: string | null
  isOptional: boolean
} & (
  | { kind: 'text'; value: string; maxLength: number; isLong: boolean }
  | { kind: 'choice'; value: string | null; options: Option[] }
  | { kind: 'choices'; value: string[]; options: Option[] }
  /** A date with a time. */
  | { kind: 'moment'; value: Date | null }
  | { kind: 'teammate'; value: string | null }
  /** A room of the workspace that asks. */
  | { kind: 'room'; value: string | null }
  /** A group of teammates of the workspace that asks: a user group, a role. */
  | { kind: 'group'; value: string | null }
)

/** What was typed, by field. A teammate's value is their id and name. */
export type FormValue = string | string[] | Date | { id: string; name: string } | null
export type FormValues = Record<string, FormValue>

export type FormOutcome =
  /** `said`: a line for the teammate, where the screen doesn't show it anyway. */
  | { kind: 'done'; said: string | null }
  /** By field; the form stays open with what was typed. */
  | { kind: 'invalid'; errors: Record<string, string> }
  /**
   * Too late, or no right to. `again`: `openForm` makes the form anew with this, as things stand now; put what was
   * typed back into its fields.
   */
  | { kind: 'refused'; reason: string; again?: FormAbout }
