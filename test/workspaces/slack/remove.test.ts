import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EntryMessage, Message } from '../../../src/workspaces/message.ts'
import type { SlackConnection } from '../../../src/workspaces/slack/connection.ts'
import type { PostRef } from '../../../src/workspaces/workspace.ts'
import { connectTo } from '../../support/slack/connect.ts'
import { testSlackIo, type TestSlackIo } from '../../support/slack/io.ts'
import { startSlackPeer, type SlackPeer } from '../../support/slack/peer.ts'
import { textOf } from '../../support/slack/text-of.ts'
import { sampleCard, sampleTurn } from '../contract/sample-cards.ts'

let peer: SlackPeer
let io: TestSlackIo
let slack: SlackConnection
let channel: string
let rooms = 0

beforeAll(async () => {
  peer = await startSlackPeer()
})
afterAll(() => peer.close())
beforeEach(async () => {
  io = testSlackIo()
  slack = connectTo(peer, io)
  rooms += 1
  const made = await peer.admin('conversations.create', { name: `remove-${rooms}` })
  channel = (made['channel'] as { id: string }).id
  await peer.admin('conversations.invite', { channel, users: peer.users.deskbell })
  peer.calls.splice(0)
})

let keys = 0
function post(message: Message, thread: PostRef | null = null): Promise<PostRef> {
  keys += 1
  return slack.post(message, { room: `${peer.team}/${channel}`, thread, key: `remove-${keys}` })
}
const card = (): Message => ({ kind: 'card', card: sampleCard() })

function said(...names: string[]): EntryMessage {
  const attachments = names.map((name) => {
    keys += 1
    const id = `file-${keys}`
    io.attachments.set(id, { name, mediaType: 'image/png', content: new Uint8Array(9) })
    return { id, name, mediaType: 'image/png', bytes: 9, isKept: true }
  })
  return {
    kind: 'entry',
    card: sampleCard(),
    entry: { kind: 'said', turns: [sampleTurn({ attachments })] },
    isBroadcast: false,
  }
}

const seen = async (thread?: PostRef) =>
  (await peer.messages(channel, thread && String(thread['ts']))).map(({ ts, text }) => ({ ts, text }))
const uploaded = () =>
  peer
    .callsOf('files.completeUploadExternal')
    .flatMap(({ answer }) => ((answer?.['files'] ?? []) as { id: string }[]).map(({ id }) => id))
const deletedFiles = () =>
  peer.callsOf('files.delete').flatMap(({ args, answer }) => (answer?.['ok'] === true ? [String(args['file'])] : []))

describe('what is taken away', () => {
  test('is a card with everything that Deskbell said below it, and the files that were shared there', async () => {
    const root = await post(card())
    await post(said('cup.png', 'bill.png'), root)
    await post({ kind: 'entry', card: sampleCard(), entry: { kind: 'surfaced', reason: 'x' }, isBroadcast: true }, root)
    const other = await post(card())
    expect(uploaded()).toHaveLength(2)
    await slack.remove(root)
    expect(await seen()).toEqual([expect.objectContaining({ ts: other['ts'] })])
    expect(await seen(root)).toEqual([])
    expect(deletedFiles().toSorted()).toEqual(uploaded().toSorted())
  })

  test('is not what teammates wrote in its thread', async () => {
    const root = await post(card())
    await post(said(), root)
    await peer.admin('chat.postMessage', { channel, thread_ts: root['ts'], text: 'I know her' })
    await slack.remove(root)
    expect((await seen(root)).map(({ text }) => text)).toEqual(['I know her'])
    expect((await seen()).map(({ ts }) => ts)).not.toContain(root['ts'])
  })

  test('is one entry alone, with its files, where only that is asked for', async () => {
    const root = await post(card())
    const entry = await post(said('cup.png'), root)
    await post(said(), root)
    await slack.remove(entry)
    expect(await seen(root)).toHaveLength(1)
    expect((await seen()).map(({ ts }) => ts)).toContain(root['ts'])
    expect(deletedFiles()).toEqual(uploaded())
  })

  test('is one entry alone also when Slack tells of its whole thread', async () => {
    const root = await post(card())
    const entry = await post(said(), root)
    await post(said(), root)
    const all = await peer.bot('conversations.replies', { channel, ts: root['ts'] })
    peer.fault('conversations.replies', { kind: 'answered', body: all })
    await slack.remove(entry)
    expect(await seen(root)).toHaveLength(1)
    expect((await seen()).map(({ ts }) => ts)).toContain(root['ts'])
  })

  test('is a post that was found again, with the files that Slack lists or that it links', async () => {
    const entry = said('cup.png')
    await slack.post(entry, { room: `${peer.team}/${channel}`, thread: null, key: 'lost' })
    const found = await slack.find({ room: `${peer.team}/${channel}`, thread: null, key: 'lost' }, io.clock.now())
    await slack.remove({ ...found, files: [] })
    expect(deletedFiles()).toEqual(uploaded())
    expect(await seen()).toEqual([])
  })

  test('is never a file that a customer wrote the address of', async () => {
    const link = 'https://acme.slack.com/files/U1/F0SECRET/x.png'
    const turn = sampleTurn({ text: `<${link}|x> ${link}` })
    const root = await post(card())
    await post({ kind: 'entry', card: sampleCard(), entry: { kind: 'said', turns: [turn] }, isBroadcast: false }, root)
    await slack.remove(root)
    expect(peer.callsOf('files.delete')).toEqual([])
  })
})

