import type { BlockAction } from '@slack/bolt'
import { readFormLink } from '../blocks/form-link.ts'
import { settingsAction } from '../blocks/home.ts'
import { messageModal } from '../blocks/modal.ts'
import { pagesModal, readPageLink } from '../blocks/pages.ts'
import { actorOf, valueOf } from './clicks.ts'
import { apologyFor, teammateOf, type Desk } from './desk.ts'
import { showHome } from './home.ts'
import { openForm, openSettings, settingsView, showModal, type Trigger } from './modals.ts'

/** Buttons within modals and on App Home. */
export function listenToModalClicks(desk: Desk): void {
  desk.app.action<BlockAction>(settingsAction, async ({ ack, body, client }) => {
    await ack()
    await openSettings(desk, triggerOf(body, client))
  })

  desk.app.action<BlockAction>(/^page:/, async ({ ack, body, action, client }) => {
    await ack()
    const link = readPageLink(action.action_id, valueOf(action) ?? undefined)
    if (!link || !body.view) return
    const view = await read(desk, body, link).catch((error: unknown) =>
      messageModal('Conversation', apologyFor(desk, 'page', error)),
    )
    await showModal(desk, client, body.view.id, view)
  })

  desk.app.action<BlockAction>(/^open:/, async ({ ack, body, action, client }) => {
    await ack()
    const link = readFormLink(action.action_id, valueOf(action))
    if (link) await openForm(desk, triggerOf(body, client), link.form, link.about)
  })

  desk.app.action<BlockAction>(/^remove:/, async ({ ack, body, action, client }) => {
    await ack()
    const link = readFormLink(action.action_id, valueOf(action))
    if (!link || !body.view) return
    const actor = actorOf(body)
    let refusal: string | null = null
    try {
      const teammate = await teammateOf(desk, actor)
      const outcome = await desk.handlers.submitForm(link.form, link.about, {}, teammate)
      if (outcome.kind === 'refused') refusal = outcome.reason
      if (outcome.kind === 'invalid') refusal = Object.values(outcome.errors).join('. ')
    } catch (error) {
      refusal = apologyFor(desk, 'remove', error)
    }
    if (body.view.type === 'home') return showHome(desk, client, actor)
    const view = refusal === null ? await settingsView(desk, actor) : messageModal('Settings', refusal)
    await showModal(desk, client, body.view.id, view)
  })
}

async function read(desk: Desk, body: BlockAction, link: { conversationId: string; page: number }) {
  await teammateOf(desk, actorOf(body))
  const card = await desk.io.readCard(link.conversationId)
  return card ? pagesModal(card, link.page) : messageModal('Conversation', 'This conversation does not exist any more.')
}

function triggerOf(body: BlockAction, client: Trigger['client']): Trigger {
  const stack = body.view?.type === 'modal' ? 'push' : 'open'
  return { client, trigger: body.trigger_id, actor: actorOf(body), stack }
}
