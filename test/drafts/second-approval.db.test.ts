import { and, eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { drafts, events, replies } from '../../src/db/schema.ts'
import { RetryableError } from '../../src/errors.ts'
import { writeTuning } from '../../src/settings/update.ts'
import { defaultTuning, noSecondApproval, type SecondApproval } from '../../src/settings/tuning.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let id: string
beforeEach(async () => {
  desk = await openDesk({ channels: [fakeChannel('fake', {}, { graceSeconds: 10 })] })
  await rulesAre({ themes: ['question'] })
  id = await desk.hearOne(inbound('a'))
  await desk.work()
})
afterEach(() => desk.close())

const rulesAre = (rules: Partial<SecondApproval>) =>
  writeTuning(desk.ctx, { ...defaultTuning, secondApproval: { ...noSecondApproval, ...rules } }, 'fake:boss')

async function approve(by: string, sendAt?: Date) {
  const { draft, inboundSeq } = await desk.conversation(id)
  const intent = { kind: 'approve' as const, draftId: draft?.id ?? '', seenSeq: inboundSeq }
  return desk.decide(id, sendAt ? { ...intent, sendAt } : intent, by)
}

async function edit(by: string, text: string) {
  const { draft, inboundSeq } = await desk.conversation(id)
  return desk.decide(id, { kind: 'edit', draftId: draft?.id ?? null, seenSeq: inboundSeq, text }, by)
}

const labels = async () => {
  const card = desk.room.shown.get(id)
  return [card?.actions.find((action) => action.id === 'approve')?.label, card?.status?.text]
}

async function sendAll() {
  desk.clock.advance(10_000)
  await desk.work()
}

describe('a reply that two must approve', () => {
  it('is sent by the second, and the card says each time what is missing', async () => {
    expect(await labels()).toEqual(['Approve (1 of 2)', 'Two teammates must approve: question'])
    expect(await approve('ana')).toMatchObject({ isDone: true, card: { state: 'waiting' } })
    await desk.work()
    expect(await labels()).toEqual(['Approve & send', 'Approved by Ana. A second teammate must approve: question'])
    expect(await desk.ctx.db.select().from(replies)).toEqual([])
    expect(await approve('ben')).toMatchObject({ isDone: true, card: { state: 'sending' } })
    await sendAll()
    expect(desk.channel.sent.map(({ text }) => text)).toEqual(['Answer 1'])
    const log = await desk.ctx.db.select().from(events).where(eq(events.conversationId, id))
    expect(log.find(({ type }) => type === 'draft.first-approved')).toMatchObject({
      actor: 'fake:ana',
      data: { reasons: ['question'], revision: 1 },
    })
    expect(log.find(({ type }) => type === 'draft.approved')).toMatchObject({
      actor: 'fake:ben',
      data: { firstApprovedBy: 'fake:ana' },
    })
    expect((await desk.conversation(id)).reply?.approvedBy).toBe('Ben')
  })

  it('is not sent by the same teammate again', async () => {
    await approve('ana')
    expect(await approve('ana')).toMatchObject({
      isDone: false,
      reason: 'You approved this already; somebody else must be the second',
    })
    await sendAll()
    expect(desk.channel.sent).toEqual([])
  })

  it('is sent by exactly one of two who are second at once', { timeout: 120_000 }, async () => {
    await rulesAre({ channels: ['fake'] })
    for (let round = 0; round < 40; round++) {
      id = await desk.hearOne(
        inbound(`race-${round}`, {
          conversation: { externalId: `t-${round}` },
          customer: { externalId: `c-${round}` },
        }),
      )
      expect(await edit('ana', 'Sorry')).toMatchObject({ isDone: true, card: { state: 'waiting' } })
      const outcomes = await Promise.all([approve('ben'), approve('cleo')])
      expect(outcomes.filter(({ isDone }) => isDone)).toHaveLength(1)
      const winner = outcomes[0]?.isDone ? 'Ben' : 'Cleo'
      expect(outcomes.find(({ isDone }) => !isDone)).toMatchObject({
        reason: `${winner} approved a reply first. Nothing was changed`,
      })
      expect(await desk.ctx.db.select().from(replies).where(eq(replies.conversationId, id))).toHaveLength(1)
    }
  })

  it('does not give way to the words of somebody who had not seen it', async () => {
    const before = (await desk.conversation(id)).draft?.id ?? null
    await edit('ana', 'Words of Ana')
    const unseen = { kind: 'edit', draftId: before, seenSeq: 1, text: 'Words of Ben' } as const
    expect(await desk.decide(id, unseen, 'ben')).toMatchObject({
      isDone: false,
      reason: 'Ana approved other words since you looked. Nothing was changed: read them first',
      card: { draft: { text: 'Words of Ana' } },
    })
    expect(await desk.decide(id, { ...unseen, text: 'Words of Ana' }, 'ben')).toMatchObject({ isDone: true })
    await sendAll()
    expect(desk.channel.sent.map(({ text }) => text)).toEqual(['Words of Ana'])
  })

  it('takes two again as soon as the customer goes on in the same breath, until the theme is known', async () => {
    await desk.close()
    desk = await openDesk({ channels: [fakeChannel('fake', { isHosted: true }, { quietSeconds: 8 })] })
    await rulesAre({ themes: ['complaint'] })
    id = await desk.hearOne(inbound('a'))
    // The theme is worked out at once, before the customer has been quiet for long.
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'no-reply-needed' })
    await desk.decide(id, { kind: 'reopen' })
    await desk.work()
    expect((await desk.conversation(id)).secondApproval).toEqual([])
    await desk.hear(inbound('b', { text: 'It came broken!' }))
    expect((await desk.conversation(id)).turns).toHaveLength(1)
    expect(await edit('ana', 'It arrives today')).toMatchObject({ isDone: true, card: { state: 'waiting' } })
    expect((await desk.conversation(id)).secondApproval).toEqual(['theme not known yet'])
  })

  it('counts two who are first at once as the two', async () => {
    const outcomes = await Promise.all([approve('ana'), approve('ben')])
    expect(outcomes.map(({ isDone }) => isDone)).toEqual([true, true])
    await sendAll()
    expect(desk.channel.sent).toHaveLength(1)
  })

  it('keeps one of a second approval and an edit at the same moment', async () => {
    await approve('ana')
    const [second, edited] = await Promise.all([approve('ben'), edit('cleo', 'Other words')])
    await sendAll()
    const conversation = await desk.conversation(id)
    expect(second.isDone).toBe(!edited.isDone)
    if (second.isDone) expect(conversation).toMatchObject({ state: 'answered' })
    else
      expect(conversation).toMatchObject({
        state: 'waiting',
        draft: { text: 'Other words', firstApprovedBy: { name: 'Cleo' } },
      })
    expect(desk.channel.sent.map(({ text }) => text)).toEqual(second.isDone ? ['Answer 1'] : [])
  })

  it('is not sent when the customer wrote again, and the new draft starts without approvals', async () => {
    await approve('ana')
    await desk.hear(inbound('b'))
    const { draft } = await desk.conversation(id)
    expect(await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: 1 }, 'ben')).toMatchObject({
      isDone: false,
      reason: 'Mia wrote again since you looked. Nothing was sent: read the new message first',
    })
    await desk.work()
    expect((await desk.conversation(id)).draft).toMatchObject({ text: 'Answer 2', firstApprovedBy: null })
    expect(await labels()).toEqual(['Approve (1 of 2)', 'Two teammates must approve: question'])
  })

  it('loses its first approval when it is redrafted', async () => {
    await approve('ana')
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'shorter' }, 'ben')
    await desk.work()
    expect((await desk.conversation(id)).draft).toMatchObject({ revision: 2, firstApprovedBy: null })
    expect(await approve('ana')).toMatchObject({ isDone: true, card: { state: 'waiting' } })
  })

  it('loses it when the reply is undone', async () => {
    await approve('ana')
    await approve('ben')
    const replyId = (await desk.conversation(id)).reply?.id ?? ''
    await desk.decide(id, { kind: 'undo', replyId }, 'cleo')
    expect(await desk.conversation(id)).toMatchObject({
      state: 'waiting',
      draft: { text: 'Answer 1', state: 'proposed', firstApprovedBy: null },
    })
    expect(await approve('ben')).toMatchObject({ isDone: true, card: { state: 'waiting' } })
    expect(await approve('ana')).toMatchObject({ isDone: true, card: { state: 'sending' } })
  })

  it('needs none anew when it failed and is sent again', async () => {
    await approve('ana')
    await approve('ben')
    await desk.ctx.db.update(replies).set({ state: 'failed' })
    const { reply } = await desk.conversation(id)
    await desk.ctx.db.execute("update conversations set state = 'waiting'")
    expect(await desk.decide(id, { kind: 'resend', replyId: reply?.id ?? '' }, 'ana')).toMatchObject({ isDone: true })
    await sendAll()
    expect(desk.channel.sent).toHaveLength(1)
  })

  it('leaves the time to the second', async () => {
    const sendAt = new Date(desk.clock.now().getTime() + 3_600_000)
    expect(await approve('ana', sendAt)).toMatchObject({
      isDone: false,
      reason: 'Two must approve this, and the second chooses when it is sent. Approve it without a time',
    })
    await approve('ana')
    expect(await approve('ben', sendAt)).toMatchObject({ isDone: true, card: { state: 'sending' } })
    expect((await desk.conversation(id)).reply).toMatchObject({ sendAfter: sendAt, isScheduled: true })
  })

  it('is decided by the rules of that moment', async () => {
    await approve('ana')
    await rulesAre({})
    expect(await approve('ana')).toMatchObject({ isDone: true, card: { state: 'sending' } })
  })

  it('wakes a conversation that somebody snoozed meanwhile', async () => {
    const until = new Date(desk.clock.now().getTime() + 3_600_000)
    await desk.decide(id, { kind: 'snooze', seenSeq: 1, until }, 'ben')
    expect(await approve('ana')).toMatchObject({ isDone: true, card: { state: 'waiting' } })
    expect(await desk.conversation(id)).toMatchObject({
      snoozedUntil: null,
      draft: { firstApprovedBy: { name: 'Ana' } },
    })
  })
})

