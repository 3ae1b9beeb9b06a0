import fc from 'fast-check'
import { asc, eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Receipt } from '../../src/channels/channel.ts'
import { conversations, drafts, events, outcomes, replies } from '../../src/db/schema.ts'
import { PermanentError, RetryableError } from '../../src/errors.ts'
import { record } from '../../src/interactions/record.ts'
import { rebuildOutcomes } from '../../src/measures/rebuild.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

const tell = (desk: Desk, ...receipts: Receipt[]) =>
  record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [], receipts } }])

/** Holds the table of outcomes against the log. */
async function agree({ ctx: { db } }: Desk): Promise<void> {
  const table = () => db.select().from(outcomes).orderBy(asc(outcomes.interactionId), asc(outcomes.since))
  const written = await table()
  await rebuildOutcomes(db)
  expect(await table()).toEqual(written)
}

describe('a reply that the provider could not deliver for now', () => {
  let desk: Desk
  let id: string
  let calls: number
  beforeEach(async () => {
    calls = 0
    desk = await openDesk()
    desk.channel.onSend = async () => ({ externalId: `x${++calls}`, at: desk.clock.now() })
    id = await desk.hearOne(inbound('a'))
    await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'Hello' })
    await desk.work()
  })
  afterEach(() => desk.close())

  const news = (state: Receipt['state'], externalId = `x${calls}`, over: Partial<Receipt> = {}) =>
    tell(desk, { externalId, state, at: desk.clock.now(), ...(state === 'failed' && { isRetryable: true }), ...over })
  const reply = async () => (await desk.conversation(id)).reply

  it('is sent again after a while, and the conversation is not answered meanwhile', async () => {
    expect(await desk.conversation(id)).toMatchObject({ state: 'answered' })
    desk.clock.advance(1000)
    await news('failed', 'x1', { reason: 'Busy' })
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({
      state: 'sending',
      waitingSince: new Date('2026-03-02T09:00:00Z'),
      alerts: ['Not sent yet: Busy. It will be tried again'],
    })
    expect(await reply()).toMatchObject({ state: 'queued', attempts: 1 })
    await agree(desk)
    desk.clock.advance(5000)
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ state: 'answered', reply: { externalId: 'x2', attempts: 2 } })
    await agree(desk)
    // Webhooks come again.
    await news('failed', 'x1', { at: new Date(desk.clock.now().getTime() - 5000) })
    await news('accepted', 'x1', { at: new Date(desk.clock.now().getTime() - 5000) })
    await desk.work()
    expect(await reply()).toMatchObject({ state: 'accepted', externalId: 'x2' })
    expect(calls).toBe(2)
  })

  it('is given up after as many attempts as any other', async () => {
    for (let round = 0; round < 15; round++) {
      await news('failed')
      desk.clock.advance(16 * 60_000)
      await desk.work()
    }
    expect(calls).toBe(12)
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', reply: { state: 'failed' } })
    await agree(desk)
  })

  it("is left to the team when the customer wrote since, or another's draft is there", async () => {
    await desk.hear(inbound('b'))
    await desk.work()
    await news('failed')
    desk.clock.advance(16 * 60_000)
    await desk.work()
    expect(calls).toBe(1)
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', reply: { state: 'failed' } })
  })

  it('can be undone until it is sent again', async () => {
    await news('failed')
    const held = await reply()
    expect(await desk.decide(id, { kind: 'undo', replyId: held?.id ?? '' })).toMatchObject({ isDone: true })
    desk.clock.advance(16 * 60_000)
    await desk.work()
    expect(calls).toBe(1)
  })

  it('is not sent again once it turns out to have arrived', async () => {
    await news('failed')
    await news('delivered', 'x1')
    desk.clock.advance(16 * 60_000)
    await desk.work()
    expect(calls).toBe(1)
    expect(await reply()).toMatchObject({ state: 'accepted', deliveredAt: expect.any(Date) })
    await news('failed', 'x1')
    expect(await reply()).toMatchObject({ state: 'accepted' })
    await agree(desk)
  })

  it('counts as arrived after it failed for good, with its draft gone, unless something else was sent', async () => {
    desk.clock.advance(1000)
    await news('failed', 'x1', { isRetryable: false })
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'shorter' })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', draft: { state: 'proposed' } })
    desk.clock.advance(1000)
    await news('read', 'x1')
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({
      state: 'answered',
      reply: { state: 'accepted', acceptedAt: new Date('2026-03-02T09:00:00Z') },
    })
    await agree(desk)
  })

  it('stays failed where the team answered anew', async () => {
    const first = await reply()
    await news('failed', 'x1', { isRetryable: false })
    await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'Anew' })
    await desk.work()
    await news('delivered', 'x1')
    const [row] = await desk.ctx.db
      .select()
      .from(replies)
      .where(eq(replies.id, first?.id ?? ''))
    expect(row).toMatchObject({ state: 'failed' })
    expect(await desk.conversation(id)).toMatchObject({ state: 'answered', reply: { text: 'Anew' } })
    await agree(desk)
  })

  it('counts as published and rejected in whatever order the provider says so', async () => {
    await news('published', 'x1', { url: 'https://reviews.example/1' })
    expect(await reply()).toMatchObject({ state: 'published', url: 'https://reviews.example/1' })
    await news('rejected', 'x1', { reason: 'Against the rules' })
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', reply: { state: 'rejected' } })
    await news('published', 'x1')
    expect(await desk.conversation(id)).toMatchObject({ state: 'answered', reply: { state: 'published' } })
    await agree(desk)
  })
})

