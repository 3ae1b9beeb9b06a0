import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { conversations, posts, rooms } from '../../src/db/schema.ts'
import { GoneError, PermanentError, RetryableError } from '../../src/errors.ts'
import { deliverPosts } from '../../src/posts/deliver-posts.ts'
import { notify } from '../../src/posts/notify.ts'
import { readCardRef, readCardRefs } from '../../src/posts/queries.ts'
import { createSyncCard } from '../../src/posts/sync-card.ts'
import { loseRoom } from '../../src/posts/rooms.ts'
import { sweepPosts } from '../../src/posts/sweep.ts'
import { sendReply } from '../../src/replies/send.ts'
import { offerRoom } from '../../src/settings/offer-room.ts'
import { question } from '../support/assistant.ts'
import { fakeChannel } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { fakeWorkspace } from '../support/workspace.ts'
import { approve, chooseRooms, clear, noRule, waiting, write } from './room.ts'

let desk: Desk
const chat = fakeWorkspace('fake', { hasThreads: true, paceMs: 1000, room: null })
const web = fakeWorkspace('web')

beforeAll(async () => {
  desk = await openDesk({ rooms: [chat, web] })
})
afterAll(() => desk.close())
beforeEach(async () => {
  await clear(desk, chat, web)
  desk.assistant.onTriage = () => question
  await chooseRooms(desk, { default: 'main', escalation: 'help' })
})

const cardsIn = (room?: string) =>
  chat.roots(room).flatMap(({ message }) => (message.kind === 'card' ? [message.card] : []))
const entries = (id: string) =>
  chat.thread(id).map(({ entry, isBroadcast }) => {
    const told =
      entry.kind === 'surfaced'
        ? entry.reason
        : entry.kind === 'sent'
          ? entry.turn.text
          : entry.turns.map(({ text }) => text)
    return [entry.kind, told, ...(isBroadcast ? ['in the room'] : [])]
  })
const textOf = async (id: string, index: number) => (await desk.conversation(id)).turns[index]?.text

