import type { AnswerLine, Home, Refusal } from '../../workspace.ts'
import { linesText } from './answer.ts'
import { button, messageFrom, rowsOf, text } from './elements.ts'
import { pressId } from './ids.ts'
import { bold, small } from './markdown.ts'
import type { DiscordMessage } from './message.ts'
import { noteOf } from './notes.ts'

/** What a teammate finds when they ask for it, or why they may see nothing. */
export function homeOf(home: Home | Refusal): DiscordMessage {
  if ('refused' in home) return noteOf(home.refused)
  const buttons = [
    button('Log a call or visit', pressId.log),
    ...(home.isManager ? [button('Settings', pressId.settings)] : []),
  ]
  return messageFrom([
    text(part('Waiting for you', home.mine, home.mine.length, 'Nothing is assigned to you.')),
    text(part('Waiting', home.waiting, home.waitingCount, 'Nobody waits.')),
    text(part('You answered today', home.answered, home.answeredCount, 'Nothing yet.')),
    ...rowsOf(buttons),
  ])
}

const most = { lines: 10, characters: 1150 }

function part(name: string, lines: AnswerLine[], count: number, none: string): string {
  const shown = lines.slice(0, most.lines)
  const listed = linesText(shown, most.lines, most.characters)
  const more = count - shown.length
  return [
    bold(count > 0 ? `${name} · ${count.toLocaleString('en')}` : name),
    listed ?? small(none),
    ...(listed !== null && more > 0 ? [small(`and ${more.toLocaleString('en')} more: /desk open`)] : []),
  ].join('\n')
}
