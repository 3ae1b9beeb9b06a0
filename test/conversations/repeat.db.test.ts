import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { conversations, events, replies } from '../../src/db/schema.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
let id: string
beforeEach(async () => {
  desk = await openDesk({ channels: [fakeChannel('fake', {}, { graceSeconds: 10 })] })
  id = await desk.hearOne(inbound('a'))
  await desk.work()
})
afterEach(() => desk.close())

type Intent = Parameters<Desk['decide']>[1]

const approval = async () => ({
  kind: 'approve' as const,
  draftId: (await desk.conversation(id)).draft?.id ?? '',
  seenSeq: 1,
})
const replyId = async () => (await desk.conversation(id)).reply?.id ?? ''
const inMinutes = (count: number) => new Date(desk.clock.now().getTime() + count * 60_000)

/** One click that comes twice changes something once; the same click by somebody else is refused. */
async function comesTwice(intent: Intent, isForOthersToo = false) {
  expect(await desk.decide(id, intent), intent.kind).toMatchObject({ isDone: true })
  const after = await desk.ctx.db.select().from(events)
  expect(await desk.decide(id, intent), `${intent.kind} again`).toMatchObject({
    isDone: true,
    card: { conversationId: id },
  })
  expect(await desk.ctx.db.select().from(events)).toEqual(after)
  expect((await desk.decide(id, intent, 'ben')).isDone, `${intent.kind} by another`).toBe(isForOthersToo)
}

describe('a click that comes twice', () => {
  it('approves once', async () => {
    await comesTwice(await approval())
    expect(await desk.ctx.db.select().from(replies)).toHaveLength(1)
    desk.clock.advance(10_000)
    await desk.work()
    expect(await desk.decide(id, await approval())).toMatchObject({ isDone: true, card: { state: 'answered' } })
    expect(desk.channel.sent).toHaveLength(1)
  })

  it('schedules once; another time is another decision', async () => {
    const intent = await approval()
    await comesTwice({ ...intent, sendAt: inMinutes(60) })
    expect(await desk.decide(id, { ...intent, sendAt: inMinutes(90) })).toMatchObject({ isDone: false })
    expect(await desk.decide(id, intent)).toMatchObject({ isDone: false })
  })

  it('sends an edit once; other words are another decision', async () => {
    const edit = { kind: 'edit', draftId: null, seenSeq: 1, text: ' My\r\nwords ' } as const
    await comesTwice(edit)
    expect(await desk.decide(id, { ...edit, text: 'Other words' })).toMatchObject({ isDone: false })
  })

  it('at the same moment sends once', async () => {
    const edit = { kind: 'edit', draftId: null, seenSeq: 1, text: 'Words' } as const
    const outcomes = await Promise.all([desk.decide(id, edit), desk.decide(id, edit), desk.decide(id, edit)])
    expect(outcomes.map(({ isDone }) => isDone)).toEqual([true, true, true])
    expect(await desk.ctx.db.select().from(replies)).toHaveLength(1)
  })

  it('dismisses once; another reason is another decision', async () => {
    await comesTwice({ kind: 'dismiss', seenSeq: 1, reason: 'duplicate' })
    expect(await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'spam' })).toMatchObject({ isDone: false })
  })

  it('snoozes once; another time changes it', async () => {
    await comesTwice({ kind: 'snooze', seenSeq: 1, until: inMinutes(60) }, true)
    expect(await desk.decide(id, { kind: 'snooze', seenSeq: 1, until: inMinutes(90) })).toMatchObject({ isDone: true })
    expect((await desk.conversation(id)).snoozedUntil).toEqual(inMinutes(90))
  })

  it('undoes once', async () => {
    await desk.decide(id, await approval())
    await comesTwice({ kind: 'undo', replyId: await replyId() })
    expect((await desk.conversation(id)).draft).toMatchObject({ revision: 2, state: 'proposed' })
  })

  it('asks for one redraft', async () => {
    await comesTwice({ kind: 'redraft', seenSeq: 1, instruction: ' shorter ' })
    expect(await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'longer' })).toMatchObject({
      isDone: false,
      reason: 'Another draft is being written. Nothing was changed',
    })
  })

  it('reopens once', async () => {
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'duplicate' })
    await comesTwice({ kind: 'reopen' })
  })

  it('marks a reply once as sent, or as not sent, and sends it again once', async () => {
    await desk.decide(id, await approval())
    const reply = await replyId()
    const becomes = async (state: 'unknown' | 'failed', conversation: 'sending' | 'waiting') => {
      await desk.ctx.db.update(replies).set({ state })
      await desk.ctx.db.update(conversations).set({ state: conversation }).where(eq(conversations.id, id))
    }
    await becomes('unknown', 'sending')
    await comesTwice({ kind: 'mark-unsent', replyId: reply })
    await comesTwice({ kind: 'resend', replyId: reply })
    await becomes('unknown', 'sending')
    await comesTwice({ kind: 'mark-sent', replyId: reply })
  })

  it('is one that came too late once the customer wrote again, or somebody undid it', async () => {
    const intent = await approval()
    await desk.decide(id, intent)
    await desk.decide(id, { kind: 'undo', replyId: await replyId() }, 'ben')
    expect(await desk.decide(id, intent)).toMatchObject({ isDone: false })
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'duplicate' })
    await desk.hear(inbound('b'))
    expect(await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'duplicate' })).toMatchObject({ isDone: false })
  })
})
