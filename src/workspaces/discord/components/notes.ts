import { cut, isBlank, visible } from '../../kit/text.ts'
import type { Click } from '../../kit/click.ts'
import { button, maxText, messageFrom, rowsOf, text } from './elements.ts'
import { pressId } from './ids.ts'
import { bold, fenced, fitting, named } from './markdown.ts'
import type { DiscordMessage } from './message.ts'

/** Our own words to one person; channels in them stand by their ids. What has no room is cut. */
export function noteOf(words: string): DiscordMessage {
  return messageFrom([text(ours(isBlank(words) ? 'That did not work.' : words, maxText))])
}

function ours(words: string, room: number): string {
  return fitting(room, (characters) => ({ text: named(cut(visible(words).trim(), characters)), isCut: false })).text
}

const questions: Partial<Record<Click['action'], { title: string; text: string; yes: string; isDanger: boolean }>> = {
  spam: {
    title: 'Spam?',
    text: 'It is put aside, and nobody answers it. It can be reopened.',
    yes: 'Spam',
    isDanger: true,
  },
  resend: {
    title: 'Send it again?',
    text: 'If it did arrive, the customer gets it twice.',
    yes: 'Send again',
    isDanger: true,
  },
  approve: {
    title: 'Send it unread?',
    text: 'The draft is longer than what is shown here. "Read all" shows all of it.',
    yes: 'Approve & send',
    isDanger: false,
  },
}

/** Asks before it is done. `value`: what the click carried. */
export function confirmOf({ action }: Click, value: string): DiscordMessage {
  const asked = questions[action] ?? { title: 'Really?', text: 'It is done at once.', yes: 'Yes', isDanger: true }
  return messageFrom([
    text(`${bold(asked.title)}\n${asked.text}`),
    ...rowsOf([button(asked.yes, pressId.do(value), asked.isDanger ? 'danger' : 'primary')]),
  ])
}

/** A form was refused: why, and what was typed, so that nothing is lost. With a shelf id, the form can be opened anew. */
export function againOf(reason: string, typed: string | null, shelfId: string | null): DiscordMessage {
  const why = ours(isBlank(reason) ? 'That did not work.' : reason, 1500)
  const kept =
    typed === null || isBlank(typed)
      ? []
      : [
          text('You typed'),
          text(
            fitting(maxText - why.length - 20, (characters) => ({ text: fenced(cut(typed, characters)), isCut: false }))
              .text,
          ),
        ]
  const buttons = shelfId === null ? [] : [button('Open again', pressId.again(shelfId), 'primary')]
  return messageFrom([text(why), ...kept, ...rowsOf(buttons)])
}

/** Asks before a line of the settings is taken out. `line`: as it stands there. */
export function removeOf(line: string, shelfId: string, index: number): DiscordMessage {
  return messageFrom([
    text(`${bold('Remove it?')}\n${ours(line, 1000)}`),
    ...rowsOf([button('Remove', pressId.removed(shelfId, index), 'danger'), button('Keep', pressId.settings)]),
  ])
}
