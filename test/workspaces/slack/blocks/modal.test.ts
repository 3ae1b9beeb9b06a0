import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadInputError } from '../../../../src/errors.ts'
import type { Field, Form, FormValue } from '../../../../src/workspaces/form.ts'
import { errorsOf, loadingModal, messageModal, modalOf } from '../../../../src/workspaces/slack/blocks/modal.ts'
import { pagesModal, readPageLink } from '../../../../src/workspaces/slack/blocks/pages.ts'
import { readModal } from '../../../../src/workspaces/slack/blocks/read-modal.ts'
import { join, split } from '../../../../src/workspaces/kit/split.ts'
import { slackProblems } from '../../../support/slack-limits.ts'
import { forgeries, hostileCard, hostileText, objectsIn } from '../../contract/hostile.ts'
import { editForm, everyField, sampleCard, sampleTurn } from '../../contract/sample-cards.ts'
import { submitted } from './submitted.ts'

const look = { team: 'T1', groups: [{ id: 'T1/S1', name: 'Support' }] }
const problemsOf = (view: unknown) => slackProblems({ kind: 'modal', view })
const sampleForm: Form = { ...editForm, fields: everyField }

const options = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.record({ value: hostileText, label: hostileText }), { maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(0, 11, 100, 101, 450)
      .map((length) => Array.from({ length }, (_, index) => ({ value: `v${index}`, label: `Option ${index}` }))),
  },
)
const wordsOf = hostileText.map((text) => text.toWellFormed())
const base = { label: hostileText, hint: fc.option(hostileText), isOptional: fc.boolean() }
const field: fc.Arbitrary<Omit<Field, 'id'>> = fc.oneof(
  fc.record({
    ...base,
    kind: fc.constant('text' as const),
    value: wordsOf,
    maxLength: fc.constantFrom(1, 100, 3000, 20_000),
    isLong: fc.boolean(),
  }),
  fc.record({ ...base, kind: fc.constant('choice' as const), value: fc.option(hostileText), options }),
  fc.record({
    ...base,
    kind: fc.constant('choices' as const),
    value: fc.array(hostileText, { maxLength: 3 }),
    options,
  }),
  fc.record({
    ...base,
    kind: fc.constantFrom('teammate' as const, 'room' as const, 'group' as const),
    value: fc.option(hostileText),
  }),
  fc.record({
    ...base,
    kind: fc.constant('moment' as const),
    value: fc.constantFrom(null, new Date('2026-03-02T14:00:00Z')),
  }),
) as fc.Arbitrary<Omit<Field, 'id'>>

const form: fc.Arbitrary<Form> = fc.record({
  id: fc.constantFrom('edit', 'log', 'settings.room-rule'),
  title: hostileText,
  submit: hostileText,
  context: fc.array(fc.record({ title: hostileText, text: hostileText }), { maxLength: 5 }),
  fields: fc
    .array(field, { minLength: 1, maxLength: 5 })
    .map((fields) => fields.map((one, index) => ({ ...one, id: `f${index}` }) as Field)),
  about: fc.constantFrom({ conversationId: 'c1', seenSeq: 3, isIt: true, nothing: null }, { much: 'x'.repeat(2400) }),
})

