import { createHmac } from 'node:crypto'
import { createLog } from '../../../src/log.ts'
import { defaultTuning, type Tuning } from '../../../src/settings/tuning.ts'
import type { ConnectionIo } from '../../../src/workspaces/slack/connection.ts'
import { testClock, type TestClock } from '../clock.ts'

export interface TestSlackIo extends ConnectionIo {
  clock: TestClock
  tuning: Tuning
  /** What the vault holds. */
  stored: Map<string, unknown>
  attachments: Map<string, { name: string; mediaType: string; content: Uint8Array }>
  /** Set: the vault fails with it. */
  failure: Error | null
}

/** What core hands the Slack workspace, as far as its connection wants it, in memory. */
export function testSlackIo(start = new Date()): TestSlackIo {
  const stored = new Map<string, unknown>()
  let ids = 0
  const check = () => {
    if (io.failure) throw io.failure
  }
  const io: TestSlackIo = {
    clock: testClock(start.toISOString()),
    log: createLog('silent'),
    publicUrl: 'http://127.0.0.1:3000',
    key: (purpose) => createHmac('sha256', 'test').update(purpose).digest(),
    newId: () => `00000000-0000-7000-8000-${String((ids += 1)).padStart(12, '0')}`,
    tuning: structuredClone(defaultTuning),
    stored,
    attachments: new Map(),
    failure: null,
    readTuning: async () => io.tuning,
    readAttachment: async (id) => io.attachments.get(id) ?? null,
    vault: {
      isKeyApart: true,
      async get(name) {
        check()
        return stored.get(name)
      },
      async set(name, value) {
        check()
        stored.set(name, structuredClone(value))
      },
      async delete(name) {
        check()
        stored.delete(name)
      },
      async names(prefix) {
        check()
        return [...stored.keys()].filter((name) => name.startsWith(prefix))
      },
    },
  }
  return io
}
