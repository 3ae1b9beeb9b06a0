import { ComponentType, type APIMessage } from 'discord.js'
import type { CustomerChange, CustomerRef } from '../../found.ts'
import { sameOf } from '../components/customer.ts'
import { showAsked } from './answers.ts'
import type { Asker, Desk } from './desk.ts'

/** Who a customer is; in place of what asked something about them, where `how` says so. */
export async function openCustomer(
  desk: Desk,
  asker: Asker,
  customer: CustomerRef,
  how: 'say' | 'replace' = 'say',
): Promise<void> {
  await showAsked(desk, asker, desk.handlers.openCustomer(customer, asker.teammate), how)
}

/** The same for who was chosen from a menu: the menu stands there for the next. */
export async function openChosenCustomer(desk: Desk, asker: Asker, chosen: string | null): Promise<void> {
  void asker.talk.acknowledge('afresh')
  if (chosen !== null) await openCustomer(desk, asker, { customerId: chosen })
}

/** Carries it out, and shows the page as it is then. */
export async function changeCustomer(desk: Desk, asker: Asker, change: CustomerChange): Promise<void> {
  await showAsked(desk, asker, desk.handlers.changeCustomer(change, asker.teammate), 'replace')
}

/** Takes the note out that was chosen from a menu. */
export async function removeNote(desk: Desk, asker: Asker, customerId: string, noteId: string | null): Promise<void> {
  void asker.talk.acknowledge('afresh')
  if (noteId !== null) await changeCustomer(desk, asker, { kind: 'remove-note', customerId, noteId })
}

/** Asks in place of the page whether the two are really one. */
export async function askSame(
  { talk }: Asker,
  { customerId, otherId }: { customerId: string; otherId: string },
  pressed: { message: Pick<APIMessage, 'components'>; id: string },
): Promise<void> {
  await talk.replace(sameOf(customerId, otherId, textAbove(pressed.message.components, pressed.id)))
}

/** What stands above a button, as it stands there: our own markup. */
function textAbove(components: APIMessage['components'], id: string): string {
  let above = ''
  for (const part of (components ?? []).flatMap((one) =>
    one.type === ComponentType.Container ? one.components : [one],
  )) {
    if (part.type === ComponentType.TextDisplay) above = part.content
    if (
      part.type === ComponentType.ActionRow &&
      part.components.some((one) => 'custom_id' in one && one.custom_id === id)
    )
      return above.split('\n').at(-1) ?? ''
  }
  return ''
}
