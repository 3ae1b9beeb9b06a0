import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFind } from '../../../src/workspaces/command-find.ts'
import { suggestKeys, typedValue, typingAt } from '../../../src/workspaces/web/suggest.ts'
import { hostileText } from '../contract/hostile.ts'

const named = (text: string) => {
  const typing = typingAt(text)
  return typing && [typing.kind === 'value' ? typing.option.name : 'key', typing.typed, text.slice(typing.from)]
}

describe('what is being typed', () => {
  it.each([
    ['channel:', ['channel', '', '']],
    ['refund channel:em', ['channel', 'em', 'em']],
    ['-theme:comp', ['theme', 'comp', 'comp']],
    ['theme:-comp', ['theme', 'comp', 'comp']],
    ['theme:complaint,qu', ['theme', 'qu', 'qu']],
    ['customer:"Mia Ja', ['customer', 'Mia Ja', '"Mia Ja']],
    ['customer:“Mia', ['customer', 'Mia', '“Mia']],
    ['CHANNEL:Em', ['channel', 'Em', 'Em']],
    ['topic:café', ['topic', 'café', 'café']],
    ['refund ch', ['key', 'ch', 'ch']],
    ['-th', ['key', 'th', 'th']],
    ['r', null],
    ['refund ', null],
    ['channel:email ', null],
    ['customer:"Mia Jansen" ', null],
    ['nothing:x', null],
    ['"lamp ch', null],
    ['customer:"Mia" ch', ['key', 'ch', 'ch']],
    ['', null],
  ])('is told at the end of %j', (text, expected) => {
    expect(named(text)).toEqual(expected)
  })

  it('is the beginning of keys, with what they are for', () => {
    expect(suggestKeys('cH').map(({ value }) => value)).toEqual(['channel:'])
    expect(suggestKeys('t').map(({ value }) => value)).toEqual(['theme:', 'topic:', 'teammate:'])
    expect(suggestKeys('refund')).toEqual([])
    expect(suggestKeys('theme')[0]?.label).toMatch(/^theme: .{5}/)
  })

  it('is found within whatever is typed, and never fails', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const typing = typingAt(text.slice(0, 1000))
        if (typing) expect(text.slice(typing.from, 1000)).toContain(typing.typed)
      }),
    )
  })

  it('is replaced by a value that is read back as one', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 80 }).filter((one) => /[\p{L}\p{N}]/u.test(one)),
        (value) => {
          const clean = value.replace(/\p{Cc}/gu, ' ').trim()
          const text = 'refund customer:mi'
          const typing = typingAt(text)
          const whole = text.slice(0, typing?.from) + typedValue(clean) + 'lamp'
          const parsed = parseFind(whole, 'best', 'find')
          expect(parsed).toMatchObject({
            kind: 'find',
            ask: { where: { customer: [{ value: clean, isExcluded: false }] } },
          })
        },
      ),
    )
  })
})
