import type { Answer, AnswerLine } from '../../workspace.ts'
import { counted, isBlank } from '../../kit/text.ts'
import { button, maxText, messageFrom, rowsOf, text } from './elements.ts'
import { pressId } from './ids.ts'
import { bold, bullet, link, namedLine, short, small } from './markdown.ts'
import type { DiscordMessage } from './message.ts'

/** What only the one who asked sees. `offersRoom`: with a button that sends cards to this channel. */
export function answerOf({ title, lines }: Answer, { offersRoom }: { offersRoom: boolean }): DiscordMessage {
  const heading = bold(isBlank(title) ? 'Deskbell' : namedLine(title, 400))
  const listed = linesText(lines, 100, maxText - heading.length - 1)
  const buttons = offersRoom ? [button('Send cards to this channel', pressId.here, 'primary')] : []
  return messageFrom([text([heading, ...(listed === null ? [] : [listed])].join('\n')), ...rowsOf(buttons)])
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
