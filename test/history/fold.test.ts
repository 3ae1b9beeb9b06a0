import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, tokensOf } from '../../src/history/fold.ts'

const words = (text: string) => tokensOf(text).map(({ word }) => word)

describe('folding', () => {
  it.each([
    ['  Crème   BRÛLÉE ', 'creme brulee'],
    ['Ærøskøbing, Straße, Łódź', 'aeroskobing, strasse, lodz'],
    ['İSTANBUL ısı', 'istanbul isi'],
    ['ΟΔΟΣ οδός', 'οδοσ οδοσ'],
    ['Ёжик Йод', 'ежик иод'],
    ['ＡＢＣ １２３ ﬁne', 'abc 123 fine'],
    ['إلى ۴۲', 'الي 42'],
    ['שָׁלוֹם', 'שלום'],
    ['ｶﾞ が 한글', 'ガ が 한글'],
    ['हिन्दी', 'हिन्दी'],
    ['a\u200bb\u00adc\u202ed', 'abcd'],
    ['\0\u0001\ud800x', 'x'],
  ])('makes of %j %j', (text, folded) => {
    expect(fold(text)).toBe(folded)
  })

  it('changes nothing that is folded already, however a text is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const once = fold(text)
        expect(fold(once)).toBe(once)
        expect(fold(text.toWellFormed().normalize('NFC'))).toBe(fold(text.toWellFormed().normalize('NFD')))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the words of a text', () => {
  it.each<[string, string[]]>([
    ['Where is my parcel? #AB-1234', ['where', 'is', 'my', 'parcel', 'ab', '1234']],
    ['mia@example.com, https://example.com/a?b=c', ['mia', 'example', 'com', 'https', 'example', 'com', 'a', 'b', 'c']],
    ["Don't; O'Brien’s rock'n'roll 'tis", ['dont', 'obriens', 'rocknroll', 'tis']],
    ["à l'hôtel dell’ordine", ['a', 'l', 'hotel', 'dell', 'ordine']],
    ['m² 2½ 🎉 ™ → 5€', ['m2', '2', '1', '2', '5']],
    ['iPhone15 snake_case', ['iphone15', 'snake', 'case']],
    ['返金して', ['返金', '金し', 'して', 'て']],
    ['Pro版', ['pro', '版']],
    ['환불을', ['환불', '불을', '을']],
    ['สวัส', ['สวั', 'วัส', 'ส']],
    ['ﾊﾟﾝ', ['パン', 'ン']],
    ['हिन्दी में', ['हिन्दी', 'में']],
    ['…! \u0301 \0', []],
  ])('of %j are %j', (text, expected) => {
    expect(words(text)).toEqual(expected)
  })

  it('say where they stand, for marking', () => {
    const text = '👋 Die Straße’n, 返金!'
    expect(tokensOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(['Die', 'Straße’n', '返金', '金'])
    expect(tokensOf('返金').map(({ isBeginning }) => isBeginning)).toEqual([false, true])
  })

  it('are cut at 64 characters', () => {
    expect(words('é'.repeat(1000))).toEqual(['e'.repeat(64)])
    expect(words(`${'𝔸'.repeat(63)}𠮷`)).toEqual(['a'.repeat(63), '𠮷'])
  })

  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc
      .array(
        fc.constantFrom('a', 'É', "'", '漢', 'か', '\u3099', 'ก', '\u0e34', '한', '\u11ab', '\ud800', '\0', ' ', '½'),
      )
      .map((all) => all.join('')),
  )

  it('are folded, stand in their order, and are the same in every normal form', () => {
    fc.assert(
      fc.property(texts, (text) => {
        let before = { start: 0, end: 0 }
        for (const token of tokensOf(text)) {
          expect(fold(token.word)).toBe(token.word)
          expect(token.word).toMatch(/^[\p{L}\p{N}\p{M}]{1,64}$/u)
          expect(token.start).toBeGreaterThanOrEqual(before.start)
          expect(token.end).toBeGreaterThanOrEqual(before.end)
          expect(token.end).toBeLessThanOrEqual(text.length)
          expect(token.start).toBeLessThan(token.end)
          before = token
        }
        expect(words(text.normalize('NFD'))).toEqual(words(text.normalize('NFC')))
      }),
      { numRuns: 2000 },
    )
  })

  it('are found in whatever a person or a program wrote, a long text included', () => {
    const hostile = ["a'", '漢', '\u0e34', 'ก\u0e34', "'", 'e\u0301\u0302', '\ud83d', 'ﷺ', '½', '\u11ab']
    for (const part of hostile) expect(tokensOf(part.repeat(100_000)).length).toBeLessThanOrEqual(400_000)
  })
})
