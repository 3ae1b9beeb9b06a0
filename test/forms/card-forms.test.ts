import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assign } from '../../src/forms/assign.ts'
import { dismiss } from '../../src/forms/dismiss.ts'
import { edit } from '../../src/forms/edit.ts'
import { redraft } from '../../src/forms/redraft.ts'
import { schedule } from '../../src/forms/schedule.ts'
import { snooze } from '../../src/forms/snooze.ts'
import { template } from '../../src/forms/template.ts'
import type { FormValues } from '../../src/workspaces/form.ts'
import { at, faultsOf, hostileValues, now, seen, shownCard, untouched } from './support.ts'

const forms = { edit, schedule, snooze, redraft, dismiss, assign, template }
const labels = (options: { label: string }[]) => options.map(({ label }) => label)

describe('every form on a card', () => {
  it.each(Object.entries(forms))('%s can be shown by every platform', (_, form) => {
    for (const over of [
      {},
      { draft: null },
      { replyWindow: { closesAt: now, hours: 24, minutesLeft: null } },
      { turns: [] },
      { replyWindow: { closesAt: at('2026-03-02T11:00:00Z'), hours: 24, minutesLeft: null } },
    ])
      for (const rest of [{}, { canSend: false }, { needsTwo: true }])
        expect(faultsOf(form.make(shownCard(over, rest)))).toEqual([])
  })

  it.each(Object.entries(forms))('%s is a decision or says what is wrong, whatever comes back', (_, form) => {
    const shown = shownCard()
    const ids = ['to', ...form.make(shown).fields.map(({ id }) => id)]
    const values = fc.oneof(hostileValues(ids), fc.anything() as fc.Arbitrary<FormValues>)
    fc.assert(
      fc.property(values, (typed) => {
        const read = form.read(typed, shown, seen)
        if ('errors' in read) {
          expect(Object.keys(read.errors).length).toBeGreaterThan(0)
          for (const [id, error] of Object.entries(read.errors)) {
            expect(ids).toContain(id)
            expect(error).not.toBe('')
          }
          return
        }
        const { value } = read
        if ('seenSeq' in value) expect(value.seenSeq).toBe(3)
        if ('text' in value) expect(value.text.length).toBeLessThanOrEqual(100)
        if ('sendAt' in value && value.sendAt) expect(value.sendAt > now).toBe(true)
        if ('until' in value) expect(value.until > now).toBe(true)
        if ('reason' in value) expect(value.reason).not.toBe('spam')
      }),
    )
  })
})

describe('edit', () => {
  it('shows what waits for an answer and its translation, and starts from the draft', () => {
    const form = edit.make(shownCard())
    expect(form.context).toEqual([
      { title: 'Mia wrote', text: 'Wo ist mein Paket?\n\nPS: thanks' },
      { title: 'Translation', text: 'Where is my parcel?\n\nPS: thanks' },
    ])
    expect(form).toMatchObject({ title: 'Edit the reply', submit: 'Send' })
    expect(form.fields[0]).toMatchObject({ kind: 'text', value: 'On its way.', maxLength: 100, isLong: true })
    expect(edit.make(shownCard({ draft: null, replyText: 'Not sent' })).fields[0]).toMatchObject({ value: 'Not sent' })
  })

  it('sends now unless told otherwise, and can send by the team’s hours', () => {
    const shown = shownCard()
    const form = edit.make(shown)
    const when = form.fields.find(({ id }) => id === 'when')
    expect(when?.kind === 'choice' && labels(when.options)).toEqual([
      'Now',
      'Today 17:00',
      'Tomorrow 09:00',
      'Wednesday 09:00',
      'Monday 9 March 09:00',
    ])
    const decision = { kind: 'edit', draftId: 'draft-1', seenSeq: 3, text: 'On its way.' }
    expect(edit.read(untouched(form), shown, seen)).toEqual({ value: decision })
    expect(edit.read({ text: ' On\r\nits way. ' }, shown, { ...seen, draftId: null })).toEqual({
      value: { ...decision, draftId: null, text: 'On\nits way.' },
    })
    expect(edit.read({ text: 'x', when: '2026-03-02T17:00:00.000Z' }, shown, seen)).toMatchObject({
      value: { sendAt: at('2026-03-02T17:00:00Z') },
    })
  })

  it('says by how much a reply is too long, and that an empty one is empty', () => {
    expect(edit.read({ text: 'x'.repeat(1230) }, shownCard(), seen)).toEqual({
      errors: { text: 'This has 1,230 characters; the channel takes 100. Shorten it by 1,130' },
    })
    expect(edit.read({ text: ' \n\0' }, shownCard(), seen)).toEqual({
      errors: { text: 'The reply is empty. Write something, or dismiss the conversation' },
    })
  })

  it('offers and takes no time that has passed, is too far, or comes after the reply window', () => {
    const shown = shownCard({ replyWindow: { closesAt: at('2026-03-02T18:00:00Z'), hours: 24, minutesLeft: null } })
    const when = edit.make(shown).fields.find(({ id }) => id === 'when')
    expect(when?.kind === 'choice' && labels(when.options)).toEqual(['Now', 'Today 17:00'])
    const errorAt = (time: string) => edit.read({ text: 'x', when: time }, shown, seen)
    expect(errorAt('2026-03-02T10:30:00Z')).toEqual({
      errors: { when: 'This time has passed. Choose a later one' },
    })
    expect(errorAt('2026-03-03T09:00:00Z')).toEqual({
      errors: { when: 'This channel takes no reply after Today 18:00. Choose an earlier time' },
    })
    expect(edit.read({ text: 'x', when: '2026-05-03T09:00:00Z' }, shownCard(), seen)).toEqual({
      errors: { when: 'Choose a time within 30 days' },
    })
    expect(errorAt('soon')).toEqual({ errors: { when: 'Choose one of the times' } })
  })

  it('asks for no time where the team sends by hand, and says when two must approve', () => {
    expect(edit.make(shownCard({}, { canSend: false })).fields.map(({ id }) => id)).toEqual(['text'])
    const two = shownCard({}, { needsTwo: true })
    expect(edit.make(two)).toMatchObject({ submit: 'Approve (1 of 2)', fields: [{ id: 'text' }] })
    expect(edit.read({ text: 'x', when: '2026-03-02T17:00:00Z' }, two, seen)).toEqual({
      errors: { when: 'Two must approve this. The second chooses when it is sent' },
    })
  })
})

