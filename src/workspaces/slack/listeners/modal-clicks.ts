import type { BlockAction } from '@slack/bolt'
import { readFormLink, type FormClick } from '../blocks/form-link.ts'
import { settingsAction } from '../blocks/home.ts'
import { messageModal, type View } from '../blocks/modal.ts'
import { pagesModal, readPageLink } from '../blocks/pages.ts'
import { actorOf, valueOf } from './clicks.ts'
import { apologyFor, teammateOf, type Actor, type Desk } from './desk.ts'
import { showHome } from './home.ts'
import { openForm, openSettings, settingsView, showModal, type Trigger } from './modals.ts'
import { tell } from './tell.ts'

/** Buttons within modals and on App Home, and those below answers that open a form. */
export function listenToModalClicks(desk: Desk): void {
  listen(settingsAction, (at) => openSettings(desk, at))

  listen(/^page:/, async (at, { view, actionId, value }) => {
    const link = readPageLink(actionId, value ?? undefined)
    if (link && view) await showModal(at.client, view.id, await conversationView(desk, at.actor, link))
  })

  listen(/^open:/, async (at, { actionId, value }) => {
    const link = readFormLink(actionId, value)
    if (link) await openForm(desk, at, link.form, link.about)
  })

  listen(/^remove:/, async (at, { view, actionId, value }) => {
    const link = readFormLink(actionId, value)
    if (!link || !view) return
    const refusal = await remove(desk, at.actor, link)
    if (view.type === 'home') {
      if (refusal !== null) await tell(desk, at, refusal)
      return showHome(desk, at.client, at.actor)
    }
    const shown = refusal === null ? await settingsView(desk, at.actor) : messageModal('Settings', refusal)
    await showModal(at.client, view.id, shown)
  })

  /** Acknowledged first. In modals nobody can be answered where they clicked: the bot itself tells what goes wrong. */
  function listen(actionId: string | RegExp, work: (at: Trigger, clicked: Clicked) => Promise<void>): void {
    desk.app.action<BlockAction>(actionId, async ({ ack, body, action, client, respond }) => {
      await ack()
      const stack = body.view?.type === 'modal' ? 'push' : 'open'
      const at: Trigger = {
        client,
        trigger: body.trigger_id,
        actor: actorOf(body),
        stack,
        ...(body.view ? {} : { respond }),
      }
      try {
        await work(at, { view: body.view, actionId: action.action_id, value: valueOf(action) })
      } catch (error) {
        await tell(desk, at, apologyFor(desk, action.action_id, error))
      }
    })
  }
}

interface Clicked {
  view: BlockAction['view']
  actionId: string
  value: string | null
}

async function conversationView(
  desk: Desk,
  actor: Actor,
  link: { conversationId: string; page: number },
): Promise<View> {
  await teammateOf(desk, actor)
  const card = await desk.io.readCard(link.conversationId)
  return card ? pagesModal(card, link.page) : messageModal('Conversation', 'This conversation does not exist any more.')
}

/** Null: it is done. */
async function remove(desk: Desk, actor: Actor, { form, about }: FormClick): Promise<string | null> {
  const outcome = await desk.handlers.submitForm(form, about, {}, await teammateOf(desk, actor))
  if (outcome.kind === 'refused') return outcome.reason
  return outcome.kind === 'invalid' ? Object.values(outcome.errors).join('. ') : null
}
