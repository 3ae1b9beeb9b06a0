import { ChannelType, MessageFlags } from 'discord.js'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { AttachmentRef } from '../../../src/conversations/conversation.ts'
import { createLog } from '../../../src/log.ts'
import { hasMarks } from '../../../src/workspaces/discord/components/marks.ts'
import { messageOf } from '../../../src/workspaces/discord/components/message.ts'
import { createDelivery } from '../../../src/workspaces/discord/deliver.ts'
import { createPictures } from '../../../src/workspaces/discord/pictures.ts'
import { threadNameOf } from '../../../src/workspaces/discord/threads.ts'
import type { Upload } from '../../../src/workspaces/discord/upload.ts'
import type { Card } from '../../../src/workspaces/card.ts'
import type { Message } from '../../../src/workspaces/message.ts'
import type { Chart } from '../../../src/workspaces/report.ts'
import type { Place, PostRef } from '../../../src/workspaces/workspace.ts'
import { testClock, type TestClock } from '../../support/clock.ts'
import { stubDiscord } from '../../support/discord/stub-discord.ts'
import { hostileCard } from '../contract/hostile.ts'
import { sampleCard, sampleTurn } from '../contract/sample-cards.ts'
import { sampleReport } from '../contract/sample-report.ts'

const guild = '10000'
const room = '30000'
const stranger = '70000'

let clock: TestClock
let discord: ReturnType<typeof stubDiscord>
let workspace: ReturnType<typeof createDelivery>
let uploads: (attachments: AttachmentRef[]) => Promise<Upload>
let drawing: (chart: Chart) => Promise<Uint8Array>

beforeEach(() => {
  clock = testClock()
  discord = stubDiscord(clock)
  discord.addChannel(room, guild)
  uploads = async () => ({ shared: [], files: [] })
  drawing = async () => new Uint8Array([7])
  workspace = another()
})

/** A process of its own, that remembers nothing. */
function another(rest = discord.rest) {
  return createDelivery({
    rest,
    render: messageOf,
    upload: (attachments) => uploads(attachments),
    pictures: createPictures({ draw: (chart) => drawing(chart), log: createLog('silent') }),
    io: { clock, log: createLog('silent') },
  })
}

const place = (changes: Partial<Place> = {}): Place => ({
  room: `${guild}/${room}`,
  thread: null,
  key: 'k1',
  ...changes,
})
const card: Message = { kind: 'card', card: sampleCard() }
const notice = (title = 'Good morning'): Message => ({ kind: 'notice', title, lines: [{ text: 'All is well' }] })
const said = (changes: Partial<Extract<Message, { kind: 'entry' }>> = {}): Message => ({
  kind: 'entry',
  card: sampleCard(),
  entry: { kind: 'said', turns: [sampleTurn({ text: 'Any news?' })] },
  isBroadcast: false,
  ...changes,
})
const textIn = (channel: string) => discord.standing(channel).map(({ message }) => JSON.stringify(message.components))
const callsTo = (pattern: string) => discord.calls.filter(({ method, route }) => `${method} ${route}`.includes(pattern))
const lost = async (post: Promise<unknown>) => {
  const failure: unknown = await post.catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Error)
  expect(['RetryableError', 'GoneError', 'PermanentError']).not.toContain((failure as Error).name)
}

