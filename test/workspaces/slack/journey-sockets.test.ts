import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openVisitor, runApp, type RunningApp } from '../../support/running-app.ts'
import { overSocket, type Deliver, type Payload } from '../../support/slack/payloads.ts'
import { startSlackPeer, type SlackMessage, type SlackPeer } from '../../support/slack/peer.ts'
import { screenOf, type Screen } from '../../support/slack/screen.ts'
import { textOf } from '../../support/slack/text-of.ts'

/** The whole program over Socket Mode, where Slack sends anew what it heard nothing of. */
describe('a team in Slack, without a public address', () => {
  let peer: SlackPeer
  let app: RunningApp
  let deliver: Deliver
  let screen: Screen

  beforeAll(async () => {
    peer = await startSlackPeer()
    app = await runApp({
      SLACK_BOT_TOKEN: peer.botToken,
      SLACK_APP_TOKEN: peer.appToken,
      SLACK_API_URL: peer.apiUrl,
      LIVE_CHAT_QUIET_SECONDS: '0',
    })
    deliver = overSocket(peer.sockets)
    screen = screenOf(peer)
    await peer.sockets.connected(2)
    await peer.invite(deliver)
  })
  afterAll(async () => {
    await app?.close()
    await peer?.close()
  })

  async function cardOf(name: string): Promise<SlackMessage> {
    await (await openVisitor(app.url, name)).write(`Where is the parcel of ${name}?`)
    return screen.card(name, /Approve & send/)
  }

  /** Says how a payload travels. */
  const by = (travel: (payload: Payload) => Promise<unknown>) =>
    peer.person('ana', async (payload) => {
      await travel(payload)
      return { status: 200, body: null }
    })

  async function isSentOnce(name: string): Promise<void> {
    const card = await screen.card(name, /Sent by/)
    await screen.thread(card, /Sent by/)
    const sent = (await peer.messages(peer.channels.support, card.ts)).filter((message) =>
      textOf(message).includes('Sent by'),
    )
    expect(sent).toHaveLength(1)
  }

  it('takes a click, and a modal', async () => {
    const card = await cardOf('Sol Socket')
    const ana = peer.person('ana', deliver)
    await screen.press(ana, card, 'Edit')
    const modal = await screen.modal(/Your reply/)
    const wrong = await screen.submit(ana, modal, { 'Your reply': ' ' })
    expect(wrong.body).toMatchObject({ response_action: 'errors' })
    expect((await screen.submit(ana, modal, { 'Your reply': 'It comes on Monday.' })).status).toBe(200)
    await isSentOnce('Sol Socket')
    await screen.thread(card, /It comes on Monday\./)
  })

  it('takes an envelope that comes on both connections for one, and says nothing about it', async () => {
    const card = await cardOf('Twila Twin')
    const before = peer.responses.length
    const both = by(({ type, body }) =>
      Promise.all([0, 1].map((index) => peer.sockets.send(type, body, { index, envelopeId: `twin-${index}` }))),
    )
    await screen.press(both, card, 'Approve & send')
    await isSentOnce('Twila Twin')
    expect(peer.responses).toHaveLength(before)
  })

  it('takes what comes while a connection is renewed', async () => {
    const card = await cardOf('Rena Renewed')
    peer.sockets.refresh(0)
    await screen.press(peer.person('ana', deliver), card, 'Approve & send')
    await isSentOnce('Rena Renewed')
    await peer.sockets.connected(2)
  })

  it('takes once what was never acknowledged and comes again on the other connection', async () => {
    const card = await cardOf('Una Unheard')
    const again = by(async ({ type, body }) => {
      const lost = peer.sockets.send(type, body, { index: 0, envelopeId: 'una', ms: 200 })
      // It may have arrived; what is said about it can't.
      peer.sockets.connections[0]?.freeze()
      expect(await lost).toBeNull()
      expect(await peer.sockets.send(type, body, { index: 1, envelopeId: 'una' })).not.toBeNull()
    })
    await screen.press(again, card, 'Approve & send')
    await isSentOnce('Una Unheard')
  })
})
