import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerOf, needsShelf } from '../../../../src/workspaces/discord/components/answer.ts'
import { sameOf } from '../../../../src/workspaces/discord/components/customer.ts'
import { readPress } from '../../../../src/workspaces/discord/components/ids.ts'
import { pictureName } from '../../../../src/workspaces/discord/components/report.ts'
import type { CustomerPage } from '../../../../src/workspaces/found.ts'
import type { Answer } from '../../../../src/workspaces/workspace.ts'
import { problemsOf } from '../../../support/discord-limits.ts'
import { readAsPerson } from '../../../support/discord/read-as-person.ts'
import { hostileCustomer } from '../../contract/hostile-found.ts'
import { hostileLines, hostileText, objectsIn } from '../../contract/hostile.ts'
import { sampleCustomer, sampleFound } from '../../contract/sample-found.ts'

const url = 'https://discord.com/channels/1038097195422978059/1038097195422978060/1038097195422978061'
const filesOf = ({ picture }: CustomerPage) =>
  picture ? [{ attachmentId: picture.id, name: pictureName(picture), isImage: true }] : []
const shown = (customer: CustomerPage, more: Partial<Answer> = {}) =>
  answerOf({ title: customer.name, lines: [], customer, ...more }, { files: filesOf(customer) })
const buttonsIn = (message: unknown) =>
  [...objectsIn(message)].flatMap(({ type, label, custom_id: id }) =>
    type === 2 ? [{ label, pressed: readPress(String(id)) }] : [],
  )
const menusIn = (message: unknown) => [...objectsIn(message)].filter(({ type }) => type === 3)
const ours = new Set(['bold', 'small', 'list', 'heading'])

function expectSound(message: unknown): void {
  expect(problemsOf(message)).toEqual([])
  const { marks } = readAsPerson(message)
  expect(marks.filter((mark) => !ours.has(mark) && !mark.startsWith('time <t:'))).toEqual([])
  expect(marks.filter((mark) => mark === 'heading').length).toBeLessThanOrEqual(1)
  for (const { pressed } of buttonsIn(message)) expect(pressed).not.toBeNull()
  for (const menu of menusIn(message)) expect(readPress(String(menu['custom_id']))).not.toBeNull()
}

