import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SlackConfig } from '../../../src/workspaces/slack/env.ts'
import { scopes } from '../../../src/workspaces/slack/manifest.ts'
import { connectTo } from '../../support/slack/connect.ts'
import { testSlackIo, type TestSlackIo } from '../../support/slack/io.ts'
import { startSlackPeer, type SlackPeer } from '../../support/slack/peer.ts'

let peer: SlackPeer
let io: TestSlackIo
let granted: string[]

beforeAll(async () => {
  peer = await startSlackPeer()
  peer.answer('auth.test', ({ token }) =>
    token === peer.botToken
      ? {
          body: {
            ok: true,
            url: 'https://acme.slack.com/',
            team: 'Acme',
            team_id: peer.team,
            user: 'deskbell',
            user_id: peer.users.deskbell,
          },
          headers: { 'x-oauth-scopes': granted.join(',') },
        }
      : { body: { ok: false, error: 'invalid_auth' } },
  )
})
afterAll(() => peer.close())
beforeEach(() => {
  io = testSlackIo()
  granted = Object.keys(scopes)
  peer.calls.splice(0)
})

const check = (changes: Partial<SlackConfig> = {}) => connectTo(peer, io, changes).check()
const rooms = (...channels: string[]) => {
  const [first = '', ...rest] = channels.map((channel) => `${peer.team}/${channel}`)
  io.tuning.rooms = {
    slack: {
      default: first,
      escalation: null,
      rules: rest.map((room) => ({ channels: [], accounts: [], themes: [], urgencies: [], languages: [], room })),
    },
  }
}

test('tells what is well, and posts nothing', async () => {
  rooms(peer.channels.support, peer.channels.board)
  expect(await check({ appToken: peer.appToken })).toEqual([
    'Socket Mode lets us in; 2 connections will be kept',
    "Requests of Slack's are taken at http://127.0.0.1:3000/slack/events with SLACK_SIGNING_SECRET",
    'Acme: the token lets us in as @deskbell',
    '#support: cards can be posted',
    '#board: cards can be posted',
  ])
  expect(peer.calls.every(({ method }) => !method.startsWith('chat.'))).toBe(true)
})

test('without a room it says how one is chosen; without readable settings it says that', async () => {
  expect(await check()).toContain('No channel for cards was chosen yet: write /invite @deskbell in one, and it is')
  io.readTuning = () => Promise.reject(new Error('not while checking'))
  expect(await check()).toContain('The channels for cards were not looked at: the settings can not be read now')
})

test('missing permissions are named with what they are for, and where to click', async () => {
  granted = granted.filter((scope) => scope !== 'files:write' && scope !== 'usergroups:read')
  await expect(check()).rejects.toMatchObject({
    name: 'PermanentError',
    message: 'Acme: permissions are missing: files:write, usergroups:read',
    action: expect.stringMatching(
      /files:write \(to share customers' attachments.*\).*OAuth & Permissions.*Reinstall/,
    ) as string,
  })
})

test('everything that is wrong is told at once', async () => {
  rooms(peer.channels.sales, 'C0GONE')
  const failure: unknown = await check({
    appToken: 'xapp-wrong',
    installation: { kind: 'token', botToken: peer.botToken },
  }).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(AggregateError)
  const { errors } = failure as AggregateError
  expect(errors).toMatchObject([
    { name: 'PermanentError', message: 'Slack refuses SLACK_APP_TOKEN (invalid_auth)' },
    { message: 'The bot is not in #sales', action: 'Write /invite @deskbell in #sales' },
    { message: expect.stringContaining("can't see the channel C0GONE") as string },
  ])
})

test('a token that Slack refuses says where to get another', async () => {
  await expect(check({ installation: { kind: 'token', botToken: 'xoxb-old' } })).rejects.toMatchObject({
    name: 'PermanentError',
    message: 'Slack refuses SLACK_BOT_TOKEN (invalid_auth)',
    action: expect.stringContaining('Bot User OAuth Token') as string,
  })
})

test('installed nowhere yet: it says where to begin', async () => {
  const installation = { kind: 'oauth', clientId: 'c', clientSecret: 's', teams: [peer.team] } as const
  expect(await check({ installation: { ...installation, teams: [peer.team] } })).toContain(
    'Not installed anywhere yet: open http://127.0.0.1:3000/slack/install',
  )
})

test('a Slack that can not be reached is no wrong setting', async () => {
  await expect(check({ apiUrl: 'http://127.0.0.1:1/api/' })).rejects.toMatchObject({ name: 'RetryableError' })
})
