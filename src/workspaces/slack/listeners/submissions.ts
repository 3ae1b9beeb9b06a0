import type { ViewSubmitAction, webApi } from '@slack/bolt'
import { messageOf } from '../../../errors.ts'
import { formNames, type FormAbout, type FormOutcome, type FormValues } from '../../form.ts'
import type { Teammate } from '../../workspace.ts'
import { errorsOf, formCallback, loadingModal, messageModal, type View } from '../blocks/modal.ts'
import { readModal, type SubmittedForm } from '../blocks/read-modal.ts'
import { writtenIn } from '../../kit/values.ts'
import { within } from '../../../waiting.ts'
import { parseId } from '../ids.ts'
import { apologyFor, teammateOf, type Actor, type Desk } from './desk.ts'
import { formModal, settingsView, showModal } from './modals.ts'
import { tell, type Listener } from './tell.ts'

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
      const answered = submit(desk, actor, form).then((outcome) => answerTo(desk, actor, form, outcome))
      const answer = await within(answered, patienceMs)
      if (answer === null) {
        await ack({ response_action: 'update', view: loadingModal(formNames[form.form], typedIn(form)) })
        await answerLate(desk, { client, actor }, form, body.view.id, await answered)
      } else if (answer.kind === 'errors') {
        return ack({ response_action: 'errors', errors: answer.errors })
      } else {
        await (answer.kind === 'view' ? ack({ response_action: 'update', view: answer.view }) : ack())
      }
      await refreshSettings(desk, client, actor, body)
    },
  )
}

type Answer =
  /** It is done, and the modal closes. */
  | { kind: 'done' }
  /** The modal stays as it is; `anew`: for one that doesn't show the form any more. */
  | { kind: 'errors'; errors: Record<string, string>; anew: () => Promise<Answer> }
  /** The modal shows this. `words`: the same for whoever closed it. */
  | { kind: 'view'; view: View; words: string }

/** The modal does not wait any more, and was perhaps closed. */
async function answerLate(
  desk: Desk,
  listener: Listener,
  { form }: SubmittedForm,
  viewId: string,
  given: Answer,
): Promise<void> {
  const answer = given.kind === 'errors' ? await given.anew() : given
  const name = formNames[form]
  const view = answer.kind === 'view' ? answer.view : messageModal(name, 'Done. You can close this.')
  const isShown = await showModal(listener.client, viewId, view).catch((error: unknown) => {
    desk.io.log.warn('modal not updated', { reason: messageOf(error) })
    return false
  })
  if (!isShown && answer.kind === 'view') await tell(desk, listener, `${name}: ${answer.words}`)
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

async function answerTo(desk: Desk, actor: Actor, form: SubmittedForm, outcome: Submitted): Promise<Answer> {
  switch (outcome.kind) {
    case 'done':
      return outcome.said === null
        ? { kind: 'done' }
        : { kind: 'view', view: messageModal(formNames[form.form], outcome.said), words: outcome.said }
    case 'invalid': {
      const errors = errorsOf(form, outcome.errors)
      const anew = () => reopened(desk, actor, form, form.about, outcome.errors)
      return errors ? { kind: 'errors', errors, anew } : anew()
    }
    case 'failed':
      return reopened(desk, actor, form, form.about, { form: outcome.apology })
    case 'refused':
      return reopened(desk, actor, form, outcome.again ?? form.about, { form: outcome.reason })
  }
}

/** The form as it would be made now, with what was typed. Where it can't be made any more, the words can be copied. */
async function reopened(
  desk: Desk,
  actor: Actor,
  submitted: SubmittedForm,
  about: FormAbout,
  errors: Record<string, string>,
): Promise<Answer> {
  const { form, values } = submitted
  const words = [Object.values(errors).join('. '), typedIn(submitted)].filter((part) => part !== null).join('\n\n')
  const asWords: Answer = { kind: 'view', view: messageModal(formNames[form], words), words }
  try {
    const made = await desk.handlers.openForm(form, about, await teammateOf(desk, actor))
    if ('refused' in made) return asWords
    return { kind: 'view', view: await formModal(desk, actor.team, made, { values, errors }), words }
  } catch {
    return asWords
  }
}

/** What somebody wrote, to copy; null when they wrote nothing. */
function typedIn({ note, values }: SubmittedForm): string | null {
  const typed = writtenIn(note.fields, values)
  return typed.length > 0 ? ['What you wrote, to copy:', ...typed].join('\n\n') : null
}

/** A form that was opened from the settings: below it they stand as they were before. */
async function refreshSettings(
  desk: Desk,
  client: webApi.WebClient,
  actor: Actor,
  { view }: Pick<ViewSubmitAction, 'view'>,
): Promise<void> {
  if (view.root_view_id === null || view.root_view_id === view.id) return
  try {
    await showModal(client, view.root_view_id, await settingsView(desk, actor))
  } catch (error) {
    desk.io.log.info('settings not refreshed', { reason: messageOf(error) })
  }
}