describe('a room', () => {
  it('gets one card a second, the urgent first, while a room without a pace has them all at once', async () => {
    desk.assistant.onTriage = (view) => ({
      ...question,
      urgency: view.customerName === 'urgent' ? 'high' : view.customerName === 'idle' ? 'low' : 'normal',
    })
    await write(desk, 'first')
    await desk.work()
    for (const thread of ['idle', 'normal', 'urgent']) {
      desk.clock.advance(1)
      await write(desk, thread)
    }
    await desk.work()
    expect([cardsIn().length, web.posts.length]).toEqual([1, 4])
    await desk.pass(10)
    expect(cardsIn().map(({ customer }) => customer.name)).toEqual(['first', 'urgent', 'normal', 'idle'])
    const times = chat.standing.map(({ at }) => at.getTime())
    expect(times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) >= 1000)).toBe(true)
  })

  it('gets those who still wait before what was answered elsewhere meanwhile', async () => {
    chat.beforePost = () => Promise.reject(new RetryableError('Slack is down'))
    const ids: string[] = []
    for (const thread of ['answered', 'dismissed', 'waits']) {
      ids.push(await write(desk, thread))
      await desk.work()
      desk.clock.advance(1)
    }
    const [answered = '', dismissed = ''] = ids
    await approve(desk, answered)
    await desk.decide(dismissed, { kind: 'dismiss', seenSeq: 1, reason: 'no-reply-needed' })
    await desk.pass(60)
    chat.beforePost = async () => {}
    await desk.pass(600)
    expect(cardsIn().map(({ customer, state }) => [customer.name, state])).toEqual([
      ['waits', 'waiting'],
      ['answered', 'answered'],
      ['dismissed', 'dismissed'],
    ])
  })

  it('keeps no other room waiting', async () => {
    await chooseRooms(desk, { default: 'main', rules: [{ ...noRule, themes: ['complaint'], room: 'complaints' }] })
    desk.assistant.onTriage = (view) => ({ ...question, theme: view.customerName === 'a' ? 'complaint' : 'question' })
    await write(desk, 'a')
    await write(desk, 'b')
    await desk.work()
    expect(chat.standing.map(({ place }) => place.room).toSorted()).toEqual(['complaints', 'main'])
  })

  it('waits for the theme where a rule asks for it, and takes the default where it could not be told', async () => {
    await chooseRooms(desk, { default: 'main', rules: [{ ...noRule, themes: ['complaint'], room: 'complaints' }] })
    desk.assistant.onTriage = () => {
      throw new PermanentError('The model is gone')
    }
    const id = await write(desk, 'a')
    const sync = createSyncCard(desk.ctx)
    await sync({ conversationId: id })
    expect([web.posts.length, await waiting(desk)]).toEqual([1, []])
    await desk.work()
    expect(cardsIn('main').map(({ conversationId }) => conversationId)).toEqual([id])
  })

  it('shows a notice once for its key', async () => {
    const notice = { workspace: 'fake', room: 'main', key: 'hello', title: 'Hello', lines: [{ text: 'World' }] }
    for (let time = 0; time < 2; time++) await desk.ctx.db.transaction((tx) => notify(desk.ctx, tx, notice))
    await desk.pass(3)
    expect(chat.standing.map(({ message }) => message)).toEqual([
      { kind: 'notice', title: 'Hello', lines: [{ text: 'World' }] },
    ])
  })

  it('is never posted in twice at once, however many replicas deliver', async () => {
    await Promise.all(['a', 'b', 'c'].map((thread) => write(desk, thread)))
    await desk.work()
    const at = desk.clock.now().toISOString()
    for (let second = 0; second < 4; second++) {
      desk.clock.advance(1000)
      await Promise.all(
        Array.from({ length: 5 }, () => deliverPosts(desk.ctx, { workspace: 'fake', room: 'main', at })),
      )
    }
    expect(cardsIn()).toHaveLength(3)
    expect(new Set(chat.standing.map(({ at: time }) => time.getTime())).size).toBe(3)
  })
})

describe('a card', () => {
  it('shows the newest state of a burst that came before it was posted, and its thread tells none of it again', async () => {
    await write(desk, 'other')
    await desk.work()
    const id = await write(desk, 'a')
    await desk.work()
    await write(desk, 'a')
    await desk.pass(5)
    expect(cardsIn().map(({ seenSeq }) => seenSeq)).toEqual([1, 2])
    expect(entries(id)).toEqual([])
    expect(await readCardRef(desk.ctx.db, 'fake', id)).toEqual(chat.standing[1]?.ref)
    expect((await readCardRefs(desk.ctx.db, 'fake', [id, desk.ctx.newId()])).size).toBe(1)
  })

  it('goes to the room by the first rule that holds, and stays there', async () => {
    await chooseRooms(desk, { default: 'main', rules: [{ ...noRule, accounts: ['fake/main'], room: 'mine' }] })
    const id = await write(desk, 'a')
    await desk.work()
    await chooseRooms(desk, { default: 'main' })
    await write(desk, 'a')
    await desk.pass(5)
    expect(chat.roots().map(({ place }) => place.room)).toEqual(['mine'])
    expect(chat.thread(id)).toHaveLength(1)
  })

  it('is not posted for what was found to be spam meanwhile', async () => {
    await write(desk, 'other')
    await desk.work()
    const id = await write(desk, 'a')
    await desk.work()
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'spam' })
    await desk.pass(5)
    expect(cardsIn()).toHaveLength(1)
    expect(await waiting(desk)).toEqual([])
  })

  it('comes again with a word on it when somebody deleted it while the customer waits, each time once', async () => {
    const id = await write(desk, 'a')
    await desk.work()
    chat.discard(chat.roots()[0])
    await desk.pass(5)
    expect(cardsIn()).toEqual([])
    await desk.decide(id, { kind: 'assign', to: { id: 'ana', name: 'Ana' } })
    await desk.pass(10)
    expect(cardsIn().map(({ alerts }) => alerts)).toEqual([['The earlier card was deleted']])
    await approve(desk, id)
    await desk.pass(10)
    expect(cardsIn()).toMatchObject([{ state: 'answered', alerts: [] }])
    chat.discard(chat.roots()[0])
    await desk.decide(id, { kind: 'assign', to: null })
    await desk.pass(10)
    expect(cardsIn()).toEqual([])
    await write(desk, 'a')
    await desk.pass(10)
    expect(cardsIn()).toMatchObject([{ state: 'waiting', seenSeq: 2 }])
  })

  it('tells in every other room that the platform refuses it, and is tried again when something changed', async () => {
    chat.beforePost = async () => {
      throw new PermanentError('invalid_blocks', { action: 'Tell the developers' })
    }
    const id = await write(desk, 'a')
    await desk.pass(30)
    const tries = async () => (await desk.ctx.db.select().from(posts).where(eq(posts.workspace, 'fake')))[0]?.attempts
    expect(await tries()).toBeLessThan(4)
    expect(web.shown.get(id)?.alerts).toEqual(['Posting in the room failed: invalid_blocks. Tell the developers'])
    chat.beforePost = async () => {}
    await desk.pass(400)
    expect(cardsIn()).toEqual([])
    const { problems } = await desk.conversation(id)
    expect(await desk.decide(id, { kind: 'retry', problemId: problems[0]?.id ?? '' })).toMatchObject({ isDone: true })
    await desk.pass(5)
    expect(cardsIn()).toHaveLength(1)
    expect(web.shown.get(id)?.alerts).toEqual([])
  })
})

