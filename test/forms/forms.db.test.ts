import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { conversations, interactions } from '../../src/db/schema.ts'
import { openForm } from '../../src/forms/open-form.ts'
import { submitForm } from '../../src/forms/submit-form.ts'
import { readSettingsPage } from '../../src/settings/page.ts'
import { readTuning } from '../../src/settings/queries.ts'
import { updateTuning } from '../../src/settings/update.ts'
import type { Form, FormAbout, FormId, FormValues } from '../../src/workspaces/form.ts'
import { RetryableError } from '../../src/errors.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace } from '../support/workspace.ts'
import { untouched } from './support.ts'

let desk: Desk
let id: string
const ana = { id: 'ana', name: 'Ana' }
const log = () =>
  fakeChannel('log', {
    accounts: [{ id: 'phone', name: 'Phone call' }],
    inbound: {},
    send: { via: 'fake' },
  })
const at = (text: string) => new Date(text)

beforeEach(async () => {
  desk = await openDesk({ channels: [fakeChannel(), log()], rooms: [fakeWorkspace('fake', { room: null })] })
  id = await desk.hearOne(inbound('a', { text: 'Where is my parcel?' }))
  await desk.work()
})
afterEach(() => desk.close())

async function open(form: FormId, about: FormAbout = { conversationId: id }, by = ana): Promise<Form> {
  const opened = await openForm(desk.ctx, 'fake', form, about, by)
  if ('refused' in opened) throw new Error(opened.refused)
  return opened
}

const submit = (form: Pick<Form, 'id' | 'about'>, values: FormValues, by = ana) =>
  submitForm(desk.ctx, 'fake', form.id, form.about, values, by)

async function makeManager(teammateId: string): Promise<void> {
  desk.room.membershipOf = async (who) => ({ groups: [], isAdmin: who === teammateId })
}

describe('edit', () => {
  it('sends what was typed, once, however often it comes', async () => {
    const form = await open('edit')
    expect(form).toMatchObject({ id: 'edit', about: { conversationId: id, seenSeq: 1 } })
    const values = { ...untouched(form), text: 'It arrives today.' }
    expect(await submit(form, values)).toEqual({ kind: 'done', said: null })
    expect(await submit(form, values)).toEqual({ kind: 'done', said: null })
    await desk.work()
    expect(desk.channel.sent.map(({ text }) => text)).toEqual(['It arrives today.'])
    expect(await desk.conversation(id)).toMatchObject({ state: 'answered', reply: { approvedBy: 'Ana' } })
  })

  it('is refused once the customer wrote again, keeps the text, and can be opened anew', async () => {
    const form = await open('edit')
    await desk.hear(inbound('b', { text: 'It is here!' }))
    await desk.work()
    const outcome = await submit(form, { text: 'It arrives today.' })
    expect(outcome).toEqual({
      kind: 'refused',
      reason: 'Mia wrote again since you looked. Nothing was sent: read the new message first. Your text is kept',
      again: { conversationId: id },
    })
    const anew = await open('edit', outcome.kind === 'refused' ? outcome.again : {})
    expect(anew.about).toMatchObject({ seenSeq: 2 })
    expect(anew.context[0]?.text).toContain('It is here!')
    expect(await submit(anew, { text: 'Good to hear.' })).toMatchObject({ kind: 'done' })
  })

  it('says by field what is wrong, and does nothing then', async () => {
    const outcome = await submit(await open('edit'), { text: 'x'.repeat(501), when: 'now' })
    expect(outcome).toEqual({
      kind: 'invalid',
      errors: { text: 'This has 501 characters; the channel takes 500. Shorten it by 1' },
    })
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', reply: null })
  })

  it('can send at a time', async () => {
    const form = await open('edit')
    const when = form.fields.find((field) => field.id === 'when')
    expect(when).toMatchObject({ kind: 'choice', value: 'now' })
    await submit(form, { text: 'Later', when: '2026-03-02T17:00:00.000Z' })
    expect(await desk.conversation(id)).toMatchObject({
      state: 'sending',
      reply: { isScheduled: true, sendAfter: at('2026-03-02T17:00:00Z') },
    })
  })
})

