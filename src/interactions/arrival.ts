import type { InboundInteraction, Recorded } from '../channels/channel.ts'
import type { ActiveChannel } from '../context.ts'

/** One interaction on its way into the database. */
export interface Item {
  channel: ActiveChannel
  inbound: InboundInteraction
  /** Tells duplicates: channel, account and external id. */
  key: string
  result: Recorded['interactions'][number] | null
}

export const interactionKey = (channel: string, account: string, externalId: string): string =>
  JSON.stringify([channel, account, externalId])

/** Another transaction made the same customer, conversation or interaction first: on a second run it will be seen. */
export class RaceError extends Error {
  override name = 'RaceError'
}

/** What must be there because this transaction just stored or locked it. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new RaceError('A row that was just stored is gone')
  return value
}
