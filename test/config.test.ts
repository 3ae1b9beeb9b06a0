import { describe, expect, it } from 'vitest'
import { channelTypes, coreEnv, readConfig, workspaceTypes } from '../src/config.ts'
import { assistantEnv } from '../src/assistant/env.ts'

const messageOf = (env: Record<string, string>) => {
  try {
    readConfig(env)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : null
  }
}

describe('readConfig', () => {
  it('needs nothing', () => {
    const config = readConfig({})
    expect(config.core).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', ROLES: ['intake', 'worker', 'workspace'] })
    expect([...config.channels.keys()]).toEqual(['form', 'live-chat', 'log'])
    expect(config.database).toEqual({ url: null, poolSize: 10, tls: 'off', dataDir: './data' })
  })

  it('names every setting that is wrong at once, and what it should be', () => {
    const message = messageOf({ PORT: 'seven', DATABASE_URL: 'mysql://x', ROLES: 'intake,juggler', LIVE_CHAT: 'yes' })
    expect(message).toMatch(/PORT must be a number/)
    expect(message).toMatch(/DATABASE_URL must start with postgres:\/\//)
    expect(message).toMatch(/ROLES has unknown parts: juggler; known are intake, worker, workspace/)
    expect(message).toMatch(/LIVE_CHAT must be "on" or "off"/)
  })

  it('refuses a channel that is half set, and says what is missing', () => {
    expect(messageOf({ EMAIL_ADDRESS: 'desk@example.com' })).toMatch(/EMAIL_IMAP_URL is not set/)
    expect(messageOf({ EMAIL_2_ADDRESS: 'two@example.com' })).toMatch(/EMAIL_2_IMAP_URL is not set/)
  })

  it('ends every sentence, whether or not the setting is described by one', () => {
    expect(messageOf({ EMAIL_ADDRESS: 'desk@example.com' })).toContain('in the password. Example: imaps://')
    expect(messageOf({ PORT: 'seven' })).toContain('Default: 3000. Example: 3000')
  })

  it('reads several accounts of one channel by number', () => {
    const mailbox = (n: string) => ({
      [`EMAIL_${n}ADDRESS`]: `desk${n}@example.com`.replace('_', ''),
      [`EMAIL_${n}IMAP_URL`]: 'imaps://u:p@imap.example.com',
      [`EMAIL_${n}SMTP_URL`]: 'smtps://u:p@smtp.example.com',
    })
    expect(readConfig({ ...mailbox(''), ...mailbox('2_') }).channels.get('email')).toHaveLength(2)
  })

  it('documents every setting, and never prints a secret', () => {
    const specs = [
      coreEnv,
      assistantEnv,
      ...channelTypes.map(({ env }) => env),
      ...workspaceTypes.map(({ env }) => env),
    ]
    for (const spec of specs)
      for (const [name, setting] of Object.entries(spec)) expect(setting.about, name).not.toBe('')
    expect(messageOf({ WEB_PASSWORD: 'hush', SECRET_KEY: 'short-secret' })).not.toMatch(/hush|short-secret/)
  })
})