describe('the other forms on a card', () => {
  it('schedule, redraft, dismiss, snooze and assign do what they say', async () => {
    const done = { kind: 'done', said: null }
    expect(await submit(await open('redraft'), { instruction: 'shorter' })).toEqual(done)
    await desk.work()
    expect(desk.assistant.drafts.at(-1)?.brief).toMatchObject({ redraft: { instruction: 'shorter' } })
    expect(await submit(await open('assign'), { to: { id: 'ben', name: 'Ben' } })).toEqual(done)
    expect(await desk.conversation(id)).toMatchObject({ assignee: { id: 'fake:ben', name: 'Ben' } })
    const snooze = await open('snooze')
    expect(await submit(snooze, untouched(snooze))).toEqual(done)
    expect(await desk.conversation(id)).toMatchObject({ state: 'snoozed', snoozedUntil: at('2026-03-02T10:00:00Z') })
    desk.clock.advance(3_600_000)
    await desk.work()
    const schedule = await open('schedule')
    expect(await submit(schedule, untouched(schedule))).toEqual(done)
    expect(await desk.conversation(id)).toMatchObject({ reply: { sendAfter: at('2026-03-02T17:00:00Z') } })
    const other = await desk.hearOne(inbound('c', { conversation: { externalId: 'thread-2' } }))
    await desk.work()
    expect(await submit(await open('dismiss', { conversationId: other }), { reason: 'duplicate' })).toEqual(done)
    expect(await desk.conversation(other)).toMatchObject({ dismissed: { reason: 'duplicate', by: 'Ana' } })
  })

  it('are refused with who came first, or why not now', async () => {
    const dismiss = await open('dismiss')
    const edit = await open('edit')
    await submit(dismiss, { reason: 'duplicate' })
    await expect(open('edit')).rejects.toThrow('Ana dismissed this conversation first')
    expect(await submit(edit, { text: 'Hi' }, { id: 'ben', name: 'Ben' })).toEqual({
      kind: 'refused',
      reason: 'Ana dismissed this conversation first. Nothing was changed',
    })
    const other = await desk.hearOne(inbound('c', { conversation: { externalId: 'thread-2' } }))
    await expect(open('redraft', { conversationId: other })).rejects.toThrow('A draft is being written')
    await expect(open('schedule', { conversationId: other })).rejects.toThrow('There is no draft to send')
    await desk.work()
    const snooze = await open('snooze', { conversationId: other })
    await submit(snooze, untouched(snooze))
    await expect(open('edit', { conversationId: other })).rejects.toThrow('snoozed. Wake it first')
  })

  it('leave the time to the second, where two must approve', async () => {
    const rules = { themes: ['question' as const], channels: [], flags: [], maxRating: null, by: 'anybody' as const }
    await updateTuning(desk.ctx, (now) => ({ ...now, secondApproval: rules }), 'fake:ben')
    await expect(open('schedule')).rejects.toThrow('The second chooses when it is sent')
    const edit = await open('edit')
    expect(edit).toMatchObject({ submit: 'Approve (1 of 2)', fields: [{ id: 'text' }] })
    expect(await submit(edit, { text: 'It arrives today.' })).toEqual({ kind: 'done', said: null })
    const schedule = await open('schedule', { conversationId: id }, { id: 'ben', name: 'Ben' })
    expect(schedule.context.at(-1)).toEqual({ title: 'The draft', text: 'It arrives today.' })
    expect(await submit(schedule, untouched(schedule))).toMatchObject({ kind: 'refused' })
    expect(await submit(schedule, untouched(schedule), { id: 'ben', name: 'Ben' })).toEqual({
      kind: 'done',
      said: null,
    })
    expect(await desk.conversation(id)).toMatchObject({ reply: { isScheduled: true, approvedBy: 'Ben' } })
  })

  it('have no answer for what was never asked', async () => {
    for (const about of [
      {},
      { conversationId: 'x' },
      { conversationId: '01890000-0000-7000-8000-000000000001' },
      { conversationId: 7 },
    ]) {
      expect(await openForm(desk.ctx, 'fake', 'edit', about, ana)).toHaveProperty('refused')
      const form = { id: 'edit' as const, about: { seenSeq: 1, draftId: null, ...about } }
      expect(await submit(form, { text: 'Hi' })).toMatchObject({ kind: 'refused' })
    }
    expect(await submit({ id: 'edit', about: { conversationId: id } }, { text: 'Hi' })).toEqual({
      kind: 'refused',
      reason: 'This form is out of date. Open it again from the card',
    })
    for (const text of ['constructor', '__proto__', 'settings.secrets', '']) {
      const name = text as FormId
      expect(await openForm(desk.ctx, 'fake', name, {}, ana)).toEqual({ refused: 'There is no such form' })
      expect(await submit({ id: name, about: {} }, {})).toMatchObject({ kind: 'refused' })
    }
  })
})

