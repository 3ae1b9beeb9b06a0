import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { eventually } from '../../support/eventually.ts'
import { openVisitor, runApp, type RunningApp } from '../../support/running-app.ts'
import { overHttp, type Deliver } from '../../support/slack/payloads.ts'
import { startSlackPeer, type SlackMessage, type SlackPeer } from '../../support/slack/peer.ts'
import type { Fault } from '../../support/slack/proxy.ts'
import { screenOf, type Screen } from '../../support/slack/screen.ts'
import { textOf } from '../../support/slack/text-of.ts'

const after = 'after' as const
const before = 'before' as const
/** Everything that can go wrong with a post, mixed with what goes well. */
const troubles: Fault[] = [
  { kind: 'reset', when: after },
  { kind: 'pass' },
  { kind: 'status', when: after, status: 500 },
  { kind: 'rate-limited', seconds: 1 },
  { kind: 'reset', when: before },
  { kind: 'status', when: before, status: 503 },
  { kind: 'pass' },
  { kind: 'refused', error: 'internal_error' },
  { kind: 'slow', when: after, ms: 500 },
  { kind: 'reset', when: after },
]
const names = ['Abel', 'Bea', 'Cleo', 'Dina', 'Emil']

/** A card that Slack lost or doubled would be a customer who is forgotten, or answered twice. */
describe('a Slack that fails in every way', () => {
  let peer: SlackPeer
  let app: RunningApp
  let deliver: Deliver
  let screen: Screen

  beforeAll(async () => {
    peer = await startSlackPeer()
    app = await runApp({
      SLACK_BOT_TOKEN: peer.botToken,
      SLACK_SIGNING_SECRET: peer.signingSecret,
      SLACK_API_URL: peer.apiUrl,
      LIVE_CHAT_QUIET_SECONDS: '0',
    })
    deliver = overHttp((request) => fetch(request), { url: app.url, secret: peer.signingSecret, clock: systemClock })
    screen = screenOf(peer)
    await peer.invite(deliver)
  })
  afterAll(async () => {
    await app?.close()
    await peer?.close()
  })

  it('gets every card and every word of its thread exactly once, and shows how things stand', async () => {
    peer.fault('chat.postMessage', ...troubles)
    peer.fault('chat.update', ...troubles)
    for (const name of names) {
      const visitor = await openVisitor(app.url, name)
      await visitor.write(`Where is the parcel of ${name}?`)
      await visitor.write(`It is for ${name}'s birthday.`)
    }
    const ana = peer.person('ana', deliver)
    for (const name of names) {
      const card = await eventually(() => rootOf(name, /Approve & send/), 120_000)
      await screen.press(ana, card, 'Approve & send')
    }
    await eventually(async () => {
      for (const name of names) await rootOf(name, /Sent by/)
    }, 120_000)
    await eventually(async () => {
      const { rows } = await pending()
      expect(rows).toBe(0)
    }, 120_000)
    const posts = await allPosts()
    const counts = Map.groupBy(posts, keyOf)
    for (const [key, copies] of counts) expect([key, copies.length]).toEqual([key, 1])
    for (const name of names) expect(posts.filter((post) => isCardOf(post, name))).toHaveLength(1)
  }, 400_000)

  async function rootOf(name: string, looks: RegExp): Promise<SlackMessage> {
    const found = (await peer.messages(peer.channels.support)).filter((message) => isCardOf(message, name))
    expect(found.map(textOf)).toEqual([expect.stringMatching(looks)])
    return found[0] as SlackMessage
  }

  async function allPosts(): Promise<SlackMessage[]> {
    const roots = await peer.messages(peer.channels.support)
    const threads = await Promise.all(roots.map(({ ts }) => peer.messages(peer.channels.support, ts)))
    return [...roots, ...threads.flat()].filter((message) => keyOf(message) !== '')
  }

  async function pending(): Promise<{ rows: number }> {
    const rows = await app.ctx.db.query.posts.findMany()
    return { rows: rows.filter(({ ref }) => ref === null).length }
  }
})

function keyOf(message: SlackMessage): string {
  const { metadata } = message as { metadata?: { event_payload?: { key?: string } } }
  return metadata?.event_payload?.key ?? ''
}

const isCardOf = (message: SlackMessage, name: string) =>
  keyOf(message).startsWith('card:') && textOf(message).includes(name)
