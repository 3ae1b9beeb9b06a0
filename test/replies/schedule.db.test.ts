import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { conversations, events, replies } from '../../src/db/schema.ts'
import { RetryableError } from '../../src/errors.ts'
import { sendReply } from '../../src/replies/send.ts'
import { fakeChannel, inbound, type FakeChannel } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

const hour = 3_600_000
let desk: Desk
let id: string
beforeEach(() => start())
afterEach(() => desk.close())

async function start(channel: FakeChannel = fakeChannel('fake', {}, { graceSeconds: 10 })) {
  desk = await openDesk({ channels: [channel] })
  id = await desk.hearOne(inbound('a'))
  await desk.work()
}

const inHours = (count: number) => new Date(desk.clock.now().getTime() + count * hour)

async function schedule(sendAt: Date, by = 'ana', on = id) {
  const { draft, inboundSeq } = await desk.conversation(on)
  return desk.decide(on, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: inboundSeq, sendAt }, by)
}

describe('a reply that is sent later', () => {
  it('leaves at its time and not before, and the card says when', async () => {
    const sendAt = inHours(15)
    expect((await desk.conversation(id)).channel.canSend).toBe(true)
    expect(await schedule(sendAt)).toMatchObject({ isDone: true, card: { state: 'sending' } })
    await desk.work()
    const card = desk.room.shown.get(id)
    expect(card?.status).toEqual({ text: 'Approved by Ana. Sends at', tone: 'plain', at: sendAt, undoUntil: null })
    expect(card?.actions[0]).toMatchObject({ id: 'undo' })
    desk.clock.advance(15 * hour - 1)
    await desk.work()
    expect(desk.channel.sent).toEqual([])
    desk.clock.advance(1)
    await desk.work()
    expect(desk.channel.sent.map(({ text }) => text)).toEqual(['Answer 1'])
    expect(desk.room.shown.get(id)).toMatchObject({ state: 'answered' })
  })

  it("can be a teammate's own words", async () => {
    const sendAt = inHours(2)
    await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'Mine', sendAt })
    desk.clock.advance(2 * hour)
    await desk.work()
    expect(desk.channel.sent.map(({ text }) => text)).toEqual(['Mine'])
  })

  it('can be undone until then', async () => {
    await schedule(inHours(24))
    desk.clock.advance(24 * hour - 1)
    const replyId = (await desk.conversation(id)).reply?.id ?? ''
    expect(await desk.decide(id, { kind: 'undo', replyId }, 'ben')).toMatchObject({
      isDone: true,
      card: { state: 'waiting', draft: { text: 'Answer 1' }, alerts: [] },
    })
    desk.clock.advance(hour)
    await desk.work()
    expect(desk.channel.sent).toEqual([])
  })

  it('takes a time that lies ahead, and not too far', async () => {
    for (const sendAt of [inHours(0), inHours(-1), inHours(30 * 24 + 1), new Date(NaN)])
      expect(await schedule(sendAt)).toMatchObject({
        isDone: false,
        reason: 'Choose a time between now and 30 days from now',
        card: { state: 'waiting', draft: { revision: 1 } },
      })
    expect(await schedule(inHours(30 * 24))).toMatchObject({ isDone: true })
  })

  it("takes no time after the channel's reply window", async () => {
    await desk.close()
    await start(fakeChannel('fake', {}, { replyWindowHours: 24 }))
    expect(await schedule(inHours(25))).toMatchObject({
      isDone: false,
      reason: 'This channel takes a reply only until Tomorrow 09:00 (UTC). Choose an earlier time',
    })
    expect(await schedule(inHours(24))).toMatchObject({ isDone: true })
  })

  it('is not for a channel by which the team sends by hand', async () => {
    await desk.close()
    await start(fakeChannel('fake', { send: null }))
    expect(desk.room.shown.get(id)?.actions.map((action) => action.id)).not.toContain('schedule')
    expect(await schedule(inHours(1))).toMatchObject({
      isDone: false,
      reason: "This channel can't send by itself, so nothing can be sent later. Approve it, and send it by hand",
      card: { state: 'waiting' },
    })
  })
})

