import { messageOf } from '../../../errors.ts'
import { idOf } from '../ids.ts'
import { teammateOf, type Desk } from './desk.ts'

/** The bot was let into a channel: the first one is where cards go. */
export function listenToRooms(desk: Desk): void {
  desk.app.event('member_joined_channel', async ({ event, context, client }) => {
    if (event.user !== context.botUserId) return
    const team = context.teamId ?? event.team
    const user = event.inviter ?? event.user
    const isTaken = await desk.handlers.offerRoom(
      idOf(team, event.channel),
      await teammateOf(desk, { user, team, name: 'Slack' }),
    )
    const text = isTaken
      ? 'Customers’ messages will appear in this channel. `/desk settings` sends some of them elsewhere.'
      : 'Deskbell is here. Cards go where `/desk settings` says: this channel can be chosen there.'
    // To the one who invited it: nobody else asked. The room is taken, whether they are told or not.
    if (event.inviter)
      await client.chat
        .postEphemeral({ channel: event.channel, user: event.inviter, text })
        .catch((error: unknown) => desk.io.log.info('slack invitation not answered', { reason: messageOf(error) }))
  })
}
