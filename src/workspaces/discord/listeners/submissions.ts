import { ComponentType, type APIModalSubmission, type APIModalSubmitInteraction } from 'discord.js'
import type { FormAbout, FormOutcome, FormValues } from '../../form.ts'
import { isBlank } from '../../kit/text.ts'
import { formPrefix } from '../components/ids.ts'
import type { ShelvedForm } from '../components/modal.ts'
import { againOf, noteOf } from '../components/notes.ts'
import { readModal } from '../components/read-modal.ts'
import { openCustomer } from './customers.ts'
import { apologyFor, giveBack, type Asker, type Desk } from './desk.ts'
import { makeForm, readShelvedForm } from './forms.ts'
import { settingsMessage } from './settings.ts'

/** What came back from a modal. */
interface Filled {
  shelfId: string
  note: ShelvedForm
  values: FormValues
  errors: Record<string, string>
  /** What somebody wrote, to copy; null when they wrote nothing. */
  typed: string | null
}

/** A form that was filled in. The modal is closed by then: what is not carried out is given back. */
export async function answerSubmission(
  desk: Desk,
  asker: Asker,
  { data, message }: APIModalSubmitInteraction,
): Promise<void> {
  const { talk } = asker
  void talk.acknowledge(message ? 'quietly' : 'visibly')
  const filled = await readFilled(desk, asker, data)
  if ('refused' in filled) return giveBack(talk, 'say', againOf(filled.refused, typedIn(data), null))
  await answerOutcome(desk, asker, filled, await submit(desk, asker, filled))
}

async function readFilled(
  desk: Desk,
  { guild }: Asker,
  data: APIModalSubmission,
): Promise<Filled | { refused: string }> {
  const shelfId = data.custom_id.startsWith(formPrefix) ? data.custom_id.slice(formPrefix.length) : ''
  try {
    const note = await readShelvedForm(desk, shelfId)
    if (!note) return { refused: 'This form was open for more than a day. Nothing was changed: open it anew.' }
    return { shelfId, note, ...readModal(data, note, guild) }
  } catch (error) {
    return { refused: apologyFor(desk, 'modal', error) }
  }
}

type Submitted = FormOutcome | { kind: 'failed'; apology: string }

/** Never rejects. */
async function submit(desk: Desk, { teammate }: Asker, { shelfId, note, values, errors }: Filled): Promise<Submitted> {
  if (Object.keys(errors).length > 0) return { kind: 'invalid', errors }
  try {
    return await desk.handlers.submitForm(note.form, aboutOnce(note, shelfId), values, teammate)
  } catch (error) {
    return { kind: 'failed', apology: apologyFor(desk, note.form, error) }
  }
}

/** A modal whose answer got lost stays open, and is sent again: a call is logged once all the same. */
function aboutOnce({ form, about }: ShelvedForm, shelfId: string): FormAbout {
  return form === 'log' && !about['externalId'] ? { ...about, externalId: `discord:form/${shelfId}` } : about
}

async function answerOutcome(desk: Desk, asker: Asker, filled: Filled, outcome: Submitted): Promise<void> {
  const { note, shelfId } = filled
  const giveItBack = async (about: FormAbout, errors: Record<string, string>) =>
    giveBack(asker.talk, howToTell(note), await reopened(desk, asker, filled, about, errors))
  switch (outcome.kind) {
    case 'done':
      return answerDone(desk, asker, note, outcome.said)
    case 'invalid':
      return giveItBack(note.about, outcome.errors)
    case 'failed':
      return giveItBack(aboutOnce(note, shelfId), { form: outcome.apology })
    case 'refused':
      return giveItBack(outcome.again ?? note.about, { form: outcome.reason })
  }
}

/** A form that comes back was opened from a message which says so, and only for that. */
const isBack = ({ typed }: ShelvedForm): boolean => typed !== null
const isSettings = ({ form }: ShelvedForm): boolean => form.startsWith('settings.')

/** What is said takes the place of what it was opened from, where that has served. */
function howToTell(note: ShelvedForm): 'say' | 'replace' {
  return isBack(note) || isSettings(note) ? 'replace' : 'say'
}

async function answerDone(desk: Desk, asker: Asker, note: ShelvedForm, said: string | null): Promise<void> {
  const { talk } = asker
  const { customerId } = note.about
  if (isSettings(note)) {
    const page = await settingsMessage(desk, asker).catch((error: unknown) =>
      noteOf(apologyFor(desk, 'settings', error)),
    )
    await talk.replace(page)
    if (said !== null) await talk.say(noteOf(said))
  } else if (note.form === 'note' && typeof customerId === 'string') {
    await openCustomer(desk, asker, { customerId }, 'replace')
    if (said !== null) await talk.say(noteOf(said))
  } else if (note.form === 'forget') {
    // What it was opened from may show the one who is no more.
    await talk.replace(noteOf(said ?? 'It is done.'))
  } else if (said !== null) await talk[howToTell(note)](noteOf(said))
  else if (isBack(note)) await talk.close()
}

/** Offers the form as it would be made now, with what was typed. Where it can't be made any more, the words can be copied. */
async function reopened(
  desk: Desk,
  asker: Asker,
  { note, values, typed }: Filled,
  about: FormAbout,
  errors: Record<string, string>,
): Promise<ReturnType<typeof againOf>> {
  const made = await makeForm(desk, asker, { form: note.form, about, back: { values, errors } }).catch(() => null)
  const shelfId = made && 'shelfId' in made ? made.shelfId : null
  return againOf(Object.values(errors).join('. '), typed, shelfId)
}

/** Every text in a modal of which nothing else is known. */
function typedIn({ components }: APIModalSubmission): string | null {
  const texts = components.flatMap((part) =>
    part.type === ComponentType.Label && part.component.type === ComponentType.TextInput ? [part.component.value] : [],
  )
  const written = texts.filter((text) => !isBlank(text))
  return written.length > 0 ? written.join('\n\n') : null
}
