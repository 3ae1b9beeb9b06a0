import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closedText, minutesLeft, windowEnd } from '../../src/windows/window.ts'

const wrote = new Date('2026-03-01T14:05:00Z')
const closesAt = windowEnd({ lastInboundAt: wrote }, 24)
const minute = 60_000

describe('a reply window', () => {
  it('closes so many hours after their last words', () => {
    expect(closesAt).toEqual(new Date('2026-03-02T14:05:00Z'))
  })

  it.each([
    [24 * 60, null],
    [360, null],
    [359, 360],
    [120, 360],
    [119, 120],
    [30, 120],
    [29, 30],
    [0, 0],
    [-1, 0],
  ])('with %i minutes left is told as %s', (left, told) => {
    expect(minutesLeft(closesAt, new Date(closesAt.getTime() - left * minute))).toBe(told)
  })

  it('has never fewer minutes left than are told, and is closed from its very end', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 100_000_000 }), (leftMs) => {
        const told = minutesLeft(closesAt, new Date(closesAt.getTime() - leftMs))
        expect(told === 0).toBe(leftMs <= 0)
        if (told !== null && told > 0) expect(leftMs).toBeLessThan(told * minute)
      }),
    )
  })

  it('that has closed says what can be done', () => {
    expect(closedText({ name: 'Pigeon post', hours: 24, hasTemplates: true })).toBe(
      'Pigeon post takes no free text more than 24 h after their last message. Send a template, or wait until they write again',
    )
    expect(closedText({ name: 'Pigeon post', hours: 48, hasTemplates: false })).toBe(
      'Pigeon post takes no reply more than 48 h after their last message. Answer them another way and dismiss this, or wait until they write again',
    )
  })
})