describe('the thread below a card', () => {
  it('tells what happened since, in order, and in the room when somebody waits again', async () => {
    const id = await write(desk, 'a')
    await desk.pass(1)
    await write(desk, 'a')
    await write(desk, 'a')
    await desk.pass(3)
    await approve(desk, id)
    await write(desk, 'a')
    await desk.pass(5)
    const words = await Promise.all([1, 2, 3, 4].map((index) => textOf(id, index)))
    expect(entries(id)).toEqual([
      ['said', words.slice(0, 2)],
      ['sent', words[2]],
      ['said', words.slice(3), 'in the room'],
    ])
    expect(cardsIn()).toMatchObject([{ seenSeq: 4, state: 'waiting' }])
  })

  it('says when a snooze ended, and when a teammate reopened it', async () => {
    const id = await write(desk, 'a')
    await desk.pass(1)
    await desk.decide(id, { kind: 'snooze', seenSeq: 1, until: new Date(desk.clock.now().getTime() + 5000) })
    await desk.pass(10)
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'duplicate' })
    await desk.decide(id, { kind: 'reopen' })
    await desk.pass(10)
    expect(entries(id)).toEqual([
      ['surfaced', 'Back from snooze', 'in the room'],
      ['surfaced', 'Reopened by a teammate', 'in the room'],
    ])
  })

  it('brings the attachments of the first words, and again below a card that was posted anew', async () => {
    const file = { name: 'parcel.jpg', mediaType: 'image/jpeg', bytes: 3, content: new Uint8Array([1, 2, 3]) }
    const id = await write(desk, 'a', { attachments: [file] })
    await desk.pass(3)
    expect(entries(id)).toEqual([['files', [await textOf(id, 0)]]])
    chat.discard(chat.roots()[0])
    await write(desk, 'a')
    await desk.pass(10)
    expect(entries(id)).toContainEqual(['files', [await textOf(id, 0)]])
  })

  it('follows its card when that was deleted, and tells what the new one does not', async () => {
    const id = await write(desk, 'a')
    await desk.pass(1)
    chat.beforePost = async (message) => {
      if (message.kind === 'entry') chat.discard(chat.roots()[0])
      chat.beforePost = async () => {}
    }
    await write(desk, 'a')
    await desk.pass(10)
    expect(cardsIn()).toMatchObject([{ seenSeq: 2 }])
    expect(entries(id)).toEqual([])
    await write(desk, 'a')
    await desk.pass(10)
    expect(entries(id)).toEqual([['said', [await textOf(id, 2)]]])
  })
})

