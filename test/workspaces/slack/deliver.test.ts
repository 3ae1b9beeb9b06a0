import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Place, PostRef } from '../../../src/workspaces/workspace.ts'
import type { Message } from '../../../src/workspaces/message.ts'
import type { SlackConnection } from '../../../src/workspaces/slack/connection.ts'
import { connectTo } from '../../support/slack/connect.ts'
import { testSlackIo, type TestSlackIo } from '../../support/slack/io.ts'
import { startSlackPeer, type SlackPeer } from '../../support/slack/peer.ts'
import { sampleCard } from '../contract/sample-cards.ts'

let peer: SlackPeer
let io: TestSlackIo
let slack: SlackConnection
let posts = 0
let room: string

beforeAll(async () => {
  peer = await startSlackPeer()
})
afterAll(() => peer.close())
beforeEach(async () => {
  io = testSlackIo()
  slack = connectTo(peer, io)
  // A room of its own, so that no test sees another's posts.
  posts += 1
  const made = await peer.admin('conversations.create', { name: `room-${posts}` })
  const channel = (made['channel'] as { id: string }).id
  await peer.admin('conversations.invite', { channel, users: peer.users.deskbell })
  room = `${peer.team}/${channel}`
})

const channelOf = (id: string) => id.split('/')[1] ?? ''
const notice = (title = 'Good morning', lines = ['All is well']): Message => ({
  kind: 'notice',
  title,
  lines: lines.map((text) => ({ text })),
})
const place = (changes: Partial<Place> = {}): Place => ({ room, thread: null, key: `post-${posts}`, ...changes })
const seen = () => peer.messages(channelOf(room))

