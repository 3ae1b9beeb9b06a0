import { sql } from 'drizzle-orm'
import type { Log } from '../log.ts'
import type { Database, Db } from './client.ts'

/**
 * Hints between replicas that something changed. They leave with the transaction that they are sent in, and may get lost:
 * whoever hears one reads the state, and reads it anew after `missed`.
 */
export interface Signals {
  /** Keys are short: together at most 7,000 bytes a call. */
  send(tx: Db, topic: string, keys: string[]): Promise<void>
  on(topic: string, heard: (key: string) => void): () => void
  /** Calls back after the connection was lost and found again. */
  onMissed(missed: () => void): () => void
  close(): Promise<void>
}

const postgresChannel = 'deskbell'

export async function openSignals(database: Database, log: Log): Promise<Signals> {
  const listeners = new Map<string, Set<(key: string) => void>>()
  const missedListeners = new Set<() => void>()
  let isFirst = true
  const unlisten = await database.listen(
    postgresChannel,
    (payload) => {
      const split = payload.indexOf(' ')
      for (const heard of listeners.get(payload.slice(0, split)) ?? []) heard(payload.slice(split + 1))
    },
    () => {
      if (!isFirst) {
        log.info('listening again')
        for (const missed of missedListeners) missed()
      }
      isFirst = false
    },
  )
  return {
    async send(tx, topic, keys) {
      if (keys.length === 0) return
      const payloads = keys.map((key) => `${topic} ${key}`)
      await tx.execute(
        sql`select pg_notify(${postgresChannel}, payload) from jsonb_array_elements_text(${JSON.stringify(payloads)}::jsonb) as payload`,
      )
    },
    on(topic, heard) {
      const set = listeners.get(topic) ?? new Set()
      listeners.set(topic, set.add(heard))
      return () => void set.delete(heard)
    },
    onMissed(missed) {
      missedListeners.add(missed)
      return () => void missedListeners.delete(missed)
    },
    close: unlisten,
  }
}
