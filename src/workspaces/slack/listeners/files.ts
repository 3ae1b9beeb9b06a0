import { PermanentError } from '../../../errors.ts'
import type { Download } from '../../found.ts'
import { partsOf } from '../../kit/parts.ts'
import { counted } from '../../kit/text.ts'
import { readFileLink } from '../blocks/history-link.ts'
import { codeOf } from '../failures.ts'
import { apologyFor, teammateOf, type Desk } from './desk.ts'
import { listenToPresses } from './presses.ts'
import { tell, type Listener } from './tell.ts'

/** Of one file; what is larger comes in several. */
const maxBytes = 50 * 1024 * 1024

/** Buttons that have the whole of something sent as files, to the one who pressed. */
export function listenToFiles(desk: Desk): void {
  listenToPresses(
    desk,
    /^file:/,
    async (press) => {
      const link = readFileLink(press.actionId, press.value)
      if (!link) return tell(desk, press, 'This button is from another version of Deskbell. Ask again with /desk.')
      const file = await desk.handlers.readFile(link.source, link.format, await teammateOf(desk, press.actor))
      if ('refused' in file) return tell(desk, press, file.refused)
      await sendInParts(desk, press, file)
    },
    whyNot,
  )
}

/** To one person, and says how many files they are. What came stays, whatever becomes of the rest. */
export async function sendInParts(
  desk: Pick<Desk, 'io' | 'sendFile'>,
  to: Listener,
  file: Download,
  most = maxBytes,
): Promise<void> {
  let sent = 0
  try {
    for await (const part of partsOf(file, most)) {
      await desk.sendFile(to.actor, part)
      sent += 1
    }
  } catch (error) {
    if (sent === 0) throw error
    const why = whyNot(error) ?? apologyFor(desk, 'file', error)
    return tell(desk, to, `Only the first ${counted(sent, 'file')} came, and more was to come. ${why}`)
  }
  await tell(
    desk,
    to,
    sent === 1
      ? 'The file is in your messages with Deskbell.'
      : `It is large: ${counted(sent, 'file')} are in your messages with Deskbell.`,
  )
}

/** Deskbell was installed before it could send files; trying again would not help. Null for everything else. */
function whyNot(error: unknown): string | null {
  if (!(error instanceof PermanentError) || codeOf(error.cause) !== 'missing_scope') return null
  return `${error.message}. Reinstall the app to get files${error.action ? `: ${error.action}` : ''}.`
}