describe('a form in Slack', () => {
  it('is within the limits whatever it asks and whatever stands in it', () => {
    fc.assert(
      fc.property(form, fc.dictionary(fc.constantFrom('f0', 'f1', 'other'), hostileText), (asked, errors) => {
        const view = modalOf(asked, { ...look, errors })
        expect(problemsOf(view)).toEqual([])
        const others = view.blocks.filter(({ type }) => type !== 'input')
        expect(forgeries(others)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('is read as it was filled in', () => {
    const view = modalOf(sampleForm, look)
    expect(problemsOf(view)).toEqual([])
    expect(readModal(submitted(view), 'T1')).toMatchObject({
      form: 'edit',
      about: editForm.about,
      values: {
        words: '',
        reason: 'spam',
        themes: ['a'],
        until: new Date('2026-03-02T14:00:00Z'),
        to: { id: 'T1/U1', name: '' },
        room: 'T1/C1',
        group: 'T1/S1',
      },
    })
  })

  it('leaves out people and rooms of other workspaces, and what is not chosen', () => {
    const view = modalOf(sampleForm, {
      ...look,
      team: 'T2',
      values: { reason: null, themes: [], until: null, group: null },
    })
    expect(readModal(submitted(view), 'T2').values).toEqual({
      words: '',
      reason: null,
      themes: [],
      until: null,
      to: null,
      room: null,
      group: null,
    })
  })

  it('gives back exactly the text that was put in', () => {
    const text = fc
      .oneof(
        wordsOf,
        fc.tuple(wordsOf, wordsOf, wordsOf).map((parts) => parts.join('\n\n')),
      )
      .filter((one) => one.length <= 24_000)
    fc.assert(
      fc.property(text, (value) => {
        const asked: Form = {
          ...editForm,
          fields: [
            {
              id: 'text',
              label: 'Your reply',
              hint: null,
              isOptional: false,
              kind: 'text',
              value,
              maxLength: 30_000,
              isLong: true,
            },
          ],
        }
        const { values } = readModal(submitted(modalOf(asked, look)), 'T1')
        // What can't be cut at a space may need one part more than there are.
        if (value.length <= 12_000) expect(values).toEqual({ text: value })
        else expect(value.startsWith(String(values['text']))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('asks for a long text in several inputs, and says so when it is too long for all of them', () => {
    const withText = (value: string, maxLength = 100_000) =>
      modalOf(
        {
          ...editForm,
          fields: [
            {
              id: 'text',
              label: 'Your reply',
              hint: null,
              isOptional: false,
              kind: 'text',
              value,
              maxLength,
              isLong: true,
            },
          ],
        },
        look,
      )
    const labels = (view: ReturnType<typeof withText>) =>
      view.blocks.flatMap((block) => ('label' in block && typeof block.label === 'object' ? [block.label.text] : []))
    expect(labels(withText('Hello'))).toEqual(['Your reply'])
    expect(labels(withText('word '.repeat(500)))).toEqual(['Your reply (1 of 2)', 'Your reply (2 of 2)'])
    expect(labels(withText('word '.repeat(500), 3000))).toEqual(['Your reply'])
    expect(labels(withText('word '.repeat(1500)))).toHaveLength(3)
    const tooLong = withText('word '.repeat(20_000))
    expect(labels(tooLong)).toHaveLength(8)
    expect(JSON.stringify(tooLong)).toContain('too long to be edited here')
    expect(problemsOf(tooLong)).toEqual([])
  })

  it('drops what joined a part that was emptied', () => {
    const value = `${'a'.repeat(2500)}\n\n${'b'.repeat(2500)}\n\n${'c'.repeat(1000)}`
    const view = modalOf(
      {
        ...editForm,
        fields: [
          {
            id: 'text',
            label: 'Text',
            hint: null,
            isOptional: false,
            kind: 'text',
            value,
            maxLength: 9000,
            isLong: true,
          },
        ],
      },
      look,
    )
    const second = view.blocks.filter(({ type }) => type === 'input')[1]?.block_id ?? ''
    expect(readModal(submitted(view, { [second]: null }), 'T1').values).toEqual({
      text: `${'a'.repeat(2500)}\n\n${'c'.repeat(1000)}`,
    })
  })

  it('comes back with what was typed and what is wrong with it, in inputs that Slack fills anew', () => {
    const first = modalOf(editForm, look)
    const again = modalOf(editForm, { ...look, values: { text: 'Too rude' }, errors: { text: 'Be <b>kind</b>' } })
    expect(readModal(submitted(again), 'T1').values).toEqual({ text: 'Too rude' })
    expect(JSON.stringify(again)).toContain('Be <b>kind</b>')
    const ids = (view: typeof first) =>
      view.blocks.filter(({ type }) => type === 'input').map((block) => block.block_id)
    expect(ids(first)).not.toEqual(ids(again))
    expect(ids(modalOf(editForm, look))).toEqual(ids(first))
  })

  it('tells Slack at which input something is wrong', () => {
    const view = modalOf(sampleForm, look)
    const read = readModal(submitted(view), 'T1')
    const inputs = view.blocks.filter(({ type }) => type === 'input')
    expect(errorsOf(read, { themes: 'Choose one', words: '' })).toEqual({
      [inputs[2]?.block_id ?? '']: 'Choose one',
      [inputs[0]?.block_id ?? '']: 'This is not right.',
    })
  })

  it('names no input that is not there', () => {
    const fields = everyField.map((one): Field => (one.kind === 'choice' ? { ...one, options: [] } : one))
    const read = readModal(submitted(modalOf({ ...sampleForm, fields }, look)), 'T1')
    const id = fields.find(({ kind }) => kind === 'choice')?.id ?? ''
    expect(errorsOf(read, { [id]: 'Choose one' })).toBeNull()
    expect(errorsOf(read, { words: 'Too long', form: 'Somebody was faster' })).toBeNull()
    expect(errorsOf(read, {})).toBeNull()
  })

  it('keeps a group that was chosen and can not be listed any more', () => {
    const fields: Field[] = [
      { id: 'agents', label: 'Agents', hint: null, isOptional: true, kind: 'group', value: 'T1/S0GONE' },
    ]
    for (const groups of [[], look.groups]) {
      const view = modalOf({ ...sampleForm, fields }, { ...look, groups })
      expect(problemsOf(view)).toEqual([])
      expect(readModal(submitted(view), 'T1').values).toEqual({ agents: 'T1/S0GONE' })
    }
  })

  it('says that there is nothing to choose from', () => {
    const fields = everyField.map((one): Field =>
      one.kind === 'choice' || one.kind === 'choices' ? { ...one, options: [] } : one,
    )
    const view = modalOf({ ...sampleForm, fields }, { team: 'T1' })
    expect(problemsOf(view)).toEqual([])
    expect(readModal(submitted(view), 'T1').values).toMatchObject({ reason: null, themes: [] })
  })

  it('gives back values that are too long for Slack', () => {
    const long = 'v'.repeat(400)
    const values: [Field['kind'], FormValue][] = [
      ['choice', long],
      ['choices', [long, '#1', '']],
    ]
    for (const [kind, value] of values) {
      const one = {
        id: 'f',
        label: 'F',
        hint: null,
        isOptional: true,
        kind,
        value,
        options: [
          { value: '#1', label: 'A' },
          { value: long, label: 'B' },
          { value: '', label: 'C' },
        ],
      } as Field
      const { values: read } = readModal(submitted(modalOf({ ...editForm, fields: [one] }, look)), 'T1')
      expect(Array.isArray(value) ? new Set(read['f'] as string[]) : read['f']).toEqual(
        Array.isArray(value) ? new Set(value) : value,
      )
    }
  })

  it.each([
    ['', {}],
    ['{}', {}],
    ['null', {}],
    ['{"form":"launch","about":{},"fields":[],"digest":"x"}', {}],
    ['{"form":"edit","about":{"a":{}},"fields":[],"digest":"x"}', {}],
  ])('is not read from what is none of ours: %s', (metadata, values) => {
    expect(() => readModal({ private_metadata: metadata, state: { values } }, 'T1')).toThrow(BadInputError)
    expect(() => readModal(null, 'T1')).toThrow(BadInputError)
  })
})

describe('a text in parts', () => {
  it('is whole again when the parts are joined', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'bc ', '\n', '\n\n', ' ', '🙂', 'long-word'), { maxLength: 200 }),
        fc.integer({ min: 4, max: 40 }),
        (pieces, max) => {
          const text = pieces.join('')
          const { parts, joins, isCut } = split(text, max, 10_000)
          expect(isCut).toBe(false)
          expect(join(parts, joins)).toBe(text)
          for (const part of parts) {
            expect(part.length).toBeLessThanOrEqual(max)
            expect(part.isWellFormed()).toBe(true)
            expect(part === '').toBe(text === '')
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('Read all', () => {
  it('is within the limits on every page', () => {
    fc.assert(
      fc.property(hostileCard, fc.integer({ min: -3, max: 30 }), (card, page) => {
        const view = pagesModal(card, page)
        expect(problemsOf(view)).toEqual([])
        expect(forgeries(view)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('shows every word once, with its translation and the draft, and leads from page to page', () => {
    const text = Array.from({ length: 8000 }, (_, index) => `w${index}`).join(' ')
    const card = sampleCard({
      turns: [sampleTurn({ text: 'first' }), sampleTurn({ text, translation: `translated ${text}` })],
    })
    let shown = ''
    let page = 0
    for (;;) {
      const view = pagesModal(card, page)
      for (const part of objectsIn(view.blocks))
        if (part['type'] === 'rich_text_quote') shown += (part['elements'] as { text: string }[])[0]?.text
      const next = [...objectsIn(view.blocks)].find(
        (part) => (part['text'] as { text?: string } | undefined)?.text === 'Next',
      )
      if (!next) break
      const link = readPageLink(String(next['action_id']), String(next['value']))
      expect(link).toEqual({ conversationId: card.conversationId, page: page + 1 })
      page += 1
    }
    expect(page).toBeGreaterThan(5)
    expect(shown).toBe(`first${text}translated ${text}${card.draft?.text}`)
  })

  it('reads no other buttons', () => {
    expect(readPageLink('page:x', 'c1')).toBeNull()
    expect(readPageLink('do:read', 'c1')).toBeNull()
    expect(readPageLink('page:1', undefined)).toBeNull()
  })
})

describe('a modal that waits, or refuses', () => {
  it('is within the limits', () => {
    expect(problemsOf(loadingModal('Edit the reply'))).toEqual([])
    expect(problemsOf(messageModal('Reply', `${'a'.repeat(3000)} `))).toEqual([])
    fc.assert(
      fc.property(hostileText, hostileText, (title, text) => {
        expect(problemsOf(loadingModal(title))).toEqual([])
        expect(problemsOf(loadingModal(title, `To copy: ${text}`))).toEqual([])
        expect(problemsOf(messageModal(title, text))).toEqual([])
        expect(forgeries(messageModal(title, text))).toEqual([])
      }),
    )
  })
})
