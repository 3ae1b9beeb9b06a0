import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerOf, fileOf } from '../../../../src/workspaces/discord/components/answer.ts'
import { homeOf } from '../../../../src/workspaces/discord/components/home.ts'
import { againOf, confirmOf, noteOf, removeOf } from '../../../../src/workspaces/discord/components/notes.ts'
import { pageOf } from '../../../../src/workspaces/discord/components/pages.ts'
import { readPress } from '../../../../src/workspaces/discord/components/ids.ts'
import { clickValue, parseClick } from '../../../../src/workspaces/kit/click.ts'
import { visible } from '../../../../src/workspaces/kit/text.ts'
import type { Home } from '../../../../src/workspaces/workspace.ts'
import { problemsOf } from '../../../support/discord-limits.ts'
import { readAsPerson } from '../../../support/discord/read-as-person.ts'
import { hostileCard, hostileLines, hostileText, objectsIn } from '../../contract/hostile.ts'
import { sampleCard, sampleHome, sampleTurn } from '../../contract/sample-cards.ts'

const home: fc.Arbitrary<Home> = fc.record({
  mine: hostileLines,
  waiting: hostileLines,
  waitingCount: fc.nat(5000),
  answered: hostileLines,
  answeredCount: fc.nat(5000),
  isManager: fc.boolean(),
})
const shelfId = '019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b'

const buttonsOf = (message: unknown) =>
  [...objectsIn(message)].flatMap(({ type, label, style, custom_id: id }) =>
    type === 2 ? [{ label, style, pressed: readPress(String(id)) }] : [],
  )
const ours = new Set(['bold', 'italic', 'small', 'quote', 'list', 'code block'])
const forgeries = (message: unknown) =>
  readAsPerson(message).marks.filter((mark) => !ours.has(mark) && !mark.startsWith('time <t:'))

/** Within the limits, and nothing of what others wrote works. */
function expectSound(message: unknown): void {
  expect(problemsOf(message)).toEqual([])
  expect(forgeries(message)).toEqual([])
}

describe('an answer to a command', () => {
  it('is within the limits whatever it says, and forges nothing', () => {
    fc.assert(
      fc.property(hostileText, hostileLines, fc.boolean(), (title, said, offersRoom) => {
        expectSound(answerOf({ title, lines: said }, { offersRoom }))
      }),
    )
  })

  it('links to cards, and says how much it leaves out', () => {
    const url = 'https://discord.com/channels/1/2/3'
    const said = Array.from({ length: 150 }, (_, index) => ({ text: `line ${index}`, ...(index === 0 ? { url } : {}) }))
    const { text, links } = readAsPerson(answerOf({ title: '150 wait', lines: said }, { offersRoom: false }))
    expect(text).toContain('150 wait\nline 0 · Open\nline 1\n')
    expect(text).toContain('line 99\nand 50 more lines')
    expect(links).toEqual([url])
  })

  it('shows what it speaks of as it was written', () => {
    const said = [{ text: 'Ana <b> & *Lopez*: 6 min', conversationId: 'c1' }]
    expect(readAsPerson(answerOf({ title: 'Who is waiting', lines: said }, { offersRoom: false })).text).toBe(
      'Who is waiting\nAna <b> & *Lopez*: 6 min',
    )
  })

  it('offers a room, where it is asked to', () => {
    expect(buttonsOf(answerOf({ title: 'x', lines: [] }, { offersRoom: true }))).toMatchObject([
      { label: 'Send cards to this channel', pressed: { kind: 'here' } },
    ])
    expect(buttonsOf(answerOf({ title: 'x', lines: [] }, { offersRoom: false }))).toEqual([])
  })
})

