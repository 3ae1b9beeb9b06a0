import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { openDatabase, rowsOf } from '../../src/db/client.ts'
import { startDesk } from '../bench/desk-process.ts'
import { createPostgresDatabase } from '../support/db.ts'
import { eventually } from '../support/eventually.ts'
import { openVisitor } from '../support/running-app.ts'
import { overHttp } from '../support/slack/payloads.ts'
import { startSlackPeer, type SlackMessage } from '../support/slack/peer.ts'
import { textOf } from '../support/slack/text-of.ts'

const kills = 4
const slow = { kind: 'slow', when: 'after', ms: 600 } as const

it('killed while it posts in Slack, the program loses no card and doubles none', async ({ onTestFinished }) => {
  const peer = await startSlackPeer()
  onTestFinished(() => peer.close())
  const { url, drop } = await createPostgresDatabase()
  onTestFinished(drop)
  const start = () =>
    startDesk({
      DATABASE_URL: url,
      LIVE_CHAT_QUIET_SECONDS: '0',
      SLACK_BOT_TOKEN: peer.botToken,
      SLACK_SIGNING_SECRET: peer.signingSecret,
      SLACK_API_URL: peer.apiUrl,
      LOG_LEVEL: 'silent',
    })
  let desk = await start()
  onTestFinished(() => desk.stop())
  const { support } = peer.channels
  const deliver = overHttp((request) => fetch(request), {
    url: desk.url,
    secret: peer.signingSecret,
    clock: systemClock,
  })
  await peer.invite(deliver)
  // Slack has the message long before the program hears so.
  peer.fault('chat.postMessage', ...Array.from({ length: 3 * kills }, () => slow))
  const names: string[] = []
  for (let kill = 0; kill < kills; kill++) {
    for (const letter of ['a', 'b']) {
      const name = `Customer ${kill}${letter}`
      names.push(name)
      await (await openVisitor(desk.url, name)).write(`Where is my parcel? I am ${name}`)
    }
    const before = peer.callsOf('chat.postMessage').length
    await eventually(() => expect(peer.callsOf('chat.postMessage').length).toBeGreaterThan(before))
    await pause(100 * kill)
    await desk.stop('SIGKILL')
    desk = await start()
  }

  const database = await openDatabase({ url, poolSize: 2, tls: 'off', dataDir: '' })
  onTestFinished(() => database.close())
  await eventually(async () => {
    const [row] = await rowsOf<{ posted: number; waiting: number }>(
      database.db,
      sql`select count(ref)::int as posted, (count(*) - count(ref))::int as waiting from posts where workspace = 'slack'`,
    )
    expect(row).toEqual({ posted: names.length, waiting: 0 })
  }, 150_000)
  const cards = await peer.messages(support)
  expect(new Set(cards.map(keyOf)).size).toBe(cards.length)
  for (const name of names) expect(cards.filter((card) => textOf(card).includes(`I am ${name}`))).toHaveLength(1)
}, 240_000)

function keyOf(message: SlackMessage): unknown {
  const { metadata } = message as { metadata?: { event_payload?: { key?: string } } }
  return metadata?.event_payload?.key
}
