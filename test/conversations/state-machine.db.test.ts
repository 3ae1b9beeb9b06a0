import fc from 'fast-check'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cardOf } from '../../src/workspaces/card.ts'
import type { ActionId, Card } from '../../src/workspaces/card.ts'
import { conversations, drafts, events, replies } from '../../src/db/schema.ts'
import { PermanentError, RetryableError } from '../../src/errors.ts'
import { defaultTuning, noSecondApproval } from '../../src/settings/tuning.ts'
import { writeTuning } from '../../src/settings/update.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

type Step =
  | { kind: 'hear' }
  | { kind: 'work' }
  | { kind: 'wait'; seconds: number }
  | { kind: 'look' }
  /** Any button of the card as it was seen, perhaps long ago. */
  | { kind: 'press'; which: number }
  /** This button of the card as it is now. */
  | { kind: 'choose'; action: ActionId; by: string }
  | { kind: 'rules'; isTwo: boolean }
  | { kind: 'provider'; does: 'accepts' | 'refuses' | 'is busy' | 'breaks' }

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Step>({ kind: 'hear' }) },
    { weight: 5, arbitrary: fc.constant<Step>({ kind: 'work' }) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 4000 }).map((seconds): Step => ({ kind: 'wait', seconds })) },
    { weight: 3, arbitrary: fc.constant<Step>({ kind: 'look' }) },
    { weight: 6, arbitrary: fc.nat(20).map((which): Step => ({ kind: 'press', which })) },
    {
      weight: 9,
      arbitrary: fc
        .record({
          action: fc.constantFrom<ActionId>('approve', 'approve', 'schedule', 'schedule', 'edit', 'undo'),
          by: fc.constantFrom('ana', 'ben'),
        })
        .map((choice): Step => ({ kind: 'choose', ...choice })),
    },
    { weight: 1, arbitrary: fc.boolean().map((isTwo): Step => ({ kind: 'rules', isTwo })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('accepts' as const, 'refuses' as const, 'is busy' as const, 'breaks' as const)
        .map((does): Step => ({ kind: 'provider', does })),
    },
  ),
  { minLength: 5, maxLength: 25 },
)

describe('a conversation, whatever customers, teammates, the clock and the provider do', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ channels: [fakeChannel('fake', {}, { graceSeconds: 10 })] })
  })
  afterAll(() => desk.close())
  let runs = 0

  it('keeps its promises', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (plan, isTwo) => {
        const thread = `thread-${++runs}`
        let said = 0
        const hear = () =>
          desk.hear(
            inbound(`${thread}-${++said}`, {
              conversation: { externalId: thread },
              customer: { externalId: thread, name: 'Mia' },
              occurredAt: desk.clock.now(),
            }),
          )
        desk.channel.sent.length = 0
        desk.channel.onSend = provider(desk, 'accepts')
        await rules(desk, isTwo)
        const [recorded] = await hear()
        const id = recorded?.interactions[0]?.conversationId ?? ''
        let seen: Card = cardOf(await desk.conversation(id))
        for (const step of plan) {
          if (step.kind === 'hear') await hear()
          if (step.kind === 'work') await desk.work()
          if (step.kind === 'wait') desk.clock.advance(step.seconds * 1000)
          if (step.kind === 'look') seen = cardOf(await desk.conversation(id))
          if (step.kind === 'rules') await rules(desk, step.isTwo)
          if (step.kind === 'provider') desk.channel.onSend = provider(desk, step.does)
          if (step.kind === 'press') await press(desk, id, seen, step.which)
          if (step.kind === 'choose') {
            const card = cardOf(await desk.conversation(id))
            const which = card.actions.findIndex((action) => action.id === step.action)
            if (which >= 0) await press(desk, id, card, which, step.by)
          }
          await holds(desk, id)
        }
        desk.channel.onSend = provider(desk, 'accepts')
        for (let round = 0; round < 15; round++) {
          await desk.work()
          desk.clock.advance(20 * 60_000)
        }
        await holds(desk, id)
        const settled = await desk.conversation(id)
        expect(settled.isDrafting && settled.state !== 'sending').toBe(false)
        expect(settled.reply?.state).not.toBe('queued')
        expect(settled.reply?.state).not.toBe('sending')
        expect(desk.room.shown.get(id)?.version ?? settled.version).toBe(settled.version)
      }),
      { numRuns: 25 },
    )
  })
})

/** Whether two must approve. */
async function rules(desk: Desk, isTwo: boolean): Promise<void> {
  const secondApproval = { ...noSecondApproval, channels: isTwo ? ['fake'] : [] }
  await writeTuning(desk.ctx, { ...defaultTuning, secondApproval }, 'fake:boss')
}

/** Scheduled replies that left although the customer had written again. */
const late: string[] = []

async function look(desk: Desk, replyId: string): Promise<void> {
  const [row] = await desk.ctx.db
    .select({ isScheduled: replies.isScheduled, answers: replies.answersSeq, newest: conversations.inboundSeq })
    .from(replies)
    .innerJoin(conversations, eq(conversations.id, replies.conversationId))
    .where(eq(replies.id, replyId))
  if (row?.isScheduled && row.newest > row.answers) late.push(replyId)
}

const outcomes = {
  accepts: () => {},
  refuses: () => {
    throw new PermanentError('No such user')
  },
  'is busy': () => {
    throw new RetryableError('Busy')
  },
  breaks: () => {
    throw new Error('reset')
  },
}

