import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AttachmentRef } from '../../../src/conversations/conversation.ts'
import type { EntryMessage, Message } from '../../../src/workspaces/message.ts'
import type { SlackConnection } from '../../../src/workspaces/slack/connection.ts'
import { createUpload } from '../../../src/workspaces/slack/upload.ts'
import { eventually } from '../../support/eventually.ts'
import { connectTo } from '../../support/slack/connect.ts'
import { testSlackIo, type TestSlackIo } from '../../support/slack/io.ts'
import { startSlackPeer, type SlackMessage, type SlackPeer } from '../../support/slack/peer.ts'
import { sampleCard, sampleTurn } from '../contract/sample-cards.ts'

let peer: SlackPeer
let io: TestSlackIo
let slack: SlackConnection
let count = 0

beforeAll(async () => {
  peer = await startSlackPeer()
})
afterAll(() => peer.close())
beforeEach(() => {
  io = testSlackIo()
  slack = connectTo(peer, io)
  count += 1
})

const place = () => ({ room: `${peer.team}/${peer.channels.support}`, thread: null, key: `files-${count}` })

function attach(name: string, bytes = 10, changes: Partial<AttachmentRef> = {}): AttachmentRef {
  const mediaType = name.endsWith('.png') ? 'image/png' : 'application/pdf'
  const ref = { id: `${count}-${name}`, name, mediaType, bytes, isKept: true, ...changes }
  io.attachments.set(ref.id, { name, mediaType, content: new Uint8Array(Math.min(bytes, 100)).fill(7) })
  return ref
}

const said = (attachments: AttachmentRef[]): Message => ({
  kind: 'entry',
  card: sampleCard(),
  entry: { kind: 'said', turns: [sampleTurn({ attachments })] },
  isBroadcast: false,
})

async function posted(ts: unknown): Promise<SlackMessage> {
  const found = (await peer.messages(peer.channels.support)).find((message) => message.ts === ts)
  if (!found) throw new Error('the message is not there')
  return found
}

test("a customer's attachments are uploaded out of sight, and shared by the message that links them", async () => {
  const ref = await slack.post(said([attach('cup.png'), attach('bill.pdf')]), place())
  const shown = JSON.stringify((await posted(ref['ts'])).blocks)
  const completed = peer.callsOf('files.completeUploadExternal').slice(-2)
  expect(completed.every(({ args }) => args['channel_id'] === undefined)).toBe(true)
  for (const { answer } of completed) {
    const [file] = (answer?.['files'] ?? []) as { permalink: string }[]
    expect(shown).toContain(file?.permalink)
  }
  expect(peer.callsOf('chat.postMessage').at(-1)?.args).toMatchObject({ unfurl_links: 'true', unfurl_media: 'true' })
})

test('attachments of what the card shows are shared in its thread, and not named once more', async () => {
  const { entry, ...message } = said([attach('cup.png'), attach('lost.pdf', 10, { isKept: false })]) as EntryMessage
  const turns = entry.kind === 'said' ? entry.turns : []
  const ref = await slack.post({ ...message, entry: { kind: 'files', turns } }, place())
  const shown = JSON.stringify((await posted(ref['ts'])).blocks)
  const completed = peer.callsOf('files.completeUploadExternal').at(-1)?.answer
  const [file] = (completed?.['files'] ?? []) as { permalink: string }[]
  expect(shown).toContain(file?.permalink)
  expect(shown).not.toContain('cup.png (')
  expect(shown).toContain('lost.pdf')
})

