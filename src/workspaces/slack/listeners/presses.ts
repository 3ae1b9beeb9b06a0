import type { BlockAction } from '@slack/bolt'
import { idOf } from '../ids.ts'
import { actorOf, valueOf } from './clicks.ts'
import { apologyFor, type Actor, type Desk } from './desk.ts'
import { tell, type Listener } from './tell.ts'

/** Somebody pressed a button below an answer, or in a room, and waits for an answer. */
export interface Press extends Listener {
  actionId: string
  /** What the button carries. */
  value: string | null
  /** Where it was pressed; null in a conversation with one person. */
  room: string | null
}

/** Acknowledged first; then every press gets an answer. `whyNot`: what a failure means to them, where that is known. */
export function listenToPresses(
  desk: Desk,
  actionId: string | RegExp,
  work: (press: Press) => Promise<void>,
  whyNot: (error: unknown) => string | null = () => null,
): void {
  desk.app.action<BlockAction>(actionId, async ({ ack, body, action, client, respond }) => {
    await ack()
    const actor = actorOf(body)
    const { action_id: pressed } = action
    const press: Press = {
      client,
      actor,
      respond,
      actionId: pressed,
      value: valueOf(action),
      room: roomOf(actor, body.channel?.id ?? ''),
    }
    try {
      await work(press)
    } catch (error) {
      await tell(desk, press, whyNot(error) ?? apologyFor(desk, pressed, error))
    }
  })
}

/** Null in a conversation with one person: nothing for everybody goes there. */
export function roomOf({ team }: Pick<Actor, 'team'>, channel: string): string | null {
  return /^[CG]/.test(channel) ? idOf(team, channel) : null
}
