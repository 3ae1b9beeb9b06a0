import type { webApi } from '@slack/bolt'
import { messageOf } from '../../../errors.ts'
import type { Form, FormAbout, FormId } from '../../form.ts'
import { loadingModal, messageModal, modalOf, type FormLook, type View } from '../blocks/modal.ts'
import { settingsModal } from '../blocks/settings.ts'
import { apologyFor, teammateOf, type Actor, type Desk } from './desk.ts'

/** A click or a command that a modal may answer. Slack takes it for 3 s, once. */
export interface Trigger {
  client: webApi.WebClient
  trigger: string
  actor: Actor
  /** Over what is there, or on top of the modal that was clicked in. */
  stack: 'open' | 'push'
}

/**
 * Opens a modal before any slow work, and shows what `fill` makes as soon as it is there.
 * Throws when Slack does not open it: then the teammate has seen nothing.
 */
export async function openModal(
  desk: Desk,
  { client, trigger, stack }: Trigger,
  name: string,
  fill: () => Promise<View>,
): Promise<void> {
  const { view } = await client.views[stack]({ trigger_id: trigger, view: loadingModal(name) })
  const content = await fill().catch((error: unknown) => messageModal(name, apologyFor(desk, 'modal', error)))
  if (view?.id) await showModal(desk, client, view.id, content)
}

/** Puts other content into a modal. Who closed it meanwhile has lost nothing. */
export async function showModal(desk: Desk, client: webApi.WebClient, viewId: string, view: View): Promise<void> {
  await client.views.update({ view_id: viewId, view }).catch((error: unknown) => {
    desk.io.log.info('modal not updated', { reason: messageOf(error) })
  })
}

export async function openForm(desk: Desk, at: Trigger, form: FormId, about: FormAbout): Promise<void> {
  await openModal(desk, at, formNames[form], () => formView(desk, at.actor, form, about))
}

/** The form as things stand, or why there is none. */
export async function formView(desk: Desk, actor: Actor, form: FormId, about: FormAbout): Promise<View> {
  const made = await desk.handlers.openForm(form, about, await teammateOf(desk, actor))
  return 'refused' in made ? messageModal(formNames[form], made.refused) : formModal(desk, actor.team, made)
}

export async function openSettings(desk: Desk, at: Trigger): Promise<void> {
  await openModal(desk, at, 'Settings', () => settingsView(desk, at.actor))
}

export async function settingsView(desk: Desk, actor: Actor): Promise<View> {
  const page = await desk.handlers.readSettings(await teammateOf(desk, actor))
  return 'refused' in page ? messageModal('Settings', page.refused) : settingsModal(page)
}

/** A form, with the user groups that it may offer. `values` and `errors`: when it comes back. */
export async function formModal(
  desk: Desk,
  team: string,
  form: Form,
  back: Pick<FormLook, 'values' | 'errors'> = {},
): Promise<View> {
  const groups = form.fields.some(({ kind }) => kind === 'group') ? await desk.members.groupsOf(team) : []
  return modalOf(form, { team, groups, ...back })
}

/** What a modal is called while its content is on its way. */
export const formNames: Record<FormId, string> = {
  edit: 'Reply',
  redraft: 'Redraft',
  dismiss: 'Dismiss',
  snooze: 'Snooze',
  schedule: 'Send later',
  assign: 'Assign',
  log: 'Log a call or visit',
  'settings.voice': 'Voice',
  'settings.rooms': 'Rooms',
  'settings.room-rule': 'Rooms',
  'settings.room-rule.remove': 'Rooms',
  'settings.hours': 'Hours',
  'settings.target': 'Reply target',
  'settings.target.remove': 'Reply target',
  'settings.roles': 'Roles',
  'settings.second-approval': 'Second approval',
}
