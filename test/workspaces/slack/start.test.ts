import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createLog } from '../../../src/log.ts'
import { openVisitor, runApp, type RunningApp } from '../../support/running-app.ts'
import { startSlackPeer, type SlackPeer } from '../../support/slack/peer.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const errors: [fact: string, ids: object | undefined][] = []

async function start(apiUrl: string, tokens: { bot: string; app: string }): Promise<RunningApp> {
  errors.length = 0
  const silent = createLog('silent')
  const log = { ...silent, child: () => log, error: (fact: string, ids?: object) => void errors.push([fact, ids]) }
  const app = await runApp({ SLACK_BOT_TOKEN: tokens.bot, SLACK_APP_TOKEN: tokens.app, SLACK_API_URL: apiUrl }, { log })
  closing.push(() => app.close())
  return app
}

/** A Slack that knows no bot's token. */
async function startStrictPeer(): Promise<SlackPeer> {
  const peer = await startSlackPeer()
  closing.push(() => peer.close())
  peer.answer('auth.test', { ok: false, error: 'invalid_auth' })
  return peer
}

const slackState = async ({ url }: RunningApp) =>
  ((await (await fetch(`${url}/readyz`)).json()) as { parts: Record<string, string> }).parts['slack']

async function expectWork({ url }: RunningApp): Promise<void> {
  const visitor = await openVisitor(url)
  expect((await visitor.write('When do you open?')).status).toBe(200)
  await expect.poll(async () => (await fetch(url)).text(), { timeout: 15_000 }).toContain('When do you open?')
}

describe('a start while something is wrong in Slack', () => {
  it('takes what customers write, and shows it in the web room, when Slack does not answer', async () => {
    let gaveUp = 0
    const mute: Server = createServer(() => {})
    mute.on('connection', (socket) => socket.once('close', () => (gaveUp += 1)))
    await new Promise<void>((resolve) => void mute.listen(0, '127.0.0.1', resolve))
    closing.push(() => {
      mute.closeAllConnections()
      mute.close()
    })
    const { port } = mute.address() as AddressInfo
    const app = await start(`http://127.0.0.1:${port}/api/`, { bot: 'xoxb-1', app: 'xapp-1' })
    // Slack still has time for its hello: nobody waited for it.
    expect(gaveUp).toBe(0)
    await expectWork(app)
    expect(await slackState(app)).toBe('not connected')
  })

  it('says in the log what to do about tokens that Slack refuses, and works without it', async () => {
    const peer = await startStrictPeer()
    const app = await start(peer.apiUrl, { bot: 'xoxb-wrong', app: 'xapp-wrong' })
    await expectWork(app)
    expect(await slackState(app)).toBe('not connected')
    const told = JSON.stringify(errors)
    expect(told).toMatch(/SLACK_APP_TOKEN.*connections:write/)
    expect(told).toMatch(/SLACK_BOT_TOKEN.*OAuth & Permissions/)
    expect(told).not.toContain('xoxb-wrong')
  })

  it('is not ready while the bot token is refused, even if Socket Mode lets it in', async () => {
    const peer = await startStrictPeer()
    const app = await start(peer.apiUrl, { bot: 'xoxb-wrong', app: peer.appToken })
    await peer.sockets.connected(2)
    await expect.poll(() => errors.length).toBe(1)
    expect(await slackState(app)).toBe('not connected')
  })
})
