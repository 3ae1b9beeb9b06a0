import { createHmac } from 'node:crypto'
import type { ChannelIo, TranscriptLine } from '../../src/channels/channel.ts'
import { createLog } from '../../src/log.ts'
import { testClock, type TestClock } from './clock.ts'

export interface TestChannelIo extends ChannelIo {
  clock: TestClock
  /** Adds a line to a hosted conversation and tells whoever listens. */
  say(account: string, conversation: string, line: Omit<TranscriptLine, 'seq'>): void
}

/** What core hands a channel, in memory: for tests of an adapter alone. */
export function testChannelIo(clock = testClock()): TestChannelIo {
  const counts = new Map<string, number>()
  const threads = new Map<string, TranscriptLine[]>()
  const listeners = new Map<string, Set<() => void>>()
  let ids = 0
  const keyOf = (account: string, conversation: string) => `${account}\n${conversation}`
  return {
    clock,
    log: createLog('silent'),
    publicUrl: 'http://127.0.0.1:3000',
    newId: () => `00000000-0000-7000-8000-${String(++ids).padStart(12, '0')}`,
    key: (purpose) => createHmac('sha256', 'test').update(purpose).digest(),
    async allow(key, max, windowSeconds) {
      const window = Math.floor(clock.now().getTime() / (windowSeconds * 1000))
      const count = (counts.get(`${key} ${window}`) ?? 0) + 1
      counts.set(`${key} ${window}`, count)
      return count <= max
    },
    async transcript(account, conversation, afterSeq) {
      return (threads.get(keyOf(account, conversation)) ?? []).filter((line) => line.seq > afterSeq)
    },
    onChange(account, conversation, changed) {
      const key = keyOf(account, conversation)
      const set = listeners.get(key) ?? new Set()
      listeners.set(key, set.add(changed))
      return () => void set.delete(changed)
    },
    say(account, conversation, line) {
      const key = keyOf(account, conversation)
      const thread = threads.get(key) ?? []
      threads.set(key, [...thread, { ...line, seq: (thread.at(-1)?.seq ?? 0) + 1 }])
      for (const changed of listeners.get(key) ?? []) changed()
    },
  }
}