describe('what is behind a number', () => {
  const source = { kind: 'items', reportId: shelfId, index: 7 } as const

  it('can be had as a file, where there is one', () => {
    const said = [{ text: '12 min · Ana · Email', url: 'https://discord.com/channels/1/2/3' }]
    const message = answerOf({ title: '52 answered', lines: said, file: { source, formats: ['csv', 'json'] } })
    expectSound(message)
    expect(readAsPerson(message).text).toBe('52 answered\n12 min · Ana · Email · Open\nGet as CSV\nGet as JSON')
    expect(buttonsOf(message)).toMatchObject([
      { pressed: { kind: 'file', source, format: 'csv' } },
      { pressed: { kind: 'file', source, format: 'json' } },
    ])
    expect(buttonsOf(answerOf({ title: '52 answered', lines: said }))).toEqual([])
  })

  it('comes with the file that is sent along', () => {
    const message = fileOf('deskbell-answered.csv')
    expectSound(message)
    expect([...objectsIn(message)].find(({ type }) => type === 13)).toMatchObject({
      file: { url: 'attachment://deskbell-answered.csv' },
    })
  })
})

describe('what a teammate finds', () => {
  it('is within the limits whatever waits', () => {
    fc.assert(fc.property(home, (shown) => expectSound(homeOf(shown))))
  })

  it('offers to log a call, and the settings to managers', () => {
    const pressed = (shown: Home) => buttonsOf(homeOf(shown)).map((button) => button.pressed?.kind)
    expect(pressed(sampleHome)).toEqual(['log', 'settings'])
    expect(pressed({ ...sampleHome, isManager: false })).toEqual(['log'])
  })

  it('says how many more there are', () => {
    const waiting = Array.from({ length: 20 }, (_, index) => ({ text: `Customer ${index}` }))
    const { text } = readAsPerson(homeOf({ ...sampleHome, waiting, waitingCount: 1234 }))
    expect(text).toContain('Waiting · 1,234')
    expect(text).toContain('and 1,224 more: /desk open')
    expect(text).not.toContain('Customer 10')
  })

  it('says why there is nothing to see', () => {
    expect(readAsPerson(homeOf({ refused: 'Only members may see this' })).text).toBe('Only members may see this')
  })
})

describe('a word to one person', () => {
  it('is within the limits whatever it says', () => {
    fc.assert(
      fc.property(hostileText, fc.option(hostileText), fc.option(fc.uuid()), (words, typed, id) => {
        expectSound(noteOf(words))
        againOf(words, typed, id).forEach(expectSound)
        expectSound(removeOf(words, shelfId, 3))
      }),
    )
  })

  it('shows the rooms that it speaks of, and what was typed', () => {
    const words = 'Cards come to 1038097195422978059/1038097195422978060 now\n\n*Look* there'
    expect(readAsPerson(noteOf(words)).text).toBe('Cards come to #1038097195422978060 now\n\n*Look* there')
    const [again] = againOf('They wrote again', 'My own *words*\n\n```\ncode', shelfId)
    expect(readAsPerson(again).text).toBe('They wrote again\nYou typed\nMy own *words*\n\n```\ncode\nOpen again')
    expect(buttonsOf(again)).toMatchObject([{ pressed: { kind: 'again', shelfId } }])
    expect(buttonsOf(againOf('Ben was faster', null, null)[0])).toEqual([])
  })

  it('keeps all that was typed, as far as there is room', () => {
    const typed = 'word '.repeat(700)
    for (const id of [shelfId, null]) {
      const [first, ...more] = againOf('Too late', typed, id)
      expect(readAsPerson(first).text).toContain(typed.trim())
      expect(more).toEqual([])
    }
  })

  it.each([
    ['words', Array.from({ length: 3400 }, (_, index) => `w${index}`).join(' ')],
    ['one word', 'w'.repeat(20_000)],
    ['code', '```\n@everyone'.repeat(1500)],
  ])('gives all of what was typed back where it can’t be opened again: 20,000 characters of %s', (_, typed) => {
    const [first, ...more] = againOf('Too late', typed, null)
    for (const message of [first, ...more]) expectSound(message)
    expect(readAsPerson(first).text).toBe('Too late')
    const shown = more.map((message) => readAsPerson(message).text)
    for (const [index, part] of shown.entries()) expect(part).toContain(`You typed (${index + 1} of ${more.length})\n`)
    const letters = (text: string) => text.replace(/\s/g, '')
    expect(letters(shown.map((part) => part.replace(/^.*\n/, '')).join(''))).toBe(letters(typed))
  })

  it.each([
    ['spam', 'Spam?', 4],
    ['resend', 'Send it again?', 4],
    ['approve', 'Send it unread?', 1],
    ['undo', 'Really?', 4],
  ] as const)('asks before it is done: %s', (id, title, style) => {
    const value = clickValue(sampleCard(), { id, target: shelfId, form: null })
    const click = parseClick(value)
    if (!click) throw new Error('That is no click')
    const message = confirmOf(click, value)
    expectSound(message)
    expect(readAsPerson(message).text).toContain(title)
    expect(buttonsOf(message)[0]).toMatchObject({ style, pressed: { kind: 'yes', click } })
    const others = buttonsOf(message).slice(1)
    expect(others.map(({ label }) => label)).toEqual(id === 'approve' ? ['Read all'] : [])
    const reading = { action: 'read', conversationId: click.conversationId, seenSeq: click.seenSeq }
    for (const other of others) expect(other).toMatchObject({ style: 2, pressed: { kind: 'do', click: reading } })
  })

  it('asks before a line of the settings is taken out', () => {
    const message = removeOf('Email, German → *here*', shelfId, 7)
    expect(readAsPerson(message).text).toBe('Remove it?\nEmail, German → *here*\nRemove\nKeep')
    expect(buttonsOf(message).map(({ pressed }) => pressed)).toEqual([
      { kind: 'removed', shelfId, index: 7 },
      { kind: 'settings' },
    ])
  })
})