type Answer = 'answers' | 'is busy' | 'refuses' | 'breaks'
interface Fate {
  /** How the call ends. */
  answer: Answer
  /** What becomes of it where the provider has it; null: it never gets there. */
  end: 'delivered' | 'failed' | 'failed for now' | null
}

/** What the provider tells of one attempt, by and by. */
const told: Record<NonNullable<Fate['end']>, Pick<Receipt, 'state' | 'isRetryable'>[]> = {
  delivered: [{ state: 'accepted' }, { state: 'delivered' }, { state: 'read' }],
  failed: [{ state: 'accepted' }, { state: 'failed' }],
  'failed for now': [{ state: 'accepted' }, { state: 'failed', isRetryable: true }],
}

const taken = (end: Fate['end']) =>
  fc.record({ answer: fc.constantFrom<Answer>('answers', 'breaks'), end: fc.constant(end) })
const fates: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fate>({ answer: 'answers', end: 'failed for now' }) },
  { weight: 4, arbitrary: fc.constant<Fate>({ answer: 'answers', end: 'delivered' }) },
  { weight: 2, arbitrary: fc.oneof(taken('delivered'), taken('failed'), taken('failed for now')) },
  {
    weight: 1,
    arbitrary: fc.record({ answer: fc.constantFrom<Answer>('is busy', 'refuses', 'breaks'), end: fc.constant(null) }),
  },
)

/** News of one attempt, perhaps once more; null: time passes, and whatever is due is done. */
type Step = { attempt: number; which: number } | null
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ attempt: fc.nat(2), which: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.constant(null) },
  ),
  { minLength: 4, maxLength: 14 },
)

