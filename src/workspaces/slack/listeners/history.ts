import type { ListPage } from '../../found.ts'
import { readChange, readCustomer, readPage } from '../blocks/history-link.ts'
import { teammateOf, type Desk } from './desk.ts'
import { listenToPresses, type Press } from './presses.ts'
import { show, tell } from './tell.ts'

/** Buttons of what was found, and of customers' pages, however old they are. */
export function listenToHistory(desk: Desk): void {
  listenToPresses(desk, /^(turn|list):/, (press) =>
    withPage(press, async (page) => {
      const answer = await desk.handlers.openPage(page, await teammateOf(desk, press.actor))
      // What says that there is no such page any more doesn't take the place of the one that is there.
      await show(desk, press, answer, press.actionId.startsWith('turn:') && answer.found !== undefined)
    }),
  )

  listenToPresses(desk, 'share', (press) =>
    withPage(press, async (page) => {
      const teammate = await teammateOf(desk, press.actor)
      if (press.room === null)
        return tell(desk, press, 'There is no room here. Search in a channel to share what is found there.')
      // A command works also where the bot is not; what it can't post there would go elsewhere.
      const problem = await desk.members.roomOf(press.room).then(
        (room) => room.problem,
        () => null,
      )
      if (problem !== null) return tell(desk, press, `Nothing was shared. ${problem}.`)
      await show(desk, press, await desk.handlers.sharePage(page, press.room, teammate))
    }),
  )

  listenToPresses(desk, /^customer:/, async (press) => {
    const customer = readCustomer(press.value)
    if (!customer) return tell(desk, press, strange)
    await show(desk, press, await desk.handlers.openCustomer(customer, await teammateOf(desk, press.actor)))
  })

  listenToPresses(desk, /^change:/, async (press) => {
    const change = readChange(press.value)
    if (!change) return tell(desk, press, strange)
    const answer = await desk.handlers.changeCustomer(change, await teammateOf(desk, press.actor))
    await show(desk, press, answer, answer.customer !== undefined)
  })

  async function withPage(press: Press, work: (page: ListPage) => Promise<void>): Promise<void> {
    const page = readPage(press.value)
    return page ? work(page) : tell(desk, press, strange)
  }
}

const strange = 'This button is from another version of Deskbell. Ask again with /desk.'
