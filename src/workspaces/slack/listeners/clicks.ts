import type { BlockAction, BlockElementAction, RespondFn } from '@slack/bolt'
import { messageOf } from '../../../errors.ts'
import type { FormAbout, FormId } from '../../form.ts'
import type { Decision, Teammate } from '../../workspace.ts'
import { readClick, type Click } from '../blocks/click.ts'
import { namedMarks } from '../blocks/elements.ts'
import { messageModal } from '../blocks/modal.ts'
import { pagesModal } from '../blocks/pages.ts'
import { apologyFor, teammateOf, type Actor, type Desk } from './desk.ts'
import { openForm, openModal, type Trigger } from './modals.ts'

/** Buttons and menus on cards. Acknowledged first; then every click gets an answer, if only by the card. */
export function listenToClicks(desk: Desk): void {
  desk.app.action<BlockAction>(/^do:/, async ({ ack, body, action, client, respond }) => {
    await ack()
    const click = readClick(action.action_id, valueOf(action))
    if (!click) return tell(desk, respond, 'This card is from another version of Deskbell. Use its newest copy.')
    const at: Trigger = { client, trigger: body.trigger_id, actor: actorOf(body), stack: 'open' }
    try {
      await answer(desk, at, click, (text) => tell(desk, respond, text))
    } catch (error) {
      await tell(desk, respond, apologyFor(desk, click.action, error))
    }
  })
}

async function answer(desk: Desk, at: Trigger, click: Click, say: (text: string) => Promise<void>): Promise<void> {
  if (click.action === 'read') return openConversation(desk, at, click.conversationId)
  const asked = formOf(click)
  if (asked) return openForm(desk, at, asked.form, asked.about)
  const decision = decisionOf(click, await teammateOf(desk, at.actor))
  if (!decision) return say('This is done on the card itself: copy the text from there.')
  const outcome = await desk.handlers.onDecision(decision)
  if (!outcome.isDone) await say(outcome.reason)
}

async function openConversation(desk: Desk, at: Trigger, conversationId: string): Promise<void> {
  await openModal(desk, at, 'Conversation', async () => {
    await teammateOf(desk, at.actor)
    const card = await desk.io.readCard(conversationId)
    return card ? pagesModal(card, 0) : messageModal('Conversation', 'This conversation does not exist any more.')
  })
}

/** The form that an action opens; null: it is done at once. */
function formOf({ action, isQuick, ...click }: Click): { form: FormId; about: FormAbout } | null {
  const about = { conversationId: click.conversationId, seenSeq: click.seenSeq, draftId: click.target }
  switch (action) {
    case 'edit':
    case 'redraft':
    case 'snooze':
    case 'schedule':
      return { form: action, about }
    case 'assign-to':
      return { form: 'assign', about }
    case 'dismiss':
      return isQuick ? null : { form: action, about }
    default:
      return null
  }
}

/** What a click decides. Null: nothing. */
function decisionOf({ action, conversationId, target, seenSeq }: Click, teammate: Teammate): Decision | null {
  const base = { conversationId, teammate }
  switch (action) {
    case 'approve':
      return target === null ? null : { ...base, kind: action, draftId: target, seenSeq }
    case 'assign':
      return { ...base, kind: action, to: teammate }
    case 'unassign':
      return { ...base, kind: 'assign', to: null }
    case 'dismiss':
      return { ...base, kind: action, seenSeq, reason: 'no-reply-needed' }
    case 'spam':
      return { ...base, kind: 'dismiss', seenSeq, reason: 'spam' }
    case 'reopen':
      return { ...base, kind: action }
    case 'undo':
    case 'mark-sent':
    case 'mark-unsent':
    case 'resend':
      return target === null ? null : { ...base, kind: action, replyId: target }
    case 'retry':
      return target === null ? null : { ...base, kind: action, problemId: target }
    default:
      return null
  }
}

/** To the one who clicked, and nobody else. */
export async function tell(desk: Desk, respond: RespondFn, text: string): Promise<void> {
  await respond({ response_type: 'ephemeral', replace_original: false, text: namedMarks(text) }).catch(
    (error: unknown) => {
      desk.io.log.warn('slack answer not delivered', { reason: messageOf(error) })
    },
  )
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
