import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let id: string
beforeEach(async () => {
  desk = await openDesk()
  id = await desk.hearOne(inbound('a'))
  await desk.work()
})
afterEach(() => desk.close())

const minutes = (count: number) => new Date(desk.clock.now().getTime() + count * 60_000)

describe('dismissing', () => {
  it('closes the conversation with a reason, until the customer writes again', async () => {
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'handled-elsewhere' })
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({
      state: 'dismissed',
      waitingSince: null,
      status: { text: 'Dismissed by Ana: handled elsewhere' },
    })
    expect(desk.room.shown.get(id)?.actions.map((action) => action.id)).toEqual(['reopen', 'customer'])
    await desk.hear(inbound('b', { occurredAt: new Date('2026-03-02T10:00:00Z') }))
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({
      state: 'waiting',
      dismissed: null,
      waitingSince: new Date('2026-03-02T10:00:00Z'),
    })
  })

  it('waits since the oldest unanswered words once it is open again', async () => {
    await desk.hear(inbound('b', { occurredAt: new Date('2026-03-02T10:00:00Z') }))
    await desk.decide(id, { kind: 'dismiss', seenSeq: 2, reason: 'duplicate' })
    await desk.decide(id, { kind: 'reopen' })
    expect(await desk.conversation(id)).toMatchObject({ waitingSince: new Date('2026-03-02T09:00:00Z') })
  })

  it('is refused when the customer wrote again since', async () => {
    await desk.hear(inbound('b'))
    expect(await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'spam' })).toMatchObject({ isDone: false })
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting' })
  })

  it('can be taken back: the conversation waits as long as it did before', async () => {
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'duplicate' })
    await desk.decide(id, { kind: 'reopen' }, 'ben')
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({
      state: 'waiting',
      waitingSince: new Date('2026-03-02T09:00:00Z'),
      draft: { state: 'proposed' },
    })
    expect(await desk.decide(id, { kind: 'reopen' })).toMatchObject({
      isDone: false,
      reason: 'This conversation is already open',
    })
  })

  it('as spam quarantines whatever comes next from there', async () => {
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'spam' })
    await desk.hear(inbound('b'))
    expect(await desk.conversation(id)).toMatchObject({
      state: 'quarantined',
      suspicion: ['Earlier messages were marked as spam'],
    })
  })
})

describe('snoozing', () => {
  it('ended by hand, lets them wait since when they did', async () => {
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'no-reply-needed' })
    await desk.hear(inbound('b', { occurredAt: new Date('2026-03-09T10:00:00Z') }))
    await desk.work()
    await desk.decide(id, { kind: 'snooze', seenSeq: 2, until: new Date(desk.clock.now().getTime() + 60_000) })
    await desk.decide(id, { kind: 'reopen' })
    expect(await desk.conversation(id)).toMatchObject({ waitingSince: new Date('2026-03-09T10:00:00Z') })
  })

  it('ended by hand, keeps the draft that is being written', async () => {
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'shorter' })
    await desk.decide(id, { kind: 'snooze', seenSeq: 1, until: new Date(desk.clock.now().getTime() + 60_000) })
    await desk.decide(id, { kind: 'reopen' })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ draft: { instruction: 'shorter' } })
  })

  it('ends at its time', async () => {
    await desk.decide(id, { kind: 'snooze', seenSeq: 1, until: minutes(60) })
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({
      state: 'snoozed',
      status: { text: 'Snoozed until', at: minutes(60) },
    })
    desk.clock.advance(60 * 60_000)
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({ state: 'waiting' })
    expect(desk.room.shown.get(id)?.actions[0]?.id).toBe('approve')
  })

  it('can be ended by hand, and the draft is still the same', async () => {
    await desk.decide(id, { kind: 'snooze', seenSeq: 1, until: minutes(60) })
    const outcome = await desk.decide(id, { kind: 'reopen' })
    expect(outcome.card).toMatchObject({ state: 'waiting', draft: { revision: 1 } })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ isDrafting: false, draft: { revision: 1 } })
  })

  it('ends when the customer writes, and an old alarm does not disturb a new snooze', async () => {
    await desk.decide(id, { kind: 'snooze', seenSeq: 1, until: minutes(60) })
    await desk.hear(inbound('b'))
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', snoozedUntil: null })
    await desk.decide(id, { kind: 'snooze', seenSeq: 2, until: minutes(120) })
    desk.clock.advance(61 * 60_000)
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ state: 'snoozed' })
  })

  it('takes a time that lies ahead, and not too far', async () => {
    for (const until of [minutes(-1), minutes(91 * 24 * 60), new Date(NaN)]) {
      expect(await desk.decide(id, { kind: 'snooze', seenSeq: 1, until })).toMatchObject({
        isDone: false,
        reason: 'Choose a time between now and 90 days from now',
      })
    }
  })
})

