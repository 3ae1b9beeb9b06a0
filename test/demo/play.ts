import { setTimeout as pause } from 'node:timers/promises'
import { customersOf } from './customers.ts'
import { brand, morning, staff, type Arrival, type Step } from './morning.ts'
import type { Providers } from './providers.ts'
import { openRoom, type Room } from './room.ts'

const betweenArrivalsMs = 300

/** Plays a morning into a running Deskbell, through the routes that customers and teammates use. */
export async function playMorning(
  url: string,
  formSecret: string,
  providers: Providers,
  signal: AbortSignal,
): Promise<void> {
  const rooms = new Map<string, Room>()
  for (const name of staff) rooms.set(name, await openRoom(url, name, signal))
  const roomOf = (name: string): Room => {
    const room = rooms.get(name)
    if (!room) throw new Error(`${name} has not opened the room`)
    return room
  }
  await roomOf(staff[0]).saveSettings({ ...brand, 'grace:google-reviews': '5' })
  const customers = customersOf(url, formSecret, providers, signal)

  async function tell(arrival: Arrival): Promise<void> {
    const visitor = await customers.write(arrival)
    if (!arrival.next) return
    const id = await roomOf(staff[0]).find(arrival.name)
    for (const step of arrival.next) {
      if ('by' in step) {
        await roomOf(step.by).press(id, step.does, fieldsOf(step))
      } else if ('reactsToAnswer' in step) {
        await roomOf(staff[0]).waitFor(id, (page) => /Sent by [^<]*, read/.test(page))
        await visitor?.react?.(step.reactsToAnswer)
      } else {
        const sign = step.writesAgainAfter === 'draft' ? 'value="approve"' : 'is-answered'
        await roomOf(staff[0]).waitFor(id, (page) => page.includes(sign))
        await visitor?.again?.(step.lines)
      }
    }
  }

  await Promise.all(
    morning.map(async (arrival, index) => {
      await pause(index * betweenArrivalsMs, undefined, { signal })
      await tell(arrival)
    }),
  )
}

/** What a person fills in beside pressing the button. */
function fieldsOf(step: Extract<Step, { by: string }>): Record<string, string> {
  const { by: _, does: __, ...fields } = step
  return fields
}
