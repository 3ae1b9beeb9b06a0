import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageTemplate } from '../../src/channels/channel.ts'
import { events, replies } from '../../src/db/schema.ts'
import { PermanentError, RetryableError } from '../../src/errors.ts'
import { openForm } from '../../src/forms/open-form.ts'
import { submitForm } from '../../src/forms/submit-form.ts'
import type { FilledTemplate } from '../../src/replies/reply.ts'
import { defaultTuning, noSecondApproval } from '../../src/settings/tuning.ts'
import { writeTuning } from '../../src/settings/update.ts'
import { watchWindows } from '../../src/windows/watch.ts'
import type { FormId, FormValues } from '../../src/workspaces/form.ts'
import { fakeChannel, inbound, type FakeChannel } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

const hour = 3_600_000
const wrote = new Date('2026-03-02T09:00:00Z')
const update = {
  id: 'T1',
  name: 'order_update',
  language: 'en',
  text: 'Hello {{name}}, order {{number}} is on its way.',
}
const german = { id: 'T2', name: 'sorry', language: 'de_AT', text: 'Das tut uns leid.' }
const closed =
  'Fake takes no free text more than 24 h after their last message. Send a template, or wait until they write again'
const seen = { seenSeq: 1, draftId: null }
const filled: FilledTemplate = { id: 'T1', values: { name: 'Mia', number: '1042' } }

let templates: () => Promise<MessageTemplate[]>
let desk: Desk
let id: string
beforeEach(() => start())
afterEach(() => desk.close())

async function start(over: Partial<FakeChannel['open']> = { templates: () => templates() }): Promise<void> {
  templates = async () => [german, update]
  desk = await openDesk({ channels: [fakeChannel('fake', over, { replyWindowHours: 24, graceSeconds: 10 })] })
  desk.clock.set(wrote)
  id = await desk.hearOne(inbound('a', { occurredAt: wrote }))
  await desk.work()
}

/** The clock has passed the end; the card follows when the watch runs. */
const close = () => desk.clock.set(new Date(wrote.getTime() + 24 * hour))
const twoMustApprove = () =>
  writeTuning(
    desk.ctx,
    { ...defaultTuning, secondApproval: { ...noSecondApproval, themes: ['question'] } },
    'fake:boss',
  )
const card = () => desk.room.shown.get(id)
const draftId = async () => (await desk.conversation(id)).draft?.id ?? ''
const approve = async (by = 'ana') => desk.decide(id, { kind: 'approve', draftId: await draftId(), seenSeq: 1 }, by)
const edit = (text: string) => desk.decide(id, { kind: 'edit', ...seen, text })
const sendTemplate = (template = filled, by = 'ana') => desk.decide(id, { kind: 'template', ...seen, template }, by)
const sent = () => desk.channel.sent.map(({ text, template }) => [text, template])
const ana = { id: 'ana', name: 'Ana' }
const open = (form: FormId) => openForm(desk.ctx, 'fake', form, { conversationId: id }, ana)
const submit = (form: FormId, values: FormValues) =>
  submitForm(desk.ctx, 'fake', form, { conversationId: id, seenSeq: 1, draftId: null }, values, ana)

describe('once the reply window has closed', () => {
  it('nothing of the team’s own words is approved, also before the card tells of it', async () => {
    close()
    const refused = { isDone: false, reason: closed, card: { state: 'waiting', draft: { text: 'Answer 1' } } }
    expect(await approve()).toMatchObject(refused)
    expect(await edit('My own words')).toMatchObject(refused)
    const sendAt = new Date(desk.clock.now().getTime() + hour)
    expect(await desk.decide(id, { kind: 'approve', draftId: await draftId(), seenSeq: 1, sendAt })).toMatchObject(
      refused,
    )
    await twoMustApprove()
    expect(await approve()).toMatchObject(refused)
    expect(await edit('My own words')).toMatchObject(refused)
    expect(await desk.ctx.db.select().from(replies)).toEqual([])
    expect(await desk.conversation(id)).toMatchObject({ draft: { revision: 1, firstApprovedBy: null } })
    for (const form of ['edit', 'schedule', 'redraft'] as const) expect(await open(form)).toEqual({ refused: closed })
    expect(await submit('edit', { text: 'My own words' })).toMatchObject({ kind: 'refused' })
  })

  it('a millisecond earlier it is sent', async () => {
    desk.clock.set(new Date(wrote.getTime() + 24 * hour - 1))
    expect(await approve()).toMatchObject({ isDone: true })
  })

  it('what failed is not sent again in their own words', async () => {
    desk.channel.onSend = () => Promise.reject(new PermanentError('No such number'))
    await approve()
    await desk.pass(10)
    const { reply } = await desk.conversation(id)
    close()
    const resend = { kind: 'resend', replyId: reply?.id ?? '' } as const
    expect(await desk.decide(id, resend)).toMatchObject({ isDone: false, reason: closed })
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', reply: { state: 'failed' } })
  })

  it('says where there are no templates that it takes another way, and can be dismissed', async () => {
    await desk.close()
    await start({})
    close()
    await watchWindows(desk.ctx)
    await desk.work()
    const reason =
      'Fake takes no reply more than 24 h after their last message. Answer them another way and dismiss this, or wait until they write again'
    expect(await edit('Hello')).toMatchObject({ isDone: false, reason })
    expect(card()?.alerts).toEqual([reason])
    expect(await open('template')).toEqual({ refused: 'There are no templates on this channel' })
    expect(await sendTemplate()).toMatchObject({ isDone: false, reason: 'There are no templates on Fake' })
    expect(await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'handled-elsewhere' })).toMatchObject({
      isDone: true,
    })
  })
})

