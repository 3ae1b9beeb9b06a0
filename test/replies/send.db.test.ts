import { eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { replies } from '../../src/db/schema.ts'
import { PermanentError, RetryableError } from '../../src/errors.ts'
import { sendReply } from '../../src/replies/send.ts'
import { record } from '../../src/interactions/record.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let id: string
const never = new AbortController().signal

async function open(over: Parameters<typeof fakeChannel>[1] = {}) {
  desk = await openDesk({
    channels: [
      fakeChannel('fake', over),
      fakeChannel('form', { send: { via: 'fake' } }),
      fakeChannel('manual', { send: null }),
    ],
  })
  id = await desk.hearOne(inbound('a'))
  await desk.work()
}
beforeEach(() => open())
afterEach(() => desk.close())

async function approve(conversationId = id) {
  const { draft, inboundSeq } = await desk.conversation(conversationId)
  const outcome = await desk.decide(conversationId, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: inboundSeq })
  expect(outcome).toMatchObject({ isDone: true })
}
const reply = async () => (await desk.conversation(id)).reply
const actions = () => desk.room.shown.get(id)?.actions.map((action) => action.id)

describe('sending a reply', () => {
  it('says what went wrong for good and what to do, and sends again on request', async () => {
    desk.channel.onSend = async () => {
      throw new PermanentError('The mailbox refused it', { action: 'Check the address' })
    }
    await approve()
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({
      state: 'waiting',
      alerts: ['Not sent: The mailbox refused it. Check the address'],
    })
    expect(actions()?.[0]).toBe('resend')
    desk.channel.onSend = async () => ({ externalId: 'x', at: desk.clock.now() })
    await desk.decide(id, { kind: 'resend', replyId: (await reply())?.id ?? '' })
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({ state: 'answered', alerts: [] })
  })

  it('waits a moment before it comes back to what is due by the queue’s clock only', async () => {
    await approve()
    const startAfter = desk.clock.now()
    desk.clock.advance(-3_600_000)
    const sending = async () => (await desk.pending()).filter(({ name }) => name === 'send-reply')
    const [{ data } = { data: {} }] = await sending()
    await desk.ctx.db.execute(sql`delete from pgboss.job where name = 'send-reply'`)
    const stop = new AbortController()
    const waits = vi.spyOn(stop.signal, 'addEventListener')
    const coming = sendReply(desk.ctx, data as { replyId: string; conversationId: string }, stop.signal)
    await vi.waitFor(() => expect(waits).toHaveBeenCalled(), 15_000)
    stop.abort()
    await coming
    expect(await sending()).toMatchObject([{ data, startAfter }])
    expect(await reply()).toMatchObject({ state: 'queued', attempts: 0 })
  })

  it('tries again, later and later, what was certainly not sent; and gives up in the end', async () => {
    let attempts = 0
    desk.channel.onSend = async () => {
      attempts += 1
      throw new RetryableError('Busy', attempts === 2 ? { retryAfterMs: 60_000 } : {})
    }
    await approve()
    await desk.work()
    expect(attempts).toBe(1)
    expect(desk.room.shown.get(id)?.alerts).toEqual(['Not sent yet: Busy. It will be tried again'])
    desk.clock.advance(5000)
    await desk.work()
    expect(attempts).toBe(2)
    desk.clock.advance(59_000)
    await desk.work()
    expect(attempts).toBe(2)
    for (let round = 0; round < 20; round++) {
      desk.clock.advance(15 * 60_000)
      await desk.work()
    }
    expect(attempts).toBe(12)
    expect(await reply()).toMatchObject({ state: 'failed', problem: { reason: 'Busy (tried 12 times)' } })
  })

  it('never sends again blindly when the outcome is not known: it asks the channel', async () => {
    desk.channel.onSend = async () => {
      throw new Error('socket hang up')
    }
    desk.channel.onFind = async (outbound) => ({
      outcome: 'arrived',
      sent: { externalId: `found-${outbound.id}`, at: desk.clock.now() },
    })
    await approve()
    await desk.work()
    expect(desk.channel.sent).toHaveLength(1)
    expect(await reply()).toMatchObject({ state: 'accepted', problem: null })
  })

  it('sends again what the channel is certain not to have', async () => {
    let attempts = 0
    desk.channel.onSend = async () => {
      attempts += 1
      if (attempts === 1) throw new Error('timeout')
      return { externalId: 'x', at: desk.clock.now() }
    }
    desk.channel.onFind = async () => ({ outcome: 'absent' })
    await approve()
    await desk.work()
    expect(attempts).toBe(1)
    desk.clock.advance(60_000)
    await desk.work()
    expect(attempts).toBe(2)
    expect(await reply()).toMatchObject({ state: 'accepted' })
  })

  it('asks the team when nobody can tell, and takes their word', async () => {
    desk.channel.onSend = async () => {
      throw new Error('reset')
    }
    await approve()
    await desk.work()
    expect(desk.room.shown.get(id)?.status?.text).toBe('It is not known whether the reply arrived; looking it up')
    expect(actions()).toEqual(['assign', 'assign-to', 'customer'])
    for (let minutes = 0; minutes < 5; minutes++) {
      desk.clock.advance(60_000)
      await desk.work()
    }
    expect(actions()).toEqual(['mark-sent', 'resend', 'assign', 'assign-to', 'customer'])
    expect(desk.channel.sent).toHaveLength(1)
    await desk.decide(id, { kind: 'mark-sent', replyId: (await reply())?.id ?? '' })
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({ state: 'answered' })
  })

  it('lets the team say that it did not arrive when the customer wrote again meanwhile', async () => {
    desk.channel.onSend = async () => {
      throw new Error('reset')
    }
    await approve()
    for (let minutes = 0; minutes < 5; minutes++) {
      await desk.work()
      desk.clock.advance(60_000)
    }
    await desk.hear(inbound('b'))
    await desk.work()
    expect(actions()).toEqual(['mark-sent', 'mark-unsent', 'assign', 'assign-to', 'customer'])
    await desk.decide(id, { kind: 'mark-unsent', replyId: (await reply())?.id ?? '' })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({
      state: 'waiting',
      waitingSince: new Date('2026-03-02T09:00:00Z'),
      draft: { state: 'proposed', answersSeq: 2 },
    })
    expect(desk.channel.sent).toHaveLength(1)
  })

  it('takes an attempt that a crash cut off for unknown, not for new', async () => {
    await approve()
    const replyId = (await reply())?.id ?? ''
    await desk.ctx.db
      .update(replies)
      .set({ state: 'sending', attempts: 1, attemptedAt: desk.clock.now() })
      .where(eq(replies.id, replyId))
    await desk.work()
    expect(desk.channel.sent).toEqual([])
    expect(await reply()).toMatchObject({ state: 'unknown' })
  })

  it('sends once when two workers run the same job at once', async () => {
    await approve()
    const replyId = (await reply())?.id ?? ''
    const job = { replyId, conversationId: id }
    await sendReply(desk.ctx, job, never)
    await sendReply(desk.ctx, job, never)
    await desk.work()
    expect(desk.channel.sent).toHaveLength(1)
  })

  it('lets a message that came meanwhile wait for an answer of its own', async () => {
    desk.channel.onSend = async (outbound) => {
      await desk.hear(inbound('b', { occurredAt: new Date('2026-03-02T09:30:00Z') }))
      return { externalId: `sent-${outbound.id}`, at: desk.clock.now() }
    }
    await approve()
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({
      state: 'waiting',
      waitingSince: new Date('2026-03-02T09:30:00Z'),
      draft: { text: 'Answer 2', state: 'proposed' },
    })
  })

  it('puts a failure that the provider reports later on the card; the conversation waits again', async () => {
    await approve()
    await desk.work()
    const externalId = (await reply())?.externalId ?? ''
    const receipt = { externalId, state: 'failed' as const, reason: 'No such user', at: desk.clock.now() }
    await record(desk.ctx, [
      {
        channel: desk.channel,
        delivery: { interactions: [], receipts: [receipt, receipt, { ...receipt, externalId: 'not ours' }] },
      },
    ])
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({
      state: 'waiting',
      alerts: ['Not sent: No such user. Reach the customer another way, or send again'],
    })
  })

  it('takes news of a reply that is still being sent, by its own id', async () => {
    desk.channel.onSend = async ({ id: replyId }) => {
      const receipt = { externalId: 'not known yet', replyId, state: 'failed' as const, at: desk.clock.now() }
      await record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [], receipts: [receipt] } }])
      return { externalId: 'sent', at: desk.clock.now() }
    }
    await approve()
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', reply: { state: 'failed' } })
  })
})

