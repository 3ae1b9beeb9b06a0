import type { Clock } from '../../clock.ts'
import { CredentialsError, messageOf, PermanentError, RetryableError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { isDue } from '../../waiting.ts'
import type { Inlet } from '../channel.ts'
import type { GoogleApi } from './api.ts'
import type { Locations } from './locations.ts'
import { followReplies } from './moderation.ts'
import { pollLocation } from './poll.ts'
import type { GoogleAccount } from './settings.ts'

const longestPauseMs = 3600 * 1000

export interface Connection {
  account: GoogleAccount
  api: GoogleApi
  locations: Locations
}

/**
 * Watches the locations of an account. Returns what to call again and again: each time it does what is due by the clock, one
 * location after the other. What goes wrong at one does not stop the others; it is tried again after a pause that grows. Only what
 * the database throws is thrown.
 */
export function createWatch(
  { account, api, locations }: Connection,
  { clock, log }: { clock: Clock; log: Log },
): (inlet: Inlet, signal: AbortSignal) => Promise<void> {
  const polling = { api, clock, accountName: account.name, backMs: account.backMs }
  const following = { api, clock, accountName: account.name, nextLookAt: new Map<string, number>() }
  const failures = new Map<string, number>()
  const dueAt = new Map<string, number>()
  let pausedUntil = 0
  const longestMs = Math.max(account.pollMs, longestPauseMs)

  /** Returns whether the next location may be asked. */
  async function look(id: string, inlet: Inlet, signal: AbortSignal): Promise<boolean> {
    const now = clock.now().getTime()
    try {
      if (isDue(dueAt.get(id), clock.now(), longestMs)) {
        await pollLocation(polling, id, inlet, signal)
        failures.delete(id)
        dueAt.set(id, now + account.pollMs)
        await inlet.report(id, null)
      }
      await followReplies(following, id, inlet, signal)
      return true
    } catch (error) {
      if (signal.aborted) return false
      const pauseMs = await failed(id, [id], error, inlet)
      // Quotas are those of the whole project.
      pausedUntil = now + (pauseMs ?? 0)
      return pauseMs === undefined
    }
  }

  /** Returns how long Google asks to be left alone, if it does. */
  async function failed(key: string, ids: string[], error: unknown, inlet: Inlet): Promise<number | undefined> {
    if (!(error instanceof RetryableError || error instanceof PermanentError)) throw error
    const times = (failures.get(key) ?? 0) + 1
    const waitMs = Math.min(account.pollMs * 2 ** Math.min(times, 20), longestPauseMs)
    failures.set(key, times)
    dueAt.set(key, clock.now().getTime() + waitMs)
    log.warn('looking for Google reviews failed; trying again', { of: key, reason: messageOf(error), waitMs })
    if (error instanceof CredentialsError) for (const id of ids) await inlet.report(id, error)
    const askedMs = error instanceof RetryableError ? error.retryAfterMs : undefined
    return askedMs === undefined ? undefined : Math.min(askedMs, longestPauseMs)
  }

  return async (inlet, signal) => {
    const now = clock.now().getTime()
    const isTime = (at?: number) => isDue(at, clock.now(), longestMs)
    if (!isTime(pausedUntil) || !isTime(dueAt.get(account.name))) return
    try {
      await api.signIn()
      await locations.refresh(signal)
    } catch (error) {
      if (signal.aborted) return
      const ids = locations.open.length > 0 ? locations.open : [account.name]
      pausedUntil = now + ((await failed(account.name, ids, error, inlet)) ?? 0)
      return
    }
    dueAt.delete(account.name)
    if (failures.get(account.name) !== 0) await inlet.report(account.name, null)
    failures.set(account.name, 0)
    for (const id of locations.open) {
      if (signal.aborted || !(await look(id, inlet, signal))) return
    }
  }
}
