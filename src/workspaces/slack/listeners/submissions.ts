import type { ViewSubmitAction, webApi } from '@slack/bolt'
import { messageOf } from '../../../errors.ts'
import type { FormOutcome, FormValues } from '../../form.ts'
import type { Teammate } from '../../workspace.ts'
import { errorsOf, formCallback, loadingModal, messageModal, type View } from '../blocks/modal.ts'
import { readModal, type SubmittedForm } from '../blocks/read-modal.ts'
import { parseId } from '../ids.ts'
import { apologyFor, teammateOf, type Actor, type Desk } from './desk.ts'
import { formModal, formNames, settingsView, showModal } from './modals.ts'

/** Slack waits for 3 s, and the answer has to travel. */
const patienceMs = 2000

/** Forms that were filled in. What was typed is on the screen until it is dealt with. */
export function listenToSubmissions(desk: Desk): void {
  desk.app.view<ViewSubmitAction>(
    { type: 'view_submission', callback_id: formCallback },
    async ({ ack, body, client }) => {
      const actor: Actor = {
        user: body.user.id,
        team: body.user.team_id ?? body.team?.id ?? '',
        name: body.user.name,
      }
      let form: SubmittedForm
      try {
        form = readModal(body.view, actor.team)
      } catch (error) {
        return ack({ response_action: 'update', view: messageModal('Deskbell', messageOf(error)) })
      }
      const submitted = submit(desk, actor, form)
      const outcome = await inTime(submitted, patienceMs)
      if (outcome === null) {
        await ack({ response_action: 'update', view: loadingModal(formNames[form.form]) })
        const late = await answerTo(desk, actor, form, await submitted)
        await showModal(
          desk,
          client,
          body.view.id,
          late ?? messageModal(formNames[form.form], 'Done. You can close this.'),
        )
      } else if (outcome.kind === 'invalid') {
        await ack({ response_action: 'errors', errors: errorsOf(form.note, outcome.errors) })
        return
      } else {
        const view = await inTime(answerTo(desk, actor, form, outcome), patienceMs / 2)
        await (view ? ack({ response_action: 'update', view }) : ack())
      }
      await refreshSettings(desk, client, actor, body)
    },
  )
}

type Submitted = FormOutcome | { kind: 'failed'; apology: string }

/** Never rejects. */
async function submit(desk: Desk, actor: Actor, form: SubmittedForm): Promise<Submitted> {
  try {
    const values = await withNames(desk, form.values)
    const teammate: Teammate = await teammateOf(desk, actor)
    return await desk.handlers.submitForm(form.form, form.about, values, teammate)
  } catch (error) {
    return { kind: 'failed', apology: apologyFor(desk, form.form, error) }
  }
}

/** Slack's pickers give ids only. */
async function withNames(desk: Desk, values: FormValues): Promise<FormValues> {
  const entries = Object.entries(values).map(async ([field, value]) => {
    if (value === null || typeof value !== 'object' || !('id' in value)) return [field, value] as const
    const id = parseId(value.id)
    const name = id ? await desk.members.nameOf(id.team, id.local).catch(() => id.local) : value.id
    return [field, { id: value.id, name }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** What the modal shows next; null: it closes. */
async function answerTo(
  desk: Desk,
  actor: Actor,
  { form, about, values }: SubmittedForm,
  outcome: Submitted,
): Promise<View | null> {
  const name = formNames[form]
  switch (outcome.kind) {
    case 'done':
      return outcome.said === null ? null : messageModal(name, outcome.said)
    case 'invalid':
      return reopened(desk, actor, { form, about, values }, outcome.errors)
    case 'failed':
      return reopened(desk, actor, { form, about, values }, { form: outcome.apology })
    case 'refused':
      return reopened(desk, actor, { form, about: outcome.again ?? about, values }, { form: outcome.reason })
  }
}

/** The form as it would be made now, with what was typed. Where it can't be made any more, the words can be copied. */
async function reopened(
  desk: Desk,
  actor: Actor,
  { form, about, values }: Pick<SubmittedForm, 'form' | 'about' | 'values'>,
  errors: Record<string, string>,
): Promise<View> {
  const reason = Object.values(errors).join('. ')
  const typed = typeof values['text'] === 'string' && values['text'].trim() !== '' ? values['text'] : null
  const kept = typed === null ? reason : `${reason}\n\nWhat you wrote, to copy:\n\n${typed}`
  try {
    const made = await desk.handlers.openForm(form, about, await teammateOf(desk, actor))
    if ('refused' in made) return messageModal(formNames[form], kept)
    return await formModal(desk, actor.team, made, { values, errors })
  } catch {
    return messageModal(formNames[form], kept)
  }
}

/** A form that was opened from the settings: below it they stand as they were before. */
async function refreshSettings(
  desk: Desk,
  client: webApi.WebClient,
  actor: Actor,
  { view }: Pick<ViewSubmitAction, 'view'>,
): Promise<void> {
  if (view.root_view_id === null || view.root_view_id === view.id) return
  const settings = await settingsView(desk, actor).catch(() => null)
  if (settings) await showModal(desk, client, view.root_view_id, settings)
}

/** Null when it takes longer. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => void (timer = setTimeout(() => resolve(null), ms)))
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
