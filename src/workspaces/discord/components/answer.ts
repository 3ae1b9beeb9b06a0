import { ComponentType } from 'discord.js'
import type { Answer, AnswerLine } from '../../workspace.ts'
import { counted, isBlank } from '../../kit/text.ts'
import { button, maxText, messageFrom, rowsOf, text } from './elements.ts'
import { pressId } from './ids.ts'
import { bold, bullet, link, namedLine, short, small } from './markdown.ts'
import type { DiscordMessage, SharedFile } from './message.ts'
import { reportContainer } from './report.ts'

interface AnswerLook {
  /** With a button that sends cards to this channel. */
  offersRoom?: boolean
  /** The pictures of its report. */
  files?: SharedFile[]
}

/** What only the one who asked sees. */
export function answerOf(answer: Answer, { offersRoom = false, files = [] }: AnswerLook = {}): DiscordMessage {
  const { lines, report, csv } = answer
  const heading = bold(isBlank(answer.title) ? 'Deskbell' : namedLine(answer.title, 400))
  // A report has a title of its own.
  const needsHeading = !report || lines.length > 0 || answer.title !== report.title
  const listed = linesText(lines, 100, (report ? mostBesides : maxText) - heading.length - 1)
  const above = needsHeading ? [heading, ...(listed === null ? [] : [listed])].join('\n') : ''
  const buttons = [
    ...(csv ? [button('Get as CSV', pressId.csv(csv))] : []),
    ...(offersRoom ? [button('Send cards to this channel', pressId.here, 'primary')] : []),
  ]
  return messageFrom([
    ...(above === '' ? [] : [text(above)]),
    ...(report ? [reportContainer(report, { files, room: maxText - above.length })] : []),
    ...rowsOf(buttons),
  ])
}

/** Lines above a report leave room for it. */
const mostBesides = 1000

/** A file of this name, that is sent along. */
export function fileOf(file: string): DiscordMessage {
  return messageFrom([text('The file is ready.'), { type: ComponentType.File, file: { url: `attachment://${file}` } }])
}

/**
 * As many as there is room for, each with a link to what it is about. The link has words of its own: Discord shows none
 * whose words look like an address, and customers are called what they like. Null for none.
 */
export function linesText(lines: AnswerLine[], max: number, room: number): string | null {
  const shown = lines.filter(({ text: said }) => !isBlank(said))
  const items: string[] = []
  let left = room - 40
  for (const { text: said, url } of shown) {
    const open = url === undefined ? null : link(url, 'Open')
    const item = bullet([short(said, 350), ...(open === null ? [] : [open])].join(' · '))
    left -= item.length + 1
    if (items.length >= max || left < 0) break
    items.push(item)
  }
  if (shown.length > items.length) items.push(small(`and ${counted(shown.length - items.length, 'more line')}`))
  return items.length > 0 ? items.join('\n') : null
}
