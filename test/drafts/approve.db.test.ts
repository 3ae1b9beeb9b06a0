import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { drafts, events, replies } from '../../src/db/schema.ts'
import { inbound, fakeChannel } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let id: string
beforeEach(async () => {
  desk = await openDesk()
  id = await desk.hearOne(inbound('a'))
  await desk.work()
})
afterEach(() => desk.close())

async function approval() {
  const { draft, inboundSeq } = await desk.conversation(id)
  return { kind: 'approve' as const, draftId: draft?.id ?? '', seenSeq: inboundSeq }
}

describe('approving', () => {
  it('refuses a draft that is longer than the channel takes, and says by how much', async () => {
    desk.assistant.onDraft = () => ({ text: 'x'.repeat(501), evidence: [] })
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'longer' })
    await desk.work()
    const { draft } = await desk.conversation(id)
    expect(await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: 1 })).toMatchObject({
      isDone: false,
    })
  })

  it('sends what a teammate wrote without what no database can store', async () => {
    expect(await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'a\0b\ud800' })).toMatchObject({
      isDone: true,
    })
  })

  it('sends the draft word for word and answers the conversation', async () => {
    desk.clock.advance(6 * 60_000)
    desk.channel.onSend = async () => ({ externalId: 'x', at: desk.clock.now() })
    const outcome = await desk.decide(id, await approval())
    expect(outcome.card?.actions.map((action) => action.id)).not.toContain('approve')
    expect(outcome.card?.status?.text).toBe('Sending… approved by Ana')
    await desk.work()
    expect(desk.channel.sent.map(({ text, to }) => [text, to.externalId])).toEqual([['Answer 1', 'mia']])
    const card = desk.room.shown.get(id)
    expect(card).toMatchObject({ state: 'answered', waitingSince: null, draft: null })
    expect(card?.status?.text).toBe('Sent by Ana · answered in 6 min')
    expect(card?.turns.map(({ from, name, text }) => [from, name, text])).toEqual([
      ['customer', 'Mia', 'Text of a'],
      ['team', 'Ana', 'Answer 1'],
    ])
  })

  it('lets exactly one of many teammates win, and tells the others who it was', async () => {
    const intent = await approval()
    const people = ['ana', 'ben', 'cleo', 'dan', 'eva', 'finn']
    const outcomes = await Promise.all(people.map((by) => desk.decide(id, intent, by)))
    const winner = people[outcomes.findIndex(({ isDone }) => isDone)] ?? ''
    const refused = outcomes.flatMap((outcome) => (outcome.isDone ? [] : [outcome.reason]))
    expect(refused).toHaveLength(5)
    expect(new Set(refused)).toEqual(
      new Set([`${winner[0]?.toUpperCase()}${winner.slice(1)} approved a reply first. Nothing was changed`]),
    )
    await desk.work()
    expect(desk.channel.sent).toHaveLength(1)
    expect(await desk.ctx.db.select().from(replies)).toHaveLength(1)
  })

  it('changes nothing when the customer wrote again between looking and clicking', async () => {
    const intent = await approval()
    await desk.hear(inbound('b'))
    const outcome = await desk.decide(id, intent)
    expect(outcome).toMatchObject({
      isDone: false,
      reason: 'Mia wrote again since you looked. Nothing was sent: read the new message first',
    })
    await desk.work()
    expect(desk.channel.sent).toEqual([])
    expect((await desk.conversation(id)).draft).toMatchObject({
      revision: 2,
      text: 'Answer 2',
      state: 'proposed',
      answersSeq: 2,
    })
    const states = await desk.ctx.db.select({ revision: drafts.revision, state: drafts.state }).from(drafts)
    expect(states).toContainEqual({ revision: 1, state: 'superseded' })
  })

  it('changes nothing when the draft was rewritten since', async () => {
    const intent = await approval()
    await desk.decide(id, { kind: 'redraft', seenSeq: intent.seenSeq, instruction: 'shorter' })
    await desk.work()
    expect(desk.assistant.drafts.at(-1)?.brief.redraft).toEqual({ instruction: 'shorter', previous: 'Answer 1' })
    expect(await desk.decide(id, intent)).toMatchObject({
      isDone: false,
      reason: 'The draft was rewritten since you looked. Nothing was sent: read the new one first',
    })
    expect((await desk.conversation(id)).draft).toMatchObject({ revision: 2, instruction: 'shorter' })
  })

  it('refuses a draft of another conversation, and an unknown one', async () => {
    const [other] = await desk.hear(inbound('z', { conversation: { externalId: 'thread-9' } }))
    const otherId = other?.interactions[0]?.conversationId ?? ''
    await desk.work()
    const intent = await approval()
    expect(await desk.decide(otherId, intent)).toMatchObject({ isDone: false, reason: 'This draft does not exist' })
    expect(await desk.decide('00000000-0000-7000-8000-000000000000', { kind: 'assign', to: null })).toMatchObject({
      isDone: false,
      card: null,
    })
    await desk.work()
    expect(desk.channel.sent).toEqual([])
  })

  it('leaves one event for each thing that happened', async () => {
    await desk.decide(id, await approval())
    await desk.work()
    const log = await desk.ctx.db
      .select({ type: events.type, actor: events.actor })
      .from(events)
      .where(eq(events.conversationId, id))
      .orderBy(events.id)
    expect(log.map(({ type, actor }) => `${type} ${actor}`).toSorted()).toEqual(
      [
        'draft.approved fake:ana',
        'draft.proposed assistant',
        'interaction.received customer',
        'interaction.triaged assistant',
        'reply.accepted deskbell',
        'reply.sending deskbell',
      ].toSorted(),
    )
  })
})

