import type { BlockAction } from '@slack/bolt'
import { PermanentError } from '../../../errors.ts'
import type { Items } from '../../workspace.ts'
import { readItems } from '../blocks/number-link.ts'
import { codeOf } from '../failures.ts'
import { actorOf, valueOf } from './clicks.ts'
import { apologyFor, teammateOf, type Desk } from './desk.ts'
import { show, tell, type Listener } from './tell.ts'

/** The numbers of a digest, however old it is. Acknowledged first; then every click gets an answer. */
export function listenToNumbers(desk: Desk): void {
  listen(/^number:/, async (at, items) =>
    show(desk, at, await desk.handlers.openItems(items, await teammateOf(desk, at.actor))),
  )

  listen('csv', async (at, items) => {
    const file = await desk.handlers.readCsv(items, await teammateOf(desk, at.actor))
    if ('refused' in file) return tell(desk, at, file.refused)
    await desk.sendFile(at.actor, file)
    await tell(desk, at, 'The file is in your messages with Deskbell.')
  })

  function listen(actionId: string | RegExp, work: (at: Listener, items: Items) => Promise<void>): void {
    desk.app.action<BlockAction>(actionId, async ({ ack, body, action, client, respond }) => {
      await ack()
      const at: Listener = { client, actor: actorOf(body), respond }
      const items = readItems(valueOf(action))
      if (!items)
        return tell(desk, at, 'This digest is from another version of Deskbell. Ask for it with /desk digest.')
      try {
        await work(at, items)
      } catch (error) {
        await tell(desk, at, whyNot(error) ?? apologyFor(desk, action.action_id, error))
      }
    })
  }
}

/** Deskbell was installed before it could send files; trying again would not help. Null for everything else. */
function whyNot(error: unknown): string | null {
  if (!(error instanceof PermanentError) || codeOf(error.cause) !== 'missing_scope') return null
  return `${error.message}. Reinstall the app to get files${error.action ? `: ${error.action}` : ''}.`
}