describe('posting', () => {
  test('a message stands in the room, with a key that it can be found by, and pings nobody', async () => {
    const ref = await workspace.post(notice(), place())
    const [stands, ...others] = discord.standing(room)
    expect(others).toEqual([])
    expect(hasMarks(stands?.message.components, 'k1')).toBe(true)
    expect(callsTo('POST')[0]?.body).toMatchObject({
      flags: MessageFlags.IsComponentsV2,
      enforce_nonce: true,
      nonce: expect.stringMatching(/^.{25}$/) as string,
      allowed_mentions: { parse: [] },
    })
    expect(ref).toMatchObject({ guild, channel: room, message: stands?.message.id, key: 'k1' })
    expect(workspace.urlOf(ref)).toBe(`https://discord.com/channels/${guild}/${room}/${stands?.message.id}`)
    expect(workspace.urlOf({ ts: 'elsewhere' })).toBeNull()
  })

  test('the same post twice is one message, in each room', async () => {
    const ref = await workspace.post(notice(), place())
    expect(await another().post(notice(), place())).toEqual(ref)
    expect(discord.standing(room)).toHaveLength(1)
    discord.addChannel('30001', guild)
    await workspace.post(notice(), place({ room: `${guild}/30001` }))
    expect(discord.standing('30001')).toHaveLength(1)
  })

  test('what Discord takes for the same post, and was deleted since, is posted anew', async () => {
    const ref = await workspace.post(card, place())
    discord.remove(room, String(ref['message']))
    await expect(workspace.update(ref, card)).rejects.toMatchObject({ name: 'GoneError', what: 'post' })
    const second = await workspace.post(card, place())
    expect(second['message']).not.toBe(ref['message'])
    expect(discord.standing(room)).toHaveLength(1)
    // Another process has not seen that either of them was deleted.
    discord.remove(room, String(second['message']))
    clock.advance(20_000)
    const third = await another().post(card, place())
    expect(discord.standing(room).map(({ message }) => message.id)).toEqual([third['message']])
  })

  test('what was posted before and still stands is not posted twice', async () => {
    const ref = await workspace.post(card, place())
    clock.advance(60_000)
    expect(await another().post(card, place())).toEqual(ref)
    discord.fault(`PATCH /channels/${room}/messages/`, { code: 50035 })
    expect(await another().post(card, place())).toEqual(ref)
    expect(discord.standing(room)).toHaveLength(1)
  })

  test('what Discord takes for the same post shows what is said now', async () => {
    discord.fault('POST', { lost: 'after' })
    await lost(workspace.post(notice('Before'), place()))
    clock.advance(60_000)
    await another().post(notice('After'), place())
    expect(textIn(room)).toEqual([expect.stringContaining('After')])
    discord.fault('PATCH', { lost: 'before' })
    await lost(another().post(notice('Later'), place()))
  })

  test.each([['after'], ['before']] as const)(
    'an outcome that is not known (%s) is no certain failure',
    async (when) => {
      discord.fault('POST', { lost: when })
      const since = clock.now()
      await lost(workspace.post(notice(), place()))
      expect(callsTo('POST')).toHaveLength(1)
      if (when === 'after') return expect(await workspace.find(place(), since)).toMatchObject({ channel: room })
      await expect(workspace.find(place(), since)).rejects.toMatchObject({
        name: 'RetryableError',
        retryAfterMs: 15_000,
      })
      clock.advance(15_000)
      expect(await workspace.find(place(), since)).toBeNull()
    },
  )

  test.each([
    ['', 'No Discord channel was chosen yet'],
    ['kitchen', '"kitchen" is no Discord channel'],
    [`${guild}/39999`, 'no such channel any more'],
  ])('room "%s" is gone, in words', async (id, words) => {
    await expect(workspace.post(notice(), place({ room: id }))).rejects.toMatchObject({
      name: 'GoneError',
      what: 'room',
      message: expect.stringContaining(words) as string,
    })
  })

  test('what Discord refuses is refused, and a lost permission loses the room', async () => {
    discord.fault('POST', { code: 50035 })
    await expect(workspace.post(notice(), place())).rejects.toMatchObject({ name: 'PermanentError' })
    discord.fault('POST', { code: 50013, status: 403 })
    await expect(workspace.post(notice(), place())).rejects.toMatchObject({ name: 'GoneError', what: 'room' })
  })
})

