import { ComponentType, type APIMessageComponentInteraction } from 'discord.js'
import type { Click } from '../../kit/click.ts'
import { decisionOf, formOf } from '../../kit/decision.ts'
import { isolated } from '../../kit/text.ts'
import { readPress, type Pressed } from '../components/ids.ts'
import type { DiscordMessage } from '../components/message.ts'
import { confirmOf, noteOf } from '../components/notes.ts'
import { pageOf } from '../components/pages.ts'
import { openChosen, openItems, sendCsv } from './answers.ts'
import { apologyFor, show, type Asker, type Desk } from './desk.ts'
import { openForm, reopenForm } from './forms.ts'
import { takeRoom } from './rooms.ts'
import { askRemoval, openLinked, openSettings, removeLine } from './settings.ts'
import { isToOne } from './talk.ts'

/** Buttons and menus. Every press gets an answer, if only by the card. */
export async function answerPress(
  desk: Desk,
  asker: Asker,
  interaction: APIMessageComponentInteraction,
): Promise<void> {
  const { talk } = asker
  const { custom_id: id } = interaction.data
  const pressed = readPress(id)
  if (!pressed) return talk.say(noteOf('This card is from another version of Deskbell. Use its newest copy.'))
  switch (pressed.kind) {
    case 'do':
    case 'yes':
      return answerClick(desk, asker, pressed)
    case 'ask':
      return talk.say(confirmOf(pressed.click, id.slice('ask:'.length)))
    case 'page':
      return showPage(desk, asker, pressed, isToOne(interaction.message) ? 'replace' : 'say')
    case 'items':
      return openItems(desk, asker, pressed.items)
    case 'numbers':
      return openChosen(desk, asker, pressed.reportId, interaction)
    case 'csv':
      return sendCsv(desk, asker, pressed.items)
    case 'again':
      return reopenForm(desk, asker, pressed.shelfId)
    case 'log':
      return openForm(desk, asker, { form: 'log', about: {} })
    case 'settings':
      return openSettings(desk, asker, 'replace')
    case 'link':
      return openLinked(desk, asker, pressed.shelfId, pressed.index)
    case 'remove':
      return askRemoval(desk, asker, pressed.shelfId, chosenIn(interaction))
    case 'removed':
      return removeLine(desk, asker, pressed.shelfId, pressed.index)
    case 'here':
      return takeRoom(desk, asker, interaction)
  }
}

async function answerClick(
  desk: Desk,
  asker: Asker,
  { kind, click }: Extract<Pressed, { kind: 'do' | 'yes' }>,
): Promise<void> {
  const { talk, teammate } = asker
  if (click.action === 'read') return showPage(desk, asker, { conversationId: click.conversationId, page: 0 }, 'say')
  const asked = formOf(click)
  if (asked) return openForm(desk, asker, asked)
  const decision = decisionOf(click, teammate)
  if (!decision) return talk.say(noteOf('This is done on the card itself: copy the text from there.'))
  // On its way before anything is done, and nobody waits for it: what is said comes after it all the same.
  void talk.acknowledge('quietly')
  const outcome = await desk.handlers
    .onDecision(decision)
    .catch((error: unknown) => ({ isDone: false as const, reason: apologyFor(desk, click.action, error) }))
  if (!outcome.isDone) return talk[kind === 'yes' ? 'replace' : 'say'](noteOf(outcome.reason))
  // It was asked back whether this is really meant; the card shows that it is done.
  if (kind === 'yes') return talk.close()
  if (isInReport(click)) await talk.say(noteOf(`Assigned to you: ${isolated(outcome.card.customer.name)}`))
}

/** There, nothing else would show that it is done. */
const isInReport = ({ action, seenSeq }: Click): boolean => action === 'assign' && seenSeq === 0

/** The whole conversation, a page of it at a time. */
async function showPage(
  desk: Desk,
  { talk }: Asker,
  { conversationId, page }: Pick<Extract<Pressed, { kind: 'page' }>, 'conversationId' | 'page'>,
  how: 'say' | 'replace',
): Promise<void> {
  const read = async (): Promise<DiscordMessage> => {
    const card = await desk.io.readCard(conversationId)
    return card ? pageOf(card, page) : noteOf('This conversation does not exist any more.')
  }
  await show(talk, how, read())
}

/** The index that a menu's option stands for. */
function chosenIn({ data }: APIMessageComponentInteraction): number {
  return data.component_type === ComponentType.StringSelect ? Number(data.values[0]) : Number.NaN
}