describe('a customer’s page', () => {
  it('is within the limits whatever is in it, and forges nothing', () => {
    fc.assert(
      fc.property(hostileCustomer, hostileText, hostileLines, fc.boolean(), (customer, title, lines, isPlain) => {
        const { customerId } = customer
        const about = lines.map((line, index) => ({ ...line, customerId: `${customerId}-${index % 30}` }))
        const answer: Answer = isPlain
          ? { title, lines: [], customer }
          : {
              title,
              lines: about,
              customer,
              file: { source: { kind: 'customer', customerId }, formats: ['json', 'csv'] },
              forms: [
                { label: title, form: 'forget', about: { customerId } },
                { label: 'Log', form: 'log', about: { text: 'x'.repeat(200) } },
              ],
              more: customer.history,
            }
        expectSound(answerOf(answer, { offersRoom: !isPlain, files: filesOf(customer), shelfId: customerId }))
      }),
      { numRuns: 100, endOnFailure: true },
    )
  })

  it('tells who they are, what is open, what they did, and who else they may be', () => {
    const page = sampleCustomer()
    const { text } = readAsPerson(shown({ ...page, waiting: page.waiting.map((line) => ({ ...line, url })) }))
    const expected = [
      'Mia Jansen\n4th time; 2 complaints about delivery; last answered by @Ana Ruiz in 12 min',
      'Known as\nEmail · Mia Jansen · mia@example.com · ✓ verified\nLive chat · Mia\nGoogle reviews · Mia J. · public',
      'In numbers\nThemes 2 complaints',
      'Waiting\n3 h 5 min · Email · Asks where the parcel is · Open',
      'Promised\n18 Nov · Ana Ruiz · “Your refund',
      'Notes\nRuns the café at the corner; calls rather than writes.\nTom · ',
      'Journey\nHet pakket is nog steeds niet aangekomen\n',
      'Email · complaint · delivery · answered in 12 min by Ana Ruiz',
      'Perhaps the same person\nM. Jansen · the same address, typed into the contact form',
      'Joined\nLive chat · Mia joined on 3 November by Ana Ruiz',
    ]
    const places = expected.map((words) => text.replace(/ {2,}/g, ' ').indexOf(words))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('can be acted upon: every button and menu says what it is about', () => {
    const page = sampleCustomer()
    const { customerId, history } = page
    const otherId = page.alike[0]?.customerId
    const buttons = buttonsIn(shown(page))
    expect(buttons).toEqual([
      { label: 'Same person', pressed: { kind: 'same', customerId, otherId } },
      { label: 'Not the same', pressed: { kind: 'change', change: { kind: 'distinguish', customerId, otherId } } },
      {
        label: 'Undo',
        pressed: { kind: 'change', change: { kind: 'part', customerId, mergeId: page.joined[0]?.mergeId } },
      },
      { label: 'All history', pressed: { kind: 'list', page: history } },
      { label: 'Add note…', pressed: { kind: 'open', form: 'note', about: { customerId } } },
      { label: 'Export…', pressed: { kind: 'file', format: 'json', source: { kind: 'customer', customerId } } },
      { label: 'Erase…', pressed: { kind: 'open', form: 'forget', about: { customerId } } },
    ])
    expect(menusIn(shown(page))).toMatchObject([
      { placeholder: 'Remove a note…', options: [{ value: page.notes[0]?.noteId }] },
    ])
    const agent = shown({ ...page, isManager: false, notes: page.notes.map((one) => ({ ...one, canRemove: false })) })
    expect(buttonsIn(agent).map(({ label }) => label)).not.toContain('Erase…')
    expect(buttonsIn(agent).map(({ label }) => label)).not.toContain('Export…')
    expect(menusIn(agent)).toEqual([])
  })

  it('has its picture where it is uploaded, and does without', () => {
    const page = sampleCustomer()
    const pictures = (message: unknown) => [...objectsIn(message)].filter(({ type }) => type === 12)
    expect(pictures(shown(page)).map(({ items }) => items)).toEqual([
      [{ media: { url: 'attachment://journey.png' }, description: page.picture?.alt }],
    ])
    expect(pictures(answerOf({ title: page.name, lines: [], customer: page }))).toEqual([])
    expect(pictures(shown({ ...page, picture: null }))).toEqual([])
  })

  it('says how much it leaves out', () => {
    const page = sampleCustomer()
    const identities = Array.from({ length: 14 }, (_, index) => ({
      channel: 'Email',
      text: `mia${index}@example.com`,
      isVerified: true,
      isPublic: false,
    }))
    const journey = Array.from({ length: 8 }, () => ({
      at: new Date('2026-11-18T09:12:00Z'),
      about: 'Email · complaint · delivery',
      text: 'Some words that were said '.repeat(10),
      state: 'answered in 12 min',
      conversationId: 'c1',
      url,
    }))
    const notes = Array.from({ length: 5 }, (_, index) => ({
      noteId: `n${index}`,
      text: 'What somebody wrote down '.repeat(30),
      by: 'Tom',
      at: new Date('2026-11-18T09:12:00Z'),
      canRemove: true,
    }))
    const message = shown({ ...page, identities, journey, notes })
    expectSound(message)
    const { text } = readAsPerson(message)
    expect(text).toContain('mia9@example.com · ✓ verified\nand 4 more lines')
    expect(text.match(/and \d more lines?/g)?.length).toBeGreaterThanOrEqual(2)
    expect(text).toContain('Themes')
  })

  it('asks once more before two become one', () => {
    const message = sameOf('a1', 'b2', '**M\\. Jansen**')
    expectSound(message)
    expect(readAsPerson(message).text).toMatch(/^The same person\?\nM\. Jansen\n.*can be undone/)
    expect(buttonsIn(message)).toEqual([
      { label: 'Same person', pressed: { kind: 'change', change: { kind: 'join', customerId: 'a1', otherId: 'b2' } } },
      { label: 'Back', pressed: { kind: 'customer', customerId: 'a1' } },
    ])
  })
})

describe('an answer', () => {
  it('asks which customer is meant, each once', () => {
    const lines = ['Mia Jansen · Email', 'M. Jansen · Live chat', 'M. Jansen again'].map((text, index) => ({
      text,
      customerId: index === 0 ? 'c1' : 'c2',
    }))
    const message = answerOf({ title: '2 customers are called so', lines })
    expectSound(message)
    expect(menusIn(message)).toMatchObject([
      { placeholder: 'Which one?', options: [{ label: 'Mia Jansen · Email', value: 'c1' }, { value: 'c2' }] },
    ])
  })

  it('has buttons for its forms, and for what is older', () => {
    const more = { listId: sampleFound().page.listId, page: 1 }
    const forms: Answer['forms'] = [
      { label: 'Erase Mia…', form: 'forget', about: { customerId: sampleCustomer().customerId } },
    ]
    const message = answerOf({ title: 'Who read what', lines: [{ text: 'Ana read' }], forms, more })
    expectSound(message)
    expect(buttonsIn(message)).toEqual([
      { label: 'Older', pressed: { kind: 'list', page: more } },
      { label: 'Erase Mia…', pressed: { kind: 'open', ...forms[0], label: undefined } },
    ])
  })

  it('keeps on the shelf what a form is about, where that is much', () => {
    const answer: Answer = {
      title: 'x',
      lines: [],
      forms: [{ label: 'Log', form: 'log', about: { text: 'x'.repeat(100) } }],
    }
    expect(needsShelf(answer)).toBe(true)
    expect(needsShelf({ title: 'x', lines: [] })).toBe(false)
    expect(buttonsIn(answerOf(answer, { shelfId: 'S1' }))).toEqual([
      { label: 'Log', pressed: { kind: 'link', shelfId: 'S1', index: 0 } },
    ])
  })
})