describe('the log', () => {
  const typed = { how: 'phone', who: 'Tom, tom@example.com', at: null, text: 'My order is late', settled: 'no' }

  it('becomes an interaction like any other; the same message only once', async () => {
    const form = await open('log', { text: 'My order is late', externalId: 'fake:1' })
    const values = { ...untouched(form), ...typed }
    expect(await submit(form, values)).toEqual({ kind: 'done', said: 'Logged. It waits for an answer now' })
    expect(await submit(form, values)).toEqual({ kind: 'done', said: 'This was logged before. Nothing was added' })
    const rows = await desk.ctx.db.select().from(interactions)
    expect(rows.filter(({ channel }) => channel === 'log')).toMatchObject([{ kind: 'call', text: 'My order is late' }])
  })

  it('can be settled already, and says what is missing', async () => {
    const form = await open('log', {})
    expect(await submit(form, { ...typed, settled: 'yes' })).toEqual({ kind: 'done', said: 'Logged as dealt with' })
    const rows = await desk.ctx.db.select().from(conversations)
    expect(rows.find(({ channel }) => channel === 'log')).toMatchObject({
      state: 'dismissed',
      dismissedReason: 'handled-elsewhere',
    })
    expect(await submit(form, { ...typed, text: ' ' })).toEqual({
      kind: 'invalid',
      errors: { text: 'Say what they said' },
    })
  })

  it('is refused where it is switched off', async () => {
    await desk.close()
    desk = await openDesk()
    expect(await openForm(desk.ctx, 'fake', 'log', {}, ana)).toEqual({
      refused: 'Logging is switched off here (LOG=off)',
    })
    expect(await submit({ id: 'log', about: {} }, typed)).toMatchObject({ kind: 'refused' })
  })
})

