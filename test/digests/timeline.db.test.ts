import { asc, eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { events } from '../../src/db/schema.ts'
import { businessTime } from '../../src/digests/business-time.ts'
import { fatesOf } from '../../src/digests/measures.ts'
import { timelineOf } from '../../src/digests/timeline.ts'
import { PermanentError } from '../../src/errors.ts'
import { record } from '../../src/interactions/record.ts'
import { usualHours } from '../../src/settings/tuning.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

/** What the verbs write into the event log is what the measures are told. Monday 2 March 2026, minutes after 9. */
describe('the timeline of a conversation', () => {
  let desk: Desk
  const byHand = fakeChannel('manual', { send: null })
  beforeEach(async () => {
    desk = await openDesk({ channels: [fakeChannel(), byHand] })
    desk.channel.onSend = async () => ({ externalId: crypto.randomUUID(), at: desk.clock.now() })
    desk.clock.set(minute(0))
  })
  afterEach(() => desk.close())

  const minute = (after: number) => new Date(Date.UTC(2026, 2, 2, 9, after))
  async function at(after: number): Promise<void> {
    desk.clock.set(minute(after))
    await desk.work()
  }
  async function hear(after: number, id: string, over: Parameters<typeof inbound>[1] = {}): Promise<string> {
    await at(after)
    const conversation = await desk.hearOne(inbound(id, { occurredAt: minute(after), ...over }))
    await desk.work()
    return conversation
  }
  async function approve(after: number, conversationId: string): Promise<void> {
    await at(after)
    const { draft, inboundSeq } = await desk.conversation(conversationId)
    await desk.decide(conversationId, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: inboundSeq })
    await desk.work()
  }
  /** "answered 12 by Ana", "waiting 30", in minutes. */
  async function told(conversationId: string, until: number): Promise<string[]> {
    const rows = await desk.ctx.db
      .select()
      .from(events)
      .where(eq(events.conversationId, conversationId))
      .orderBy(asc(events.at), asc(events.id))
    const time = businessTime(usualHours, minute(-1000), minute(10_000))
    return fatesOf(timelineOf(rows), minute(until), time).map((fate) => {
      if (fate.kind === 'dismissed') return `dismissed ${fate.reason}`
      if (fate.kind === 'automatic') return 'automatic'
      return fate.kind === 'waiting'
        ? `waiting ${fate.ms / 60_000}`
        : `answered ${fate.ms / 60_000} by ${fate.sent.approvedBy}`
    })
  }

  it('has an answer, by whoever approved it', async () => {
    const id = await hear(0, 'a')
    await approve(12, id)
    expect(await told(id, 60)).toEqual(['answered 12 by fake:ana'])
    expect(await told(id, 10)).toEqual(['waiting 10'])
  })

  it('has two that one reply answers', async () => {
    const id = await hear(0, 'a')
    await hear(20, 'b')
    await approve(30, id)
    expect(await told(id, 60)).toEqual(['answered 30 by fake:ana', 'answered 10 by fake:ana'])
  })

  it('has a reply that was undone, and so answers nothing', async () => {
    desk.channel.limits.graceSeconds = 300
    const id = await hear(0, 'a')
    await approve(1, id)
    const { reply } = await desk.conversation(id)
    await desk.decide(id, { kind: 'undo', replyId: reply?.id ?? '' })
    await desk.work()
    expect(await told(id, 60)).toEqual(['waiting 60'])
  })

  it('has one that failed, and was sent again', async () => {
    const id = await hear(0, 'a')
    desk.channel.onSend = async () => {
      throw new PermanentError('The mailbox is full')
    }
    await approve(5, id)
    expect(await told(id, 10)).toEqual(['waiting 10'])
    desk.channel.onSend = async () => ({ externalId: 'x', at: desk.clock.now() })
    const { reply } = await desk.conversation(id)
    await at(20)
    await desk.decide(id, { kind: 'resend', replyId: reply?.id ?? '' })
    await desk.work()
    expect(await told(id, 60)).toEqual(['answered 20 by fake:ana'])
  })

  it('has what was dismissed, reopened, and answered after all', async () => {
    const id = await hear(0, 'a')
    await at(5)
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'duplicate' })
    expect(await told(id, 10)).toEqual(['dismissed duplicate'])
    await at(10)
    await desk.decide(id, { kind: 'reopen' })
    expect(await told(id, 15)).toEqual(['waiting 15'])
    await approve(25, id)
    expect(await told(id, 60)).toEqual(['answered 25 by fake:ana'])
    await hear(30, 'b')
    expect(await told(id, 40)).toEqual(['answered 25 by fake:ana', 'waiting 10'])
  })

  it('has what a teammate sent by hand, from the moment that they say so', async () => {
    const [recorded] = await record(desk.ctx, [
      { channel: byHand, delivery: { interactions: [inbound('m', { occurredAt: minute(0) })] } },
    ])
    const id = recorded?.interactions[0]?.conversationId ?? ''
    await approve(3, id)
    expect(await told(id, 5)).toEqual(['waiting 5'])
    await at(9)
    const { reply } = await desk.conversation(id)
    await desk.decide(id, { kind: 'mark-sent', replyId: reply?.id ?? '' }, 'ben')
    expect(await told(id, 60)).toEqual(['answered 9 by fake:ana'])
  })

  it('counts apart what a machine wrote', async () => {
    const id = await hear(0, 'a', { automatic: 'auto-reply' })
    expect(await told(id, 60)).toEqual(['automatic'])
  })
})
