import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SlackConnection } from '../../../src/workspaces/slack/connection.ts'
import { scopes } from '../../../src/workspaces/slack/manifest.ts'
import { connectTo } from '../../support/slack/connect.ts'
import { testSlackIo, type TestSlackIo } from '../../support/slack/io.ts'
import { startSlackPeer, type SlackPeer } from '../../support/slack/peer.ts'

const base = 'http://127.0.0.1:3000'
let peer: SlackPeer
let io: TestSlackIo
let slack: SlackConnection

beforeAll(async () => {
  peer = await startSlackPeer(`${base}/slack/oauth_redirect`)
})
afterAll(() => peer.close())
beforeEach(() => {
  io = testSlackIo()
  slack = connect([peer.team])
  peer.calls.splice(0)
})

function connect(teams: string[], { clientSecret } = peer): SlackConnection {
  return connectTo(peer, io, { installation: { kind: 'oauth', clientId: peer.clientId, clientSecret, teams } })
}

async function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await slack.fetch(new Request(path.startsWith('http') ? path : `${base}${path}`, { headers }))
  if (!response) throw new Error(`nothing at ${path}`)
  return response
}

/** Leaves for Slack and agrees there. Where Slack leads back to, and the browser's cookie. */
async function agree(): Promise<{ back: URL; cookie: string; slackPage: URL }> {
  const left = await ask('/slack/install')
  expect(left.status).toBe(302)
  const slackPage = new URL(left.headers.get('location') ?? '')
  const { searchParams } = slackPage
  const agreed = await fetch(`${peer.url}/oauth/v2/authorize/callback`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({
      user_id: peer.users.admin,
      redirect_uri: searchParams.get('redirect_uri') ?? '',
      scope: searchParams.get('scope') ?? '',
      state: searchParams.get('state') ?? '',
      client_id: searchParams.get('client_id') ?? '',
    }),
  })
  return {
    back: new URL(agreed.headers.get('location') ?? ''),
    cookie: (left.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
    slackPage,
  }
}

test('somebody installs Deskbell, and it can post there', async () => {
  const { back, cookie, slackPage } = await agree()
  expect((await fetch(slackPage)).status).toBe(200)
  expect(slackPage.searchParams.get('scope')?.split(',')).toEqual(Object.keys(scopes))
  const page = await ask(back.href, { cookie })
  expect(page.status).toBe(200)
  expect(await page.text()).toMatch(/Deskbell is installed in Acme.*\/invite @Deskbell/s)
  expect(io.stored.get(`slack:${peer.team}`)).toMatchObject({
    id: peer.team,
    isEnterpriseWide: false,
    botUserId: peer.users.deskbell,
    botToken: expect.stringMatching(/^xoxb-/) as string,
  })
  const ref = await slack.post(
    { kind: 'notice', title: 'Hello', lines: [] },
    { room: `${peer.team}/${peer.channels.support}`, thread: null, key: 'hello' },
  )
  expect(slack.urlOf(ref)).not.toBeNull()
})

test('a state that was forged, changed, of another browser, or of yesterday is refused before the code is used', async () => {
  const { back, cookie } = await agree()
  const state = back.searchParams.get('state') ?? ''
  const withState = (changed: string) => {
    const address = new URL(back)
    address.searchParams.set('state', changed)
    return address.href
  }
  const [expires, signature] = state.split('.')
  const attempts: [string, Record<string, string>][] = [
    [withState(''), { cookie }],
    [withState('4102444800.forged'), { cookie }],
    [withState(`${Number(expires) + 1}.${signature}`), { cookie }],
    [back.href, {}],
    [back.href, { cookie: `${cookie}x` }],
  ]
  for (const [address, headers] of attempts) expect((await ask(address, headers)).status).toBe(400)
  io.clock.advance(16 * 60_000)
  expect((await ask(back.href, { cookie })).status).toBe(400)
  expect(peer.callsOf('oauth.v2.access')).toEqual([])
  expect(io.stored.size).toBe(0)
})

test('a workspace that is not on the list is turned away, and its token revoked', async () => {
  slack = connect(['T0OTHER'])
  const { back, cookie } = await agree()
  const page = await ask(back.href, { cookie })
  expect(page.status).toBe(403)
  expect(await page.text()).toContain(peer.team)
  expect(io.stored.size).toBe(0)
  const granted = peer.callsOf('oauth.v2.access')[0]?.answer?.['access_token']
  expect(peer.callsOf('auth.revoke').map(({ token }) => token)).toEqual([granted])
})

