import { readFileSync } from 'node:fs'
import { liveChat } from '../../../../src/channels/live-chat/index.ts'
import { createVisitors } from '../../../../src/channels/live-chat/visitors.ts'
import { testChannelIo } from '../../../support/channel-io.ts'
import type { ChannelHarness, Edge, RawRequest } from '../harness.ts'

const hosted = 'The visitor reads what Deskbell itself keeps'

export const harness: ChannelHarness = {
  channel: liveChat,
  fixtures: 'test/channels/live-chat/fixtures',
  lacks: {
    run: 'Browsers send what was written',
    find: hosted,
    provider: hosted,
    credentials: hosted,
    echo: hosted,
    news: hosted,
    templates: 'A visitor can be answered at any time',
    download: 'It takes no files',
    learnAccounts: 'There is one',
    answers: hosted,
  },
  needed: {},
  off: { LIVE_CHAT: 'off' },
  start: async () => ({ env: {}, edges: [chat()], close: async () => {} }),
}

const message = JSON.parse(
  readFileSync(new URL('../../live-chat/fixtures/message.json', import.meta.url), 'utf8'),
) as Record<string, string>

function chat(): Edge {
  const visitors = createVisitors(testChannelIo().key('live-chat'))
  const genuine = (body: Uint8Array): RawRequest => ({
    method: 'POST',
    url: 'http://127.0.0.1:3000/channels/live-chat',
    headers: { 'content-type': 'application/json', origin: 'http://127.0.0.1:3000' },
    body,
  })
  return {
    name: 'The page',
    genuine,
    say: async (text) =>
      genuine(
        Buffer.from(
          JSON.stringify({ ...message, ...visitors.create(crypto.randomUUID()), id: crypto.randomUUID(), text }),
        ),
      ),
    proof: [],
    forgeries(raw) {
      const posted = JSON.parse(Buffer.from(raw.body).toString()) as object
      const but = (change: object) => ({ ...raw, body: Buffer.from(JSON.stringify({ ...posted, ...change })) })
      const [other, strange] = [visitors.create('other'), createVisitors(Buffer.alloc(32)).create('other')]
      return {
        'without a token': but({ token: undefined }),
        'with an empty token': but({ token: '' }),
        "with another visitor's token": but({ token: other.token }),
        "with another visitor's name": but({ visitor: other.visitor }),
        'with a token of another installation': but(strange),
        'from a page of another site': { ...raw, headers: { ...raw.headers, origin: 'https://elsewhere.example' } },
      }
    },
    unprovenBody: 'A browser keeps no secret: what was typed is what is in the body',
    replayed: 'same',
  }
}