describe('assigning', () => {
  it('is for the first who takes it; the next one is told who that was', async () => {
    await desk.decide(id, { kind: 'assign', to: { id: 'ana', name: 'Ana' } })
    const outcome = await desk.decide(id, { kind: 'assign', to: { id: 'ben', name: 'Ben' } }, 'ben')
    expect(outcome).toMatchObject({ isDone: false })
    expect(await desk.conversation(id)).toMatchObject({ assignee: { id: 'fake:ana', name: 'Ana' } })
  })

  it('lets who has it pass it on, and nobody else', async () => {
    await desk.decide(id, { kind: 'assign', to: { id: 'ana', name: 'Ana' } }, 'cleo')
    expect(await desk.decide(id, { kind: 'assign', to: { id: 'ben', name: 'Ben' } }, 'cleo')).toMatchObject({
      isDone: false,
      reason: 'Ana took this first. Nothing was changed',
    })
    expect(await desk.decide(id, { kind: 'assign', to: { id: 'ben', name: 'Ben' } }, 'ana')).toMatchObject({
      isDone: true,
      card: { assignee: { id: 'fake:ben', name: 'Ben' } },
    })
  })

  it('shows who has it, and lets it go', async () => {
    await desk.decide(id, { kind: 'assign', to: { id: 'ben', name: 'Ben' } })
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({ assignee: { id: 'fake:ben', name: 'Ben' } })
    await desk.decide(id, { kind: 'assign', to: null })
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({ assignee: null })
  })
})

describe('what needs no reply', () => {
  it('says so, offers to close it, and writes a draft only when asked', async () => {
    desk.assistant.onTriage = () => ({
      theme: 'compliment',
      sentiment: 'positive',
      urgency: 'low',
      language: 'en',
      topics: [],
      summary: 'Says thanks',
      translation: null,
      needsReply: false,
    })
    const thanks = await desk.hearOne(inbound('t', { conversation: { externalId: 'thread-2' } }))
    await desk.work()
    expect(desk.room.shown.get(thanks)).toMatchObject({ draft: null, status: { text: 'Probably needs no reply' } })
    expect(desk.room.shown.get(thanks)?.actions[0]).toMatchObject({ id: 'dismiss', style: 'primary' })
    await desk.decide(thanks, { kind: 'redraft', seenSeq: 1, instruction: 'say you are welcome' })
    await desk.work()
    expect(desk.room.shown.get(thanks)?.draft?.instruction).toBe('say you are welcome')
  })
})

describe('a job that fails for good', () => {
  it('is kept, shown on the card, and tried again on request', async () => {
    const error = new Error('The assistant broke')
    desk.assistant.onDraft = () => {
      throw error
    }
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: '' })
    await desk.work()
    const card = desk.room.shown.get(id)
    expect(card?.alerts).toEqual(['Writing a draft failed: The assistant broke'])
    expect(card?.actions[0]).toMatchObject({ id: 'retry', label: 'Try again' })
    expect(card?.status).toBeNull()
    desk.assistant.onDraft = () => ({ text: 'Mended', evidence: [] })
    const problemId = card?.actions[0]?.target ?? ''
    expect(await desk.decide(id, { kind: 'retry', problemId })).toMatchObject({ isDone: true })
    expect(await desk.decide(id, { kind: 'retry', problemId })).toMatchObject({
      isDone: false,
      reason: 'This is being tried again already',
    })
    await desk.work()
    expect(desk.room.shown.get(id)).toMatchObject({ alerts: [], draft: { text: 'Mended' } })
  })
})
