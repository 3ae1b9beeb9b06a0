import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  boundary,
  cut,
  foldAt,
  isBlank,
  isolated,
  oneLine,
  visible,
  webAddress,
} from '../../../src/workspaces/kit/text.ts'
import { hostileText } from '../contract/hostile.ts'

describe('text that others wrote', () => {
  it('is cut between two characters as people see them', () => {
    expect(cut('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 15)).toBe('👩‍👩‍👧‍👦…')
    expect(cut('cafe\u0301s and more', 6)).toBe('cafe\u0301…')
    expect(cut('short', 5)).toBe('short')
    fc.assert(
      fc.property(hostileText.map(visible), fc.integer({ min: 1, max: 4000 }), (text, max) => {
        const end = boundary(text, max)
        expect(end).toBeLessThanOrEqual(max)
        expect(text.slice(0, end).isWellFormed()).toBe(true)
        expect(cut(text, max).length).toBeLessThanOrEqual(max)
        expect(foldAt(text, max, 10)).toBeLessThanOrEqual(Math.min(max, text.length))
      }),
    )
  })

  it('is cut somewhere even where one character has a thousand marks', () => {
    const text = `a${'\u0301'.repeat(5000)}`
    expect(cut(text, 1000).length).toBeGreaterThan(500)
  })

  it('is folded at a line, or at a space', () => {
    expect('one two three'.slice(0, foldAt('one two three', 9, 5))).toBe('one two')
    expect('a\nb\nc'.slice(0, foldAt('a\nb\nc', 100, 2))).toBe('a\nb')
  })

  it('has no marks that hide or reorder', () => {
    expect(visible('a\u202Eb\u2066c\u0000d\r\ne\tf\ud83d')).toBe('abcd\ne\tf\ufffd')
    expect(oneLine(' a \n\n b ', 10)).toBe('a b')
    expect(isolated('\u2068Ana\u2069')).toBe('\u2068Ana\u2069')
    expect(isolated('\u200b')).toBe('\u2068Somebody\u2069')
    expect([isBlank(' \n\u200b'), isBlank('.')]).toEqual([true, false])
  })

  it('is a link only where it is an address of the web', () => {
    expect(webAddress('https://a.example/?a=1&b=|2')).toBe('https://a.example/?a=1&b=%7C2')
    for (const url of [
      'javascript:alert(1)',
      'https://',
      '//a.example',
      'mailto:a@b.example',
      `https://a.example/${'x'.repeat(3000)}`,
    ])
      expect(webAddress(url)).toBeNull()
    fc.assert(fc.property(hostileText, (text) => !/[<>|\s]/.test(webAddress(`https://a.example/${text}`) ?? '')))
  })
})