describe('what comes while a card is on its way', () => {
  it.each<[string, () => Error]>([
    ['is lost', () => new Error('reset')],
    ['is turned away', () => new RetryableError('Busy')],
  ])('is told by the card alone, and its files are there once, when the first try %s', async (_, failure) => {
    const file = (name: string) => ({ name, mediaType: 'image/jpeg', bytes: 3, content: new Uint8Array([1, 2, 3]) })
    let id = ''
    chat.beforePost = async ({ kind }) => {
      if (kind !== 'card') return
      chat.beforePost = async () => {}
      await write(desk, 'a', { attachments: [file('second.jpg')] })
      await createSyncCard(desk.ctx)({ conversationId: id })
      throw failure()
    }
    id = await write(desk, 'a', { attachments: [file('first.jpg')] })
    await desk.pass(60)
    expect(cardsIn()).toMatchObject([{ seenSeq: 2 }])
    expect(entries(id)).toEqual([['files', await Promise.all([0, 1].map((index) => textOf(id, index)))]])
    await write(desk, 'a')
    await desk.pass(10)
    expect(entries(id).slice(1)).toEqual([['said', [await textOf(id, 2)]]])
    expect(await waiting(desk)).toEqual([])
  })

  it('is not told once more where it is a reply that the card was born with', async () => {
    let id = ''
    chat.beforePost = async ({ kind }) => {
      if (kind !== 'card') return
      chat.beforePost = async () => {}
      await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'On its way' })
      const [reply] = await desk.ctx.db.query.replies.findMany()
      await sendReply(desk.ctx, { replyId: reply?.id ?? '', conversationId: id }, new AbortController().signal)
      await createSyncCard(desk.ctx)({ conversationId: id })
      throw new Error('reset')
    }
    id = await write(desk, 'a')
    await desk.pass(60)
    expect(cardsIn()).toMatchObject([{ state: 'answered' }])
    expect(entries(id)).toEqual([])
    expect(await waiting(desk)).toEqual([])
  })

  it('is told in the thread below it when that try got through all the same', async () => {
    let id = ''
    chat.afterPost = async ({ kind }) => {
      if (kind !== 'card') return
      chat.afterPost = async () => {}
      await write(desk, 'a')
      await createSyncCard(desk.ctx)({ conversationId: id })
      throw new Error('reset')
    }
    id = await write(desk, 'a')
    await desk.pass(60)
    expect(cardsIn()).toMatchObject([{ seenSeq: 2 }])
    expect(entries(id)).toEqual([['said', [await textOf(id, 1)]]])
  })
})

describe('words that go on in one breath', () => {
  it('are told in the thread only as far as they are new', async () => {
    const talk = fakeWorkspace('fake', { hasThreads: true, paceMs: 1000, room: null })
    const live = await openDesk({
      channels: [fakeChannel('fake', { isHosted: true }, { quietSeconds: 60 })],
      rooms: [talk],
    })
    await chooseRooms(live, { default: 'main' })
    const id = await write(live, 'a', { text: 'Hello' })
    await live.pass(2)
    await write(live, 'a', { text: 'where is my parcel?' })
    await live.pass(2)
    await write(live, 'a', { text: 'It is green' })
    await live.pass(2)
    expect((await live.conversation(id)).turns).toHaveLength(1)
    const told = talk.thread(id).map(({ entry }) => (entry.kind === 'said' ? entry.turns.map(({ text }) => text) : []))
    expect(told).toEqual([['where is my parcel?'], ['It is green']])
    await live.close()
  })
})

