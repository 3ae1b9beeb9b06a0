import { ComponentType, type APIMessageComponentInteraction } from 'discord.js'
import { within } from '../../../waiting.ts'
import type { Answer, Download, Items, Refusal } from '../../workspace.ts'
import { answerOf, fileOf } from '../components/answer.ts'
import { noteOf } from '../components/notes.ts'
import { maxFileBytes, safeName } from '../upload.ts'
import { patienceMs, type Asker, type Desk } from './desk.ts'

interface Asked {
  answer: Answer
  offersRoom?: boolean
}

/** Tells one person what they asked, with the pictures of its report. Rejects as `asking` does. */
export async function showAnswer(desk: Desk, { talk }: Asker, asking: Promise<Asked>): Promise<void> {
  const soon = await within(asking, patienceMs)
  const isPlain = soon !== null && (soon.answer.report?.charts ?? []).length === 0
  // Pictures take a while, and follow the first answer.
  if (!isPlain) await talk.acknowledge('visibly')
  const { answer, ...look } = soon ?? (await asking)
  const without = answerOf(answer, look)
  const drawn = answer.report ? await desk.pictures(answer.report) : null
  if (!drawn || drawn.files.length === 0) return talk.say(without)
  await talk.say(answerOf(answer, { ...look, files: drawn.shared }), { files: drawn.files, without })
}

/** What is behind a number of a report. */
export async function openItems(desk: Desk, asker: Asker, items: Items): Promise<void> {
  await showAnswer(
    desk,
    asker,
    desk.handlers.openItems(items, asker.teammate).then((answer) => ({ answer })),
  )
}

/** The same for what was chosen from a menu. */
export async function openChosen(
  desk: Desk,
  asker: Asker,
  reportId: string,
  { data }: APIMessageComponentInteraction,
): Promise<void> {
  const index = data.component_type === ComponentType.StringSelect ? Number(data.values[0]) : Number.NaN
  void asker.talk.acknowledge('afresh')
  if (Number.isInteger(index)) await openItems(desk, asker, { reportId, index })
}

/** All of it, as a file. */
export async function sendCsv(desk: Desk, { talk, teammate }: Asker, items: Items): Promise<void> {
  void talk.acknowledge('visibly')
  const read = fitting(await desk.handlers.readCsv(items, teammate))
  if ('refused' in read) return talk.say(noteOf(read.refused))
  const name = safeName(read.name, read.mediaType)
  await talk.say(fileOf(name), {
    files: [{ name, data: read.content, contentType: read.mediaType }],
    without: noteOf('Discord did not take the file. Try again in a moment.'),
  })
}

function fitting(read: Download | Refusal): Download | Refusal {
  if ('refused' in read || read.content.byteLength <= maxFileBytes) return read
  return { refused: 'Discord takes files of up to 10 MB, and this is larger. Ask for a shorter period.' }
}
