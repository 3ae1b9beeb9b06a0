import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eq } from 'drizzle-orm'
import { lines, problems, replies } from '../../src/db/schema.ts'
import { PermanentError, RetryableError } from '../../src/errors.ts'
import { record } from '../../src/interactions/record.ts'
import { sendReply } from '../../src/replies/send.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let id: string
beforeEach(async () => {
  desk = await openDesk()
  id = await desk.hearOne(inbound('a'))
  await desk.work()
})
afterEach(() => desk.close())
const never = new AbortController().signal

async function approve() {
  const { draft, inboundSeq } = await desk.conversation(id)
  const outcome = await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: inboundSeq })
  expect(outcome).toMatchObject({ isDone: true })
  return (await desk.conversation(id)).reply?.id ?? ''
}
const reply = async () => (await desk.conversation(id)).reply

describe('news of a reply', () => {
  it('counts an acceptance that comes after another worker took the attempt for lost', async () => {
    const replyId = await approve()
    desk.channel.onSend = async () => {
      await sendReply(desk.ctx, { replyId, conversationId: id }, never)
      return { externalId: 'x', at: desk.clock.now() }
    }
    await sendReply(desk.ctx, { replyId, conversationId: id }, never)
    expect(await reply()).toMatchObject({ state: 'accepted' })
  })

  it('lets late news of an old attempt change nothing about a newer one', async () => {
    const replyId = await approve()
    let calls = 0
    desk.channel.onFind = async () => ({ outcome: 'absent' })
    desk.channel.onSend = async () => {
      calls += 1
      if (calls === 1) {
        // Another worker takes this attempt for lost, and later sends again.
        await sendReply(desk.ctx, { replyId, conversationId: id }, never)
        desk.clock.advance(90_000)
        await desk.work()
        throw new RetryableError('first')
      }
      desk.clock.advance(1)
      return { externalId: 'second', at: desk.clock.now() }
    }
    await sendReply(desk.ctx, { replyId, conversationId: id }, never)
    await desk.work()
    expect(await reply()).toMatchObject({ state: 'accepted', externalId: 'second' })
  })

  it('does not send again, as absent, what may still be on the wire', async () => {
    const replyId = await approve()
    desk.channel.onFind = async () => ({ outcome: 'absent' })
    let calls = 0
    desk.channel.onSend = async () => {
      calls += 1
      if (calls === 1) {
        await sendReply(desk.ctx, { replyId, conversationId: id }, never)
        await desk.work()
      }
      return { externalId: 'x', at: desk.clock.now() }
    }
    await sendReply(desk.ctx, { replyId, conversationId: id }, never)
    expect(calls).toBe(1)
    expect(await reply()).toMatchObject({ state: 'accepted' })
  })

  it('asks the team in the end when the channel fails to say whether a reply arrived', async () => {
    desk.channel.onSend = async () => {
      throw new Error('reset')
    }
    desk.channel.onFind = async () => {
      throw new Error('login failed')
    }
    await approve()
    for (let minutes = 0; minutes < 6; minutes++) {
      await desk.work()
      desk.clock.advance(60_000)
    }
    expect(desk.room.shown.get(id)?.actions.map((action) => action.id)).toEqual([
      'mark-sent',
      'resend',
      'assign',
      'assign-to',
      'customer',
    ])
  })

  it('does not send an old reply again over a new draft', async () => {
    desk.channel.onSend = async () => {
      throw new PermanentError('no')
    }
    const replyId = await approve()
    await desk.work()
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'x' })
    await desk.work()
    desk.channel.onSend = async () => ({ externalId: 'x', at: desk.clock.now() })
    expect(await desk.decide(id, { kind: 'resend', replyId })).toMatchObject({ isDone: false })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', draft: { state: 'proposed' } })
  })

  it('updates the card when an earlier reply turns out not to have arrived', async () => {
    await approve()
    await desk.work()
    const first = await reply()
    await desk.hear(inbound('b', { occurredAt: new Date('2026-03-02T10:00:00Z') }))
    await desk.work()
    await approve()
    await desk.work()
    const before = desk.room.shown.get(id)?.version
    await record(desk.ctx, [
      {
        channel: desk.channel,
        delivery: {
          interactions: [],
          receipts: [{ externalId: first?.externalId ?? '', state: 'failed', at: desk.clock.now() }],
        },
      },
    ])
    await desk.work()
    expect(desk.room.shown.get(id)?.version).toBeGreaterThan(before ?? 0)
  })

  it('makes them wait since their first words when the answer to those did not arrive', async () => {
    await approve()
    await desk.work()
    const first = await reply()
    await desk.hear(inbound('b', { occurredAt: new Date('2026-03-02T10:00:00Z') }))
    await record(desk.ctx, [
      {
        channel: desk.channel,
        delivery: {
          interactions: [],
          receipts: [{ externalId: first?.externalId ?? '', state: 'failed', at: desk.clock.now() }],
        },
      },
    ])
    expect(await desk.conversation(id)).toMatchObject({ waitingSince: new Date('2026-03-02T09:00:00Z') })
  })

  it('shows a hosted reply that was sent again as one line', async () => {
    await desk.close()
    desk = await openDesk({ channels: [fakeChannel('fake', { isHosted: true })] })
    id = await desk.hearOne(inbound('a'))
    await desk.work()
    const replyId = await approve()
    await desk.work()
    await record(desk.ctx, [
      {
        channel: desk.channel,
        delivery: { interactions: [], receipts: [{ externalId: 'x', replyId, state: 'failed', at: desk.clock.now() }] },
      },
    ])
    await desk.decide(id, { kind: 'resend', replyId })
    await desk.work()
    expect(await reply()).toMatchObject({ state: 'accepted' })
    expect(await desk.ctx.db.select().from(lines)).toHaveLength(2)
    expect(await desk.ctx.db.select().from(problems)).toEqual([])
    expect(await desk.ctx.db.select().from(replies)).toHaveLength(1)
  })

  it('lets a bounce and a teammate settle the same reply at once, without a deadlock', async () => {
    const replyId = await approve()
    desk.channel.onSend = async () => ({ externalId: `sent-${replyId}`, at: desk.clock.now() })
    await desk.work()
    for (let round = 0; round < 20; round++) {
      await desk.ctx.db.update(replies).set({ state: 'unknown' }).where(eq(replies.id, replyId))
      const results = await Promise.allSettled([
        desk.decide(id, { kind: 'mark-sent', replyId }),
        record(desk.ctx, [
          {
            channel: desk.channel,
            delivery: {
              interactions: [inbound(`bounce-${round}`, { automatic: 'bounce' })],
              receipts: [{ externalId: 'no', replyId, state: 'failed', at: desk.clock.now() }],
            },
          },
        ]),
      ])
      expect(results.flatMap((r) => (r.status === 'rejected' ? [String(r.reason.cause ?? r.reason)] : []))).toEqual([])
    }
  })
})
