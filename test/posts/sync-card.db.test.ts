import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { posts } from '../../src/db/schema.ts'
import { RetryableError } from '../../src/errors.ts'
import { createSyncCard } from '../../src/posts/sync-card.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace } from '../support/workspace.ts'

let desk: Desk
const second = fakeWorkspace('second')
beforeEach(async () => {
  desk = await openDesk({ rooms: [fakeWorkspace(), second] })
})
afterEach(() => desk.close())

describe('sync-card', () => {
  it('brings the card to every room that is up while one is down', async () => {
    await desk.close()
    const [down, up] = [fakeWorkspace('down'), fakeWorkspace('up')]
    down.onPost = async () => {
      throw new RetryableError('down')
    }
    desk = await openDesk({ rooms: [down, up] })
    const id = await desk.hearOne(inbound('a'))
    await expect(createSyncCard(desk.ctx)({ conversationId: id })).rejects.toThrow('down')
    expect(up.posts).toHaveLength(1)
  })

  it('posts one card a room, and shows every later change on it', async () => {
    const id = await desk.hearOne(inbound('a'))
    await desk.work()
    await desk.hear(inbound('b'))
    await desk.work()
    expect(desk.room.posts).toHaveLength(1)
    expect(desk.room.shown.get(id)).toMatchObject({ seenSeq: 2, draft: { text: 'Answer 2' } })
    expect(second.shown.get(id)).toEqual(desk.room.shown.get(id))
  })

  it('shows suspected spam only where it has a place of its own', async () => {
    second.showsAside = true
    const id = await desk.hearOne(
      inbound('spam', { suspicion: ['Too fast'], conversation: { externalId: 'thread-2' } }),
    )
    await desk.work()
    expect([desk.room.shown.has(id), second.shown.get(id)?.state]).toEqual([false, 'quarantined'])
  })

  it('does the work of a burst once, and posts once, however many run at the same time', async () => {
    const conversationId = await desk.hearOne(inbound('a'))
    const [here, there] = [createSyncCard(desk.ctx), createSyncCard(desk.ctx)]
    const runs = await Promise.allSettled([
      ...Array.from({ length: 10 }, () => here({ conversationId })),
      ...Array.from({ length: 10 }, () => there({ conversationId })),
    ])
    expect(desk.room.posts).toHaveLength(1)
    expect(desk.room.updates).toHaveLength(0)
    const failed = runs.flatMap((run) => (run.status === 'rejected' ? [String(run.reason)] : []))
    expect(new Set(failed).size).toBeLessThanOrEqual(1)
  })

  it('leaves no card behind as held when the room refuses it, and posts it the next time', async () => {
    const conversationId = await desk.hearOne(inbound('a'))
    const sync = createSyncCard(desk.ctx)
    desk.room.onPost = async () => {
      throw new Error('The room is down')
    }
    await expect(sync({ conversationId })).rejects.toThrow('The room is down')
    desk.room.onPost = async () => {}
    await sync({ conversationId })
    expect(desk.room.posts).toHaveLength(1)
    const rows = await desk.ctx.db.select({ heldUntil: posts.heldUntil, shownVersion: posts.shownVersion }).from(posts)
    expect(rows).toEqual([
      { heldUntil: null, shownVersion: 1 },
      { heldUntil: null, shownVersion: 1 },
    ])
  })

  it('keeps one problem, not one after another, when a room stays down, and shows it in the others', async () => {
    desk.room.onPost = async () => {
      throw new Error('The room is down')
    }
    const id = await desk.hearOne(inbound('a'))
    await desk.work()
    expect((await desk.conversation(id)).problems.map(({ text }) => text)).toEqual([
      'Updating the card failed: The room is down',
    ])
    expect(second.shown.get(id)?.alerts).toEqual(['Updating the card failed: The room is down'])
  })

  it('shows the newest state when a change comes while the card is being posted', async () => {
    const id = await desk.hearOne(inbound('a'))
    desk.room.onPost = async () => {
      desk.room.onPost = async () => {}
      await desk.hear(inbound('b'))
    }
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({ seenSeq: 2, version: (await desk.conversation(id)).version })
  })
})
