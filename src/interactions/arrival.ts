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

/** Runs a transaction again when another got in its way. `run` begins it anew each time. */
export async function repeated<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt === 5 || !isRace(error)) throw error
    }
  }
}

/** Serialization failure, deadlock; what a row refers to was erased. */
const raceCodes = new Set(['40001', '40P01', '23503'])

function isRace(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RaceError || ('code' in cause && raceCodes.has(String(cause.code)))) return true
  }
  return false
}
