import type { Download, FileFormat, FileSource } from '../../found.ts'
import { partsOf, type FilePart } from '../../kit/parts.ts'
import { counted } from '../../kit/text.ts'
import { within } from '../../../waiting.ts'
import { fileOf } from '../components/answer.ts'
import { noteOf } from '../components/notes.ts'
import { safeName } from '../upload.ts'
import { apologyFor, type Asker, type Desk } from './desk.ts'

/** Discord takes 10 MB, and a row more may be in a file. */
const maxPart = 8 * 1024 * 1024
/** For 15 minutes after a click something can be told; the last of them is for saying that they are over. */
const lifeMs = 14 * 60_000

/** All of it, in as many files as it takes, one after the other. What came is said, also where it ends too early. */
export async function sendFile(
  desk: Desk,
  { talk, teammate }: Asker,
  source: FileSource,
  format: FileFormat,
): Promise<void> {
  const endsAt = desk.io.clock.now().getTime() + lifeMs
  void talk.acknowledge('visibly')
  const download = await desk.handlers.readFile(source, format, teammate)
  if ('refused' in download) return talk.say(noteOf(download.refused))
  const { came, problem } = await sendParts(desk, { talk }, download, endsAt)
  if (problem !== null) return talk.say(noteOf(`${cameOf(came)}. ${problem}`))
  if (came > 1) await talk.say(noteOf(`That is all of it: ${counted(came, 'file')}.`))
}

/** `problem`: why it ended too early. Never rejects. */
async function sendParts(
  desk: Desk,
  { talk }: Pick<Asker, 'talk'>,
  download: Download,
  endsAt: number,
): Promise<{ came: number; problem: string | null }> {
  const parts = partsOf(download, maxPart)
  const leftMs = () => endsAt - desk.io.clock.now().getTime()
  let came = 0
  try {
    for (;;) {
      const left = leftMs()
      const next = left > 0 ? await within(parts.next(), left) : null
      if (next === null || leftMs() <= 0) return { came, problem: late }
      if (next.done) return { came, problem: null }
      if (!(await talk.hand(...parcelOf(next.value, next.value.name !== download.name))))
        return { came, problem: refused }
      came += 1
    }
  } catch (error) {
    return { came, problem: apologyFor(desk, 'file', error) }
  } finally {
    // Where a row is still waited for, it ends when that came.
    void parts.return(undefined).catch(() => {})
  }
}

function parcelOf({ name, mediaType, content }: FilePart, isPart: boolean): Parameters<Asker['talk']['hand']> {
  const file = safeName(name, mediaType)
  return [
    isPart ? fileOf(file, `A part of it: ${file}`) : fileOf(file),
    [{ name: file, data: content, contentType: mediaType }],
  ]
}

const late =
  'Discord takes no more after 15 minutes, and the rest is missing. Ask for less at once, such as a shorter period.'
const refused = 'Discord did not take the file that comes next, and the rest is missing. Try again in a moment.'

function cameOf(came: number): string {
  if (came === 0) return 'No file came'
  return came === 1 ? 'Only 1 file came' : `Only ${counted(came, 'file')} came`
}
