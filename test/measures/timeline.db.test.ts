import { asc, eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { conversations, countedPeriods, events, outcomes } from '../../src/db/schema.ts'
import { businessTime } from '../../src/measures/business-time.ts'
import { fatesOf } from '../../src/measures/measures.ts'
import { ensureOutcomes, rebuildOutcomes } from '../../src/measures/rebuild.ts'
import { timelineOf } from '../../src/measures/timeline.ts'
import { PermanentError } from '../../src/errors.ts'
import { record } from '../../src/interactions/record.ts'
import { usualHours } from '../../src/settings/tuning.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { createRandom } from '../chaos/random.ts'
import { openDesk, type Desk } from '../support/desk.ts'

/**
 * What the verbs write into the event log is what the measures are told, and after each of them the table of outcomes is what the
 * log alone would make of it. Monday 2 March 2026, minutes after 9.
 */
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
  const table = () => desk.ctx.db.select().from(outcomes).orderBy(asc(outcomes.interactionId), asc(outcomes.since))
  /** Holds the table against the log and the conversations, and returns it. */
  async function agreed() {
    const written = await table()
    const waiting = new Set(written.flatMap((row) => (row.settledAt === null ? [row.conversationId] : [])))
    for (const { id, state } of await desk.ctx.db.select().from(conversations))
      if (waiting.has(id)) expect(['waiting', 'snoozed', 'sending']).toContain(state)
    await rebuildOutcomes(desk.ctx.db)
    expect(await table()).toEqual(written)
    return written
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
    await agreed()
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
    const answered = {
      seq: 1,
      isFirst: true,
      channel: 'fake',
      occurredAt: minute(0),
      receivedAt: minute(0),
      settledAt: minute(12),
      settledAs: 'answered',
      undoneAt: null,
      approvedBy: 'fake:ana',
      draftedAt: minute(0),
      approvedAt: minute(12),
      acceptedAt: minute(12),
      editedShare: 0,
      isByHand: false,
    } as const
    expect(await agreed()).toMatchObject([answered])
    const [{ theme, topics } = {}] = await agreed()
    expect(theme).not.toBeNull()
    expect(topics).toEqual((await desk.conversation(id)).triage?.topics)
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
    expect(await agreed()).toMatchObject([{ isByHand: true, approvedAt: minute(3), acceptedAt: minute(9) }])
  })

  it('counts apart what a machine wrote', async () => {
    const id = await hear(0, 'a', { automatic: 'auto-reply' })
    expect(await told(id, 60)).toEqual(['automatic'])
  })

  it('has what was answered, bounced, and was answered by somebody else’s words', async () => {
    const id = await hear(0, 'a')
    await approve(5, id)
    const { reply } = await desk.conversation(id)
    await at(20)
    const receipt = { externalId: reply?.externalId ?? '', state: 'failed', at: minute(15), reason: 'Bounced' } as const
    await record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [], receipts: [receipt] } }])
    expect(await told(id, 10)).toEqual(['answered 5 by fake:ana'])
    expect(await told(id, 30)).toEqual(['waiting 30'])
    await at(40)
    const edit = { kind: 'edit', draftId: null, seenSeq: 1, text: 'Please call us' } as const
    await desk.decide(id, edit, 'ben')
    await desk.work()
    expect(await told(id, 60)).toEqual(['answered 40 by fake:ben'])
    expect(await agreed()).toMatchObject([
      { since: minute(0), settledAt: minute(5), undoneAt: minute(20), replyId: reply?.id },
      { since: minute(20), settledAt: minute(40), undoneAt: null, approvedBy: 'fake:ben' },
    ])
  })

  it('waits in vain for nobody where a reply bounces after the rest was dismissed', async () => {
    const id = await hear(0, 'a')
    await approve(5, id)
    const { reply } = await desk.conversation(id)
    await hear(10, 'b')
    await at(15)
    await desk.decide(id, { kind: 'dismiss', seenSeq: 2, reason: 'no-reply-needed' })
    await at(20)
    const receipt = { externalId: reply?.externalId ?? '', state: 'failed', at: minute(20), reason: 'Bounced' } as const
    await record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [], receipts: [receipt] } }])
    expect(await told(id, 18)).toEqual(['answered 5 by fake:ana', 'dismissed no-reply-needed'])
    expect(await told(id, 30)).toEqual(['dismissed no-reply-needed', 'dismissed no-reply-needed'])
    await at(40)
    await desk.decide(id, { kind: 'reopen' })
    expect(await told(id, 60)).toEqual(['waiting 60', 'waiting 50'])
  })

  it('stays dismissed when a snooze of later words is broken off', async () => {
    const id = await hear(0, 'a')
    await at(5)
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'no-reply-needed' })
    await hear(10, 'b')
    await desk.decide(id, { kind: 'snooze', seenSeq: 2, until: minute(120) })
    await at(20)
    await desk.decide(id, { kind: 'reopen' })
    expect(await told(id, 30)).toEqual(['dismissed no-reply-needed', 'waiting 20'])
    await approve(40, id)
    expect(await told(id, 60)).toEqual(['dismissed no-reply-needed', 'answered 30 by fake:ana'])
    expect((await agreed()).map(({ isFirst }) => isFirst)).toEqual([true, false])
  })

  it('has what was quarantined, and is set free', async () => {
    const id = await hear(0, 'a', { suspicion: ['Looks like spam'] })
    expect(await told(id, 10)).toEqual(['dismissed spam'])
    await hear(10, 'b')
    await at(20)
    await desk.decide(id, { kind: 'reopen' })
    await desk.work()
    expect(await told(id, 30)).toEqual(['waiting 30', 'waiting 20'])
    await approve(45, id)
    expect(await told(id, 60)).toEqual(['answered 45 by fake:ana', 'answered 35 by fake:ana'])
  })

  it('has one that was said in one breath, in one batch or in several', async () => {
    desk.channel.open.isHosted = true
    desk.channel.limits.quietSeconds = 90
    await desk.hear(inbound('a', { occurredAt: minute(0) }), inbound('b', { occurredAt: minute(0) }))
    desk.clock.set(minute(1))
    const id = await desk.hearOne(inbound('c', { occurredAt: minute(1) }))
    expect(await agreed()).toMatchObject([{ seq: 3, isFirst: true, theme: null }])
    await desk.pass(600)
    await approve(20, id)
    expect(await told(id, 60)).toEqual(['answered 20 by fake:ana'])
  })

  it('is first where a person is, whatever machines wrote before and with it', async () => {
    const id = await hear(0, 'a', { automatic: 'bulk' })
    await desk.hear(inbound('b'), inbound('c'))
    await hear(1, 'd')
    expect((await agreed()).map(({ isFirst }) => isFirst)).toEqual([false, true, false, false])
    expect((await told(id, 60))[0]).toBe('automatic')
  })

  it('is told of a database that an earlier version wrote, once', async () => {
    const id = await hear(0, 'a')
    await approve(12, id)
    const written = await table()
    await desk.ctx.db.update(events).set({
      data: sql`data - array['seq', 'occurredAt', 'draftedAt', 'approvedAt', 'isByHand', 'isQuarantined'] ||
        case when type like 'conversation.%' then '{"reason": "spam"}'::jsonb else '{}' end`,
    })
    await desk.ctx.db.delete(outcomes)
    const counted = { fromAt: minute(0), toAt: minute(60), fingerprint: '', content: {}, countedAt: minute(60) }
    await desk.ctx.db.insert(countedPeriods).values(counted)
    expect(await ensureOutcomes(desk.ctx)).toBe(1)
    expect(await table()).toEqual(written)
    // What was counted of the empty table counts no more.
    expect(await desk.ctx.db.select().from(countedPeriods)).toEqual([])
    await desk.ctx.db.delete(outcomes)
    expect(await ensureOutcomes(desk.ctx)).toBe(0)
  })

  it('is made anew beside verbs that go on, by two replicas at once', async () => {
    const ids = await Promise.all(['x', 'y', 'z'].map((name) => hearIn(name)))
    await desk.work()
    await Promise.all([
      rebuildOutcomes(desk.ctx.db),
      ...ids.map((one) => desk.decide(one, { kind: 'dismiss', seenSeq: 1, reason: 'duplicate' })),
      rebuildOutcomes(desk.ctx.db),
      hearIn('w'),
    ])
    const rows = await agreed()
    expect(rows.map(({ settledAs }) => settledAs)).toEqual(['dismissed', 'dismissed', 'dismissed', null])
  })

  it('waits for an answer that bounced, though the clock of the replica that hears of it is behind', async () => {
    const id = await hear(0, 'a')
    await approve(5, id)
    desk.clock.set(minute(4))
    await bounce(id)
    expect(await table()).toMatchObject([{ settledAs: 'answered', undoneAt: minute(4) }, { settledAs: null }])
  })

  it('is told the same by the log when everything happens at once', async () => {
    const random = createRandom(8)
    desk.channel.open.isHosted = true
    desk.channel.limits.quietSeconds = 5
    const ids = await Promise.all(['r', 's', 't'].map((name) => hearIn(name)))
    await desk.pass(10)
    for (const id of ids) await approveNow(id)
    await desk.work()
    expect((await agreed()).map(({ settledAs }) => settledAs)).toEqual(['answered', 'answered', 'answered'])
    let lines = 0
    for (let round = 0; round < 6; round++) {
      desk.clock.set(new Date(desk.clock.now().getTime() + random.pick([0, 1, 4000, 60_000])))
      const attempts = ids.flatMap((id, index) =>
        Array.from({ length: 3 }, () => {
          switch (random.between(0, 4)) {
            case 0:
              return desk.hear(inbound(`l${lines++}`, { conversation: { externalId: 'rst'.charAt(index) } }))
            case 1:
              return approveNow(id)
            case 2:
              return desk.decide(id, { kind: 'reopen' })
            case 3:
              return bounce(id)
            default:
              return dismissNow(id)
          }
        }),
      )
      await Promise.allSettled(attempts)
      await desk.work()
      await agreed()
    }
  })
  async function approveNow(id: string): Promise<void> {
    const { draft, inboundSeq } = await desk.conversation(id)
    if (draft) await desk.decide(id, { kind: 'approve', draftId: draft.id, seenSeq: inboundSeq })
  }
  async function dismissNow(id: string): Promise<void> {
    const { inboundSeq } = await desk.conversation(id)
    await desk.decide(id, { kind: 'dismiss', seenSeq: inboundSeq, reason: 'no-reply-needed' })
  }
  async function bounce(id: string): Promise<void> {
    const { reply } = await desk.conversation(id)
    const receipt = { externalId: reply?.externalId ?? '', state: 'failed', at: desk.clock.now() } as const
    await record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [], receipts: [receipt] } }])
  }
  const hearIn = (thread: string) =>
    desk.hearOne(inbound(thread, { conversation: { externalId: thread }, occurredAt: minute(0) }))
})
