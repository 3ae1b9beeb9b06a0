import { describe, expect, it } from 'vitest'
import { nothingBefore, shortForm, type Past } from '../../src/customers/short-form.ts'

const complaint = (...topics: string[]): Past['heard'][number] => ({ theme: 'complaint', topics })
const said = (over: Partial<Past>) => shortForm({ ...nothingBefore, ...over })

describe('what there was with a customer before, on one line', () => {
  it('says when there was nothing', () => {
    expect(said({})).toBe('first time')
  })

  it.each([
    [1, '2nd time'],
    [2, '3rd time'],
    [3, '4th time'],
    [10, '11th time'],
    [11, '12th time'],
    [20, '21st time'],
    [99, '100th time'],
    [100, 'over 100 times before'],
  ])('counts %i conversations before as "%s"', (before, text) => {
    expect(said({ before })).toBe(text)
  })

  it('tells what they complained about, and praised, and who answered last', () => {
    const heard = [
      complaint('delivery'),
      complaint('delivery', 'packaging'),
      { theme: 'question' as const, topics: ['x'] },
      { theme: 'compliment' as const, topics: ['lamps'] },
    ]
    expect(said({ before: 3, heard, lastAnswer: { by: 'Ana', ms: 12 * 60_000 } })).toBe(
      '4th time; 2 complaints about delivery; 1 compliment about lamps; last answered by @Ana in 12 min',
    )
  })

  it('names a topic only where more than half of them are about it', () => {
    expect(said({ before: 1, heard: [complaint('delivery'), complaint('refund')] })).toBe('2nd time; 2 complaints')
    expect(said({ before: 1, heard: [complaint()] })).toBe('2nd time; 1 complaint')
  })

  it('keeps names and topics on its line', () => {
    const text = said({ before: 1, heard: [complaint('a\nb\u202e')], lastAnswer: { by: 'A\nB', ms: -5 } })
    expect(text).toBe('2nd time; 1 complaint about a b; last answered by @A B in 0 s')
  })
})