describe('the whole conversation', () => {
  const letters = (text: string) => visible(text).replace(/[^\p{L}\p{N}]|\u3164/gu, '')

  function allOf(card: Parameters<typeof pageOf>[0]): string[] {
    const [, last = '1'] = /Page 1 of (\d+)/.exec(readAsPerson(pageOf(card, 0)).text) ?? []
    return Array.from({ length: Number(last) }, (_, page) => {
      const message = pageOf(card, page)
      expectSound(message)
      expect(readAsPerson(message).links).toEqual([])
      return readAsPerson(message).text.replace(/\nPage \d+ of \d+(\nPrevious)?(\nNext)?$/, '')
    })
  }

  it('is within the limits on every page, and loses no letter', () => {
    fc.assert(
      fc.property(hostileCard, (card) => {
        const all = letters(allOf({ ...card, turns: card.turns.slice(0, 4) }).join('\n'))
        for (const { text, translation } of card.turns.slice(0, 4)) {
          expect(all).toContain(letters(text))
          expect(all).toContain(letters(translation ?? ''))
        }
        expect(all).toContain(letters(card.draft?.text ?? ''))
        expect(all).toContain(letters(card.replyText ?? ''))
      }),
      { numRuns: 30 },
    )
  })

  it('is walked through page by page', () => {
    const card = sampleCard({ turns: [sampleTurn({ text: 'word '.repeat(3000) })] })
    const pressed = (page: number) => buttonsOf(pageOf(card, page)).map((button) => [button.label, button.pressed])
    const to = (page: number) => ({ kind: 'page', conversationId: card.conversationId, page })
    expect(pressed(0)).toEqual([['Next', to(1)]])
    expect(pressed(1)).toEqual([
      ['Previous', to(0)],
      ['Next', to(2)],
    ])
    expect(pressed(999).map(([label]) => label)).toEqual(['Previous'])
    expect(pageOf(card, -5)).toEqual(pageOf(card, 0))
    expect(pageOf(card, Number.NaN)).toEqual(pageOf(card, 0))
  })

  it('shows who said what and when, with the draft below', () => {
    const { text } = readAsPerson(pageOf(sampleCard(), 0))
    expect(text).toMatch(/^Mia Okafor  2026-03-02T08:54:00.000Z\nGuten Morgen/)
    for (const part of ['In your language\nGood morning', '📎 teapot.jpg (2.1 MB)', 'Draft\nHallo Mia'])
      expect(text).toContain(part)
    expect(readAsPerson(pageOf(sampleCard({ turns: [], draft: null }), 0)).text).toBe('Nothing was said yet.')
  })
})
