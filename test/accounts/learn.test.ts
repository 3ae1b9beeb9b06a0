import { expect, test } from 'vitest'
import { learnAccounts } from '../../src/accounts/learn.ts'
import type { ActiveChannel } from '../../src/context.ts'
import { RetryableError } from '../../src/errors.ts'
import { createLog } from '../../src/log.ts'
import { fakeChannel } from '../support/channel.ts'

test('each channel that knows not all its accounts is asked to find out, and one that fails stops no other', async () => {
  const asked: string[] = []
  const ending = new AbortController()
  const named = (id: string, learn?: () => Promise<void>): [string, ActiveChannel] => [
    id,
    fakeChannel(id, learn ? { learnAccounts: learn } : {}),
  ]
  const channels = new Map([
    named('knows-all'),
    named('fails', async () => {
      asked.push('fails')
      throw new RetryableError('Busy')
    }),
    named('learns', async () => void asked.push('learns')),
  ])
  const learning = learnAccounts({ channels, log: createLog('silent') }, ending.signal)
  ending.abort()
  await learning
  expect(asked).toEqual(['fails', 'learns'])
})