describe('threads', () => {
  let root: PostRef
  let thread: string
  beforeEach(async () => {
    root = await workspace.post(card, place())
    thread = String(root['message'])
    discord.calls.splice(0)
  })
  const below = (changes: Partial<Place> = {}) => place({ thread: root, key: 'k2', ...changes })

  test('the first entry starts the thread of its card, the next one finds it', async () => {
    const ref = await workspace.post(said(), below())
    expect(ref).toMatchObject({ guild, channel: thread, key: 'k2' })
    expect(callsTo('/threads')[0]?.body).toEqual({
      name: 'Mia Okafor · Teekanne schon wieder kaputt angekommen',
      auto_archive_duration: 1440,
    })
    await another().post(said(), below({ key: 'k3' }))
    expect(callsTo('/threads')).toHaveLength(1)
    expect(discord.standing(thread)).toHaveLength(2)
    expect(discord.standing(room)).toHaveLength(1)
    expect(workspace.urlOf(ref)).toContain(`/channels/${guild}/${thread}/`)
  })

  test('two who start the same thread use the same', async () => {
    const start = discord.rest.ask
    let isFaster = true
    discord.rest.ask = async (attempt, what, call) => {
      if (isFaster && call.route.endsWith('/threads')) {
        isFaster = false
        await start(attempt, what, call)
      }
      return start(attempt, what, call)
    }
    await workspace.post(said(), below())
    expect(discord.standing(thread)).toHaveLength(1)
  })

  test('a name that the server forbids gives way to a plain one', async () => {
    discord.fault('/threads', { code: 50035 })
    await workspace.post(said(), below())
    expect(callsTo('/threads').map(({ body }) => (body as { name: string }).name)).toEqual([
      expect.stringContaining('Mia'),
      'Conversation',
    ])
    expect(discord.standing(thread)).toHaveLength(1)
  })

  test('a thread whose start may have failed is no post whose outcome is unknown', async () => {
    discord.fault('/threads', { lost: 'after' })
    await expect(workspace.post(said(), below())).rejects.toMatchObject({ name: 'RetryableError' })
    await workspace.post(said(), below())
    expect(discord.standing(thread)).toHaveLength(1)
  })

  test('a card that was deleted takes its thread along: nobody would find it', async () => {
    await workspace.post(said(), below())
    discord.remove(room, thread)
    await expect(workspace.post(said(), below({ key: 'k3' }))).rejects.toMatchObject({
      name: 'GoneError',
      what: 'post',
    })
    expect(discord.standing(thread)).toHaveLength(1)
  })

  test.each([
    ['that was locked', 160005, 'locked'],
    ['that was deleted meanwhile', 10003, 'deleted'],
  ])('a thread %s is gone, and not the room: its card can be posted anew at once', async (_, code, words) => {
    await workspace.post(said(), below())
    discord.fault(`POST /channels/${thread}/messages`, { code })
    await expect(workspace.post(said(), below({ key: 'k3' }))).rejects.toMatchObject({
      name: 'GoneError',
      what: 'post',
      message: expect.stringContaining(words) as string,
    })
    clock.advance(20_000)
    expect(await workspace.post(card, place())).not.toMatchObject({ message: thread })
  })

  test('a room that can not be seen any more is gone, also for what goes into a thread', async () => {
    discord.fault('GET', { code: 50001, status: 403 })
    await expect(workspace.post(said(), below())).rejects.toMatchObject({ name: 'GoneError', what: 'room' })
  })

  test('somebody who waits again is told in the room, as an answer to the card, and in the thread', async () => {
    await workspace.post(said({ isBroadcast: true }), below())
    const [, line] = discord.standing(room)
    expect(JSON.stringify(line?.message.components)).toContain(`https://discord.com/channels/${guild}/${thread}`)
    const sent = callsTo(`POST /channels/${room}/messages`).find(({ route }) => !route.endsWith('/threads'))
    expect(sent?.body).toMatchObject({
      enforce_nonce: true,
      message_reference: { message_id: thread, channel_id: room, fail_if_not_exists: false },
    })
    expect(textIn(thread)).toEqual([expect.stringContaining('Any news')])
  })

  test('a line that may have been posted is not posted twice', async () => {
    await workspace.post(said(), below({ key: 'k0' }))
    discord.fault(`POST /channels/${room}/messages`, { lost: 'after' })
    const since = clock.now()
    await lost(workspace.post(said({ isBroadcast: true }), below()))
    clock.advance(15_000)
    expect(await workspace.find(below(), since)).toBeNull()
    await workspace.post(said({ isBroadcast: true }), below())
    expect(discord.standing(room)).toHaveLength(2)
    expect(discord.standing(thread)).toHaveLength(2)
  })

  test('a line that was posted is not posted twice, however long the thread could not be posted in', async () => {
    await workspace.post(said(), below({ key: 'k0' }))
    discord.fault(`POST /channels/${thread}/messages`, { code: 20028 })
    await expect(workspace.post(said({ isBroadcast: true }), below())).rejects.toMatchObject({ name: 'RetryableError' })
    clock.advance(3_600_000)
    await another().post(said({ isBroadcast: true }), below())
    expect(discord.standing(room)).toHaveLength(2)
    expect(discord.standing(thread)).toHaveLength(2)
  })

  test.each([
    ['can not be started', '/threads', 160006],
    ['takes nothing now', `POST /channels/`, 20028],
  ])('a thread that %s keeps no other post of the room waiting', async (_, call, code) => {
    if (call !== '/threads') await workspace.post(said(), below({ key: 'k0' }))
    discord.fault(call, { code })
    const error: unknown = await workspace.post(said(), below()).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'RetryableError', retryAfterMs: undefined })
  })

  test('a line that Discord refuses keeps nothing from the thread', async () => {
    await workspace.post(said(), below({ key: 'k0' }))
    discord.fault(`POST /channels/${room}/messages`, { code: 200000 })
    await workspace.post(said({ isBroadcast: true }), below())
    expect(discord.standing(room)).toHaveLength(1)
    expect(discord.standing(thread)).toHaveLength(2)
  })

  test('without a thread, a broadcast stands in the room once', async () => {
    await workspace.post(said({ isBroadcast: true }), place({ key: 'alone' }))
    expect(discord.standing(room)).toHaveLength(2)
  })

  test('any customer makes a name that Discord takes', () => {
    fc.assert(
      fc.property(hostileCard, (hostile) => {
        const name = threadNameOf({ kind: 'card', card: hostile })
        expect(name.length).toBeGreaterThan(0)
        expect(name.length).toBeLessThanOrEqual(100)
        expect(name).not.toMatch(/[\n\r\p{Cc}\u202A-\u202E\u2066-\u2069]/u)
        expect(name.trim()).not.toBe('')
      }),
    )
    const named = (changes: Partial<Card>) => threadNameOf({ kind: 'card', card: sampleCard(changes) })
    const blank = { name: '\u200b', handle: null, history: '' }
    expect(named({ customer: blank, subject: ' ', summary: null })).toBe('Conversation')
    expect(named({ customer: blank, subject: 'Teapot' })).toBe('Teapot')
    expect(named({ subject: null, summary: 'Wants money back' })).toBe('Mia Okafor · Wants money back')
    expect(threadNameOf(notice('Good morning'))).toBe('Good morning')
    expect(threadNameOf(notice(' '))).toBe('Conversation')
  })
})