describe('editing', () => {
  it("sends the teammate's words and says how much was changed", async () => {
    desk.assistant.onDraft = () => ({ text: 'One two three four', evidence: [] })
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: '' })
    await desk.work()
    const { draft } = await desk.conversation(id)
    expect(
      await desk.decide(id, { kind: 'edit', draftId: draft?.id ?? null, seenSeq: 1, text: '  One two five four ' }),
    ).toMatchObject({ isDone: true })
    await desk.work()
    expect(desk.channel.sent[0]?.text).toBe('One two five four')
    expect((await desk.conversation(id)).reply?.editedShare).toBeCloseTo(0.25)
    expect(desk.room.shown.get(id)?.status?.text).toMatch(/^Sent by Ana · edited 25 %/)
  })

  it('refuses an empty text, and one that the channel cannot take, with the numbers', async () => {
    expect(await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: ' \n ' })).toMatchObject({
      isDone: false,
      reason: 'The reply is empty. Write something, or dismiss the conversation',
    })
    expect(await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'x'.repeat(501) })).toMatchObject({
      isDone: false,
      reason: 'The reply has 501 characters; this channel takes 500. Shorten it by 1',
    })
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', draft: { state: 'proposed', revision: 1 } })
  })

  it('is no conflict with a draft that arrived meanwhile, but with another reply', async () => {
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: '' })
    await desk.work()
    const first = await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'By hand' }, 'ana')
    const second = await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'Too late' }, 'ben')
    expect(first.isDone).toBe(true)
    expect(second).toMatchObject({ isDone: false, reason: 'Ana approved a reply first. Nothing was changed' })
  })
})

describe('undoing', () => {
  beforeEach(async () => {
    await desk.close()
    desk = await openDesk({ channels: [fakeChannel('fake', {}, { graceSeconds: 10 })] })
    id = await desk.hearOne(inbound('a'))
    await desk.work()
  })

  it('takes a reply back within the grace period; its text is the draft again', async () => {
    await desk.decide(id, await approval())
    await desk.work()
    const replyId = (await desk.conversation(id)).reply?.id ?? ''
    expect(desk.room.shown.get(id)?.actions[0]).toMatchObject({ id: 'undo', target: replyId })
    expect(await desk.decide(id, { kind: 'undo', replyId }, 'ben')).toMatchObject({
      isDone: true,
      card: { state: 'waiting', draft: { text: 'Answer 1', revision: 2 } },
    })
    desk.clock.advance(20_000)
    await desk.work()
    expect(desk.channel.sent).toEqual([])
    await desk.decide(id, await approval())
    desk.clock.advance(10_000)
    await desk.work()
    expect(desk.channel.sent).toHaveLength(1)
  })

  it('is too late once the reply has left', async () => {
    await desk.decide(id, await approval())
    const replyId = (await desk.conversation(id)).reply?.id ?? ''
    desk.clock.advance(10_000)
    await desk.work()
    expect(await desk.decide(id, { kind: 'undo', replyId })).toMatchObject({
      isDone: false,
      reason: 'Too late to undo: the reply is on its way',
    })
    expect(desk.channel.sent).toHaveLength(1)
  })

  it('never both undoes and sends, whoever is first', async () => {
    await desk.decide(id, await approval())
    const replyId = (await desk.conversation(id)).reply?.id ?? ''
    desk.clock.advance(10_000)
    const [undone] = await Promise.all([desk.decide(id, { kind: 'undo', replyId }), desk.work()])
    await desk.work()
    expect(desk.channel.sent).toHaveLength(undone.isDone ? 0 : 1)
  })
})
