import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerOf } from '../../../../src/workspaces/discord/components/answer.ts'
import { readPress } from '../../../../src/workspaces/discord/components/ids.ts'
import { hasMarks } from '../../../../src/workspaces/discord/components/marks.ts'
import { messageOf } from '../../../../src/workspaces/discord/components/message.ts'
import { quotedMarked } from '../../../../src/workspaces/discord/components/passage.ts'
import { fairShare } from '../../../../src/workspaces/discord/components/shares.ts'
import type { Found, Marked, Passage } from '../../../../src/workspaces/found.ts'
import type { Answer } from '../../../../src/workspaces/workspace.ts'
import { problemsOf } from '../../../support/discord-limits.ts'
import { readAsPerson, readMarkdown } from '../../../support/discord/read-as-person.ts'
import { hostileFound, hostilePassages } from '../../contract/hostile-found.ts'
import { hostileLines, hostileText, objectsIn } from '../../contract/hostile.ts'
import { sampleFound } from '../../contract/sample-found.ts'

const url = 'https://discord.com/channels/1038097195422978059/1038097195422978060/1038097195422978061'
const file: Answer['file'] = { source: { kind: 'list', listId: sampleFound().page.listId }, formats: ['csv', 'json'] }
const shown = (found: Found, more: Partial<Answer> = {}) => answerOf({ title: found.asked, lines: [], found, ...more })
const buttonsIn = (message: unknown) =>
  [...objectsIn(message)].flatMap(({ type, label, custom_id: id }) =>
    type === 2 ? [{ label, pressed: readPress(String(id)) }] : [],
  )
const menusIn = (message: unknown) => [...objectsIn(message)].filter(({ type }) => type === 3)
/** Marks torn apart. */
const hostileMarked: fc.Arbitrary<Marked> = fc.array(
  fc.record({
    text: fc.oneof(hostileText, fc.constantFrom('*', '#', '-', '1', '.', ':', '//x.example', '\\', '`', ' ')),
    isMarked: fc.boolean(),
  }),
  { maxLength: 8 },
)
const ours = new Set(['bold', 'italic', 'small', 'list', 'heading', 'quote'])

/** Within the limits, with one title at most, and nothing of what others wrote works. */
function expectSound(message: unknown): void {
  expect(problemsOf(message)).toEqual([])
  const { marks } = readAsPerson(message)
  expect(marks.filter((mark) => !ours.has(mark) && !mark.startsWith('time <t:'))).toEqual([])
  expect(marks.filter((mark) => mark === 'heading').length).toBeLessThanOrEqual(1)
  for (const { pressed } of buttonsIn(message)) expect(pressed).not.toBeNull()
  for (const menu of menusIn(message)) expect(readPress(String(menu['custom_id']))).not.toBeNull()
}

