import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeLogForm, readLogForm, readWho } from '../../src/forms/log.ts'
import type { FormAbout } from '../../src/workspaces/form.ts'
import { at, faultsOf, hostileValues, now, untouched } from './support.ts'

const typed = { how: 'phone', who: 'Mia Jansen, mia@example.com', at: now, text: 'Where is it?', settled: 'no' }

describe('the log form', () => {
  it('starts from what is known, and keeps only what it can’t ask', () => {
    const source = 'https://acme.slack.example/archives/C1/p1'
    const form = makeLogForm({ text: 'My parcel', name: 'Mia', source, externalId: 'slack:T1/C1/1' }, now)
    expect(faultsOf(form)).toEqual([])
    expect(untouched(form)).toEqual({ how: 'other', who: 'Mia', at: now, text: 'My parcel', settled: 'no' })
    expect(form.context).toEqual([{ title: 'From', text: source }])
    expect(form.about).toEqual({ source, externalId: 'slack:T1/C1/1' })
    expect(makeLogForm({ source: 'javascript:alert(1)', name: 3 }, now)).toMatchObject({ context: [] })
  })

  it('is an entry', () => {
    expect(readLogForm(typed, { externalId: 'slack:1', source: null }, now)).toEqual({
      value: {
        how: 'phone',
        name: 'Mia Jansen',
        contact: 'mia@example.com',
        text: 'Where is it?',
        at: now,
        externalId: 'slack:1',
        isSettled: false,
      },
    })
    expect(readLogForm({ ...typed, at: null, settled: 'yes' }, {}, now)).toMatchObject({
      value: { at: now, isSettled: true },
    })
  })

  it('says what is missing, and takes no time in the future or long gone', () => {
    expect(readLogForm({}, {}, now)).toEqual({
      errors: {
        how: 'Choose one',
        who: 'Say who it was. “Unknown” will do',
        text: 'Say what they said',
        settled: 'Choose one',
      },
    })
    expect(readLogForm({ ...typed, at: at('2026-03-02T10:40:00Z') }, {}, now)).toEqual({
      errors: { at: 'This is in the future. Choose when it was' },
    })
    expect(readLogForm({ ...typed, at: at('2016-03-02T10:40:00Z') }, {}, now)).toHaveProperty('errors.at')
    // A picker's minute may have begun by a clock that is a little fast.
    expect(readLogForm({ ...typed, at: at('2026-03-02T10:31:00Z') }, {}, now)).toMatchObject({ value: { at: now } })
  })

  it.each([
    ['Mia Jansen <mia@example.com>', 'Mia Jansen', 'mia@example.com'],
    ['mia@example.com', 'mia@example.com', 'mia@example.com'],
    ['Mia (+49 30 1234567)', 'Mia', '+49 30 1234567'],
    ['Mia, 030-1234567, table 12', 'Mia, table 12', '030-1234567'],
    ['Mia +49 30 1234567 mia@example.com', 'Mia +49 30 1234567', 'mia@example.com'],
    ['The man of order 4711', 'The man of order 4711', ''],
    ['Mr. 007', 'Mr. 007', ''],
  ])('takes %j apart', (text, name, contact) => {
    expect(readWho(text)).toEqual({ name, contact })
  })

  it('makes an entry of anything, or says what is wrong', () => {
    const ids = Object.keys(typed)
    const about = fc.anything() as fc.Arbitrary<FormAbout>
    fc.assert(
      fc.property(hostileValues(ids), fc.string({ minLength: 1, maxLength: 200 }), about, (some, who, known) => {
        expect(faultsOf(makeLogForm(known, now))).toEqual([])
        const read = readLogForm({ ...typed, ...some }, known, now)
        if ('errors' in read) expect(Object.keys(read.errors).every((id) => ids.includes(id))).toBe(true)
        else expect(read.value.at <= now).toBe(true)
        const { name } = readWho(who)
        expect(name.length).toBeLessThanOrEqual(200)
      }),
    )
  })
})