describe('nothing is lost and nothing doubled', () => {
  it('finds a post whose outcome was not known, and posts one that is certainly not there', async () => {
    chat.afterPost = async (message) => {
      if (message.kind === 'card' && message.card.customer.name === 'a') throw new Error('reset')
    }
    let failures = 0
    chat.beforePost = async (message) => {
      if (message.kind === 'card' && message.card.customer.name === 'b' && failures++ === 0) throw new Error('reset')
    }
    await write(desk, 'a')
    await write(desk, 'b')
    await desk.pass(20)
    expect(cardsIn().map(({ customer }) => customer.name)).toEqual(['a', 'b'])
    expect(await waiting(desk)).toEqual([])
  })

  it('looks before it posts again for as long as it can not be told', async () => {
    chat.afterPost = async () => {
      throw new Error('reset')
    }
    let looks = 0
    chat.onFind = async () => {
      if (++looks < 4) throw new RetryableError('down')
    }
    await write(desk, 'a')
    await desk.pass(60)
    expect([cardsIn().length, looks]).toEqual([1, 4])
  })

  it.each(['before the post', 'after the post', 'while it looked'])('survives a crash %s', async (when) => {
    let crashes = 0
    const crash = async () => {
      if (crashes++ === 0) await desk.crash()
    }
    if (when === 'before the post') chat.beforePost = crash
    if (when === 'after the post') chat.afterPost = crash
    if (when === 'while it looked') {
      chat.afterPost = async () => {
        throw new Error('reset')
      }
      chat.onFind = crash
    }
    const id = await write(desk, 'a')
    await write(desk, 'b')
    await desk.pass(90)
    expect(crashes).toBeGreaterThan(0)
    expect(
      cardsIn()
        .map(({ customer }) => customer.name)
        .toSorted(),
    ).toEqual(['a', 'b'])
    expect(cardsIn().find(({ conversationId }) => conversationId === id)?.version).toBe(
      (await desk.conversation(id)).version,
    )
  })

  it('holds while customers write, teammates act and three replicas work at once', async () => {
    const threads = ['a', 'b', 'c', 'd', 'e']
    const ids = await Promise.all(threads.map((thread) => write(desk, thread)))
    const errors: unknown[] = []
    const replica = async () => {
      const sync = createSyncCard(desk.ctx)
      for (let round = 0; round < 6; round++) {
        desk.clock.advance(400)
        const at = desk.clock.now().toISOString()
        const jobs = [
          ...ids.map((conversationId) => sync({ conversationId })),
          ...['main', 'main', 'help'].map((room) => deliverPosts(desk.ctx, { workspace: 'fake', room, at })),
        ]
        for (const job of await Promise.allSettled(jobs)) if (job.status === 'rejected') errors.push(job.reason)
        if (round === 2) chat.gone.set('main', 'It was archived')
      }
    }
    const people = async () => {
      for (const thread of [...threads, ...threads]) await write(desk, thread)
      for (const id of ids) await desk.decide(id, { kind: 'assign', to: { id: 'ana', name: 'Ana' } })
    }
    await Promise.all([replica(), replica(), replica(), people()])
    expect(errors.filter((error) => !(error instanceof RetryableError))).toEqual([])
    await desk.pass(200)
    await sweepPosts(desk.ctx)
    await desk.pass(60)
    expect(await waiting(desk)).toEqual([])
    expect(web.posts).toHaveLength(5)
    expect(cardsIn('help').length).toBeLessThanOrEqual(5)
    for (const id of ids) {
      const { version } = await desk.conversation(id)
      expect([web.shown.get(id)?.version, chat.shown.get(id)?.version]).toEqual([version, version])
      const said = chat.standing.flatMap(({ message }) =>
        message.kind === 'entry' && message.card.conversationId === id && message.entry.kind === 'said'
          ? message.entry.turns.map((turn) => turn.id)
          : [],
      )
      expect(new Set(said).size).toBe(said.length)
    }
  })

  it('keeps a room quiet for as long as the platform asks, and what waits comes then', async () => {
    const tried: number[] = []
    chat.beforePost = async () => {
      tried.push(desk.clock.now().getTime())
      if (tried.length === 1) throw new RetryableError('Too many', { retryAfterMs: 30_000 })
    }
    await write(desk, 'a')
    await write(desk, 'b')
    await desk.pass(40)
    expect(cardsIn()).toHaveLength(2)
    expect((tried[1] ?? 0) - (tried[0] ?? 0)).toBeGreaterThanOrEqual(30_000)
  })

  it('tries again ever more slowly where a workspace is down', async () => {
    let tries = 0
    chat.beforePost = async () => {
      tries += 1
      throw new RetryableError('down')
    }
    await write(desk, 'a')
    await desk.pass(70)
    expect(tries).toBeLessThan(9)
    chat.beforePost = async () => {}
    await desk.pass(70)
    expect(cardsIn()).toHaveLength(1)
  })

  it('heals a wake-up that got lost, a room chosen late, and a workspace switched on late', async () => {
    await chooseRooms(desk, {})
    await write(desk, 'a')
    await desk.pass(5)
    expect(await waiting(desk)).toEqual([])
    await chooseRooms(desk, { default: 'main' })
    await desk.pass(5)
    expect(cardsIn()).toHaveLength(1)

    await write(desk, 'b')
    await desk.ctx.db.delete(posts)
    await desk.pass(120)
    await sweepPosts(desk.ctx)
    await desk.work()
    chat.standing.length = 0
    await desk.ctx.db.update(posts).set({ ref: null }).where(eq(posts.workspace, 'fake'))
    await desk.ctx.db.update(rooms).set({ wakeAt: desk.clock.now() })
    await desk.pass(130)
    expect(cardsIn()).toEqual([])
    await sweepPosts(desk.ctx)
    await desk.pass(5)
    expect(cardsIn()).toHaveLength(2)
    await sweepPosts(desk.ctx)
    expect(await desk.pending()).toEqual([])
  })

  it('shows again what a card missed', async () => {
    const id = await write(desk, 'a')
    await desk.pass(2)
    await desk.ctx.db.update(conversations).set({ version: 99, updatedAt: desk.clock.now() })
    await desk.pass(61)
    await sweepPosts(desk.ctx)
    await desk.work()
    expect([chat.shown.get(id)?.version, web.shown.get(id)?.version]).toEqual([99, 99])
  })
})

