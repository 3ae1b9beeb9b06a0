import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHttpReceiver } from '../../../src/workspaces/slack/receiver-http.ts'
import type { SlackConnection } from '../../../src/workspaces/slack/connection.ts'
import { connectTo } from '../../support/slack/connect.ts'
import { testSlackIo, type TestSlackIo } from '../../support/slack/io.ts'
import { commandPayload, eventPayload, overHttp, signatureOf, signedRequest } from '../../support/slack/payloads.ts'
import type { Deliver } from '../../support/slack/payloads.ts'
import { startSlackPeer, type SlackPeer } from '../../support/slack/peer.ts'

let peer: SlackPeer
let io: TestSlackIo
let slack: SlackConnection
let deliver: Deliver

beforeAll(async () => {
  peer = await startSlackPeer()
})
afterAll(() => peer.close())
beforeEach(async () => {
  io = testSlackIo()
  slack = connectTo(peer, io)
  const { url, signingSecret: secret } = peer
  deliver = overHttp(slack.fetch, { url, secret, clock: io.clock })
  await slack.start()
})
afterEach(() => slack.stop())

const anas = () => ({ team: peer.team, channel: peer.channels.support, user: peer.users.ana })

describe('signatures', () => {
  const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' })
  const post = (headers: Record<string, string>, content = body) =>
    slack.fetch(
      new Request(`${peer.url}/slack/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: content,
      }),
    )

  test("Slack's check of the address is answered", async () => {
    const response = await post(signatureOf(body, peer.signingSecret, io.clock.now()))
    expect(response?.status).toBe(200)
    expect(await response?.json()).toEqual({ challenge: 'abc' })
  })

  test.each([
    ['none', () => ({})],
    ['a wrong secret', () => signatureOf(body, 'another-secret-0123456789', io.clock.now())],
    ['another body', () => signatureOf('{}', peer.signingSecret, io.clock.now())],
    ['an old one', () => signatureOf(body, peer.signingSecret, new Date(io.clock.now().getTime() - 301_000))],
    ['one of the future', () => signatureOf(body, peer.signingSecret, new Date(io.clock.now().getTime() + 302_000))],
    [
      'no time',
      () => ({ ...signatureOf(body, peer.signingSecret, io.clock.now()), 'x-slack-request-timestamp': 'NaN' }),
    ],
    ['no version', () => ({ ...signatureOf(body, peer.signingSecret, io.clock.now()), 'x-slack-signature': 'abc' })],
  ])('%s: 401', async (_, headers) => {
    expect((await post(headers()))?.status).toBe(401)
  })

  test('what is signed but no JSON object is refused', async () => {
    const content = '[1]'
    await expect(post(signatureOf(content, peer.signingSecret, io.clock.now()), content)).rejects.toMatchObject({
      name: 'BadInputError',
    })
  })

  test('the check of the certificate needs no signature, and does nothing', async () => {
    const response = await slack.fetch(
      new Request(`${peer.url}/slack/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'ssl_check=1&token=x&command=/desk',
      }),
    )
    expect(response?.status).toBe(200)
  })

  test('other addresses are not for Slack, and other methods are refused', async () => {
    expect(await slack.fetch(new Request(`${peer.url}/chat`))).toBeNull()
    expect((await slack.fetch(new Request(`${peer.url}/slack/events`)))?.status).toBe(405)
  })
})

