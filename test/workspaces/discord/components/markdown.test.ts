import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bold,
  bullet,
  escaped,
  fenced,
  fitting,
  italic,
  link,
  moment,
  name,
  named,
  quoted,
  short,
  small,
} from '../../../../src/workspaces/discord/components/markdown.ts'
import { visible } from '../../../../src/workspaces/kit/text.ts'
import { readMarkdown } from '../../../support/discord/read-as-person.ts'
import { hostileText } from '../../contract/hostile.ts'

/** Everything that means something to Discord, alone and within other things. */
const markup = String.raw`
* ** *** _ __ ~~ || \ < > [ ] ( ) @ # : - + . a 1 7
@everyone @here @silent <@111111111111111111> <@!1> <@&222222222222222222> <#333333333333333333>
<t:1772441640:R> <:party:444444444444444444> <a:party:4> :smile: :+1::skin-tone-3: <id:customize> <sound:123456>
[Approve](https://evil.example) https://evil.example/a_b HTTP://EVIL.EXAMPLE steam://run/1 <https://evil.example>
discord.gg/abcdef <mailto:a@b.c> ||spoiler|| **bold** *it* _it_ __under__ ~~gone~~ ¯\_(ツ)_/¯ \* \\`
  .trim()
  .split(/\s+/)
  .concat('# big', '## less', '### least', '-# small', '- item', '* item', '+ item', '1. first', '12) last')
  .concat('  - deeper', '\t- tab', '> quote', '>>> all of it', '\n', '\n\n', ' ', '</desk open:5555>')
  .concat('`', '``', '```', '`code`', '```js\ncode\n```', '[a]( <https://evil.example> )')
const forDiscord = fc.array(fc.constantFrom(...markup), { maxLength: 8 }).map((parts) => parts.join(''))
/** No text of a message is longer. */
const asShown = hostileText.map((text) => text.slice(0, 4000))
const anyText = fc.oneof({ weight: 3, arbitrary: forDiscord }, { weight: 1, arbitrary: asShown })

const untouched = (text: string) => ({ text, links: [], marks: [] })

describe('the text of others in Discord', () => {
  it.each(markup)('is shown letter by letter: %j', (text) => {
    expect(readMarkdown(escaped(text))).toEqual(untouched(text))
  })

  it('is shown letter by letter, whatever stands beside what', () => {
    const isUntouched = (text: string): void => {
      expect(readMarkdown(escaped(text))).toEqual(untouched(visible(text)))
    }
    fc.assert(fc.property(forDiscord, isUntouched), { numRuns: 2000 })
    fc.assert(fc.property(asShown, isUntouched), { numRuns: 200 })
  })

  it('stays what it is within our own marks', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const words = short(text, 4000)
        fc.pre(words !== '')
        const plain = readMarkdown(words).text
        expect(readMarkdown(bold(words))).toEqual({ text: plain, links: [], marks: ['bold'] })
        expect(readMarkdown(italic(words))).toEqual({ text: plain, links: [], marks: ['italic'] })
        expect(readMarkdown(small(words))).toEqual({ text: plain, links: [], marks: ['small'] })
        expect(readMarkdown(bullet(words))).toEqual({ text: plain, links: [], marks: ['list'] })
      }),
      { numRuns: 600 },
    )
  })

  it('is quoted line by line, and nothing else of it works', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const seen = readMarkdown(quoted(text))
        expect(seen.links).toEqual([])
        const words = visible(text).trimEnd()
        if (seen.text === '(no text)') return
        expect(seen).toEqual({ text: words, links: [], marks: ['quote'] })
      }),
      { numRuns: 600 },
    )
    expect(quoted('a\n\nb\n')).toBe('> a\n> \n> b')
    expect(quoted(' \n')).toBe('> *(no text)*')
  })

  it('can be copied as it is, and does not end its block', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { text: copied, marks, links } = readMarkdown(fenced(text))
        expect([marks, links]).toEqual([['code block'], []])
        const words = visible(text).trimEnd().replace(/^\n+/, '')
        if (copied !== '(no text)') expect(copied.replaceAll('\u200b', '')).toBe(words.replaceAll('\u200b', ''))
      }),
      { numRuns: 600 },
    )
    expect(fenced('*one* `two`')).toBe('```\n*one* `two`\n```')
  })

  it('takes no more room than it is given', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 20, max: 300 }), (text, room) => {
        expect(short(text, room).length).toBeLessThanOrEqual(room)
        expect(name(text, room).length).toBeLessThanOrEqual(room)
        expect(short(text, room)).not.toContain('\n')
      }),
    )
    expect(short('*'.repeat(30), 20)).toBe(`${String.raw`\*`.repeat(9)}…`)
    expect(name('', 20)).toBe('\u2068Somebody\u2069')
  })

  it('is not longer for what means nothing', () => {
    expect(escaped('Order 1042 - #7 (10:30): 50 % & "yes"!')).toBe(String.raw`Order 1042 - #7 (10\:30): 50 % & "yes"!`)
  })
})

describe('what fits', () => {
  it('is the longest that does', () => {
    const make = (characters: number) => ({ text: 'ab'.repeat(characters), isCut: false })
    expect(fitting(10, make).text).toHaveLength(10)
    expect(fitting(1, make).text).toBe('')
    expect(fitting(-5, make).text).toBe('')
  })
})

describe('our own marks', () => {
  it('link to the web, and to nothing else', () => {
    expect(link('https://a.example/b_(c)?d=\\e', 'See it')).toBe('[See it](https://a.example/b_%28c%29?d=%5Ce)')
    expect(link('javascript:alert(1)', 'See it')).toBeNull()
    expect(link(`https://a.example/${'x'.repeat(600)}`, 'See it')).toBeNull()
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), hostileText), (url) => {
        const made = link(url, 'See it')
        if (made === null) return
        expect(readMarkdown(made)).toMatchObject({
          text: 'See it',
          links: [expect.stringMatching(/^https?:/)],
          marks: [],
        })
      }),
    )
  })

  it('tell a moment', () => {
    expect(moment(new Date('2026-03-02T08:54:00.900Z'), 'R')).toBe('<t:1772441640:R>')
  })

  it('name channels and roles that stand by their ids', () => {
    const id = '1038097195422978059/1038097195422978060'
    expect(named(`Cards → ${id}, *now*`)).toBe(String.raw`Cards → <#1038097195422978060>, \*now\*`)
    expect(named(`May decide: ${id.replace('/', '/@')}`)).toBe(String.raw`May decide: <@&1038097195422978060>`)
    expect(named('24/7, 2026/11/22')).toBe('24/7, 2026/11/22')
  })
})
