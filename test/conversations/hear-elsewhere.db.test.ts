import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Delivery } from '../../src/channels/channel.ts'
import { outcomes } from '../../src/db/schema.ts'
import { PermanentError } from '../../src/errors.ts'
import { findOpen } from '../../src/interactions/queries.ts'
import { record } from '../../src/interactions/record.ts'
import { rebuildOutcomes } from '../../src/measures/rebuild.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk({ channels: [fakeChannel('fake', {}, { graceSeconds: 30 })] })
})
afterEach(() => desk.close())

const minute = (count: number) => new Date(Date.UTC(2026, 2, 2, 9, count))
const message = (externalId: string, at = 0) => inbound(externalId, { occurredAt: minute(at) })
const note = 'It was answered outside Deskbell: "Sorry"'
async function answer(externalId: string, at = 5, text = 'Sorry'): Promise<void> {
  const answers: Delivery['answers'] = [{ account: 'main', externalId, text, at: minute(at) }]
  await record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [], answers } }])
  await desk.work()
}
const open = () => findOpen(desk.ctx.db, 'fake', 'main')

describe('what somebody answered past Deskbell', () => {
  it('waits for nobody any more, says so, and is counted as handled elsewhere, once', async () => {
    const id = await desk.hearOne(message('a'))
    await desk.work()
    expect(await open()).toEqual(['thread-1'])
    for (let times = 0; times < 2; times++) await answer('a')
    const conversation = await desk.conversation(id)
    expect(conversation).toMatchObject({
      state: 'dismissed',
      dismissed: { reason: 'handled-elsewhere', by: 'Deskbell' },
      draft: { state: 'dismissed' },
      turns: [{ notes: [note] }],
    })
    expect(await open()).toEqual([])
    const told = await desk.ctx.db.select().from(outcomes)
    expect(told).toMatchObject([{ dismissedReason: 'handled-elsewhere' }])
    await rebuildOutcomes(desk.ctx.db)
    expect(await desk.ctx.db.select().from(outcomes)).toMatchObject([{ dismissedReason: 'handled-elsewhere' }])
  })

  it('waits on where they wrote again since, or something else waits beside it', async () => {
    const id = await desk.hearOne({ ...message('a'), versionOf: 'one' })
    await desk.hear({ ...message('b', 10), versionOf: 'one', text: 'Changed' })
    await desk.work()
    await answer('one')
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting' })
    await desk.hear(message('c', 11))
    await answer('one', 20)
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting' })
  })

  it('is left to the team once they sent something, or reopened it', async () => {
    const id = await desk.hearOne(message('a'))
    await desk.work()
    await answer('a')
    desk.clock.set(minute(10))
    await desk.decide(id, { kind: 'reopen' })
    await desk.decide(id, { kind: 'snooze', seenSeq: 1, until: minute(20) })
    desk.clock.set(minute(20))
    await desk.work()
    await answer('a')
    const { draft, inboundSeq: seenSeq, state } = await desk.conversation(id)
    expect(state).toBe('waiting')
    await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq })
    await answer('a')
    expect(await desk.conversation(id)).toMatchObject({ state: 'sending' })
    await desk.pass(31)
    await desk.hear({ ...message('b', 60), versionOf: 'a', text: 'Changed' })
    await answer('a', 90)
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting' })
  })

  it('waits for nobody again once they reopened it and it is answered anew', async () => {
    const id = await desk.hearOne(message('a'))
    await answer('a')
    desk.clock.set(minute(10))
    await desk.decide(id, { kind: 'reopen' })
    await answer('a')
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting' })
    await answer('a', 11)
    expect(await desk.conversation(id)).toMatchObject({ state: 'dismissed' })
  })

  it('is noted where they sent something else, and not where it is their own', async () => {
    const id = await desk.hearOne(message('a'))
    await desk.work()
    const { draft } = await desk.conversation(id)
    await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: 1 })
    await desk.pass(31)
    await answer('a', 5, ` ${draft?.text} `)
    expect(await desk.conversation(id)).toMatchObject({ state: 'answered', turns: [{ notes: [] }, {}] })
    for (let times = 0; times < 2; times++) await answer('a')
    expect(await desk.conversation(id)).toMatchObject({ state: 'answered', turns: [{ notes: [note] }, {}] })
  })

  it('is noted where what we sent failed, and somebody put the same there by hand', async () => {
    const id = await desk.hearOne(message('a'))
    await desk.work()
    const { draft } = await desk.conversation(id)
    desk.channel.onSend = async () => {
      throw new PermanentError('No')
    }
    await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: 1 })
    await desk.pass(31)
    await answer('a', 5, draft?.text)
    const [turn] = (await desk.conversation(id)).turns
    expect(turn?.notes).toEqual([`It was answered outside Deskbell: "${draft?.text}"`])
  })

  it('is unknown, and changes nothing', async () => {
    const id = await desk.hearOne(message('a'))
    await answer('z')
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', turns: [{ notes: [] }] })
  })
})