describe('a reply, in whatever order and however often the provider tells of it', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk()
  })
  afterAll(() => desk.close())
  let runs = 0

  it('is neither lost nor sent twice, and shows what became of it', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fates, { minLength: 4, maxLength: 4 }),
        steps,
        fc.nat(2),
        async (plan, script, early) => {
          const thread = `t${++runs}`
          const place = { conversation: { externalId: thread }, customer: { externalId: thread } }
          const id = await desk.hearOne(inbound(thread, { ...place, occurredAt: desk.clock.now() }))
          const attempts: { fate: Fate; at: Date; externalId: string }[] = []
          let replyId = ''
          const heard = new Set<string>()
          const receiptOf = (attempt: number, which: number): Receipt[] => {
            const one = attempts[attempt % Math.max(1, attempts.length)]
            const all = one?.fate.end ? told[one.fate.end] : []
            const say = all[which % Math.max(1, all.length)]
            if (one && say) heard.add(`${one.externalId} ${say.state}`)
            // The provider knows whole seconds only.
            return one && say
              ? [
                  {
                    ...say,
                    externalId: one.externalId,
                    replyId,
                    at: new Date(Math.floor(one.at.getTime() / 1000) * 1000),
                  },
                ]
              : []
          }
          desk.channel.onSend = async (reply) => {
            replyId = reply.id
            const fate = plan[attempts.length] ?? { answer: 'answers', end: 'delivered' }
            // Nothing is sent once an earlier attempt is known to have come through.
            expect(await knowsOfArrival(desk, reply.id)).toBe(false)
            attempts.push({ fate, at: desk.clock.now(), externalId: `${thread}-${attempts.length + 1}` })
            const last = attempts.length - 1
            // Some news is faster than the answer.
            for (let which = 0; which < early; which++) await tell(desk, ...receiptOf(last, which))
            if (fate.answer === 'is busy') throw new RetryableError('Busy')
            if (fate.answer === 'refuses') throw new PermanentError('No')
            if (fate.answer === 'breaks') throw new Error('reset')
            return { externalId: attempts[last]?.externalId ?? '', at: desk.clock.now() }
          }
          await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'Hello' })
          await desk.work()
          for (const step of script) {
            if (step) await tell(desk, ...receiptOf(step.attempt, step.which))
            else {
              desk.clock.advance(130_000)
              await desk.work()
            }
            await holds(desk, id)
          }
          // In the end everything was told at least once.
          for (let round = 0; round < 6; round++) {
            for (const [attempt, { fate, externalId }] of attempts.entries())
              for (const [which, { state }] of (fate.end ? told[fate.end] : []).entries())
                if (!heard.has(`${externalId} ${state}`)) await tell(desk, ...receiptOf(attempt, which))
            desk.clock.advance(16 * 60_000)
            await desk.work()
          }
          await holds(desk, id)
          const arrived = attempts.filter(({ fate }) => fate.end === 'delivered')
          const { state, reply } = await desk.conversation(id)
          const context = JSON.stringify({ attempts, state, reply: reply?.state })
          expect(arrived.length, context).toBeLessThanOrEqual(1)
          if (arrived.length === 1) expect([state, reply?.state], context).toEqual(['answered', 'accepted'])
          else {
            expect(['failed', 'unknown'], context).toContain(reply?.state)
            expect(reply?.problem, context).not.toBeNull()
          }
        },
      ),
      { numRuns: 25 },
    )
    await agree(desk)
  })
})

async function knowsOfArrival({ ctx: { db } }: Desk, replyId: string): Promise<boolean> {
  const [row] = await db.select().from(replies).where(eq(replies.id, replyId))
  return row?.deliveredAt !== null || row.readAt !== null
}

async function holds({ ctx: { db } }: Desk, id: string): Promise<void> {
  const [conversation] = await db.select().from(conversations).where(eq(conversations.id, id))
  const [reply] = await db.select().from(replies).where(eq(replies.conversationId, id))
  const context = JSON.stringify({ conversation: conversation?.state, reply: reply?.state })
  const states = {
    sending: ['queued', 'sending', 'unknown'],
    answered: ['accepted', 'published'],
    waiting: ['failed', 'rejected'],
  }
  expect(states[conversation?.state as keyof typeof states], context).toContain(reply?.state)
  expect(conversation?.waitingSince === null, context).toBe(conversation?.state === 'answered')
  const proposed = await db.select().from(drafts).where(eq(drafts.conversationId, id))
  if (conversation?.state === 'answered') expect(proposed.some(({ state }) => state === 'proposed')).toBe(false)
  const log = await db.select().from(events).where(eq(events.conversationId, id))
  expect(log.filter(({ type }) => type === 'reply.sending').length, context).toBe(reply?.attempts)
}
