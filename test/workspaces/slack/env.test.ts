import { describe, expect, test } from 'vitest'
import { readSettings, type Env } from '../../../src/env.ts'
import { readSlackConfig, slackEnv } from '../../../src/workspaces/slack/env.ts'

const read = (env: Env, publicUrl = 'https://desk.example.com', isKeyApart = true) =>
  readSlackConfig(readSettings(slackEnv, env), { publicUrl, vault: { isKeyApart } })

const token = { SLACK_BOT_TOKEN: 'xoxb-1' }
const socket = { SLACK_APP_TOKEN: 'xapp-1' }
const requests = { SLACK_SIGNING_SECRET: '0123456789abcdef' }
const oauth = { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 's', SLACK_TEAMS: 'T0ACME, E0CORP' }

test('nothing set: Slack is off', () => {
  expect(read({})).toBeNull()
  expect(read({ SLACK_SOCKETS: '3', SLACK_API_URL: 'https://proxy.example.com/api' })).toBeNull()
})

test('one workspace, by Socket Mode', () => {
  expect(read({ ...token, ...socket })).toEqual({
    installation: { kind: 'token', botToken: 'xoxb-1' },
    appToken: 'xapp-1',
    signingSecret: null,
    sockets: 2,
    apiUrl: 'https://slack.com/api/',
  })
})

test('many workspaces, by requests, through a proxy', () => {
  expect(read({ ...oauth, ...requests, SLACK_API_URL: 'https://proxy.example.com/api' })).toEqual({
    installation: { kind: 'oauth', clientId: '1.2', clientSecret: 's', teams: ['T0ACME', 'E0CORP'] },
    appToken: null,
    signingSecret: '0123456789abcdef',
    sockets: 2,
    apiUrl: 'https://proxy.example.com/api/',
  })
  expect(read({ ...oauth, ...requests }, 'http://127.0.0.1:3000')).not.toBeNull()
})

describe('half set refuses to start and says what is missing', () => {
  test.each<[string, Env, RegExp]>([
    ['a way in without a token', socket, /SLACK_BOT_TOKEN is not set/],
    ['a token without a way in', token, /SLACK_APP_TOKEN .* or SLACK_SIGNING_SECRET/],
    ['both ways to install', { ...token, ...oauth, ...socket }, /either SLACK_BOT_TOKEN .* not both/],
    ['no client id', { ...oauth, ...socket, SLACK_CLIENT_ID: '' }, /SLACK_CLIENT_ID is not set/],
    ['no client secret', { ...oauth, ...socket, SLACK_CLIENT_SECRET: '' }, /SLACK_CLIENT_SECRET is not set/],
    ['no list of workspaces', { ...oauth, ...socket, SLACK_TEAMS: '' }, /SLACK_TEAMS is not set/],
    ['only a list of workspaces', { SLACK_TEAMS: 'T0ACME' }, /SLACK_CLIENT_ID is not set[^]*SLACK_APP_TOKEN/],
    ['the wrong kind of token', { SLACK_BOT_TOKEN: 'xoxp-1', ...socket }, /SLACK_BOT_TOKEN must start with xoxb-/],
    ['the wrong kind of app token', { ...token, SLACK_APP_TOKEN: 'xoxb-1' }, /SLACK_APP_TOKEN must start with xapp-/],
    ['names instead of ids', { ...oauth, ...socket, SLACK_TEAMS: 'acme' }, /SLACK_TEAMS must list ids/],
    ['too few connections', { ...token, ...socket, SLACK_SOCKETS: '1' }, /SLACK_SOCKETS must be 2 or more/],
  ])('%s', (_, env, said) => {
    expect(() => read(env)).toThrow(said)
    expect(() => read(env)).toThrow(expect.objectContaining({ name: 'ConfigError' }))
  })

  test('installing needs an https address and a key of the operator', () => {
    expect(() => read({ ...oauth, ...socket }, 'http://desk.example.com')).toThrow(
      /PUBLIC_URL must be an https address/,
    )
    expect(() => read({ ...oauth, ...socket }, 'https://desk.example.com', false)).toThrow(/SECRET_KEY must be set/)
  })
})
