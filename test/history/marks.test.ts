import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { excerptOf } from '../../src/history/marks.ts'
import type { Marks } from '../../src/history/query.ts'

const word = (...terms: string[]): Marks[number] => [{ terms, distance: 1 }]
const phrase = (...terms: string[]): Marks[number] => terms.map((term) => ({ terms: [term], distance: 1 }))
const shown = (text: string, marks: Marks | null) =>
  excerptOf(text, marks)
    .pieces.map((piece) => (piece.isMarked ? `*${piece.text}*` : piece.text))
    .join('')

describe('an excerpt', () => {
  it('marks what was found as the customer wrote it, with its accents and capitals', () => {
    expect(shown('Où est l’Hôtel? The HOTELS!', [word('hotel', 'hotels')])).toBe('Où est l’*Hôtel*? The *HOTELS*!')
  })

  it('marks a phrase where its words follow one another, and not elsewhere', () => {
    expect(shown('oil lamp, lamp oil', [phrase('lamp', 'oil')])).toBe('oil lamp, *lamp oil*')
    expect(shown('Write to mia@example.com', [phrase('mia', 'example', 'com')])).toBe('Write to *mia@example.com*')
  })

  it('marks writing without spaces', () => {
    expect(shown('商品が届きません。返金できますか', [phrase('返金'), phrase('届き', 'きま', 'ませ')])).toBe(
      '商品が*届きませ*ん。*返金*できますか',
    )
  })

  it('is around the first word that was found, on one line, and says where something is missing', () => {
    const text = `${'Long before. '.repeat(40)}\n\nNow a refund${', and more of it'.repeat(40)}`
    const excerpt = shown(text, [word('refund')])
    expect(excerpt).toMatch(/^… .*Now a \*refund\*, and more.* …$/)
    expect(excerpt.length).toBeLessThan(220)
    expect(shown(text, null)).toMatch(/^Long before\. .* …$/)
  })

  it('leaves a short text whole', () => {
    expect(excerptOf('Short', [word('long')])).toEqual({
      pieces: [{ text: 'Short', isMarked: false }],
      isMarked: false,
    })
  })

  it('holds nothing but pieces of the text, whatever that is', () => {
    const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.lorem({ maxCount: 80 }))
    fc.assert(
      fc.property(texts, fc.array(fc.lorem({ maxCount: 1 })), (text, terms) => {
        const { pieces, isMarked } = excerptOf(text, [word(...terms)])
        const whole = pieces.map((piece) => piece.text).join('')
        expect(whole.isWellFormed()).toBe(true)
        expect(whole.length).toBeLessThan(420)
        expect(pieces.some((piece) => piece.isMarked)).toBe(isMarked)
        expect(pieces.every((piece) => piece.text !== '')).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})