describe('posting', () => {
  test('a message stands in the room, with a key that it can be found by', async () => {
    const ref = await slack.post(notice(), place())
    const [message, ...others] = await seen()
    expect(others).toEqual([])
    expect(message?.text).toContain('Good morning')
    expect(message?.['metadata']).toEqual({ event_type: 'deskbell_post', event_payload: { key: `post-${posts}` } })
    expect(ref).toMatchObject({ team: peer.team, channel: channelOf(room), ts: message?.ts })
    expect(slack.urlOf(ref)).toBe(`https://acme.slack.com/archives/${channelOf(room)}/p${message?.ts.replace('.', '')}`)
  })

  test('a link in it does not bring its page along', async () => {
    await slack.post(notice('See https://example.com'), place())
    expect(peer.callsOf('chat.postMessage').at(-1)?.args).toMatchObject({
      unfurl_links: 'false',
      unfurl_media: 'false',
    })
  })

  test('a post under a card goes into its thread, and its address leads there', async () => {
    const card = await slack.post(notice('A card'), place())
    const ref = await slack.post(notice('More'), place({ thread: card, key: 'more' }))
    expect((await peer.messages(channelOf(room), String(card['ts']))).map(({ text }) => text)).toEqual([
      expect.stringContaining('More'),
    ])
    expect(slack.urlOf(ref)).toContain(`thread_ts=${String(card['ts'])}&cid=${channelOf(room)}`)
  })

  test('somebody who waits again is shown in the room as well as in the thread', async () => {
    const card = await slack.post({ kind: 'card', card: sampleCard() }, place())
    const again: Message = {
      kind: 'entry',
      card: sampleCard(),
      entry: { kind: 'surfaced', reason: 'Back from snooze' },
      isBroadcast: true,
    }
    await slack.post(again, place({ thread: card, key: 'again' }))
    expect(peer.callsOf('chat.postMessage').at(-1)?.args).toMatchObject({
      thread_ts: card['ts'],
      reply_broadcast: 'true',
    })
    await slack.post(again, place({ key: 'alone' }))
    expect(peer.callsOf('chat.postMessage').at(-1)?.args).not.toHaveProperty('reply_broadcast')
  })

  test('429 says how long to wait, and nothing was posted', async () => {
    peer.fault('chat.postMessage', { kind: 'rate-limited', seconds: 7 })
    await expect(slack.post(notice(), place())).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 7000 })
    expect(await seen()).toEqual([])
    expect(peer.callsOf('chat.postMessage').at(-1)?.answer).toBeNull()
  })

  test('a refused connection is tried again later: nothing was sent', async () => {
    const away = connectTo(peer, io, { apiUrl: 'http://127.0.0.1:1/api/' })
    await expect(away.post(notice(), place())).rejects.toMatchObject({ name: 'RetryableError' })
  })

  test.each([
    { kind: 'status', when: 'after', status: 500 },
    { kind: 'reset', when: 'after' },
    { kind: 'slow', when: 'after', ms: 1500 },
  ] as const)('what was posted before it broke ($kind) is found, and was not tried twice', async (fault) => {
    const before = peer.callsOf('chat.postMessage').length
    const since = io.clock.now()
    peer.fault('chat.postMessage', fault)
    const hasty = connectTo(peer, io, {}, 1000)
    const failure: unknown = await hasty.post(notice(), place()).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(['RetryableError', 'GoneError', 'PermanentError']).not.toContain((failure as Error).name)
    expect(peer.callsOf('chat.postMessage')).toHaveLength(before + 1)
    const messages = await seen()
    expect(messages).toHaveLength(1)
    expect(await slack.find(place(), since)).toMatchObject({ channel: channelOf(room), ts: messages[0]?.ts })
  })

  test.each([
    { kind: 'status', when: 'before', status: 500 },
    { kind: 'reset', when: 'before' },
  ] as const)('what broke ($kind) before it was posted is not found, once enough time has passed', async (fault) => {
    const since = io.clock.now()
    peer.fault('chat.postMessage', fault)
    await expect(slack.post(notice(), place())).rejects.toThrow()
    await expect(slack.find(place(), since)).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 15_000 })
    io.clock.advance(15_000)
    expect(await slack.find(place(), since)).toBeNull()
  })

  test.each([
    ['is_archived', 'room', 'archived'],
    ['not_in_channel', 'room', 'not in the channel'],
    ['thread_not_found', 'post', 'thread was deleted'],
  ] as const)('%s: the %s is gone, in words', async (error, what, words) => {
    peer.fault('chat.postMessage', { kind: 'refused', error })
    await expect(slack.post(notice(), place())).rejects.toMatchObject({
      name: 'GoneError',
      what,
      message: expect.stringContaining(words) as string,
    })
  })

  test('a refused token closes no room, where it is the only one: what waits goes out once it is set anew', async () => {
    const refused = { kind: 'refused', error: 'token_revoked' } as const
    const later = {
      name: 'RetryableError',
      retryAfterMs: 60_000,
      message: expect.stringContaining('revoked') as string,
    }
    peer.fault('chat.postMessage', refused)
    await expect(slack.post(notice(), place())).rejects.toMatchObject(later)
    peer.fault('conversations.history', refused)
    await expect(slack.find(place(), io.clock.now())).rejects.toMatchObject(later)
    const ref = await slack.post(notice(), place())
    peer.fault('chat.update', refused)
    await expect(slack.update(ref, notice('Good evening'))).rejects.toMatchObject(later)
  })

  test('an archived room, a removed bot and a room of another workspace are gone', async () => {
    const elsewhere = place({ room: 'T0ELSE/C0ELSE' })
    await expect(slack.post(notice(), elsewhere)).rejects.toMatchObject({ name: 'GoneError', what: 'room' })
    await expect(slack.post(notice(), place({ room: '' }))).rejects.toMatchObject({ name: 'GoneError', what: 'room' })
    const board = { channel: peer.channels.board, user: peer.users.deskbell }
    await peer.admin('conversations.kick', board)
    await expect(slack.post(notice(), place({ room: `${peer.team}/${board.channel}` }))).rejects.toMatchObject({
      name: 'GoneError',
      what: 'room',
    })
    await peer.admin('conversations.archive', { channel: channelOf(room) })
    await expect(slack.post(notice(), place())).rejects.toMatchObject({ name: 'GoneError', what: 'room' })
  })

  test('a message that Slack refuses is not tried again', async () => {
    peer.fault('chat.postMessage', { kind: 'refused', error: 'msg_blocks_too_long' })
    await expect(slack.post(notice(), place())).rejects.toMatchObject({ name: 'PermanentError' })
  })

  test('a missing permission says which, and what to click', async () => {
    peer.fault('chat.postMessage', { kind: 'refused', error: 'missing_scope', needed: 'chat:write' })
    await expect(slack.post(notice(), place())).rejects.toThrow(/chat:write .*Reinstall/)
  })
})

