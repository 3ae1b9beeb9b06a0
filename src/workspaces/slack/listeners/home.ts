import type { webApi } from '@slack/bolt'
import { messageOf } from '../../../errors.ts'
import { homeView, refusedHome } from '../blocks/home.ts'
import { apologyFor, teammateOf, type Actor, type Desk } from './desk.ts'

/** App Home: drawn anew whenever somebody opens it. */
export function listenToHome(desk: Desk): void {
  desk.app.event('app_home_opened', async ({ event, context, client }) => {
    if (event.tab !== 'home') return
    await showHome(desk, client, { user: event.user, team: context.teamId ?? '', name: event.user })
  })
}

export async function showHome(desk: Desk, client: webApi.WebClient, actor: Actor): Promise<void> {
  const view = await readHome(desk, actor).catch((error: unknown) => refusedHome(apologyFor(desk, 'home', error)))
  try {
    await client.views.publish({ user_id: actor.user, view })
  } catch (error) {
    desk.io.log.warn('slack home not shown', { reason: messageOf(error) })
  }
}

async function readHome(desk: Desk, actor: Actor) {
  const home = await desk.handlers.readHome(await teammateOf(desk, actor))
  return 'refused' in home ? refusedHome(home.refused) : homeView(home, null)
}