describe('a room that is lost', () => {
  it('has its cards come to the fallback, with a word on it, once', async () => {
    const open = await write(desk, 'open')
    const closed = await write(desk, 'closed')
    await desk.pass(3)
    await approve(desk, closed)
    await desk.pass(3)
    chat.gone.set('main', 'It was archived')
    await write(desk, 'new')
    await write(desk, 'newer')
    await desk.pass(20)
    const names = (room: string) => cardsIn(room).map(({ customer }) => customer.name)
    expect(names('help').toSorted()).toEqual(['new', 'newer', 'open'])
    expect(names('main')).toContain('closed')
    expect(cardsIn('help').find(({ conversationId }) => conversationId === open)?.alerts).toEqual([
      'The earlier card is in a room that was lost',
    ])
    const notices = chat.standing.flatMap(({ message }) => (message.kind === 'notice' ? [message.lines[0]] : []))
    expect(notices).toEqual([{ text: 'Nothing can be posted there: It was archived' }])
    expect(await waiting(desk)).toEqual([])

    chat.gone.clear()
    desk.clock.advance(3_600_000)
    await write(desk, 'later')
    await desk.pass(5)
    expect(names('main')).toContain('later')
    const [row] = await desk.ctx.db.select().from(rooms).where(eq(rooms.room, 'main'))
    expect(row).toMatchObject({ lostAt: null, lostReason: null })
  })

  it('keeps everything when no room is left, and brings it when it is there again', async () => {
    chat.gone.set('main', 'The bot was removed')
    chat.gone.set('help', 'The bot was removed')
    let tries = 0
    chat.beforePost = async () => void (tries += 1)
    await write(desk, 'a')
    await write(desk, 'b')
    await desk.pass(320)
    expect(tries).toBeLessThan(12)
    expect(await waiting(desk)).toHaveLength(3)
    chat.gone.clear()
    await desk.pass(320)
    expect(cardsIn()).toHaveLength(2)
  })

  it('moves a card that can not be updated any more while somebody waits', async () => {
    const id = await write(desk, 'a')
    await desk.pass(3)
    chat.gone.set('main', 'It was archived')
    await write(desk, 'a')
    await desk.pass(10)
    expect(cardsIn('help')).toMatchObject([{ conversationId: id, seenSeq: 2 }])
  })

  it('is tried again when the team chose it again', async () => {
    chat.gone.set('main', 'It was archived')
    await write(desk, 'a')
    await desk.pass(5)
    chat.gone.clear()
    await chooseRooms(desk, { default: 'main', escalation: 'help' })
    await write(desk, 'b')
    await desk.pass(5)
    expect(cardsIn('main').map(({ customer }) => customer.name)).toEqual(['b'])
  })

  it('stays lost when it only lets cards be edited', async () => {
    const id = await write(desk, 'closed')
    await desk.pass(3)
    await approve(desk, id)
    await desk.pass(3)
    chat.beforePost = async (_message, { room }) => {
      if (room === 'main') throw new GoneError('It is read-only', 'room')
    }
    await write(desk, 'new')
    await desk.pass(10)
    await desk.decide(id, { kind: 'assign', to: { id: 'ben', name: 'Ben' } })
    await desk.pass(3)
    expect(chat.shown.get(id)?.assignee?.name).toBe('Ben')
    await write(desk, 'later')
    await desk.pass(10)
    expect(cardsIn('help').map(({ customer }) => customer.name)).toEqual(['new', 'later'])
  })

  it('is there again as soon as one of several posts at once got through', async () => {
    await write(desk, 'first')
    await desk.pass(3)
    let arrived = (): void => {}
    chat.afterPost = () => new Promise((resolve) => (arrived = resolve))
    await write(desk, 'slow')
    const slow = desk.work()
    await eventually(() => expect(cardsIn('main')).toHaveLength(2))
    const gone = new GoneError('It was archived', 'room')
    await loseRoom(desk.ctx, 'fake', 'main', gone)
    chat.afterPost = async () => {}
    arrived()
    await slow
    await write(desk, 'next')
    await desk.pass(5)
    expect(cardsIn('main').map(({ customer }) => customer.name)).toEqual(['first', 'slow', 'next'])
  })

  it('has what waited for it at once when the bot is let in again', async () => {
    await chooseRooms(desk, { default: 'main' })
    chat.gone.set('main', 'The bot was removed')
    await write(desk, 'a')
    await desk.pass(5)
    chat.gone.clear()
    const ana = { id: 'ana', name: 'Ana' }
    expect(await offerRoom(desk.ctx, 'fake', 'other', ana)).toBe(false)
    await desk.pass(5)
    expect(cardsIn()).toEqual([])
    expect(await offerRoom(desk.ctx, 'fake', 'main', ana)).toBe(false)
    await desk.pass(5)
    expect(cardsIn('main').map(({ customer }) => customer.name)).toEqual(['a'])
  })

  it('is told from a thread that is gone, and from a platform that only says so', async () => {
    chat.onFind = async () => {
      throw new GoneError('It was archived', 'room')
    }
    chat.beforePost = async (_message, place) => {
      if (place.room === 'main') throw new Error('reset')
    }
    await write(desk, 'a')
    await desk.pass(20)
    expect(cardsIn('help')).toHaveLength(1)
  })
})
