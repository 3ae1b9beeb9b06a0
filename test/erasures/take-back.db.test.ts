import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerAudit } from '../../src/audit/answer.ts'
import type { Delivery, InboundInteraction } from '../../src/channels/channel.ts'
import { erasures, interactions, posts, removals, rooms } from '../../src/db/schema.ts'
import { GoneError, RetryableError } from '../../src/errors.ts'
import { removePosts, sweepRemovals } from '../../src/erasures/remove-posts.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { record } from '../../src/interactions/record.ts'
import { tellsOf } from '../../src/posts/post.ts'
import { newPost } from '../../src/posts/queries.ts'
import { wakeRoom } from '../../src/posts/rooms.ts'
import { sweepPosts } from '../../src/posts/sweep.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace } from '../support/workspace.ts'
import { ana } from './person.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk({ channels: [fakeChannel()], rooms: [fakeWorkspace('fake', { hasThreads: true })] })
})
afterEach(() => desk.close())

const word = 'wampeter'
const deliver = (delivery: Partial<Delivery>) =>
  record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [], ...delivery } }])
const takeBack = (externalId: string) =>
  deliver({ removals: [{ account: 'main', externalId, at: new Date(desk.clock.now().getTime() + 1000) }] })
const say = (externalId: string, over: Partial<InboundInteraction> = {}) =>
  desk.hearOne(inbound(externalId, { text: `${word} ${externalId}`, occurredAt: desk.clock.now(), ...over }))
const picture = (name: string) => ({ name, mediaType: 'image/png', bytes: 1, content: new Uint8Array([1]) })

const standing = () => desk.room.standing.filter(({ isDeleted }) => !isDeleted)
const shown = () =>
  JSON.stringify(standing().map(({ message }) => (message.kind === 'entry' ? message.entry : message)))
/** What the thread tells, post by post: words, notes and files. */
const thread = () =>
  standing().flatMap(({ message }) => {
    if (message.kind !== 'entry' || !('turns' in message.entry)) return []
    return [
      message.entry.turns.map(({ text, notes, attachments }) =>
        [text, ...notes, ...attachments.map(({ name }) => name)].join(' ').trim(),
      ),
    ]
  })
const left = () => desk.ctx.db.select().from(removals)
const afterwards = async () => {
  await desk.pass(120)
  await sweepRemovals(desk.ctx)
  await sweepPosts(desk.ctx)
  await desk.work()
}

/** A card for the first message, and a post in its thread for each of the others. */
async function conversation(...others: string[]): Promise<string> {
  const id = await say('first', { text: 'Hello' })
  await desk.work()
  for (const name of others) {
    await say(name)
    await desk.work()
  }
  return id
}

