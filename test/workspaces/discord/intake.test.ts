import type { APIInteraction } from 'discord.js'
import { expect, test } from 'vitest'
import { createLog, type Log } from '../../../src/log.ts'
import { createIntake } from '../../../src/workspaces/discord/intake.ts'

const press = { id: '1', type: 3, token: 'secret', data: { custom_id: 'do:x' } } as unknown as APIInteraction
const incoming = { interaction: press, respond: async () => {} }

test('what a handler throws is logged by kind and reason, and goes no further', async () => {
  const logged: unknown[] = []
  const log: Log = { ...createLog('silent'), warn: (...said) => void logged.push(said) }
  const { take } = createIntake({ log, handle: () => Promise.reject(new Error('the database is away')) })
  await take(incoming)
  const ids = { interactionId: '1', kind: 'component', reason: 'the database is away' }
  expect(logged).toEqual([['discord interaction not processed', ids]])
  expect(JSON.stringify(logged)).not.toContain('secret')
})

test('one can wait until everything is done with, but not for ever', async () => {
  const slow = Promise.withResolvers<void>()
  const { take, idle } = createIntake({ log: createLog('silent'), handle: () => slow.promise })
  let isDone = false
  void take(incoming).then(() => (isDone = true))
  await idle(20)
  expect(isDone).toBe(false)
  const waiting = idle(10_000)
  slow.resolve()
  await waiting
  expect(isDone).toBe(true)
  await idle(10_000)
})
