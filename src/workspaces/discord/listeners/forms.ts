import type { APIModalInteractionResponseCallbackData } from 'discord.js'
import type { FormAbout, FormId, FormValues } from '../../form.ts'
import { within } from '../../../waiting.ts'
import type { Refusal } from '../../workspace.ts'
import { modalOf, shelvedForm, type ShelvedForm } from '../components/modal.ts'
import { againOf } from '../components/notes.ts'
import { wordsIn } from '../components/read-modal.ts'
import { giveBack, patienceMs, type Asker, type Desk } from './desk.ts'

/** What is asked for. `back`: it comes back, with what was typed and what is wrong with it. */
export interface Wanted {
  form: FormId
  about: FormAbout
  back?: { values: FormValues; errors: Record<string, string> }
  /** The words in it: to give back where the form can't be made any more. */
  words?: string | null
}

interface Made {
  shelfId: string
  note: ShelvedForm
  modal: APIModalInteractionResponseCallbackData
}

/** A modal can only be the first answer. A form that takes longer waits behind a button, so that nothing typed is lost. */
export async function openForm(desk: Desk, asker: Asker, wanted: Wanted | Promise<Wanted | Refusal>): Promise<void> {
  const { talk } = asker
  const making = Promise.resolve(wanted).then(async (known): Promise<Made | (Refusal & { words?: string | null })> => {
    if ('refused' in known) return known
    const made = await makeForm(desk, asker, known)
    return 'refused' in made ? { ...made, words: known.words ?? null } : made
  })
  const soon = await within(making, patienceMs)
  if (soon && !('refused' in soon)) return talk.openModal(soon.modal)
  if (!soon) await talk.acknowledge('visibly')
  const made = soon ?? (await making)
  if ('refused' in made) return giveBack(talk, 'say', againOf(made.refused, made.words ?? null, null))
  // Behind a button as one that was refused; with nothing typed, that is.
  const shelfId = await desk.io.shelf.put({ ...made.note, typed: made.note.typed ?? {} } satisfies ShelvedForm)
  await giveBack(talk, 'say', againOf('It took a while. The form is ready now.', null, shelfId))
}

/** The form as things stand, on the shelf and as a modal; or why there is none. */
export async function makeForm(
  desk: Desk,
  { guild, teammate }: Asker,
  { form, about, back }: Wanted,
): Promise<Made | Refusal> {
  const [made, { hours }] = await Promise.all([desk.handlers.openForm(form, about, teammate), desk.io.readTuning()])
  if ('refused' in made) return made
  const { note, modal } = modalOf(made, { guild, timeZone: hours.timeZone, ...back })
  const shelfId = await desk.io.shelf.put(note)
  return { shelfId, note, modal: modal(shelfId) }
}

/** A form that was refused, or took too long: made anew, with what was typed. */
export async function reopenForm(desk: Desk, asker: Asker, shelfId: string): Promise<void> {
  await openForm(desk, asker, wantedAgain(desk, shelfId))
}

async function wantedAgain(desk: Desk, shelfId: string): Promise<Wanted | Refusal> {
  const note = await readShelvedForm(desk, shelfId)
  if (!note) return { refused: 'This form was kept for a day. Copy what you wrote, and open it anew.' }
  const { form, about, typed, errors } = note
  return { form, about, back: { values: typed ?? {}, errors }, words: wordsIn(note.fields, typed ?? {}) }
}

/** Null when it isn't there any more, or is another version's. */
export async function readShelvedForm(desk: Pick<Desk, 'io'>, shelfId: string): Promise<ShelvedForm | null> {
  const read = shelvedForm.safeParse(await desk.io.shelf.get(shelfId))
  return read.success ? read.data : null
}