describe("a teammate's own words, where two must approve", () => {
  it('become the draft, which its author has approved', async () => {
    expect(await edit('ana', 'My words')).toMatchObject({ isDone: true, card: { state: 'waiting' } })
    await sendAll()
    expect(desk.channel.sent).toEqual([])
    expect(await desk.conversation(id)).toMatchObject({
      draft: { revision: 2, text: 'My words', writtenBy: 'Ana', firstApprovedBy: { id: 'fake:ana', name: 'Ana' } },
    })
    expect(await approve('ana')).toMatchObject({ isDone: false })
    expect(await approve('ben')).toMatchObject({ isDone: true, card: { state: 'sending' } })
    await sendAll()
    expect(desk.channel.sent.map(({ text }) => text)).toEqual(['My words'])
  })

  it('start over with whoever changes them', async () => {
    await edit('ana', 'My words')
    await edit('ben', 'Better words')
    expect((await desk.conversation(id)).draft).toMatchObject({ firstApprovedBy: { name: 'Ben' } })
    expect(await approve('ana')).toMatchObject({ isDone: true, card: { state: 'sending' } })
    await sendAll()
    expect(desk.channel.sent.map(({ text }) => text)).toEqual(['Better words'])
  })

  it('are an approval when not a word was changed', async () => {
    await edit('ana', 'My words')
    expect(await edit('ana', ' My words\r\n')).toMatchObject({ isDone: true, card: { state: 'waiting' } })
    expect((await desk.conversation(id)).draft).toMatchObject({ revision: 2 })
    expect(await edit('ben', 'My words')).toMatchObject({ isDone: true, card: { state: 'sending' } })
  })

  it('need a second approver for what they promise', async () => {
    await rulesAre({ flags: ['promise'] })
    expect(await edit('ana', 'You will get a refund.')).toMatchObject({
      isDone: true,
      card: { state: 'waiting', draft: { flags: [{ code: 'promise', text: 'Promises a refund' }] } },
    })
    await desk.work()
    expect(await labels()).toEqual([
      'Approve & send',
      'Approved by Ana. A second teammate must approve: promises a refund',
    ])
    expect(await edit('ana', 'Thank you.')).toMatchObject({ isDone: true, card: { state: 'sending' } })
  })

  it('do not get around the rule by being quicker than the triage', async () => {
    const early = await desk.hearOne(inbound('q', { conversation: { externalId: 'thread-2' } }))
    expect(await desk.decide(early, { kind: 'edit', draftId: null, seenSeq: 1, text: 'Quick' }, 'ana')).toMatchObject({
      isDone: true,
      card: {
        state: 'waiting',
        status: { text: 'Approved by Ana. A second teammate must approve: theme not known yet' },
      },
    })
  })

  it('are refused when they are too long, and nothing was approved', async () => {
    expect(await edit('ana', 'x'.repeat(501))).toMatchObject({
      isDone: false,
      reason: 'The reply has 501 characters; this channel takes 500. Shorten it by 1',
    })
    expect((await desk.conversation(id)).draft).toMatchObject({ revision: 1, firstApprovedBy: null })
  })
})