describe('what its author took back', () => {
  it('is gone from the thread, which says so, and what others of it told stays', async () => {
    await conversation('a', 'b')
    expect(thread()).toEqual([['wampeter a'], ['wampeter b']])
    await takeBack('a')
    await desk.work()
    expect(thread()).toEqual([['wampeter b'], ['Removed by its author']])
    expect(shown()).not.toContain('wampeter a')
    await takeBack('b')
    await desk.work()
    expect(shown()).not.toContain(word)
    await afterwards()
    expect(await left()).toEqual([])
    expect((await desk.ctx.db.select().from(posts)).filter(({ ref }) => ref === null)).toEqual([])
  })

  it('is gone from a post that told other words as well, which are told anew, and wake nobody', async () => {
    await conversation()
    await desk.hear(inbound('a', { text: `${word} a` }), inbound('b', { text: `${word} b` }))
    await desk.work()
    expect(thread()).toEqual([['wampeter a', 'wampeter b']])
    await takeBack('a')
    await desk.work()
    expect(thread()).toEqual([['Removed by its author', 'wampeter b']])
    await say('c')
    await desk.work()
    expect(thread()).toEqual([['Removed by its author', 'wampeter b'], ['wampeter c']])
    expect(standing().some(({ message }) => message.kind === 'entry' && message.isBroadcast)).toBe(false)
  })

  it('takes its files along, and not those of others', async () => {
    await desk.hear(
      inbound('a', { attachments: [picture('secret.png')] }),
      inbound('b', { attachments: [picture('open.png')] }),
    )
    await desk.work()
    expect(JSON.stringify(thread())).toContain('secret.png')
    await takeBack('a')
    await desk.work()
    expect(shown()).not.toContain('secret.png')
    expect(JSON.stringify(thread())).toContain('open.png')
    await takeBack('b')
    await desk.work()
    expect(thread()).toEqual([])
  })

  it('was changed before: as they were told, its words stay, until all of it is taken back', async () => {
    await conversation('v1')
    desk.clock.advance(1000)
    await say('v2', { versionOf: 'v1' })
    await desk.work()
    expect(thread()).toEqual([['wampeter v1'], ['wampeter v2 They changed what they wrote']])
    await takeBack('v1')
    await desk.work()
    expect(shown()).not.toContain(word)
  })

  it('is taken out once a platform that is down is there again, by what survives a crash', async () => {
    await conversation('a')
    desk.room.onRemove = async () => {
      throw new RetryableError('Down', { retryAfterMs: 30_000 })
    }
    await takeBack('a')
    await desk.work()
    expect((await left()).map(({ attempts }) => attempts).toSorted()).toEqual([0, 1])
    desk.room.onRemove = async () => {}
    await afterwards()
    expect(shown()).not.toContain(word)
    expect(await desk.ctx.db.select().from(erasures)).toMatchObject([
      { kind: 'removal', counts: { messages: 1, posts: 1 }, doneAt: expect.any(Date) },
    ])
    desk.room.membershipOf = async () => ({ groups: [], isAdmin: true })
    const audit = { period: { kind: 'now' as const }, teammate: null, what: 'erased' as const }
    const { lines } = await answerAudit(desk.ctx, 'fake', audit, ana)
    expect(lines.map(({ text }) => text).join()).toContain('took out of the rooms what its author took back: 1 message')
  })

  it('leaves the card, also where nobody waits any more, however long its platform was down', async () => {
    const id = await say('a')
    await desk.work()
    desk.room.onUpdate = async () => {
      throw new RetryableError('Down')
    }
    await takeBack('a')
    for (let hour = 0; hour < 3; hour += 1) await desk.pass(3600)
    expect(await desk.conversation(id)).toMatchObject({ state: 'dismissed' })
    expect(shown()).toContain(word)
    desk.room.onUpdate = async () => {}
    await desk.pass(86_400)
    await afterwards()
    expect(shown()).not.toContain(word)
    expect((await left()).length).toBeLessThanOrEqual(1)
    await desk.pass(86_400)
    await afterwards()
    expect(await left()).toEqual([])
  })

  it('is gone with a card that a teammate deleted: nothing is left to take out, and nobody is alarmed', async () => {
    await say('a')
    await desk.work()
    desk.room.onUpdate = async () => {
      throw new GoneError('message_not_found', 'post')
    }
    await takeBack('a')
    for (let hour = 0; hour < 3; hour += 1) await desk.pass(3600)
    await afterwards()
    expect(await left()).toEqual([])
    expect(await desk.ctx.db.select().from(erasures)).toMatchObject([{ doneAt: expect.any(Date) }])
    expect(desk.room.roots().map(({ message }) => message.kind)).toEqual(['card'])
  })

  it('alarms nobody while its card is not posted yet, however long the platform is down', async () => {
    let isDown = true
    desk.room.beforePost = async () => {
      if (isDown) throw new Error('reset')
    }
    await say('a')
    await say('b', { text: 'Hello' })
    await desk.work()
    await takeBack('a')
    for (let minute = 0; minute < 30; minute += 1) {
      await desk.pass(60)
      await sweepRemovals(desk.ctx)
    }
    isDown = false
    for (let minute = 0; minute < 20; minute += 1) await afterwards()
    expect(standing().map(({ message }) => message.kind)).toEqual(['card'])
    expect(shown()).not.toContain(word)
    expect(await left()).toEqual([])
  })

  it('is gone from what a teammate showed to the room', async () => {
    await conversation('a')
    await indexHistory(desk.ctx)
    const row = (await desk.ctx.db.select().from(interactions)).find(({ text }) => text === 'wampeter a')
    const body = { kind: 'found' as const, by: 'ana', interactions: [row?.id ?? ''] }
    const page = { workspace: 'fake', key: 'found:1', conversationId: null, room: 'room', body, rank: 0 }
    await desk.ctx.db.transaction(async (tx) => {
      await tx.insert(posts).values(newPost(page, desk.clock.now()))
      await wakeRoom(desk.ctx, tx, 'fake', 'room')
    })
    await desk.work()
    expect(desk.room.roots().map(({ message }) => message.kind)).toEqual(['card', 'found'])
    await takeBack('a')
    await desk.work()
    expect(desk.room.roots().map(({ message }) => message.kind)).toEqual(['card'])
  })

  it('leaves a card that stands in a room that was lost', async () => {
    const id = await say('a')
    await desk.work()
    const [old] = desk.room.standing
    const card = (await desk.ctx.db.select().from(posts))[0]
    if (!old || card?.body.kind !== 'card') throw new Error('There is no card')
    const now = desk.clock.now()
    await desk.ctx.db
      .insert(rooms)
      .values({ workspace: 'fake', room: 'lost', nextAt: now, lostAt: now, lostReason: 'Gone' })
    old.place = { ...old.place, room: 'lost' }
    await desk.ctx.db.update(posts).set({ ref: null, body: { ...card.body, replaces: 'lost' } })
    await desk.ctx.queue.add(desk.ctx.db, 'sync-card', { conversationId: id })
    await desk.work()
    expect(standing()).toHaveLength(2)
    await takeBack('a')
    await desk.work()
    expect(standing()).toHaveLength(1)
    expect(shown()).not.toContain(word)
  })

  it('is taken out by one of two replicas', async () => {
    await conversation('a', 'b')
    const removed: unknown[] = []
    desk.room.onRemove = async (ref) => void removed.push(ref)
    await takeBack('a')
    await Promise.all([removePosts(desk.ctx, { workspace: 'fake' }), removePosts(desk.ctx, { workspace: 'fake' })])
    await desk.work()
    expect(removed).toHaveLength(1)
    expect(shown()).not.toContain('wampeter a')
  })

  it('is never posted when it was only planned', async () => {
    await conversation()
    desk.room.beforePost = async () => {
      throw new RetryableError('Down', { retryAfterMs: 30_000 })
    }
    await say('a')
    await desk.work()
    await takeBack('a')
    desk.room.beforePost = async () => {}
    await afterwards()
    expect(desk.room.standing.filter(({ message }) => JSON.stringify(message).includes(word))).toEqual([])
    expect(await left()).toEqual([])
  })

  it('does not come back with a post that is on its way at that moment', async () => {
    await conversation()
    desk.room.beforePost = async () => {
      desk.room.beforePost = async () => {}
      await takeBack('a')
    }
    await say('a')
    await desk.work()
    await afterwards()
    expect(desk.room.standing.some(({ message }) => JSON.stringify(message).includes(word))).toBe(true)
    expect(shown()).not.toContain(word)
    expect(thread()).toEqual([['Removed by its author']])
    expect(await left()).toEqual([])
  })

  it('does not stay in a post of which nobody knows whether it was posted', async () => {
    await conversation()
    desk.room.afterPost = async () => {
      desk.room.afterPost = async () => {}
      throw new Error('reset')
    }
    await say('a')
    await desk.work()
    await takeBack('a')
    await afterwards()
    expect(shown()).not.toContain(word)
    expect(thread()).toEqual([['Removed by its author']])
  })

  it('goes with every post that tells a part of what was written in one breath', () => {
    const said = (from: number, last: string) => ({
      kind: 'said' as const,
      from,
      to: from,
      isBroadcast: false,
      last: { turn: last, characters: 1, files: 0 },
    })
    const gone = { turns: [{ id: 'grown', seq: 3 }], replyIds: [] }
    const told = [said(1, 'other'), said(2, 'grown'), said(3, 'grown'), said(4, 'later')]
    expect(told.filter((body) => tellsOf(body, gone)).map(({ from }) => from)).toEqual([2, 3])
  })

  it('is not in a card that is on its way at that moment', async () => {
    desk.room.beforePost = async () => {
      desk.room.beforePost = async () => {}
      await takeBack('a')
    }
    await say('a')
    await desk.work()
    await afterwards()
    expect(standing()).toHaveLength(1)
    expect(shown()).not.toContain(word)
  })
})
