import { ComponentType, type APIMessageComponentInteraction } from 'discord.js'
import type { Click } from '../../kit/click.ts'
import { decisionOf, formOf } from '../../kit/decision.ts'
import { isolated } from '../../kit/text.ts'
import { readPress, type Pressed } from '../components/ids.ts'
import type { DiscordMessage } from '../components/message.ts'
import { confirmOf, noteOf } from '../components/notes.ts'
import { pageOf } from '../components/pages.ts'
import { openChosen, openItems } from './answers.ts'
import { askSame, changeCustomer, openChosenCustomer, openCustomer, removeNote } from './customers.ts'
import { apologyFor, show, type Asker, type Desk } from './desk.ts'
import { sendFile } from './files.ts'
import { openForm, reopenForm } from './forms.ts'
import { openPage, sharePage } from './lists.ts'
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
      return openChosen(desk, asker, pressed.reportId, chosenIn(interaction))
    case 'file':
      return sendFile(desk, asker, pressed.source, pressed.format)
    case 'turn':
      return openPage(desk, asker, pressed.page, 'replace')
    case 'list':
      return openPage(desk, asker, pressed.page, 'say')
    case 'share':
      return sharePage(desk, asker, pressed.page, interaction)
    case 'who':
      return openChosenCustomer(desk, asker, chosenIn(interaction))
    case 'customer':
      return openCustomer(desk, asker, { customerId: pressed.customerId }, 'replace')
    case 'same':
      return askSame(asker, pressed, { message: interaction.message, id })
    case 'change':
      return changeCustomer(desk, asker, pressed.change)
    case 'unnote':
      return removeNote(desk, asker, pressed.customerId, chosenIn(interaction))
    case 'open':
      return openForm(desk, asker, { form: pressed.form, about: pressed.about })
    case 'again':
      return reopenForm(desk, asker, pressed.shelfId)
    case 'log':
      return openForm(desk, asker, { form: 'log', about: {} })
    case 'settings':
      return openSettings(desk, asker, 'replace')
    case 'link':
      return openLinked(desk, asker, pressed.shelfId, pressed.index)
    case 'remove':
      return askRemoval(desk, asker, pressed.shelfId, Number(chosenIn(interaction) ?? Number.NaN))
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
  if (click.action === 'customer') return openCustomer(desk, asker, { conversationId: click.conversationId })
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

/** What was chosen from a menu; null for nothing. */
function chosenIn({ data }: APIMessageComponentInteraction): string | null {
  return data.component_type === ComponentType.StringSelect ? (data.values[0] ?? null) : null
}
