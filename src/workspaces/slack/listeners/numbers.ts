import { readItems } from '../blocks/number-link.ts'
import { teammateOf, type Desk } from './desk.ts'
import { listenToPresses } from './presses.ts'
import { show, tell } from './tell.ts'

/** The numbers of a digest, however old it is. */
export function listenToNumbers(desk: Desk): void {
  listenToPresses(desk, /^number:/, async (press) => {
    const items = readItems(press.value)
    if (!items)
      return tell(desk, press, 'This digest is from another version of Deskbell. Ask for it with /desk digest.')
    await show(desk, press, await desk.handlers.openItems(items, await teammateOf(desk, press.actor)))
  })
}
