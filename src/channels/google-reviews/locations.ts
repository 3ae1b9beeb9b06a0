import type { Clock } from '../../clock.ts'
import { isDue } from '../../waiting.ts'
import type { Account } from '../channel.ts'
import type { GoogleApi } from './api.ts'
import type { GoogleAccount } from './settings.ts'

const freshMs = 3600 * 1000
const retryMs = 5 * 60_000

export interface Locations {
  /** Every location that is known, also those that are closed by now: their cards still need a name. */
  accounts: Account[]
  /** True when the settings name them all. */
  isComplete: boolean
  /** Those whose reviews are read. */
  open: string[]
  /** True for one whose reviews may come in. Before Google was asked, every location may. */
  has(id: string): boolean
  /**
   * Asks Google for what the settings leave out, once an hour. Throws what the API throws while no location is known; where only
   * names are missing, they are asked for again a few minutes later.
   */
  refresh(signal: AbortSignal): Promise<void>
}

/** The locations of an account. `accounts` is shared, and grows as Google tells of more: opening a channel makes no call. */
export function createLocations(
  { locations: given }: Pick<GoogleAccount, 'locations'>,
  api: Pick<GoogleApi, 'locations'>,
  clock: Clock,
  accounts: Account[],
): Locations {
  const isComplete = given.length > 0 && given.every(({ name }) => name !== null)
  let freshUntil = 0
  const locations: Locations = {
    accounts,
    isComplete,
    open: given.map(({ id }) => id),
    has: (id) => locations.open.includes(id) || (given.length === 0 && freshUntil === 0),
    async refresh(signal) {
      if (isComplete || !isDue(freshUntil, clock.now(), freshMs)) return
      let againMs = freshMs
      try {
        const found = await api.locations(signal)
        for (const { id, name } of found) if (given.length === 0 || locations.open.includes(id)) learn(id, name)
        if (given.length === 0) locations.open = found.map(({ id }) => id)
      } catch (error) {
        if (locations.open.length === 0 || signal.aborted) throw error
        againMs = retryMs
      }
      freshUntil = clock.now().getTime() + againMs
    },
  }

  function learn(id: string, name: string): void {
    const known = accounts.find((account) => account.id === id)
    if (!known) accounts.push({ id, name: name || unnamed(id) })
    else if (name && !given.some((one) => one.id === id && one.name)) known.name = name
  }

  for (const { id, name } of given) learn(id, name ?? unnamed(id))
  return locations
}

const unnamed = (id: string) => `Location ${id}`