describe('snooze and schedule', () => {
  it('snooze offers quick times, of which an exact one takes the place', () => {
    const form = snooze.make(shownCard())
    const [when] = form.fields
    expect(when?.kind === 'choice' && labels(when.options)).toEqual([
      'For 1 hour',
      'For 4 hours',
      'Tomorrow 09:00',
      'Monday 9 March 09:00',
    ])
    expect(snooze.read(untouched(form), shownCard(), seen)).toEqual({
      value: { kind: 'snooze', seenSeq: 3, until: at('2026-03-02T11:30:00Z') },
    })
    const exact = at('2026-03-05T08:00:00Z')
    expect(snooze.read({ when: '+4h', at: exact }, shownCard(), seen)).toMatchObject({ value: { until: exact } })
    expect(snooze.read({}, shownCard(), seen)).toEqual({ errors: { at: 'Choose a time' } })
    expect(snooze.read({ at: now }, shownCard(), seen)).toEqual({
      errors: { at: 'This time has passed. Choose a later one' },
    })
    expect(snooze.read({ at: at('2026-07-01') }, shownCard(), seen)).toEqual({
      errors: { at: 'Choose a time within 90 days' },
    })
  })

  it('schedule approves the draft that was read, to be sent then', () => {
    const form = schedule.make(shownCard())
    expect(form.context.at(-1)).toEqual({ title: 'The draft', text: 'On its way.' })
    expect(schedule.read(untouched(form), shownCard(), seen)).toEqual({
      value: { kind: 'approve', draftId: 'draft-1', seenSeq: 3, sendAt: at('2026-03-02T17:00:00Z') },
    })
    expect(schedule.read(untouched(form), shownCard(), { ...seen, draftId: null })).toHaveProperty('errors.when')
    const rules = { needsTwo: true }
    expect(schedule.read(untouched(form), shownCard({}, rules), seen)).toHaveProperty('errors.when')
    expect(schedule.read(untouched(form), shownCard({}, { ...rules, isFirstApproved: true }), seen)).toHaveProperty(
      'value',
    )
  })

  it('ask for an exact time where none can be offered', () => {
    const form = schedule.make(
      shownCard({ replyWindow: { closesAt: at('2026-03-02T11:00:00Z'), hours: 24, minutesLeft: null } }),
    )
    expect(form.fields).toMatchObject([{ id: 'at', kind: 'moment', label: 'Send', isOptional: false }])
  })
})

describe('snooze, where a reply window closes', () => {
  it('says so, and which times come after it', () => {
    const replyWindow = { closesAt: at('2026-03-02T14:00:00Z'), hours: 24, minutesLeft: 360 }
    const fields = (closed: string | null) => snooze.make(shownCard({ replyWindow }, { closed })).fields
    const [when, exact] = fields(null)
    expect(when?.kind === 'choice' && labels(when.options)).toEqual([
      'For 1 hour',
      'For 4 hours (after the reply window)',
      'Tomorrow 09:00 (after the reply window)',
      'Monday 9 March 09:00 (after the reply window)',
    ])
    expect(when?.hint).toBe("By the team's clock (UTC). Their reply window closes Today 14:00")
    expect(exact?.hint).toBe('Counts instead of the choice above')
    const [late] = fields('It has closed')
    expect(late?.kind === 'choice' && labels(late.options)).toContain('For 4 hours')
  })
})