describe('finding', () => {
  test('of two posts with one key the oldest stays, the other is deleted', async () => {
    const first = await workspace.post(notice(), place())
    clock.advance(400_000)
    await workspace.post(notice(), place())
    expect(discord.standing(room)).toHaveLength(2)
    expect(await workspace.find(place(), new Date(clock.now().getTime() - 400_000))).toMatchObject({
      message: first['message'],
      key: 'k1',
    })
    expect(discord.standing(room).map(({ message }) => message.id)).toEqual([first['message']])
  })

  test('goes through every page', async () => {
    for (let index = 0; index < 130; index += 1) discord.write(room, stranger)
    const ref = await workspace.post(notice(), place())
    for (let index = 0; index < 130; index += 1) discord.write(room, stranger)
    expect(await workspace.find(place(), clock.now())).toMatchObject({ message: ref['message'] })
    expect(callsTo(`GET /channels/${room}/messages`)).toHaveLength(3)
  })

  test('gives up in a room where too much is said', async () => {
    for (let index = 0; index < 2600; index += 1) discord.write(room, stranger)
    await expect(workspace.find(place(), clock.now())).rejects.toMatchObject({ name: 'RetryableError' })
  })

  test('looks only at the time about the attempt, however much was said since', async () => {
    const since = clock.now()
    clock.advance(3_600_000)
    for (let index = 0; index < 300; index += 1) discord.write(room, stranger)
    await workspace.post(notice(), place())
    expect(await workspace.find(place(), since)).toBeNull()
    expect(callsTo(`GET /channels/${room}/messages`)).toHaveLength(1)
  })

  test('finds a post in a thread of which Discord tells only that there is one', async () => {
    const posted = await workspace.post(card, place({ key: 'card' }))
    const entry = place({ thread: posted, key: 'entry' })
    const { message } = await workspace.post(said(), entry)
    const ask: typeof discord.rest.ask = async (attempt, what, call) => {
      const answer = await discord.rest.ask<object>(attempt, what, call)
      return ('thread' in answer ? { ...answer, thread: undefined, flags: MessageFlags.HasThread } : answer) as never
    }
    const sparing = another({ ...discord.rest, ask })
    expect(await sparing.find(entry, clock.now())).toMatchObject({ message })
    expect(await sparing.post(said(), place({ thread: posted, key: 'next' }))).toMatchObject({
      channel: posted['message'],
    })
  })

  test("finds a post in a thread, and not somebody else's with the same marks", async () => {
    const root = await workspace.post(card, place())
    const inThread = place({ thread: root, key: 'inner' })
    clock.advance(20_000)
    const since = new Date(clock.now().getTime() - 20_000)
    expect(await workspace.find(inThread, since)).toBeNull()
    await workspace.post(said(), place({ thread: root, key: 'first' }))
    const forged = messageOf(said(), { key: 'inner' })
    discord.write(String(root['message']), stranger, forged)
    expect(await workspace.find(inThread, since)).toBeNull()
    const ref = await workspace.post(said(), inThread)
    expect(await workspace.find(inThread, clock.now())).toEqual(ref)
  })

  test('asks later when the room can not be read now; a room or a card that is gone holds nothing', async () => {
    discord.fault('GET', { lost: 'before' })
    await expect(workspace.find(place(), clock.now())).rejects.toMatchObject({ name: 'RetryableError' })
    discord.fault('GET', { code: 50035 })
    await expect(workspace.find(place(), clock.now())).rejects.toMatchObject({ name: 'RetryableError' })
    expect(await workspace.find(place({ room: `${guild}/39999` }), clock.now())).toBeNull()
    const root = await workspace.post(card, place())
    discord.remove(room, String(root['message']))
    expect(await workspace.find(place({ thread: root }), clock.now())).toBeNull()
  })
})