describe('a template', () => {
  it('is sent as the provider has it, with its blanks filled, and counts as written by nobody', async () => {
    close()
    expect(await sendTemplate({ id: 'T1', values: { name: ' Mia\n', number: '1042', other: 'x' } })).toMatchObject({
      isDone: true,
      card: { state: 'sending', replyText: 'Hello Mia, order 1042 is on its way.' },
    })
    await desk.pass(10)
    expect(sent()).toEqual([['Hello Mia, order 1042 is on its way.', filled]])
    expect(await desk.conversation(id)).toMatchObject({
      state: 'answered',
      reply: { editedShare: null, template: filled },
    })
    expect(card()?.status?.text).toMatch(/^Sent by Ana · from a template · /)
  })

  it('never takes a blank from what fills another', async () => {
    await sendTemplate({ id: 'T1', values: { name: '{{number}}', number: '{{name}}' } })
    await desk.pass(10)
    expect(desk.channel.sent[0]?.text).toBe('Hello {{number}}, order {{name}} is on its way.')
  })

  it('is sent once, however often the click comes; another one comes too late', async () => {
    expect(await sendTemplate()).toMatchObject({ isDone: true })
    expect(await sendTemplate()).toMatchObject({ isDone: true })
    expect(await sendTemplate({ id: 'T2', values: {} })).toMatchObject({
      isDone: false,
      reason: 'Ana approved a reply first. Nothing was changed',
    })
    await desk.pass(10)
    expect(desk.channel.sent).toHaveLength(1)
  })

  it('can be undone, and approved again though the window has closed', async () => {
    close()
    await sendTemplate()
    const { reply } = await desk.conversation(id)
    await desk.decide(id, { kind: 'undo', replyId: reply?.id ?? '' })
    await watchWindows(desk.ctx)
    await desk.work()
    expect(
      card()
        ?.actions.slice(0, 2)
        .map((action) => action.id),
    ).toEqual(['approve', 'template'])
    expect(await approve('ben')).toMatchObject({ isDone: true })
    await desk.pass(10)
    expect(sent()).toEqual([['Hello Mia, order 1042 is on its way.', filled]])
  })

  it('takes two where two must approve', async () => {
    await twoMustApprove()
    close()
    await watchWindows(desk.ctx)
    expect(await sendTemplate()).toMatchObject({
      isDone: true,
      card: { state: 'waiting', draft: { text: 'Hello Mia, order 1042 is on its way.' } },
    })
    expect(await approve()).toMatchObject({ isDone: false })
    expect(await approve('ben')).toMatchObject({ isDone: true })
    await desk.pass(10)
    expect(sent()).toEqual([['Hello Mia, order 1042 is on its way.', filled]])
    const [event] = await desk.ctx.db.select().from(events).where(eq(events.type, 'draft.first-approved'))
    expect(event).toMatchObject({ actor: 'fake:ana' })
  })

  it('that failed is sent again word for word, though the window has closed', async () => {
    close()
    desk.channel.onSend = () => Promise.reject(new PermanentError('Paused by the provider'))
    await sendTemplate()
    await desk.pass(10)
    const { reply } = await desk.conversation(id)
    expect(card()?.actions[0]).toMatchObject({ id: 'resend' })
    desk.channel.onSend = async (outbound) => ({ externalId: outbound.id, at: desk.clock.now() })
    expect(await desk.decide(id, { kind: 'resend', replyId: reply?.id ?? '' })).toMatchObject({ isDone: true })
    await desk.work()
    expect(sent().at(-1)).toEqual(['Hello Mia, order 1042 is on its way.', filled])
  })

  it('is refused when it is gone, a blank is empty, or the provider can’t be asked', async () => {
    const reasonOf = async (template = filled) => {
      const outcome = await sendTemplate(template)
      return outcome.isDone ? null : outcome.reason
    }
    expect(await reasonOf({ id: 'T9', values: filled.values })).toBe(
      'This template is gone, or not approved any more. Choose another one',
    )
    expect(await reasonOf({ id: 'T1', values: { name: 'Mia', number: ' ' } })).toBe(
      '“order_update” has blanks that are empty: number. Fill them all',
    )
    templates = async () => []
    expect(await reasonOf()).toBe('Fake has no approved templates. Have one approved there first')
    templates = () => Promise.reject(new PermanentError('It is blocked', { action: 'Unblock it' }))
    expect(await reasonOf()).toBe('The templates of Fake could not be read: It is blocked. Unblock it')
    templates = () => Promise.reject(new RetryableError('It is busy'))
    expect(await reasonOf()).toBe('The templates of Fake could not be read: It is busy. Try again in a moment')
    expect(await open('template')).toEqual({
      refused: 'The templates of Fake could not be read: It is busy. Try again in a moment',
    })
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', draft: { text: 'Answer 1' } })
  })

  it('is chosen and filled in a form, in the customer’s language first', async () => {
    const form = await open('template')
    if ('refused' in form) throw new Error(form.refused)
    expect(form.fields[0]).toMatchObject({ value: 'T1', options: [{ value: 'T1' }, { value: 'T2' }] })
    expect(form.fields[1]).toMatchObject({ value: '' })
    expect(await submit('template', { template: 'T1', values: 'Mia' })).toEqual({
      kind: 'invalid',
      errors: {
        values:
          '“order_update” has 2 blanks. You filled 1. Write one line for each: Hello {{name}}, order {{number}} is on its way.',
      },
    })
    close()
    expect(await submit('template', { template: 'T1', values: 'Mia\r\n1042\n' })).toEqual({ kind: 'done', said: null })
    await desk.pass(10)
    expect(sent()).toEqual([['Hello Mia, order 1042 is on its way.', filled]])
    expect(await open('template')).toMatchObject({ refused: 'Ana approved a reply first. Nothing was changed' })
  })
})