describe('what Slack sends', () => {
  test('a command, a click, a modal and a shortcut reach their listeners, and their answers go back', async () => {
    const heard: string[] = []
    slack.app.command('/desk', async ({ ack, command }) => {
      heard.push(`command ${command.text}`)
      await ack('Hello')
    })
    slack.app.action('greet', async ({ ack, body }) => {
      heard.push(`click by ${body.user.id}`)
      await ack()
    })
    slack.app.view('form', async ({ ack, view }) => {
      heard.push(`modal ${view.state.values['a']?.['b']?.value ?? ''}`)
      await ack({ response_action: 'errors', errors: { a: 'No' } })
    })
    slack.app.shortcut('log-message', async ({ ack, shortcut }) => {
      heard.push(shortcut.type)
      await ack()
    })
    const ana = peer.person('ana', deliver)
    const message = {
      ts: '1.000',
      text: '',
      blocks: [{ type: 'actions', block_id: 'x', elements: [{ type: 'button', action_id: 'greet', value: '1' }] }],
    }
    expect(await ana.command('open')).toEqual({ status: 200, body: 'Hello' })
    expect(await ana.click(message, 'greet')).toEqual({ status: 200, body: null })
    expect(await ana.submit({ type: 'modal', callback_id: 'form' }, { a: { b: { value: 'words' } } })).toEqual({
      status: 200,
      body: { response_action: 'errors', errors: { a: 'No' } },
    })
    expect((await ana.shortcut(message, 'log-message')).status).toBe(200)
    expect(heard).toEqual(['command open', `click by ${ana.id}`, 'modal words', 'message_action'])
  })

  test('it is acknowledged before the slow work behind it is done', async () => {
    const slow = Promise.withResolvers<void>()
    let isDone = false
    slack.app.command('/desk', async ({ ack }) => {
      await ack()
      await slow.promise
      isDone = true
    })
    expect((await peer.person('ana', deliver).command('open')).status).toBe(200)
    expect(isDone).toBe(false)
    slow.resolve()
    await slack.stop()
    expect(isDone).toBe(true)
  })

  test('what nobody acknowledges, or a listener fails at, Slack sends again', async () => {
    expect((await peer.person('ana', deliver).command('open')).status).toBe(503)
    slack.app.command('/desk', () => Promise.reject(new Error('the database is away')))
    expect((await peer.person('ana', deliver).command('open')).status).toBe(503)
  })

  test('an event is taken once its listeners are done with it', async () => {
    let tries = 0
    slack.app.event('app_home_opened', async () => {
      tries += 1
      if (tries === 1) throw new Error('the database is away')
    })
    const { openHome } = peer.person('ana', deliver)
    expect((await openHome()).status).toBe(503)
    expect((await openHome()).status).toBe(200)
    expect((await peer.tell(deliver, { type: 'nobody_listens' })).status).toBe(200)
  })

  test('503 also when it takes too long', async () => {
    const { signingSecret } = peer
    const receive = createHttpReceiver({
      signingSecret,
      clock: io.clock,
      take: () => new Promise(() => {}),
      ceilingMs: 20,
    })
    const payload = commandPayload(anas(), 'open', { trigger: 't' })
    const response = await receive(signedRequest(payload, { url: peer.url, secret: signingSecret, at: io.clock.now() }))
    expect(response?.status).toBe(503)
  })

  test('the listener knows that it is a repetition, and by whom the bot is', async () => {
    const contexts: unknown[] = []
    slack.app.event('app_home_opened', async ({ context }) => {
      contexts.push([context.retryNum, context.retryReason, context.botUserId, context.teamId])
    })
    const payload = eventPayload(peer.team, { type: 'app_home_opened', user: peer.users.ana })
    const request = signedRequest(payload, { url: peer.url, secret: peer.signingSecret, at: io.clock.now() })
    request.headers.set('x-slack-retry-num', '2')
    request.headers.set('x-slack-retry-reason', 'http_timeout')
    await slack.fetch(request)
    expect(contexts).toEqual([[2, 'http_timeout', peer.users.deskbell, peer.team]])
  })

  test('before the start and after the stop Slack is asked to try again', async () => {
    await slack.stop()
    expect((await peer.person('ana', deliver).command('open')).status).toBe(503)
  })
})