describe('updating', () => {
  test('shows the new words, may be repeated, and can still be found', async () => {
    const since = clock.now()
    const ref = await workspace.post(notice('Before'), place())
    await workspace.update(ref, notice('After'))
    await another().update(ref, notice('After'))
    expect(textIn(room)).toEqual([expect.stringContaining('After')])
    expect(await workspace.find(place(), since)).toMatchObject({ message: ref['message'] })
    expect(callsTo('PATCH')[0]?.body).not.toHaveProperty('nonce')
  })

  test('an update that broke is simply repeated', async () => {
    const ref = await workspace.post(notice(), place())
    discord.fault('PATCH', { lost: 'after' })
    await expect(workspace.update(ref, notice('After'))).rejects.toMatchObject({ name: 'RetryableError' })
  })

  test('a message that somebody deleted is gone, and so is what is none of ours', async () => {
    const ref = await workspace.post(notice(), place())
    discord.remove(room, String(ref['message']))
    await expect(workspace.update(ref, notice())).rejects.toMatchObject({ name: 'GoneError', what: 'post' })
    await expect(workspace.update({}, notice())).rejects.toMatchObject({ name: 'GoneError', what: 'post' })
  })
})

describe('files', () => {
  const ref = { id: 'a1', name: 'Meine Tasse.png', mediaType: 'image/png', bytes: 3, isKept: true }
  const withFile = said({ entry: { kind: 'said', turns: [sampleTurn({ attachments: [ref] })] } })
  beforeEach(() => {
    uploads = async (attachments) => ({
      shared: attachments.map(({ id }) => ({ attachmentId: id, name: 'Meine_Tasse.png', isImage: true })),
      files: attachments.map(() => ({ name: 'Meine_Tasse.png', data: Buffer.from('png'), contentType: 'image/png' })),
    })
  })

  test('go with the message that shows them, under their own names, and stay when it changes', async () => {
    const posted = await workspace.post(withFile, place())
    expect(callsTo('POST')[0]).toMatchObject({
      body: { attachments: [{ id: 0, filename: 'Meine_Tasse.png', title: 'Meine Tasse' }] },
      files: [{ name: 'Meine_Tasse.png' }],
    })
    expect(textIn(room)).toEqual([expect.stringContaining('attachment://Meine_Tasse.png')])
    expect(textIn(room)[0]).not.toContain('Meine Tasse.png')
    await workspace.update(posted, withFile)
    expect(textIn(room)).toEqual([expect.stringContaining('attachment://Meine_Tasse.png')])
    expect(callsTo('PATCH')[0]?.body).not.toHaveProperty('attachments')
  })

  test('are known again in a message that was found, where they stand in its components alone', async () => {
    const shared = [
      { attachmentId: 'a1', name: 'cup.png', isImage: true },
      { attachmentId: 'a2', name: 'bill.pdf', isImage: false },
    ]
    uploads = async () => ({ shared, files: shared.map(({ name }) => ({ name, data: Buffer.from(name) })) })
    await workspace.post(withFile, place())
    const found = await workspace.find(place(), clock.now())
    expect(found).toMatchObject({ files: shared.map(({ name, isImage }) => ({ name, isImage })) })
    if (found) await workspace.update(found, withFile)
    expect(textIn(room)).toEqual([expect.stringMatching(/attachment:\/\/cup\.png[\s\S]*attachment:\/\/bill\.pdf/)])
  })

  test.each([[40005], [50013], [50035]])('that are refused (%i) are named, and the words are posted', async (code) => {
    discord.fault('POST', { code })
    const posted = await workspace.post(withFile, place())
    expect(posted['files']).toEqual([])
    const [text] = textIn(room)
    expect(text).toContain('Hello?')
    expect(text).toContain('Meine Tasse.png')
    expect(text).not.toContain('attachment://')
    expect(callsTo('POST').map(({ files }) => files?.length ?? 0)).toEqual([1, 0])
  })

  test('with an unknown outcome nothing is sent twice', async () => {
    discord.fault('POST', { lost: 'after' })
    await lost(workspace.post(withFile, place()))
    expect(callsTo('POST')).toHaveLength(1)
  })
})

