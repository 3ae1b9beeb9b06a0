import type { Refusal } from '../../workspace.ts'
import type { DiscordMessage } from '../components/message.ts'
import { noteOf, removeOf } from '../components/notes.ts'
import { linksOf, settingsOf, shelvedLinks } from '../components/settings.ts'
import { apologyFor, show, type Asker, type Desk } from './desk.ts'
import { openForm, type Wanted } from './forms.ts'

const outdated =
  'This was shown more than a day ago. Write /desk settings to see the settings as they are; ask again for anything else.'

/** The settings as they are, or why they aren't shown. */
export async function settingsMessage(desk: Desk, { teammate }: Asker): Promise<DiscordMessage> {
  const page = await desk.handlers.readSettings(teammate)
  if ('refused' in page) return settingsOf(page, '')
  const shelfId = await desk.io.shelf.put({ links: linksOf(page) })
  return settingsOf(page, shelfId)
}

export async function openSettings(desk: Desk, asker: Asker, how: 'say' | 'replace'): Promise<void> {
  await show(asker.talk, how, settingsMessage(desk, asker))
}

/** A button that opens one of the forms. */
export async function openLinked(desk: Desk, asker: Asker, shelfId: string, index: number): Promise<void> {
  await openForm(
    desk,
    asker,
    readLink(desk, shelfId, index).then((link): Wanted | Refusal => link ?? { refused: outdated }),
  )
}

/** Asks whether a line is really to be taken out. */
export async function askRemoval(desk: Desk, asker: Asker, shelfId: string, index: number): Promise<void> {
  await show(
    asker.talk,
    'replace',
    readLink(desk, shelfId, index).then((link) => (link ? removeOf(link.label, shelfId, index) : noteOf(outdated))),
  )
}

/** Takes a line out, and shows the settings without it. */
export async function removeLine(desk: Desk, asker: Asker, shelfId: string, index: number): Promise<void> {
  const { talk } = asker
  await talk.acknowledge('quietly')
  try {
    const refusal = await remove(desk, asker, shelfId, index)
    await talk.replace(await settingsMessage(desk, asker))
    if (refusal !== null) await talk.say(noteOf(refusal))
  } catch (error) {
    await talk.replace(noteOf(apologyFor(desk, 'remove', error)))
  }
}

/** Null: it is done. */
async function remove(desk: Desk, { teammate }: Asker, shelfId: string, index: number): Promise<string | null> {
  const link = await readLink(desk, shelfId, index)
  if (!link) return outdated
  const outcome = await desk.handlers.submitForm(link.form, link.about, {}, teammate)
  if (outcome.kind === 'refused') return outcome.reason
  return outcome.kind === 'invalid' ? Object.values(outcome.errors).join('. ') : null
}

/** Null when it isn't there any more. */
async function readLink(desk: Desk, shelfId: string, index: number) {
  const shelved = shelvedLinks.safeParse(await desk.io.shelf.get(shelfId))
  return shelved.success ? (shelved.data.links[index] ?? null) : null
}
