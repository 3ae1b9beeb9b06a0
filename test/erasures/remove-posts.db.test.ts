import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { erasures, posts, removals, rooms } from '../../src/db/schema.ts'
import { PermanentError, RetryableError } from '../../src/errors.ts'
import { forgetCustomer } from '../../src/erasures/forget.ts'
import { removePosts, sweepRemovals } from '../../src/erasures/remove-posts.ts'
import { notify } from '../../src/posts/notify.ts'
import { readTranscript } from '../../src/conversations/hosted.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace } from '../support/workspace.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk({ rooms: [fakeWorkspace('fake', { hasThreads: true })] })
})
afterEach(() => desk.close())

const hear = async (name: string) => {
  const customer = { externalId: name, name }
  const id = await desk.hearOne(inbound(name, { conversation: { externalId: name }, customer }))
  await desk.work()
  return { id, customerId: (await desk.conversation(id)).customer.id }
}
const forget = (customerId: string) => forgetCustomer(desk.ctx, customerId, 'fake:ana')
const left = () => desk.ctx.db.select().from(removals)
const receipt = async (id: string) => (await desk.ctx.db.select().from(erasures).where(eq(erasures.id, id)))[0]
const titles = () =>
  desk.room
    .roots()
    .flatMap(({ message }) =>
      message.kind === 'notice' ? [[message.title, ...message.lines.map(({ text }) => text)]] : [],
    )