describe('a report', () => {
  const report: Message = { kind: 'report', report: sampleReport() }
  const inPictures = /attachment:\/\/response-time\.png[\s\S]*attachment:\/\/themes\.png/

  test('is posted with its pictures, and keeps them when it changes, also once it was found again', async () => {
    const posted = await workspace.post(report, place())
    expect(callsTo('POST')[0]).toMatchObject({
      body: {
        attachments: [
          { id: 0, filename: 'response-time.png' },
          { id: 1, filename: 'themes.png' },
        ],
      },
      files: [
        { name: 'response-time.png', contentType: 'image/png', data: new Uint8Array([7]) },
        { name: 'themes.png', contentType: 'image/png' },
      ],
    })
    expect(textIn(room)).toEqual([expect.stringMatching(inPictures)])
    const found = await another().find(place(), clock.now())
    expect(found?.['message']).toBe(posted['message'])
    for (const ref of [posted, found ?? {}]) {
      await workspace.update(ref, { kind: 'report', report: sampleReport({ headline: 'All is well' }) })
      expect(textIn(room)).toEqual([expect.stringMatching(inPictures)])
      expect(textIn(room)[0]).toContain('All is well')
    }
    expect(callsTo('PATCH').every(({ files }) => files === undefined)).toBe(true)
  })

  test('is posted without pictures that Discord refuses, and stays so', async () => {
    discord.fault('POST', { code: 40005 })
    const posted = await workspace.post(report, place())
    expect(textIn(room)).toEqual([expect.stringContaining('Waiting longest')])
    expect(textIn(room)[0]).not.toContain('attachment://')
    await workspace.update(posted, report)
    expect(textIn(room)[0]).not.toContain('attachment://')
  })

  test('is posted without a picture that can not be drawn', async () => {
    drawing = async ({ id }) => {
      if (id === 'themes') throw new Error('no font')
      return new Uint8Array([7])
    }
    await workspace.post(report, place())
    expect(textIn(room)).toEqual([expect.stringContaining('attachment://response-time.png')])
    expect(textIn(room)[0]).not.toContain('attachment://themes.png')
  })

  test('whose outcome is unknown is not posted twice', async () => {
    discord.fault('POST', { lost: 'after' })
    await lost(workspace.post(report, place()))
    expect(callsTo('POST')).toHaveLength(1)
    expect(await workspace.find(place(), clock.now())).not.toBeNull()
  })

  test('gives a thread its name', () => {
    expect(threadNameOf(report)).toBe('Friday 20 November 2026')
  })
})

test('a forum is no room', async () => {
  discord.addChannel('30002', guild, { type: ChannelType.GuildForum })
  discord.fault('POST', { code: 50008 })
  await expect(workspace.post(notice(), place({ room: `${guild}/30002` }))).rejects.toMatchObject({
    name: 'GoneError',
    what: 'room',
  })
})
