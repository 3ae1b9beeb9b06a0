import type { BlockAction, BlockElementAction } from '@slack/bolt'
import { decisionOf, formOf } from '../../kit/decision.ts'
import { assignAction, readClick } from '../blocks/click.ts'
import { type Click } from '../../kit/click.ts'
import { isolated } from '../../kit/text.ts'
import { messageModal } from '../blocks/modal.ts'
import { pagesModal } from '../blocks/pages.ts'
import { apologyFor, teammateOf, type Actor, type Desk } from './desk.ts'
import { openForm, openModal, type Trigger } from './modals.ts'
import { show, tell } from './tell.ts'

/** Buttons and menus on cards. Acknowledged first; then every click gets an answer, if only by the card. */
export function listenToClicks(desk: Desk): void {
  desk.app.action<BlockAction>(/^do:/, async ({ ack, body, action, client, respond }) => {
    await ack()
    const click = readClick(action.action_id, valueOf(action))
    const at: Trigger = { client, trigger: body.trigger_id, actor: actorOf(body), stack: 'open', respond }
    if (!click) return tell(desk, at, 'This card is from another version of Deskbell. Use its newest copy.')
    try {
      await answer(desk, at, click, action.action_id.startsWith(assignAction))
    } catch (error) {
      await tell(desk, at, apologyFor(desk, click.action, error))
    }
  })
}

/** `isLink`: the card is elsewhere, so that what became of it is told. */
async function answer(desk: Desk, at: Trigger, click: Click, isLink: boolean): Promise<void> {
  if (click.action === 'read') return openConversation(desk, at, click.conversationId)
  if (click.action === 'customer') {
    const { conversationId } = click
    return show(desk, at, await desk.handlers.openCustomer({ conversationId }, await teammateOf(desk, at.actor)))
  }
  const asked = formOf(click)
  if (asked) return openForm(desk, at, asked.form, asked.about)
  const decision = decisionOf(click, await teammateOf(desk, at.actor))
  if (!decision) return tell(desk, at, 'This is done on the card itself: copy the text from there.')
  const outcome = await desk.handlers.onDecision(decision)
  if (!outcome.isDone) await tell(desk, at, outcome.reason)
  else if (isLink) await tell(desk, at, `${isolated(outcome.card.customer.name)} is assigned to you.`)
}

async function openConversation(desk: Desk, at: Trigger, conversationId: string): Promise<void> {
  await openModal(desk, at, 'Conversation', async () => {
    await teammateOf(desk, at.actor)
    const card = await desk.io.readCard(conversationId)
    return card ? pagesModal(card, 0) : messageModal('Conversation', 'This conversation does not exist any more.')
  })
}

/** Who clicked. */
export function actorOf({ user, team }: Pick<BlockAction, 'user' | 'team'>): Actor {
  return { user: user.id, team: user.team_id ?? team?.id ?? '', name: user.name ?? user.username ?? user.id }
}

/** What a button carries, or the chosen option of a menu. */
export function valueOf(action: BlockElementAction): string | null {
  if (action.type === 'button') return action.value ?? null
  return action.type === 'overflow' || action.type === 'static_select' ? (action.selected_option?.value ?? null) : null
}