describe('posts of what was erased', () => {
  it('are tried again when the workspace says so, and the receipt is done when the last is gone', async () => {
    const { customerId } = await hear('mia')
    desk.room.onRemove = async () => {
      throw new RetryableError('Slow down', { retryAfterMs: 30_000 })
    }
    const { id } = await forget(customerId)
    await desk.work()
    expect(await left()).toMatchObject([{ attempts: 1, problem: null }])
    expect((await receipt(id))?.doneAt).toBeNull()
    desk.room.onRemove = async () => {}
    await desk.pass(20)
    expect(await left()).toHaveLength(1)
    await desk.pass(15)
    expect(await left()).toEqual([])
    expect((await receipt(id))?.doneAt).not.toBeNull()
    expect(desk.room.roots()).toEqual([])
  })

  it('of which the platform lets go of none are told to the team once, and tried again every day', async () => {
    const [mia, ben] = [await hear('mia'), await hear('ben')]
    desk.room.onRemove = async () => {
      throw new PermanentError('Deskbell may not delete here', { action: 'Give it the right to manage messages' })
    }
    const { id } = await forget(mia.customerId)
    await desk.work()
    expect(await left()).toMatchObject([{ problem: 'Deskbell may not delete here', attempts: 1 }])
    expect(titles()).toEqual([
      [
        'Something erased still stands in a room',
        "A post in room can't be taken out: Deskbell may not delete here. Give it the right to manage messages",
        'Delete it by hand. It is tried again every day',
        expect.stringMatching(/^Receipt [0-9a-f]{12}; what is left: \/desk audit erased$/),
      ],
    ])
    await desk.pass(86_400)
    await sweepRemovals(desk.ctx)
    await desk.work()
    expect(await left()).toMatchObject([{ attempts: 2 }])
    expect(titles()).toHaveLength(1)
    desk.room.onRemove = async () => {}
    await desk.pass(86_400)
    await sweepRemovals(desk.ctx)
    await desk.work()
    expect((await receipt(id))?.doneAt).not.toBeNull()
    expect(desk.room.shown.get(ben.id)).toBeDefined()
  })

  it('are each taken out by one of two replicas', async () => {
    const { id, customerId } = await hear('mia')
    await desk.hear(
      inbound('more', { conversation: { externalId: 'mia' }, customer: { externalId: 'mia', name: 'mia' } }),
    )
    await desk.work()
    expect(desk.room.thread(id)).toHaveLength(1)
    const removed: unknown[] = []
    desk.room.onRemove = async (ref) => void removed.push(ref)
    await forget(customerId)
    await Promise.all([removePosts(desk.ctx, { workspace: 'fake' }), removePosts(desk.ctx, { workspace: 'fake' })])
    await desk.work()
    expect(removed).toHaveLength(2)
    expect(removed).toEqual(
      expect.arrayContaining([
        { room: 'room', number: 1 },
        { room: 'room', number: 2 },
      ]),
    )
  })

  it('that mention others as well are shown anew, and go when nothing is left', async () => {
    const [mia, ben] = [await hear('mia'), await hear('ben')]
    const tell = (key: string, ids: string[]) =>
      desk.ctx.db.transaction((tx) =>
        notify(desk.ctx, tx, {
          workspace: 'fake',
          room: 'room',
          key,
          title: key,
          lines: [...ids.map((conversationId) => ({ text: '', conversationId })), { text: 'Due 10:00' }],
        }),
      )
    await tell('both', [mia.id, ben.id])
    await tell('one', [mia.id])
    await desk.work()
    expect(titles()).toEqual([
      ['both', expect.stringContaining('mia'), expect.stringContaining('ben'), 'Due 10:00'],
      ['one', expect.stringContaining('mia'), 'Due 10:00'],
    ])
    const { id } = await forget(mia.customerId)
    await desk.work()
    expect(titles()).toEqual([['both', expect.stringContaining('ben'), 'Due 10:00']])
    expect((await desk.ctx.db.select().from(posts)).map(({ key }) => key).toSorted()).toEqual([
      `card:${ben.id}`,
      'notice:both',
    ])
    expect((await receipt(id))?.doneAt).not.toBeNull()
  })

  it('are looked for in rooms that were lost, where an earlier copy may stand', async () => {
    const { id, customerId } = await hear('mia')
    const [card] = desk.room.roots()
    await desk.ctx.db.insert(rooms).values({ workspace: 'fake', room: 'old', nextAt: desk.clock.now() })
    if (card)
      desk.room.standing.push({ ...card, place: { ...card.place, room: 'old' }, ref: { room: 'old', number: 99 } })
    await desk.ctx.db
      .update(posts)
      .set({ body: { kind: 'card', since: 1, surfacings: 0, replaces: 'lost' } })
      .where(eq(posts.conversationId, id))
    await forget(customerId)
    await desk.work()
    expect(desk.room.roots()).toEqual([])
    expect(await left()).toEqual([])
  })

  it('leave a visitor of a hosted conversation with an empty one, and what they write then is shown from its beginning', async () => {
    await desk.close()
    const chat = fakeChannel('chat', { isHosted: true })
    desk = await openDesk({ channels: [chat] })
    const read = (after: number) => readTranscript(desk.ctx.db, 'chat', 'main', 'visitor', after)
    const say = (externalId: string) => desk.hearOne(inbound(externalId, { conversation: { externalId: 'visitor' } }))
    const id = await say('a')
    for (const next of ['b', 'c', 'd']) await say(next)
    await desk.work()
    const seen = (await read(0)).at(-1)?.seq ?? 0
    expect(await read(0)).toHaveLength(4)
    expect(await read(seen)).toEqual([])
    await forget((await desk.conversation(id)).customer.id)
    expect(await read(0)).toEqual([])
    await say('e')
    expect(await read(seen)).toMatchObject([{ externalId: 'e' }])
    expect(await read(0)).toHaveLength(1)
  })

  it('wait for a workspace that is switched off', async () => {
    const { customerId } = await hear('mia')
    const { id } = await forget(customerId)
    const { workspaces } = desk.ctx
    Object.assign(desk.ctx, { workspaces: new Map() })
    await desk.work()
    await sweepRemovals(desk.ctx)
    expect(await left()).toHaveLength(1)
    Object.assign(desk.ctx, { workspaces })
    await sweepRemovals(desk.ctx)
    await desk.work()
    expect((await receipt(id))?.doneAt).not.toBeNull()
  })
})