describe('what goes wrong', () => {
  test('what is gone already is fine, however often', async () => {
    const root = await post(card())
    await post(said('cup.png'), root)
    await slack.remove(root)
    await slack.remove(root)
    peer.fault('conversations.replies', { kind: 'refused', error: 'thread_not_found' })
    await slack.remove(root)
    expect(await seen()).toEqual([])
  })

  test('where teammates’ words keep the place of a message that is gone, Slack is not asked to delete that', async () => {
    const root = await post(card())
    const entry = await post(said(), root)
    const { ts } = root
    const all = await peer.bot('conversations.replies', { channel, ts })
    const replies = (all['messages'] as { ts: string }[]).slice(1)
    const place = { ts, thread_ts: ts, user: 'USLACKBOT', subtype: 'tombstone', text: 'This message was deleted.' }
    peer.fault('conversations.replies', { kind: 'answered', body: { ok: true, messages: [place, ...replies] } })
    await slack.remove(root)
    expect(peer.callsOf('chat.delete').map(({ args }) => args['ts'])).toEqual([entry['ts']])
  })

  test.each(['conversations.replies', 'files.delete', 'chat.delete'])(
    'what broke at %s is tried again, and what was left goes then',
    async (method) => {
      const root = await post(card())
      await post(said('cup.png'), root)
      peer.fault(method, { kind: 'rate-limited', seconds: 9 })
      await expect(slack.remove(root)).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 9000 })
      peer.fault(method, { kind: 'reset', when: 'after' })
      await expect(slack.remove(root)).rejects.toMatchObject({ name: 'RetryableError' })
      await slack.remove(root)
      expect(await seen()).toEqual([])
      expect(await seen(root)).toEqual([])
    },
  )

  test('what Slack keeps from being deleted is told, and keeps nothing else there', async () => {
    const root = await post(card())
    await post(said('cup.png'), root)
    peer.fault('chat.delete', { kind: 'refused', error: 'compliance_exports_prevent_deletion' })
    await expect(slack.remove(root)).rejects.toThrow(/rules keep messages from being deleted/)
    expect(await seen()).not.toContainEqual(expect.objectContaining({ ts: root['ts'] }))
    expect(deletedFiles()).toEqual(uploaded())
  })

  test('a room that the bot was taken out of can not be told: what to do is said', async () => {
    const root = await post(card())
    peer.fault('chat.delete', { kind: 'refused', error: 'channel_not_found' })
    await expect(slack.remove(root)).rejects.toMatchObject({
      name: 'PermanentError',
      action: expect.stringContaining('Let Deskbell into the channel again') as string,
    })
    await expect(slack.remove({})).rejects.toMatchObject({ name: 'PermanentError' })
  })

  test('a refused token closes nothing: it waits until it is set anew', async () => {
    const root = await post(card())
    peer.fault('chat.delete', { kind: 'refused', error: 'token_revoked' })
    await expect(slack.remove(root)).rejects.toMatchObject({ name: 'RetryableError' })
    expect(textOf((await peer.messages(channel))[0])).not.toBe('')
  })
})