describe('whose it is', () => {
  const installed = (id: string, changes: object = {}) => ({
    id,
    enterprise: null,
    isEnterpriseWide: false,
    name: id,
    botToken: peer.botToken,
    botUserId: peer.users.deskbell,
    botId: null,
    installedAt: 0,
    ...changes,
  })
  let heard: string[]

  beforeEach(async () => {
    await slack.stop()
    heard = []
    slack = connectTo(peer, io, {
      installation: { kind: 'oauth', clientId: 'c', clientSecret: 's', teams: ['T0ACME', 'E0CORP'] },
    })
    deliver = overHttp(slack.fetch, { url: peer.url, secret: peer.signingSecret, clock: io.clock })
    slack.app.event('app_home_opened', async ({ context }) => void heard.push(String(context.botToken)))
    slack.app.event('app_uninstalled', async () => void heard.push('left'))
    await slack.start()
  })

  const opened = (team: string, enterprise: string | null = null) =>
    deliver(eventPayload(team, { type: 'app_home_opened', user: 'U1' }, enterprise))

  test('an installed workspace and the workspaces of an installed organisation are heard', async () => {
    io.stored.set('slack:T0ACME', installed('T0ACME'))
    io.stored.set('slack:E0CORP', installed('E0CORP', { enterprise: 'E0CORP', isEnterpriseWide: true }))
    await opened('T0ACME')
    await opened('T0INSIDE', 'E0CORP')
    expect(heard).toEqual([peer.botToken, peer.botToken])
  })

  test('a workspace that is not installed, or no longer on the list, is turned away without a word', async () => {
    io.stored.set('slack:T0STRANGER', installed('T0STRANGER'))
    expect((await opened('T0STRANGER')).status).toBe(200)
    expect((await opened('T0NOBODY')).status).toBe(200)
    expect(heard).toEqual([])
  })

  test('while the database is away nothing is taken that it would have to tell about', async () => {
    io.failure = new Error('the database is away')
    expect((await opened('T0ACME')).status).toBe(503)
  })

  test('a workspace that was seen a moment ago is heard even while the database is away', async () => {
    io.stored.set('slack:T0ACME', installed('T0ACME'))
    await opened('T0ACME')
    io.failure = new Error('the database is away')
    io.clock.advance(120_000)
    expect((await opened('T0ACME')).status).toBe(200)
    expect(heard).toHaveLength(2)
  })

  test('a workspace that was seen some time ago is heard even while the database hangs', async () => {
    io.stored.set('slack:T0ACME', installed('T0ACME'))
    io.stored.set('slack:E0CORP', installed('E0CORP', { enterprise: 'E0CORP', isEnterpriseWide: true }))
    await opened('T0ACME')
    await opened('T0INSIDE', 'E0CORP')
    io.vault.get = () => new Promise(() => {})
    io.clock.advance(120_000)
    const from = performance.now()
    expect((await opened('T0ACME')).status).toBe(200)
    expect((await opened('T0INSIDE', 'E0CORP')).status).toBe(200)
    expect(performance.now() - from).toBeLessThan(2000)
    expect(heard).toHaveLength(4)
  })

  test('what was read while the app was removed is not kept', async () => {
    io.stored.set('slack:T0ACME', installed('T0ACME'))
    const { get } = io.vault
    const slow = Promise.withResolvers<void>()
    io.vault.get = async (name) => {
      io.vault.get = get
      const value = await get(name)
      await slow.promise
      return value
    }
    const reading = slack.clients.of('T0ACME')
    await slack.installations.forget('T0ACME', io.clock.now())
    slow.resolve()
    await reading
    expect(await slack.installations.find({ team: 'T0ACME', enterprise: null })).toBeNull()
  })

  test('when the app is removed the token is forgotten at once', async () => {
    io.stored.set('slack:T0ACME', installed('T0ACME'))
    expect((await deliver(eventPayload('T0ACME', { type: 'app_uninstalled' }))).status).toBe(200)
    expect([...io.stored.keys()]).toEqual([])
    expect(heard).toEqual(['left'])
    await expect(slack.clients.of('T0ACME')).rejects.toMatchObject({ name: 'GoneError', what: 'room' })
  })

  test('a removal that is told late forgets nothing that was installed since', async () => {
    io.stored.set('slack:T0ACME', installed('T0ACME', { installedAt: io.clock.now().getTime() }))
    const left = eventPayload('T0ACME', { type: 'app_uninstalled' })
    left.body['event_time'] = io.clock.now().getTime() / 1000 - 60
    await deliver(left)
    expect([...io.stored.keys()]).toEqual(['slack:T0ACME'])
    left.body['event_time'] = io.clock.now().getTime() / 1000 + 60
    await deliver(left)
    expect([...io.stored.keys()]).toEqual([])
  })

  test('a revoked bot token is forgotten; revoked tokens of persons are not ours', async () => {
    io.stored.set('slack:T0ACME', installed('T0ACME'))
    await deliver(eventPayload('T0ACME', { type: 'tokens_revoked', tokens: { oauth: ['U1'] } }))
    expect([...io.stored.keys()]).toEqual(['slack:T0ACME'])
    await deliver(eventPayload('T0ACME', { type: 'tokens_revoked', tokens: { bot: ['U0BOT'] } }))
    expect([...io.stored.keys()]).toEqual([])
  })

  test('a removal that can not be stored now is not taken, so that Slack tells it again', async () => {
    io.stored.set('slack:T0ACME', installed('T0ACME'))
    io.failure = new Error('the database is away')
    expect((await deliver(eventPayload('T0ACME', { type: 'app_uninstalled' }))).status).toBe(503)
  })

  test('a room in a workspace of an installed organisation is found by its list of workspaces', async () => {
    io.stored.set('slack:E0CORP', installed('E0CORP', { enterprise: 'E0CORP', isEnterpriseWide: true }))
    peer.answer('auth.teams.list', { ok: true, teams: [{ id: 'T0INSIDE', name: 'Inside' }] })
    expect(await slack.clients.isInstalledIn('T0INSIDE')).toBe(true)
    expect(await slack.clients.isInstalledIn('T0OUTSIDE')).toBe(false)
    expect(peer.callsOf('auth.teams.list')).toHaveLength(1)
  })
})
