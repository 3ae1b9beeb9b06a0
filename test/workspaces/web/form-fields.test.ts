import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localText, nameOf, readFields, zoneOf } from '../../../src/workspaces/web/form-fields.ts'

describe('what a form sent', () => {
  it('is read by kind and id', () => {
    const posted = {
      'text:reply': 'One\r\nTwo',
      'choice:when': 'now',
      'choices:themes': ['', 'question', 'complaint'],
      'choices:flags': '',
      'moment:at': '2026-03-02T09:30',
      'teammate:to': ' Ana  López ',
      'room:room': 'T1/C1',
      csrf: 'x',
      about: '{}',
    }
    const { values, errors } = readFields(posted, 'America/New_York')
    expect(errors).toEqual({})
    expect(values).toEqual({
      reply: 'One\nTwo',
      when: 'now',
      themes: ['question', 'complaint'],
      flags: [],
      at: new Date('2026-03-02T14:30:00Z'),
      to: { id: 'ana-lópez', name: 'Ana López' },
      room: 'T1/C1',
    })
  })

  it('is nothing where nothing was chosen, but a text that is empty', () => {
    const posted = { 'text:reply': '', 'choice:when': '', 'moment:at': ' ', 'teammate:to': '', 'group:agents': '' }
    expect(readFields(posted, 'UTC').values).toEqual({ reply: '', when: null, at: null, to: null, agents: null })
  })

  it.each([
    ['moment:at', 'tomorrow'],
    ['moment:at', '2026-13-45T09:00'],
    ['moment:at', '2026-03-02T29:00'],
    ['moment:at', '2026-03-02'],
    ['teammate:to', '🙂'],
    ['teammate:to', 'x'.repeat(80)],
  ])('is told by field where it can’t be read: %s=%s', (name, text) => {
    const { values, errors, typed } = readFields({ [name]: text }, 'UTC')
    expect(values).toEqual({})
    expect(Object.keys(errors)).toEqual([name.split(':')[1]])
    expect(typed).toEqual({ [name]: [text] })
  })

  it('is read whatever it is', () => {
    const name = fc.oneof(
      fc.string(),
      fc.string().map((id) => `text:${id}`),
      fc.constantFrom('text:__proto__', 'choices:x'),
    )
    const given = fc.oneof(fc.string(), fc.array(fc.string()), fc.anything())
    fc.assert(
      fc.property(fc.dictionary(name, given), (posted) => {
        const { values, typed } = readFields(posted, 'UTC')
        for (const [id, value] of Object.entries(values)) if (typeof value === 'string') expect(id).not.toBe('')
        for (const texts of Object.values(typed)) for (const text of texts) expect(typeof text).toBe('string')
      }),
    )
  })

  it('gives back every moment that a field can show, in every time zone', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland')
    const minute = fc
      .integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) })
      .map((ms) => new Date(ms - (ms % 60_000)))
    fc.assert(
      fc.property(minute, zone, (at, timeZone) => {
        const name = nameOf({ kind: 'moment', id: 'at' })
        const text = localText(at, timeZone)
        const again = readFields({ [name]: text }, timeZone).values['at'] as Date
        // An hour that comes twice as the clocks go back reads the same both times.
        expect(localText(again, timeZone)).toBe(text)
        expect(again.getTime() <= at.getTime()).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the reader’s time zone', () => {
  it('is the browser’s, or the team’s where that is none', () => {
    expect(zoneOf('Asia/Tokyo', 'UTC')).toBe('Asia/Tokyo')
    for (const text of ['', 'Nowhere/Land', '<b>', '../etc'])
      expect(zoneOf(text, 'Europe/Berlin')).toBe('Europe/Berlin')
  })
})