describe('settings', () => {
  it('are for managers: to look at, to open and to submit', async () => {
    const form = { id: 'settings.rooms' as const, about: {} }
    const refusal = expect.stringContaining('Only managers')
    expect(await readSettingsPage(desk.ctx, 'fake', ana)).toEqual({ refused: refusal })
    expect(await openForm(desk.ctx, 'fake', form.id, {}, ana)).toEqual({ refused: refusal })
    expect(await submit(form, { default: 'C1' })).toEqual({ kind: 'refused', reason: refusal })
    await makeManager('ana')
    expect(await submit(form, { default: 'C1' })).toEqual({ kind: 'done', said: 'Saved' })
    desk.room.membershipOf = () => Promise.reject(new RetryableError('it is down'))
    expect(await submit(form, { default: 'C2' })).toMatchObject({ kind: 'refused' })
    expect((await readTuning(desk.ctx.db)).rooms['fake']?.default).toBe('C1')
  })

  it('show how they stand, and a line is removed that still stands there', async () => {
    await makeManager('ana')
    await submit(await open('settings.rooms', {}), { default: 'C1', escalation: 'C2' })
    await submit(await open('settings.room-rule', {}), { room: 'C3', themes: ['complaint'], urgencies: ['high'] })
    await submit(await open('settings.target', {}), { time: '90', clock: 'business', channels: ['fake'] })
    await submit(await open('settings.roles', {}), { agents: 'G1', managers: 'G2' })
    const second = await open('settings.second-approval', {})
    await submit(second, { ...untouched(second), themes: ['complaint'], maxRating: '2', by: 'managers' })
    const hours = { timeZone: 'Europe/Berlin', week: 'Mon-Fri 9-17', holidays: '2026-01-01 2026-12-25' }
    await submit(await open('settings.hours', {}), hours)
    const voice = await open('settings.voice', {})
    await submit(voice, { ...untouched(voice), name: 'Bluebird', facts: 'Open daily' })

    await submit(await open('settings.digest', {}), { room: 'C4', every: 'week', at: '8:30' })
    await submit(await open('settings.digest-content', {}), { teammates: 'hidden' })
    await submit(await open('settings.retention', {}), { channel: 'fake', days: '1,000 days' })

    const page = await readSettingsPage(desk.ctx, 'fake', ana)
    if ('refused' in page) throw new Error(page.refused)
    const text = page.sections.map(({ title, lines }) => [title, lines.map((line) => line.text)])
    expect(text).toEqual([
      [
        'Voice',
        [
          'Name: Bluebird',
          'Voice: Friendly, clear and short.',
          'Facts: 10 characters',
          'Signature: none',
          'Your language: English',
        ],
      ],
      ['Rooms', ['Cards → C1', 'Complaint · high urgency → C3', 'What is late, and what goes wrong → C2']],
      ['Hours', ['Mon-Fri 09:00-17:00', 'Sat-Sun closed', 'Time zone: Europe/Berlin', 'Holidays: 2026-12-25']],
      ['Reply targets', ['Fake: within 1 h 30 min of the team’s hours']],
      ['Roles', ['May decide: G1', 'May change the settings: G2, and who runs the workspace']],
      ['Second approval', ['Needed for: complaint · 2 stars or fewer. The second must be a manager']],
      [
        'Digest',
        [
          'Every working day at 09:00 → C1',
          'Every week at 08:30, on its first working day → C4',
          'Who answered how much: not shown',
        ],
      ],
      ['Retention', ['Fake: erased 1,000 days after the last change']],
    ])
    // Every button of the page opens its form.
    for (const { forms, lines } of page.sections) {
      for (const link of [...forms, ...lines.flatMap(({ remove }) => remove ?? [])]) await open(link.form, link.about)
    }

    const remove = page.sections[1]?.lines[1]?.remove
    if (!remove) throw new Error('The rule can’t be removed')
    expect(await submit({ id: remove.form, about: remove.about }, {})).toEqual({ kind: 'done', said: 'Saved' })
    expect(await submit({ id: remove.form, about: remove.about }, {})).toEqual({
      kind: 'refused',
      reason: 'This was changed or removed since you looked. Nothing was removed now',
    })
  })

  it('keep what two managers change at once in different fields; of one field, what came last', async () => {
    desk.room.membershipOf = async () => ({ groups: [], isAdmin: true })
    const brand = async () => (await readTuning(desk.ctx.db)).brand
    const [first, second, third] = [
      await open('settings.voice', {}),
      await open('settings.voice', {}),
      await open('settings.voice', {}),
    ]
    // Slack brings an empty field as null.
    const changed = { ...untouched(second), name: null, signature: null, facts: 'Open daily' }
    await Promise.all([submit(first, { ...untouched(first), voice: 'Dry' }), submit(second, changed)])
    expect(await brand()).toMatchObject({ voice: 'Dry', facts: 'Open daily', name: '', signature: '' })
    await submit(third, { ...untouched(third), facts: 'Closed', name: 'Bluebird' })
    expect(await brand()).toMatchObject({ voice: 'Dry', facts: 'Closed', name: 'Bluebird' })
    await submit(await open('settings.voice', {}), { ...untouched(await open('settings.voice', {})), facts: '' })
    expect(await brand()).toMatchObject({ facts: '', name: 'Bluebird' })
    const choices = await open('settings.second-approval', {})
    await submit(await open('settings.second-approval', {}), {
      ...untouched(choices),
      themes: ['question', 'complaint'],
    })
    await submit(choices, { ...untouched(choices), maxRating: '2' })
    expect((await readTuning(desk.ctx.db)).secondApproval).toMatchObject({
      themes: ['complaint', 'question'],
      maxRating: 2,
    })
  })

  it('have neither rooms nor roles where there is one room', async () => {
    await desk.close()
    desk = await openDesk()
    await makeManager('ana')
    const page = await readSettingsPage(desk.ctx, 'fake', ana)
    expect('sections' in page && page.sections.map(({ title }) => title)).toEqual([
      'Voice',
      'Hours',
      'Reply targets',
      'Second approval',
      'Digest',
      'Retention',
    ])
  })
})

it('nobody opens or submits a form who may not decide', async () => {
  const form = await open('edit')
  await updateTuning(desk.ctx, (now) => ({ ...now, roles: { fake: { agents: 'G1', managers: null } } }), 'fake:ben')
  const refusal = expect.stringContaining('Only members of the group G1')
  for (const one of ['edit', 'log'] as const)
    expect(await openForm(desk.ctx, 'fake', one, { conversationId: id }, ana)).toEqual({ refused: refusal })
  expect(await submit(form, { text: 'Hi' })).toMatchObject({ kind: 'refused', reason: refusal })
  desk.room.membershipOf = async () => ({ groups: ['G1'], isAdmin: false })
  expect(await submit(form, { text: 'Hi' })).toMatchObject({ kind: 'done' })
})