test('an organisation is kept under its own id, and what it is called can not harm the page', async () => {
  slack = connect(['E0CORP'])
  const body = {
    ok: true,
    access_token: 'xoxb-corp',
    token_type: 'bot',
    bot_user_id: 'U0CORPBOT',
    is_enterprise_install: true,
    team: null,
    enterprise: { id: 'E0CORP', name: '<script>alert(1)</script>' },
  }
  peer.fault('oauth.v2.access', { kind: 'answered', body })
  const { back, cookie } = await agree()
  const page = await (await ask(back.href, { cookie })).text()
  expect(page).toContain('&lt;script&gt;')
  expect(page).not.toContain('<script>')
  expect(io.stored.get('slack:E0CORP')).toMatchObject({ isEnterpriseWide: true, enterprise: 'E0CORP' })
})

test('somebody who declines, and a code that Slack does not know, change nothing', async () => {
  const { back, cookie } = await agree()
  const declined = new URL(back)
  declined.searchParams.delete('code')
  declined.searchParams.set('error', 'access_denied')
  expect(await (await ask(declined.href, { cookie })).text()).toContain('You declined')
  const unknown = new URL(back)
  unknown.searchParams.set('code', 'unknown')
  expect((await ask(unknown.href, { cookie })).status).toBe(502)
  expect(io.stored.size).toBe(0)
})

test('while the database is away nothing is installed: the code is not even used', async () => {
  const { back, cookie } = await agree()
  io.failure = new Error('the database is away')
  expect((await ask(back.href, { cookie })).status).toBe(503)
  expect(peer.callsOf('oauth.v2.access')).toEqual([])
  io.failure = null
  expect((await ask(back.href, { cookie })).status).toBe(200)
})

test('a token that can not be stored is revoked, unless it is the one that works already', async () => {
  const set = io.vault.set
  io.vault.set = () => Promise.reject(new Error('the database is away'))
  const first = await agree()
  expect((await ask(first.back.href, { cookie: first.cookie })).status).toBe(503)
  expect(peer.callsOf('auth.revoke')).toHaveLength(1)

  io.vault.set = set
  const second = await agree()
  await ask(second.back.href, { cookie: second.cookie })
  io.vault.set = () => Promise.reject(new Error('the database is away'))
  const third = await agree()
  expect((await ask(third.back.href, { cookie: third.cookie })).status).toBe(503)
  expect(peer.callsOf('auth.revoke')).toHaveLength(1)
})

test('the cookie is bound to the site and its https, and is taken back', async () => {
  io.publicUrl = 'https://desk.example.com'
  slack = connect([peer.team])
  const left = await ask('https://desk.example.com/slack/install')
  expect(left.headers.get('set-cookie')).toMatch(
    /^__Host-deskbell-slack=[\w-]{43}; Path=\/; Max-Age=900; HttpOnly; SameSite=Lax; Secure$/,
  )
  const back = await ask('https://desk.example.com/slack/oauth_redirect')
  expect(back.headers.get('set-cookie')).toContain('Max-Age=0')
  expect(back.headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('no token, code or secret is in the log, whatever goes wrong', async () => {
  const lines: string[] = []
  const note = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields ?? {})}`)
  const log = { debug: note, info: note, warn: note, error: note, child: () => log }
  io.log = { ...io.log, ...log }
  slack = connect(['T0OTHER'])
  const first = await agree()
  peer.fault('auth.revoke', { kind: 'reset', when: 'before' })
  await ask(first.back.href, { cookie: first.cookie })
  slack = connect([peer.team])
  const second = await agree()
  peer.fault('oauth.v2.access', { kind: 'reset', when: 'after' })
  await ask(second.back.href, { cookie: second.cookie })
  const third = await agree()
  await ask(third.back.href, { cookie: third.cookie })
  peer.fault('chat.postMessage', { kind: 'status', when: 'before', status: 500 })
  const place = { room: `${peer.team}/${peer.channels.support}`, thread: null, key: 'quiet' }
  await slack.post({ kind: 'notice', title: 'Hello', lines: [{ text: 'secret words' }] }, place).catch(() => {})
  expect(lines.length).toBeGreaterThan(3)
  const codes = [first, second, third].map(({ back }) => back.searchParams.get('code') ?? '')
  for (const secret of ['xoxb-', peer.clientSecret, 'secret words', ...codes])
    expect(lines.join('\n')).not.toContain(secret)
})

test('one workspace by token has no pages for installing', async () => {
  slack = connectTo(peer, io)
  expect(await slack.fetch(new Request(`${base}/slack/install`))).toBeNull()
})
