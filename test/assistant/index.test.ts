import { describe, expect, it } from 'vitest'
import type { Assistant } from '../../src/assistant/assistant.ts'
import { withFallback } from '../../src/assistant/fallback.ts'
import { openAssistant } from '../../src/assistant/index.ts'
import { offlineAssistant } from '../../src/assistant/offline/index.ts'
import { ConfigError } from '../../src/errors.ts'
import { createLog } from '../../src/log.ts'
import { testClock } from '../support/clock.ts'
import { calm, conversation, memoryLedger, settings } from './conversation.ts'

const log = createLog('silent')

function open(env: Record<string, string>): Promise<Assistant> {
  return openAssistant(settings(env), { clock: testClock(), ledger: memoryLedger(), log })
}

describe('settings', () => {
  it('needs none: the offline assistant works alone', async () => {
    expect(await (await open({})).check()).toEqual(['Offline assistant: works without a key'])
    expect(await (await open({})).triage(conversation('Hello?'), calm)).toMatchObject({ by: 'offline', fallback: null })
  })

  it.each([
    ['OPENAI_MODEL', 'gpt-6-luna'],
    ['OPENAI_API', 'chat'],
    ['OPENAI_PRICE', '1,2,3'],
  ])('refuses %s without a key, and says what to do', async (name, value) => {
    await expect(open({ [name]: value })).rejects.toThrow(ConfigError)
    await expect(open({ [name]: value })).rejects.toThrow(`${name} is set but OPENAI_API_KEY is not. Set the key`)
  })

  it('lets a server of one’s own go without a key', async () => {
    await expect(open({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', OPENAI_MODEL: 'local' })).resolves.toBeDefined()
  })

  it.each([
    ['OPENAI_API', 'soap', 'must be "responses" or "chat"'],
    ['OPENAI_BASE_URL', 'localhost', 'must be an http or https address'],
    ['OPENAI_TIMEOUT_SECONDS', 'soon', 'must be a number'],
    ['OPENAI_TIMEOUT_SECONDS', '0', 'must be more than 0'],
    ['OPENAI_DAILY_TOKENS', '-1', 'must be 0 or more'],
    ['OPENAI_PRICE', '1,2', 'must be three numbers'],
    ['OPENAI_PRICE', '1,,2', 'must be three numbers'],
    ['OPENAI_PRICE', '1,-2,3', 'must be three numbers'],
  ])('refuses %s=%s: it %s', (name, value, problem) => {
    expect(() => settings({ [name]: value })).toThrow(`${name} ${problem}`)
  })
})

describe('the fallback', () => {
  it('does not hide a mistake of our own', async () => {
    const first: Assistant = { ...offlineAssistant(), triage: () => Promise.reject(new TypeError('a bug')) }
    await expect(withFallback(first, offlineAssistant(), log).triage(conversation('Hi'), calm)).rejects.toThrow('a bug')
  })
})