describe('a low rating', () => {
  it('takes two', async () => {
    await rulesAre({ maxRating: 2 })
    id = await desk.hearOne(inbound('r', { kind: 'review', rating: 2, conversation: { externalId: 'thread-3' } }))
    await desk.work()
    expect((await desk.conversation(id)).secondApproval).toEqual(['2 stars'])
    expect(desk.room.shown.get(id)?.labels[0]).toEqual({ kind: 'rating', text: '★★☆☆☆', tone: 'bad' })
    expect(await approve('ana')).toMatchObject({ isDone: true, card: { state: 'waiting' } })
  })
})

describe('where a manager must be the second', () => {
  beforeEach(async () => {
    await rulesAre({ themes: ['question'], by: 'managers' })
    desk.room.membershipOf = async (teammateId) => ({ groups: [], isAdmin: teammateId === 'max' })
  })

  it('anybody may be the first, and only a manager sends', async () => {
    await approve('ana')
    expect(await approve('ben')).toMatchObject({
      isDone: false,
      reason:
        'A manager must be the second to approve this. Only managers may do this. Ask somebody who runs the workspace',
      card: { state: 'waiting' },
    })
    expect(await approve('max')).toMatchObject({ isDone: true, card: { state: 'sending' } })
  })

  it('asks the workspace only then, and does nothing while it can not tell', async () => {
    desk.room.membershipOf = async () => {
      throw new RetryableError('Slack is busy')
    }
    expect(await approve('ana')).toMatchObject({ isDone: true })
    const refused = await approve('max')
    expect(refused).toMatchObject({ isDone: false, card: { state: 'waiting' } })
    expect(refused.isDone ? '' : refused.reason).toContain('Slack is busy')
    const kept = await desk.ctx.db
      .select({ first: drafts.firstApprovedBy })
      .from(drafts)
      .where(and(eq(drafts.conversationId, id), eq(drafts.state, 'proposed')))
    expect(kept).toEqual([{ first: 'fake:ana' }])
  })
})
