import { describe, expect, it } from 'vitest'
import { createPostgresDatabase } from '../support/db.ts'
import { hasDovecot } from '../support/machine.ts'
import { runChaos, type ChaosOptions } from './run-chaos.ts'

type Short = Pick<ChaosOptions, 'databaseUrl' | 'kills' | 'pauseMs' | 'sentCopy'>

/** What `npm run chaos` does at length. */
async function survive(options: Short): Promise<void> {
  const said: string[] = []
  const { violations, counts } = await runChaos({
    ...options,
    seed: 1,
    crowd: { visitors: 2, forms: 1, mails: 0 },
    settleMs: 80_000,
    waitsForLookups: false,
    signal: new AbortController().signal,
    say: (line) => void said.push(line),
  })
  expect(violations, said.join('\n')).toEqual([])
  expect(counts['replies approved']).toBeGreaterThan(0)
}

const limit = { timeout: 150_000 }

describe.skipIf(!hasDovecot)('killed at random moments under load, the program keeps its promises', () => {
  it.concurrent('with two replicas on Postgres', limit, async ({ onTestFinished }) => {
    const { url, drop } = await createPostgresDatabase()
    onTestFinished(drop)
    await survive({ databaseUrl: url, kills: 4, pauseMs: { least: 200, most: 2000 }, sentCopy: 'server' })
  })

  it.concurrent('on the embedded database', limit, async () => {
    await survive({ databaseUrl: null, kills: 2, pauseMs: { least: 500, most: 3000 }, sentCopy: 'append' })
  })
})