const provider = (desk: Desk, does: keyof typeof outcomes) => async (reply: { id: string }) => {
  await look(desk, reply.id)
  outcomes[does]()
  return { externalId: reply.id, at: desk.clock.now() }
}

/** Presses one of the buttons on a card that may be out of date. */
async function press(
  desk: Desk,
  id: string,
  card: Card,
  which: number,
  by = which % 2 === 0 ? 'ana' : 'ben',
): Promise<void> {
  const action = card.actions[which % card.actions.length]
  if (!action) return
  const { seenSeq } = card
  const target = action.target ?? ''
  switch (action.id) {
    case 'approve':
      return void (await desk.decide(id, { kind: 'approve', draftId: target, seenSeq }, by))
    case 'schedule': {
      const sendAt = new Date(desk.clock.now().getTime() + 900_000)
      return void (await desk.decide(id, { kind: 'approve', draftId: target, seenSeq, sendAt }, by))
    }
    case 'assign-to':
      return void (await desk.decide(id, { kind: 'assign', to: { id: 'cleo', name: 'Cleo' } }, by))
    case 'edit':
      return void (await desk.decide(
        id,
        { kind: 'edit', draftId: action.target, seenSeq, text: `By hand ${which}` },
        by,
      ))
    case 'redraft':
      return void (await desk.decide(id, { kind: 'redraft', seenSeq, instruction: 'shorter' }, by))
    case 'dismiss':
      return void (await desk.decide(id, { kind: 'dismiss', seenSeq, reason: 'duplicate' }, by))
    case 'spam':
      return void (await desk.decide(id, { kind: 'dismiss', seenSeq, reason: 'spam' }, by))
    case 'snooze':
      return void (await desk.decide(
        id,
        { kind: 'snooze', seenSeq, until: new Date(desk.clock.now().getTime() + 600_000) },
        by,
      ))
    case 'assign':
    case 'unassign':
      return void (await desk.decide(
        id,
        { kind: 'assign', to: action.id === 'assign' ? { id: by, name: by } : null },
        by,
      ))
    case 'undo':
    case 'resend':
    case 'mark-sent':
    case 'mark-unsent':
      return void (await desk.decide(id, { kind: action.id, replyId: target }, by))
    case 'retry':
      return void (await desk.decide(id, { kind: 'retry', problemId: target }, by))
    case 'reopen':
      return void (await desk.decide(id, { kind: 'reopen' }, by))
    case 'copy':
    case 'customer':
  }
}

/** What is true of a conversation at every moment. */
async function holds(desk: Desk, id: string): Promise<void> {
  const conversation = await desk.conversation(id)
  const { state, waitingSince, draft, reply, dismissed, snoozedUntil } = conversation
  const context = JSON.stringify({ state, reply: reply?.state, draft: draft?.state })
  expect(waitingSince !== null, context).toBe(state === 'waiting' || state === 'sending' || state === 'snoozed')
  expect(dismissed !== null, context).toBe(state === 'dismissed')
  expect(snoozedUntil !== null, context).toBe(state === 'snoozed')
  if (state === 'sending') expect(['queued', 'sending', 'unknown'], context).toContain(reply?.state)
  else expect(['queued', 'sending', 'unknown'], context).not.toContain(reply?.state)
  if (state === 'answered') expect(['accepted', 'published'], context).toContain(reply?.state)

  expect(late).toEqual([])

  const proposed = await desk.ctx.db.select().from(drafts).where(eq(drafts.conversationId, id))
  expect(proposed.filter((row) => row.state === 'proposed').length, context).toBeLessThanOrEqual(1)
  if (state === 'sending' || state === 'answered' || state === 'dismissed')
    expect(
      proposed.some((row) => row.state === 'proposed'),
      context,
    ).toBe(false)

  // Every reply is a draft that a person approved, word for word; every network call is for one of them.
  const approvals = await desk.ctx.db.select().from(events).where(eq(events.conversationId, id))
  const rows = await desk.ctx.db.select().from(replies).where(eq(replies.conversationId, id))
  for (const row of rows) {
    expect(
      approvals.some(
        (event) => event.type === 'draft.approved' && event.replyId === row.id && event.actor.startsWith('fake:'),
      ),
      context,
    ).toBe(true)
    expect(proposed.find((one) => one.id === row.draftId)?.text, context).toBe(row.text)
  }
  // Where two had to approve, they were two, and what was taken back never left again.
  for (const { data, actor, replyId } of approvals.filter(({ type }) => type === 'draft.approved')) {
    if (Array.isArray(data['reasons']) && data['reasons'].length > 0) {
      expect(data['firstApprovedBy'], context).toMatch(/^fake:/)
      expect(data['firstApprovedBy'], context).not.toBe(actor)
    }
    const taken = approvals.filter((event) => event.type === 'reply.withdrawn' && event.replyId === replyId)
    expect(taken.length, context).toBeLessThanOrEqual(1)
    if (taken.length === 1) expect(rows.find((row) => row.id === replyId)?.state, context).toBe('withdrawn')
  }
  for (const call of desk.channel.sent) expect(rows.find((row) => row.id === call.id)?.text).toBe(call.text)
  const accepted = new Set(rows.filter((row) => row.state === 'accepted').map((row) => row.id))
  const arrived = approvals.filter((event) => event.type === 'reply.accepted' || event.type === 'reply.marked-sent')
  expect(arrived.length, context).toBe(accepted.size)
}