describe('finding', () => {
  test('of two posts with one key the oldest stays, the other is deleted', async () => {
    const first = await slack.post(notice(), place())
    await slack.post(notice(), place())
    expect(await slack.find(place(), io.clock.now())).toMatchObject({ ts: first['ts'] })
    expect((await seen()).map(({ ts }) => ts)).toEqual([first['ts']])
  })

  test('what Slack lists twice is one message, and stays', async () => {
    const ref = await slack.post(notice(), place())
    const [message] = await seen()
    peer.fault('conversations.history', {
      kind: 'answered',
      body: { ok: true, messages: [message, message], has_more: false },
    })
    expect(await slack.find(place(), io.clock.now())).toMatchObject({ ts: ref['ts'] })
    expect(await seen()).toHaveLength(1)
  })

  test('looks only at the time about the attempt, however much was said since', async () => {
    const since = io.clock.now()
    io.clock.advance(3 * 86_400_000)
    expect(await slack.find(place(), since)).toBeNull()
    const { oldest, latest } = peer.callsOf('conversations.history').at(-1)?.args ?? {}
    const at = since.getTime() / 1000
    expect(Number(oldest)).toBeLessThan(at)
    expect(Number(latest)).toBeGreaterThan(at + 120)
    expect(Number(latest)).toBeLessThan(at + 3600)
  })

  test('goes through every page', async () => {
    const ref = await slack.post(notice(), place())
    for (let count = 0; count < 210; count += 1)
      await peer.admin('chat.postMessage', { channel: channelOf(room), text: `chatter ${count}` })
    const before = peer.callsOf('conversations.history').length
    expect(await slack.find(place(), io.clock.now())).toMatchObject({ ts: ref['ts'] })
    expect(peer.callsOf('conversations.history').length - before).toBe(2)
  })

  test("finds a post in a thread, and not somebody else's with the same key", async () => {
    const card = await slack.post(notice('A card'), place())
    const inThread = place({ thread: card, key: 'inner' })
    await peer.admin('chat.postMessage', {
      channel: channelOf(room),
      thread_ts: card['ts'],
      text: 'forged',
      metadata: { event_type: 'deskbell_post', event_payload: { key: 'inner' } },
    })
    io.clock.advance(20_000)
    expect(await slack.find(inThread, new Date(io.clock.now().getTime() - 20_000))).toBeNull()
    const ref = await slack.post(notice('Inner'), inThread)
    expect(await slack.find(inThread, io.clock.now())).toMatchObject({ ts: ref['ts'] })
  })

  test('asks later when the room can not be read now; a room that is gone holds nothing', async () => {
    peer.fault('conversations.history', { kind: 'status', when: 'before', status: 503 })
    await expect(slack.find(place(), io.clock.now())).rejects.toMatchObject({ name: 'RetryableError' })
    expect(await slack.find(place({ room: `${peer.team}/C0GONE` }), io.clock.now())).toBeNull()
  })
})

describe('updating', () => {
  test('shows the new words, and may be repeated', async () => {
    const ref = await slack.post(notice('Before'), place())
    await slack.update(ref, notice('After'))
    await slack.update(ref, notice('After'))
    expect((await seen()).map(({ text }) => text)).toEqual([expect.stringContaining('After')])
  })

  test('a message that somebody deleted is gone', async () => {
    const ref = await slack.post(notice(), place())
    const web = slack.web.client(peer.botToken)
    await web.chat.delete({ channel: channelOf(room), ts: String(ref['ts']) })
    await expect(slack.update(ref, notice())).rejects.toMatchObject({ name: 'GoneError', what: 'post' })
    await expect(slack.update({} as PostRef, notice())).rejects.toMatchObject({ name: 'GoneError', what: 'post' })
  })

  test('an update that broke is simply repeated', async () => {
    const ref = await slack.post(notice(), place())
    peer.fault('chat.update', { kind: 'reset', when: 'after' })
    await expect(slack.update(ref, notice('After'))).rejects.toMatchObject({ name: 'RetryableError' })
  })
})