describe('template', () => {
  const [german, english] = shownCard().templates
  const errorOf = (values: FormValues) => template.read(values, shownCard(), seen)

  it('offers what was approved, with the whole texts above, and guesses nothing', () => {
    const form = template.make(shownCard())
    expect(form.context.at(-1)).toEqual({
      title: 'The templates',
      text: `order_update · German\n${german?.text}\n\nsorry · English\n${english?.text}`,
    })
    const [which, filled] = form.fields
    expect(which?.kind === 'choice' && labels(which.options)).toEqual([
      'order_update · German · Hallo {{name}}, Ihre Bestellung {{order}} ist da.',
      'sorry · English · Sorry that it took so long.',
    ])
    // What would fit the first one may be wrong in another.
    expect(filled).toMatchObject({ value: '', isOptional: true })
    expect(template.make(shownCard({}, { needsTwo: true })).submit).toBe('Approve (1 of 2)')
  })

  it('offers no more than a menu has room for, and shows how many more there are', () => {
    const templates = Array.from({ length: 120 }, (_, index) => ({
      id: `T${index}`,
      name: 't',
      language: 'en',
      text: 'x',
    }))
    const form = template.make(shownCard({}, { templates }))
    expect(faultsOf(form)).toEqual([])
    expect(form.context.at(-1)?.text).toMatch(/… and 90 more$/)
  })

  it('fills the blanks with the lines, in their order', () => {
    const filled = { id: 'T1', values: { name: 'Mia', order: '10 42' } }
    for (const values of ['Mia\n 10\t42 ', 'Mia\n\n10 42'])
      expect(template.read({ template: 'T1', values }, shownCard(), seen)).toEqual({
        value: { kind: 'template', seenSeq: 3, draftId: 'draft-1', template: filled },
      })
    const none = { value: { kind: 'template', template: { id: 'T2', values: {} } } }
    expect(template.read({ template: 'T2', values: null }, shownCard(), seen)).toMatchObject(none)
  })

  it('names the template, its whole text and its blanks where the lines are too few or too many', () => {
    const text = 'Write one line for each: Hallo {{name}}, Ihre Bestellung {{order}} ist da.'
    expect(errorOf({ template: 'T1', values: 'Mia' })).toEqual({
      errors: { values: `“order_update” has 2 blanks. You filled 1. ${text}` },
    })
    expect(errorOf({ template: 'T1', values: 'Mia\n10\n42' })).toEqual({
      errors: { values: `“order_update” has 2 blanks. You filled 3. ${text}` },
    })
    expect(errorOf({ template: 'T2', values: 'Ben' })).toEqual({
      errors: { values: '“sorry” has no blanks. Leave this empty: Sorry that it took so long.' },
    })
    expect(errorOf({ template: 'T9', values: '' })).toEqual({
      errors: { template: 'This template is gone, or not approved any more. Choose another one' },
    })
    expect(errorOf({ template: null, values: '' })).toEqual({ errors: { template: 'Choose a template' } })
  })
})

describe('redraft, dismiss and assign', () => {
  it('redraft takes an instruction, or none', () => {
    expect(redraft.read({ instruction: 'shorter' }, shownCard(), seen)).toEqual({
      value: { kind: 'redraft', seenSeq: 3, instruction: 'shorter' },
    })
    expect(redraft.read({ instruction: null }, shownCard(), seen)).toMatchObject({ value: { instruction: '' } })
    expect(redraft.read({ instruction: 'x'.repeat(1001) }, shownCard(), seen)).toEqual({
      errors: { instruction: 'Too long by 1: at most 1,000 characters' },
    })
  })

  it('dismiss takes a reason, and spam is none', () => {
    expect(dismiss.read({ reason: 'duplicate' }, shownCard(), seen)).toEqual({
      value: { kind: 'dismiss', seenSeq: 3, reason: 'duplicate' },
    })
    expect(dismiss.read({ reason: 'spam' }, shownCard(), seen)).toEqual({ errors: { reason: 'Choose a reason' } })
  })

  it('assign takes a teammate, whose name may be missing', () => {
    expect(assign.read({ to: { id: 'T1/U2', name: '' } }, shownCard(), seen)).toEqual({
      value: { kind: 'assign', to: { id: 'T1/U2', name: 'T1/U2' } },
    })
    expect(assign.read({ to: null }, shownCard(), seen)).toEqual({ errors: { to: 'Choose a teammate' } })
    expect(assign.read({ to: { id: ' ', name: 'Ben' } }, shownCard(), seen)).toHaveProperty('errors.to')
  })
})
