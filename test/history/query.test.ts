import { describe, expect, it } from 'vitest'
import { marksOf, mostOf, stepsOf, termsOf, tsqueriesOf, type Expression } from '../../src/history/query.ts'

const any = (...terms: string[]): Expression => ({ kind: 'any', terms })
const phrase: Expression = {
  kind: 'phrase',
  steps: [
    { terms: ['lamp', 'lamps'], distance: 1 },
    { terms: ['oil'], distance: 2 },
  ],
}

describe('what was typed', () => {
  it.each([
    ['Refund', ['refund']],
    ['mia@example.com', ['mia', 'example', 'com']],
    ['AB-1234', ['ab', '1234']],
    ['返金保証', ['返金', '金保', '保証']],
    ['返金 tokyo', ['返金', 'tokyo@2']],
    ['返', ['返*']],
    ['🙂', []],
  ])('%s is looked for in steps', (text, steps) => {
    const shown = stepsOf(text).map(
      ({ word, distance, isPart }) => `${word}${isPart ? '*' : ''}${distance > 1 ? `@${distance}` : ''}`,
    )
    expect(shown).toEqual(steps)
  })
})

describe('a query', () => {
  it('asks for all of it and none of what is excluded, each word in quotes', () => {
    const must = [
      any('a', "b'c"),
      phrase,
      { kind: 'either' as const, parts: [any('d'), { kind: 'all' as const, parts: [any('e'), any('f\\')] }] },
    ]
    expect(tsqueriesOf({ must, not: [any('g')] }, ['day=2026-11-20'])).toEqual([
      `('day=2026-11-20')`,
      `('a' | 'b''c')`,
      `(('lamp' | 'lamps') <2> ('oil'))`,
      `(('d') | (('e') & ('f\\\\'))) & !('g')`,
    ])
    expect(tsqueriesOf({ must: [], not: [] })).toEqual([])
    expect(tsqueriesOf({ must: [], not: [any('g'), any('h')] })).toEqual([`!('g') & !('h')`])
  })

  it('is a few, however much it asks for', () => {
    const must = Array.from({ length: 9 }, (_, n) => any(`w${n}`))
    expect(tsqueriesOf({ must, not: [any('g')] })).toEqual([
      `('w0')`,
      `('w1')`,
      `('w2')`,
      `('w3')`,
      `('w4')`,
      `('w5') & ('w6') & ('w7') & ('w8') & !('g')`,
    ])
  })

  it('knows how many can fit at most', () => {
    const counts = new Map([
      ['lamp', 5],
      ['lamps', 2],
      ['oil', 3],
      ['a', 1],
    ])
    expect(mostOf(phrase, counts)).toBe(3)
    expect(mostOf({ kind: 'either', parts: [phrase, any('a', 'lamp')] }, counts)).toBe(9)
    expect(mostOf({ kind: 'all', parts: [phrase, any('a')] }, counts)).toBe(1)
    expect(mostOf(any('nothing'), counts)).toBe(0)
  })

  it('marks its words wherever they stand', () => {
    expect(marksOf(any('a', 'b'))).toEqual([[{ terms: ['a', 'b'], distance: 1 }]])
    expect(marksOf(phrase)).toEqual([phrase.steps])
    expect(termsOf({ kind: 'all', parts: [phrase, any('a')] })).toEqual(['lamp', 'lamps', 'oil', 'a'])
  })
})
