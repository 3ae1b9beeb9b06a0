import { clickValue, type Click } from '../../kit/click.ts'
import { questions } from '../../kit/questions.ts'
import { cut, isBlank, visible } from '../../kit/text.ts'
import { button, maxText, messageFrom, rowsOf, text } from './elements.ts'
import { pressId } from './ids.ts'
import { bold, fenced, fitting, named, pieces } from './markdown.ts'
import type { DiscordMessage } from './message.ts'

/** Our own words to one person; channels in them stand by their ids. What has no room is cut. */
export function noteOf(words: string): DiscordMessage {
  return messageFrom([text(ours(isBlank(words) ? 'That did not work.' : words, maxText))])
}

function ours(words: string, room: number): string {
  return fitting(room, (characters) => ({ text: named(cut(visible(words).trim(), characters)), isCut: false })).text
}

/** Asks before it is done. `value`: what the click carried. */
export function confirmOf(click: Click, value: string): DiscordMessage {
  const asked = questions[click.action] ?? {
    title: 'Really?',
    text: 'It is done at once.',
    yes: 'Yes',
    isDanger: true,
  }
  const yes = button(asked.yes, pressId.yes(value), asked.isDanger ? 'danger' : 'primary')
  const reading = clickValue(click, { id: 'read', target: null, form: null })
  const buttons = click.action === 'approve' ? [yes, button('Read all', pressId.do(reading))] : [yes]
  return messageFrom([text(`${bold(asked.title)}\n${asked.text}`), ...rowsOf(buttons)])
}

/**
 * A form was refused: why, and what was typed, so that nothing is lost; in several messages where one has no room. With
 * a shelf id, the form can be opened anew: what has no room in the first message is in there.
 */
export function againOf(
  reason: string,
  typed: string | null,
  shelfId: string | null,
): [first: DiscordMessage, ...more: DiscordMessage[]] {
  const why = ours(isBlank(reason) ? 'That did not work.' : reason, 1500)
  const buttons = shelfId === null ? [] : [button('Open again', pressId.again(shelfId), 'primary')]
  const first = (kept: string[]) => messageFrom([...[why, ...kept].map(text), ...rowsOf(buttons)])
  if (typed === null || isBlank(typed)) return [first([])]
  const room = maxText - why.length - 40
  if (shelfId !== null || fenced(typed).length <= room)
    return [
      first([youTyped, fitting(room, (characters) => ({ text: fenced(cut(typed, characters)), isCut: false })).text]),
    ]
  const parts = pieces(typed, fenced, maxText - 100)
  const more = parts.map((part, index) =>
    messageFrom([text(`${youTyped} (${index + 1} of ${parts.length})`), text(fenced(part))]),
  )
  return [first([]), ...more]
}

const youTyped = bold('You typed')

/** Asks before a line of the settings is taken out. `line`: as it stands there. */
export function removeOf(line: string, shelfId: string, index: number): DiscordMessage {
  return messageFrom([
    text(`${bold('Remove it?')}\n${ours(line, 1000)}`),
    ...rowsOf([button('Remove', pressId.removed(shelfId, index), 'danger'), button('Keep', pressId.settings)]),
  ])
}
