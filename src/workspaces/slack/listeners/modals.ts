import type { webApi } from '@slack/bolt'
import { formNames, type Form, type FormAbout, type FormId } from '../../form.ts'
import { loadingModal, messageModal, modalOf, type FormLook, type View } from '../blocks/modal.ts'
import { settingsModal } from '../blocks/settings.ts'
import { asking, codeOf } from '../failures.ts'
import { apologyFor, teammateOf, type Actor, type Desk } from './desk.ts'
import type { Listener } from './tell.ts'

/** A click or a command that a modal may answer. Slack takes it for 3 s, once. */
export interface Trigger extends Listener {
  trigger: string
  /** Over what is there, or on top of the modal that was clicked in. */
  stack: 'open' | 'push'
}

/**
 * Opens a modal before any slow work, and shows what `fill` makes as soon as it is there.
 * Throws when Slack does not open it, or can't show the content: then the teammate has seen nothing, or waits.
 */
export async function openModal(
  desk: Desk,
  { client, trigger, stack }: Trigger,
  name: string,
  fill: () => Promise<View>,
): Promise<void> {
  const view = await asking('call', `open “${name}”`, () => opened(client, trigger, stack, name))
  // The same click came twice: it has its modal.
  if (view === null) return
  const content = await fill().catch((error: unknown) => messageModal(name, apologyFor(desk, 'modal', error)))
  await showModal(client, view, content)
}

/** The id of the modal that opened; null when the trigger was used before. */
async function opened(
  client: webApi.WebClient,
  trigger: string,
  stack: Trigger['stack'],
  name: string,
): Promise<string | null> {
  try {
    const { view } = await client.views[stack]({ trigger_id: trigger, view: loadingModal(name) })
    return view?.id ?? null
  } catch (error) {
    if (codeOf(error) === 'exchanged_trigger_id') return null
    throw error
  }
}

/** Puts other content into a modal. False when it was closed meanwhile. */
export async function showModal(client: webApi.WebClient, viewId: string, view: View): Promise<boolean> {
  return asking('call', 'show this', async () => {
    try {
      await client.views.update({ view_id: viewId, view })
      return true
    } catch (error) {
      if (codeOf(error) === 'not_found') return false
      throw error
    }
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