describe('a channel that is safe to send on again', () => {
  it('just sends again after an unknown outcome, with the same id', async () => {
    await desk.close()
    await open({ isResendSafe: true, find: null })
    let attempts = 0
    desk.channel.onSend = async (outbound) => {
      attempts += 1
      if (attempts < 3) throw new Error('timeout')
      return { externalId: outbound.id, at: desk.clock.now() }
    }
    await approve()
    for (let round = 0; round < 4; round++) {
      await desk.work()
      desk.clock.advance(60_000)
    }
    expect(new Set(desk.channel.sent.map((outbound) => outbound.id)).size).toBe(1)
    expect(await reply()).toMatchObject({ state: 'accepted', attempts: 3 })
  })
})

describe('the way back', () => {
  const hearOn = async (channel: string, over: Parameters<typeof inbound>[1]) => {
    const active = desk.ctx.channels.get(channel)
    if (!active) throw new Error(channel)
    const [recorded] = await record(desk.ctx, [{ channel: active, delivery: { interactions: [inbound('f', over)] } }])
    const conversationId = recorded?.interactions[0]?.conversationId ?? ''
    await desk.work()
    await approve(conversationId)
    await desk.work()
    return desk.conversation(conversationId)
  }

  it('leads through another channel where the own one cannot send, and an answer there finds the conversation', async () => {
    const conversation = await hearOn('form', {
      account: 'default',
      customer: { externalId: 'mia@example.com', email: 'mia@example.com' },
      conversation: { externalId: 'form-1', subject: 'Hello' },
    })
    expect(conversation.state).toBe('answered')
    expect(desk.channel.sent[0]).toMatchObject({
      account: 'main',
      to: { externalId: 'mia@example.com' },
      conversation: { subject: 'Hello' },
      references: [],
    })
    const [answer] = await desk.hear(
      inbound('m', {
        customer: { externalId: 'mia@example.com' },
        conversation: { externalId: 'm', references: [conversation.reply?.externalId ?? ''] },
      }),
    )
    expect(answer?.interactions[0]?.conversationId).toBe(conversation.id)
    expect((await desk.conversation(conversation.id)).customer.history).toBe('first time')
  })

  it('is by hand where there is none: the card offers the text, and a teammate marks it as sent', async () => {
    const { id: conversationId, reply: waiting } = await hearOn('manual', { account: 'default' })
    expect(waiting).toMatchObject({ state: 'by_hand' })
    const card = desk.room.shown.get(conversationId)
    expect(card?.actions.map((action) => action.id)).toEqual([
      'copy',
      'mark-sent',
      'undo',
      'assign',
      'assign-to',
      'customer',
    ])
    expect(card?.replyText).toBe(waiting?.text)
    await desk.decide(conversationId, { kind: 'mark-sent', replyId: waiting?.id ?? '' })
    expect(await desk.conversation(conversationId)).toMatchObject({ state: 'answered' })
  })
})