describe('when the customer writes before it left', () => {
  it('is taken back, its words are drafted anew, and the card says so until somebody answers', async () => {
    await schedule(inHours(15))
    await desk.hear(inbound('b', { occurredAt: inHours(1) }))
    await desk.work()
    const card = desk.room.shown.get(id)
    expect(card).toMatchObject({
      state: 'waiting',
      waitingSince: new Date('2026-03-02T09:00:00Z'),
      draft: { text: 'Answer 2' },
      alerts: ['The scheduled reply was taken back, because they wrote again'],
      replyText: null,
    })
    expect(card?.actions[0]).toMatchObject({ id: 'approve' })
    const [event] = await desk.ctx.db.select().from(events).where(eq(events.type, 'reply.withdrawn'))
    expect(event).toMatchObject({
      actor: 'deskbell',
      data: { reason: 'The scheduled reply was taken back, because they wrote again' },
    })
    desk.clock.advance(16 * hour)
    await desk.work()
    expect(desk.channel.sent).toEqual([])
    await desk.decide(id, { kind: 'approve', draftId: card?.draft?.id ?? '', seenSeq: 2 }, 'ben')
    desk.clock.advance(hour)
    await desk.work()
    expect(desk.channel.sent.map(({ text }) => text)).toEqual(['Answer 2'])
    expect(desk.room.shown.get(id)).toMatchObject({ state: 'answered', alerts: [] })
  })

  it('does not leave even when nobody noticed their words before its time', async () => {
    await schedule(inHours(1))
    const [reply] = await desk.ctx.db.select().from(replies)
    await desk.hear(inbound('b'))
    desk.clock.advance(2 * hour)
    // The worker comes to this job first.
    const signal = new AbortController().signal
    await sendReply(desk.ctx, { replyId: reply?.id ?? '', conversationId: id }, signal)
    expect(desk.channel.sent).toEqual([])
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', isDrafting: true })
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({ draft: { text: 'Answer 2' } })
  })

  it('does not leave on a later attempt either', async () => {
    await schedule(inHours(1))
    desk.channel.onSend = async () => {
      await desk.hear(inbound('b'))
      throw new RetryableError('Busy')
    }
    desk.clock.advance(hour)
    await desk.work()
    expect(desk.channel.sent).toHaveLength(1)
    desk.clock.advance(hour)
    await desk.work()
    expect(desk.channel.sent).toHaveLength(1)
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', draft: { text: 'Answer 2' } })
  })

  it('stays as it is for what a machine wrote', async () => {
    await schedule(inHours(1))
    await desk.hear(inbound('auto', { automatic: 'auto-reply' }))
    await desk.work()
    desk.clock.advance(hour)
    await desk.work()
    expect(desk.channel.sent).toHaveLength(1)
  })

  it('goes out all the same when it was not scheduled: that is what the grace period is for', async () => {
    const { draft } = await desk.conversation(id)
    await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: 1 })
    await desk.hear(inbound('b'))
    await desk.work()
    desk.clock.advance(10_000)
    await desk.work()
    expect(desk.channel.sent).toHaveLength(1)
  })

  it('is sent now when it failed and a teammate sends it again, whatever they write then', async () => {
    await schedule(inHours(1))
    await desk.ctx.db.update(replies).set({ state: 'failed' })
    await desk.ctx.db.update(conversations).set({ state: 'waiting' })
    const replyId = (await desk.conversation(id)).reply?.id ?? ''
    expect(await desk.decide(id, { kind: 'resend', replyId })).toMatchObject({ isDone: true })
    await desk.hear(inbound('b'))
    await desk.work()
    expect(desk.channel.sent).toHaveLength(1)
  })
})

describe('a scheduled reply, their words and its time at one moment', () => {
  it('is sent once or taken back once, never both', { timeout: 120_000 }, async () => {
    const signal = new AbortController().signal
    for (let round = 0; round < 40; round++) {
      const thread = { conversation: { externalId: `r${round}` }, customer: { externalId: `r${round}` } }
      const one = await desk.hearOne(inbound(`r${round}`, thread))
      await desk.decide(one, { kind: 'edit', draftId: null, seenSeq: 1, text: `Reply ${round}`, sendAt: inHours(1) })
      const [reply] = await desk.ctx.db.select().from(replies).where(eq(replies.conversationId, one))
      desk.clock.advance(hour)
      desk.channel.sent.length = 0
      const payload = { replyId: reply?.id ?? '', conversationId: one }
      const undo = { kind: 'undo', replyId: payload.replyId } as const
      await Promise.all([
        sendReply(desk.ctx, payload, signal),
        desk.hear(inbound(`r${round}-b`, thread)),
        sendReply(desk.ctx, payload, signal),
        round % 2 === 0 ? desk.decide(one, undo, 'ben') : null,
      ])
      const [after] = await desk.ctx.db.select().from(replies).where(eq(replies.conversationId, one))
      const { state, inboundSeq } = await desk.conversation(one)
      expect([inboundSeq, state]).toEqual([2, 'waiting'])
      expect(['accepted', 'unknown', 'withdrawn', 'queued']).toContain(after?.state)
      expect(desk.channel.sent.length).toBeLessThanOrEqual(1)
      if (after?.state === 'withdrawn') expect(desk.channel.sent).toHaveLength(0)
      if (after?.state === 'accepted') expect(desk.channel.sent).toHaveLength(1)
      const log = await desk.ctx.db.select().from(events).where(eq(events.conversationId, one))
      expect(log.filter(({ type }) => type === 'reply.sending')).toHaveLength(desk.channel.sent.length)
      expect(log.filter(({ type }) => type === 'reply.withdrawn').length).toBe(after?.state === 'withdrawn' ? 1 : 0)
    }
  })
})