test('an update keeps the files in their message', async () => {
  const message = said([attach('cup.png')])
  const ref = await slack.post(message, place())
  const before = peer.callsOf('files.getUploadURLExternal').length
  await slack.update(ref, message)
  expect(JSON.stringify((await posted(ref['ts'])).blocks)).toMatch(/files-pri|\/files\//)
  expect(peer.callsOf('files.getUploadURLExternal')).toHaveLength(before)
})

const uploaded = () =>
  peer
    .callsOf('files.completeUploadExternal')
    .flatMap(({ answer }) => ((answer?.['files'] ?? []) as { id: string }[]).map(({ id }) => id))
const deleted = () => peer.callsOf('files.delete').map(({ args }) => String(args['file']))

describe('files that no message shares do not stay', () => {
  beforeEach(() => void peer.calls.splice(0))

  test.each([
    { kind: 'rate-limited', seconds: 1 },
    { kind: 'refused', error: 'is_archived' },
    { kind: 'refused', error: 'msg_blocks_too_long' },
  ] as const)('where Slack does not take it, or not with them: %j', async (fault) => {
    peer.fault('chat.postMessage', fault)
    await slack.post(said([attach('cup.png'), attach('bill.pdf')]), place()).catch(() => null)
    expect(uploaded()).toHaveLength(2)
    expect(deleted().toSorted()).toEqual(uploaded().toSorted())
  })

  test('where it is not known whether it was posted, until it is known', async () => {
    const since = io.clock.now()
    const message = said([attach('cup.png')])
    peer.fault('chat.postMessage', { kind: 'reset', when: 'before' })
    await expect(slack.post(message, place())).rejects.toThrow()
    await expect(slack.find(place(), since)).rejects.toMatchObject({ name: 'RetryableError' })
    expect(deleted()).toEqual([])
    io.clock.advance(15_000)
    expect(await slack.find(place(), since)).toBeNull()
    expect(deleted()).toEqual(uploaded())
  })

  test('and those of what was posted after all do', async () => {
    const since = io.clock.now()
    peer.fault('chat.postMessage', { kind: 'reset', when: 'after' })
    await expect(slack.post(said([attach('cup.png')]), place())).rejects.toThrow()
    expect(await slack.find(place(), since)).not.toBeNull()
    expect(uploaded()).toHaveLength(1)
    expect(deleted()).toEqual([])
  })

  test('where they came too late for it', async () => {
    const { upload } = createUpload(io, 100)
    peer.fault('files.completeUploadExternal', { kind: 'slow', when: 'after', ms: 300 })
    const { team, botToken } = peer
    expect(await upload({ web: slack.web.client(botToken, team) }, [attach('cup.png')])).toEqual([])
    await eventually(() => expect(deleted()).toHaveLength(1))
    expect(deleted()).toEqual(uploaded())
  })

  test('and one that can not be deleted keeps nothing from being posted', async () => {
    peer.fault('chat.postMessage', { kind: 'refused', error: 'msg_blocks_too_long' })
    peer.fault('files.delete', { kind: 'rate-limited', seconds: 9 })
    const ref = await slack.post(said([attach('cup.png')]), place())
    expect(JSON.stringify((await posted(ref['ts'])).blocks)).toContain('cup.png')
  })
})

test('what can not be uploaded is named, and keeps nothing from being posted', async () => {
  peer.fault('files.getUploadURLExternal', { kind: 'reset', when: 'before' })
  const ref = await slack.post(said([attach('broken.png')]), place())
  expect(JSON.stringify((await posted(ref['ts'])).blocks)).toContain('broken.png')

  peer.fault('files.completeUploadExternal', { kind: 'refused', error: 'missing_scope', needed: 'files:write' })
  const other = await slack.post(said([attach('refused.pdf')]), place())
  expect(JSON.stringify((await posted(other['ts'])).blocks)).toContain('refused.pdf')
})

test('of many only ten, and no more than 20 MB, are shared', async () => {
  const before = peer.callsOf('files.getUploadURLExternal').length
  const many = Array.from({ length: 12 }, (_, index) => attach(`small-${index}.pdf`))
  await slack.post(said(many), place())
  expect(peer.callsOf('files.getUploadURLExternal')).toHaveLength(before + 10)

  const large = [attach('a.pdf', 15 * 2 ** 20), attach('b.pdf', 15 * 2 ** 20), attach('c.pdf', 2 ** 20)]
  await slack.post(said([...large, attach('lost.pdf', 10, { isKept: false })]), place())
  expect(peer.callsOf('files.getUploadURLExternal')).toHaveLength(before + 12)
})

test('when Slack refuses the message with its files, the words are posted without them', async () => {
  peer.fault('chat.postMessage', { kind: 'refused', error: 'msg_blocks_too_long' })
  const ref = await slack.post(said([attach('cup.png')]), place())
  expect(JSON.stringify((await posted(ref['ts'])).blocks)).toContain('cup.png')
  expect(slack.urlOf(ref)).not.toBeNull()
})