describe('what was found', () => {
  it('is within the limits whatever is in it, and forges nothing', () => {
    fc.assert(
      fc.property(hostileFound, hostileText, hostileLines, fc.boolean(), (found, title, lines, isPlain) => {
        const offersRoom = !isPlain
        expectSound(answerOf({ title, lines: isPlain ? [] : lines, found, ...(file ? { file } : {}) }, { offersRoom }))
      }),
      { numRuns: 100, endOnFailure: true },
    )
  })

  it('is so in a room too, and can be found there', () => {
    fc.assert(
      fc.property(hostileText, hostilePassages, (title, passages) => {
        const message = messageOf({ kind: 'found', title, passages }, { key: 'k' })
        expectSound(message)
        expect(hasMarks(message.components, 'k')).toBe(true)
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })

  it('says who wrote what, where and when, and what came of it', () => {
    const passages = sampleFound().passages.map((one, index) => ({ ...one, url: index === 0 ? url : null }))
    const { text, links, marks } = readAsPerson(shown(sampleFound({ passages })))
    expect(text.split('\n').slice(0, 10)).toEqual([
      'refund · since Thursday 1 October',
      '“refnud” is nowhere: these have “refund”',
      'Page 2',
      expect.stringMatching(/^Mia Jansen · Email · support@bluebird\.example · .* · Open$/),
      'complaint · Dutch · delivery · answered in 12 min by Ana Ruiz',
      '… het pakket is nog steeds niet aangekomen. Ik wil graag een refund of een nieuwe lamp …',
      'We answered',
      'Sorry about that, Mia. Your refund of € 49 is on its way; you will see it by Friday.',
      expect.stringMatching(/^佐藤 愛子 · Live chat · /),
      'question · waiting for 4 d 15 h',
    ])
    expect(links).toEqual([url])
    expect(marks.find((mark) => mark.startsWith('time'))).toBe('time <t:1794993120:f>')
  })

  it('is turned, shared, and had as files', () => {
    const { listId } = sampleFound().page
    const message = shown(sampleFound(), file ? { file } : {})
    expect(buttonsIn(message)).toEqual([
      { label: 'Newer', pressed: { kind: 'turn', page: { listId, page: 0 } } },
      { label: 'Older', pressed: { kind: 'turn', page: { listId, page: 2 } } },
      { label: 'Share to channel', pressed: { kind: 'share', page: { listId, page: 1 } } },
      { label: 'Get as CSV', pressed: { kind: 'file', format: 'csv', source: { kind: 'list', listId } } },
      { label: 'Get as JSON', pressed: { kind: 'file', format: 'json', source: { kind: 'list', listId } } },
    ])
    const last = shown(sampleFound({ page: { listId, page: 0 }, hasNext: false, canShare: false }))
    expect(buttonsIn(last)).toEqual([])
    expect(readAsPerson(last).text).not.toContain('Page')
  })

  it('asks about each of its customers once', () => {
    const { passages } = sampleFound()
    const message = shown(sampleFound({ passages: [...passages, ...passages] }))
    expect(menusIn(message)).toMatchObject([
      {
        placeholder: 'About a customer…',
        options: [
          { label: 'Mia Jansen', value: passages[0]?.customer.id, description: 'Email · support@bluebird.example' },
          { label: '佐藤 愛子', value: passages[1]?.customer.id },
          { label: expect.stringMatching(/^Jonas Weber/) as string, value: passages[2]?.customer.id },
        ],
      },
    ])
  })

  it('is nothing', () => {
    const message = shown(sampleFound({ passages: [], hasNext: false, page: { listId: 'l1', page: 0 } }))
    expect(readAsPerson(message).text).toContain('Nothing was found.')
    expect([...buttonsIn(message), ...menusIn(message)]).toEqual([])
  })

  it('shortens what is long before what is short, and keeps what was looked for in sight', () => {
    const long = (index: number): Passage => ({
      ...(sampleFound().passages[0] as Passage),
      interactionId: `i${index}`,
      url,
      said: [
        { text: 'before it many other words were said, '.repeat(10), isMarked: false },
        { text: 'refund', isMarked: true },
        { text: ' and then some more words'.repeat(10), isMarked: false },
      ],
    })
    const [, short] = sampleFound().passages
    const passages = [...Array.from({ length: 7 }, (_, index) => long(index)), ...(short ? [short] : [])]
    const message = shown(sampleFound({ passages }))
    expectSound(message)
    const { text } = readAsPerson(message)
    expect(text.match(/said, .*refund and/g)).toHaveLength(7)
    expect(text).toContain('ふたが割れていました。refund できますか？')
  })
})

describe('words with marks', () => {
  it('have what was looked for in bold, and nothing else', () => {
    const marked = [
      { text: '**no** “', isMarked: false },
      { text: 'ref', isMarked: true },
      { text: 'und*', isMarked: true },
      { text: '”\n- x', isMarked: false },
    ]
    const { text, marks } = readMarkdown(quotedMarked(marked, 300))
    expect(text).toBe('**no** “refund*” - x')
    expect(marks).toEqual(['quote', 'bold'])
  })

  it('fit wherever they are cut', () => {
    fc.assert(
      fc.property(hostileMarked, fc.integer({ min: 20, max: 500 }), (marked, room) => {
        const made = quotedMarked(marked, room)
        expect(made.length).toBeLessThanOrEqual(room)
        const { marks } = readMarkdown(made)
        expect(marks.filter((mark) => !['quote', 'bold', 'italic'].includes(mark))).toEqual([])
      }),
    )
  })
})

describe('a fair share', () => {
  it('makes all of them fit, and leaves nothing unused that somebody wants', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 10 }), fc.nat(3000), (sizes, room) => {
        const share = fairShare(sizes, room)
        const used = sizes.reduce((sum, size) => sum + Math.min(size, share), 0)
        expect(used).toBeLessThanOrEqual(room)
        const wanted = sizes.reduce((sum, size) => sum + size, 0)
        expect(used).toBeGreaterThanOrEqual(Math.min(wanted, room - sizes.length))
      }),
    )
  })
})
