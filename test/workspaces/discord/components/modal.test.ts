import {
  ComponentType,
  type APIInteractionDataResolved,
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
} from 'discord.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clockText } from '../../../../src/settings/hours.ts'
import { modalOf, shelvedForm, type FormLook } from '../../../../src/workspaces/discord/components/modal.ts'
import { readModal } from '../../../../src/workspaces/discord/components/read-modal.ts'
import type { Field, Form, FormValue, FormValues, Option } from '../../../../src/workspaces/form.ts'
import { readAsPerson } from '../../../support/discord/read-as-person.ts'
import { modalProblemsOf } from '../../../support/discord-limits.ts'
import { hostileText } from '../../contract/hostile.ts'
import { editForm, everyField } from '../../contract/sample-cards.ts'

type Modal = APIModalInteractionResponseCallbackData

const guild = '100200300'
const look: FormLook = { guild, timeZone: 'Europe/Berlin' }
const person = { id: '700800900', username: 'ana', global_name: 'Ana', discriminator: '0', avatar: null }

/** The form as it stands in Discord, from a workspace of its own. */
const fields = everyField.map((field): Field => {
  if (field.kind === 'teammate') return { ...field, value: `discord:${person.id}` }
  if (field.kind === 'room') return { ...field, value: `${guild}/400500600` }
  return field.kind === 'group' ? { ...field, value: `${guild}/@500600700` } : field
})
const formOf = (asked: Field[], context: Form['context'] = []): Form => ({ ...editForm, context, fields: asked })
const textField = (value: string, changes: Partial<Extract<Field, { kind: 'text' }>> = {}): Field => ({
  id: 'text',
  label: 'Your reply',
  hint: 'In their language',
  isOptional: false,
  kind: 'text',
  value,
  maxLength: 20_000,
  isLong: true,
  ...changes,
})
const momentField = (value: Date | null): Field => ({
  id: 'at',
  label: 'When',
  hint: 'Empty: now',
  isOptional: true,
  kind: 'moment',
  value,
})
const optionField = (kind: 'choice' | 'choices', value: string | string[] | null, options: Option[]): Field =>
  ({ id: 'f', label: 'F', hint: null, isOptional: true, kind, value, options }) as Field

const labels = (modal: Modal) =>
  modal.components.flatMap((part) => (part.type === ComponentType.Label ? [part.label] : []))
const descriptions = (modal: Modal) =>
  modal.components.flatMap((part) => (part.type === ComponentType.Label ? [part.description ?? ''] : []))
const above = (modal: Modal) => {
  const [first] = modal.components
  return first?.type === ComponentType.TextDisplay ? first.content : null
}
const inputs = (modal: Modal) =>
  modal.components.flatMap((part) => (part.type === ComponentType.Label ? [part.component] : []))

/** What Discord sends when a modal is submitted as it was opened; `changes` by the ids of its inputs. */
function submitted(
  modal: Modal,
  changes: Record<string, string | string[]> = {},
  resolved: Partial<APIInteractionDataResolved> = {},
): APIModalSubmission {
  const components = inputs(modal).map((component, index) => {
    const { custom_id: id, type } = component
    const changed = changes[id]
    const answer =
      type === ComponentType.TextInput
        ? { value: changed ?? component.value ?? '' }
        : { values: changed ?? chosenIn(component) }
    return { type: ComponentType.Label, id: index + 1, component: { type, id: index + 20, custom_id: id, ...answer } }
  })
  const data = { custom_id: modal.custom_id, components, resolved: { users: { [person.id]: person }, ...resolved } }
  return data as unknown as APIModalSubmission
}

function chosenIn(component: ReturnType<typeof inputs>[number]): string[] {
  if (component.type === ComponentType.StringSelect)
    return component.options.flatMap((option) => (option.default ? [option.value] : []))
  return 'default_values' in component ? (component.default_values ?? []).map(({ id }) => id) : []
}

/** Over the shelf, which keeps JSON. */
function opened(form: Form, changes: Partial<FormLook> = {}) {
  const made = modalOf(form, { ...look, ...changes })
  const modal = made.modal('0198a2b3-4d5e-7f60-8a9b-0c1d2e3f4a5b')
  expect(modalProblemsOf(modal)).toEqual([])
  const { marks, links } = readAsPerson(modal)
  expect(links).toEqual([])
  // Our own, around words of which nothing works.
  expect(marks.filter((mark) => !['bold', 'quote', 'italic'].includes(mark))).toEqual([])
  const note = shelvedForm.parse(JSON.parse(JSON.stringify(made.note)))
  const read = (typed = {}, resolved = {}) => readModal(submitted(modal, typed, resolved), note, guild)
  return { modal, note, read }
}

const shownValue = ({ kind, value }: Field): FormValue =>
  kind === 'teammate' && value !== null ? { id: person.id, name: 'Ana' } : value

const options = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.uniqueArray(fc.record({ value: hostileText, label: hostileText }), {
      selector: ({ value }) => value,
      maxLength: 12,
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(1, 24, 25, 26, 120)
      .map((length) => Array.from({ length }, (_, at) => ({ value: `v${at}`, label: `Option, ${at}` }))),
  },
)
const base = { label: hostileText, hint: fc.option(hostileText), isOptional: fc.boolean() }
const moments = fc.date({
  min: new Date('2000-01-01T00:00:00Z'),
  max: new Date('2090-01-01T00:00:00Z'),
  noInvalidDate: true,
})
const field: fc.Arbitrary<Omit<Field, 'id'>> = fc.oneof(
  fc.record({
    ...base,
    kind: fc.constant('text' as const),
    value: hostileText.map((text) => text.toWellFormed()),
    maxLength: fc.constantFrom(1, 100, 4000, 20_000),
    isLong: fc.boolean(),
  }),
  fc.tuple(fc.record(base), options, fc.nat()).map(([rest, offered, at]) => ({
    ...rest,
    kind: 'choice' as const,
    options: offered,
    value: offered[at % (offered.length + 1)]?.value ?? null,
  })),
  fc.tuple(fc.record(base), options, fc.nat()).map(([rest, offered, at]) => ({
    ...rest,
    kind: 'choices' as const,
    options: offered,
    value: offered.slice(at % (offered.length + 1)).map(({ value }) => value),
  })),
  fc.record({
    ...base,
    kind: fc.constant('teammate' as const),
    value: fc.constantFrom(null, `discord:${person.id}`, person.id),
  }),
  fc.record({
    ...base,
    kind: fc.constant('room' as const),
    value: fc.constantFrom(null, `${guild}/400500600`),
  }),
  fc.record({
    ...base,
    kind: fc.constant('group' as const),
    value: fc.constantFrom(null, `${guild}/@400500600`),
  }),
  fc.record({ ...base, kind: fc.constant('moment' as const), value: fc.option(moments) }),
) as fc.Arbitrary<Omit<Field, 'id'>>

const form: fc.Arbitrary<Form> = fc.record({
  id: fc.constantFrom('edit', 'log', 'settings.room-rule'),
  title: hostileText,
  submit: hostileText,
  context: fc.array(fc.record({ title: hostileText, text: hostileText }), { maxLength: 5 }),
  fields: fc
    .array(field, { maxLength: 5 })
    .map((asked) => asked.map((one, index) => ({ ...one, id: `f${index}` }) as Field)),
  about: fc.constantFrom({ conversationId: 'c1', seenSeq: 3, isIt: true, nothing: null }, { much: 'x'.repeat(2400) }),
})

describe('a form in Discord', () => {
  it('is within the limits, and gives back what was left as it was', () => {
    fc.assert(
      fc.property(form, fc.dictionary(fc.constantFrom('f0', 'f1', 'other'), hostileText), (asked, errors) => {
        const { read, note } = opened(asked, { errors })
        const { values, errors: wrong } = read()
        expect(wrong).toEqual({})
        expect(values).toEqual(Object.fromEntries(asked.fields.map((one) => [one.id, shownValue(one)])))
        expect(note).toMatchObject({ form: asked.id, about: asked.about, typed: null, errors })
      }),
      { numRuns: 300 },
    )
  })

  it('is within the limits when it comes back with anything at all in it', () => {
    const value: fc.Arbitrary<FormValue> = fc.oneof(
      hostileText,
      fc.array(hostileText, { maxLength: 4 }),
      moments,
      fc.record({ id: hostileText, name: hostileText }),
      fc.constant(null),
    )
    fc.assert(
      fc.property(form, fc.dictionary(fc.constantFrom('f0', 'f1', 'f2', 'f3'), value), (asked, values) => {
        opened(asked, { values })
      }),
      { numRuns: 200 },
    )
  })

  it('is read as it was filled in', () => {
    const { read } = opened(formOf(fields.slice(0, 5)))
    expect(read({ '0': 'Hello', '1': ['1'], '2': [], '3': '2026-03-04 16:30', '4': [person.id] })).toEqual({
      values: {
        words: 'Hello',
        reason: 'duplicate',
        themes: [],
        until: new Date('2026-03-04T15:30:00Z'),
        to: { id: person.id, name: 'Ana' },
      },
      errors: {},
      typed: 'Hello',
    })
    const others = opened(formOf(fields.slice(4)))
    expect(others.read({ '1': ['400500601'], '2': ['500600701'] }).values).toEqual({
      to: { id: person.id, name: 'Ana' },
      room: `${guild}/400500601`,
      group: `${guild}/@500600701`,
    })
  })

  it('reads what is empty as nothing', () => {
    const { read } = opened(formOf(fields.slice(1, 5)))
    expect(read({ '0': [], '1': [], '2': ' ', '3': [] })).toEqual({
      values: { reason: null, themes: [], until: null, to: null },
      errors: {},
      typed: null,
    })
    const others = opened(formOf([...fields.slice(5), textField('Hello')]))
    expect(others.read({ '0': [], '1': [], '2': '' }).values).toEqual({ room: null, group: null, text: '' })
    const nothing = readModal({ custom_id: 'form:1', components: [] }, others.note, guild)
    expect(nothing.values).toEqual({ room: null, group: null, text: '' })
  })

  it('leaves out people, rooms and groups of other workspaces', () => {
    const elsewhere = everyField.slice(4)
    expect(opened(formOf(elsewhere)).read().values).toEqual({ to: null, room: null, group: null })
    const server = fields.slice(5)
    expect(opened(formOf(server), { guild: '999999' }).read().values).toEqual({ room: null, group: null })
  })

  it('offers only channels that can be written in', () => {
    const { modal } = opened(formOf(fields.slice(5, 6)))
    expect(inputs(modal)).toMatchObject([{ type: ComponentType.ChannelSelect, channel_types: [0, 5], required: true }])
  })

  it('knows a teammate as the others do', () => {
    const { read } = opened(formOf(fields.slice(4, 5)))
    const nick = { members: { [person.id]: { nick: 'Ana from Support' } } }
    const named = (resolved: object) => read({}, resolved).values['to']
    expect(named(nick)).toEqual({ id: person.id, name: 'Ana from Support' })
    expect(named({ users: { [person.id]: { ...person, global_name: null } } })).toEqual({ id: person.id, name: 'ana' })
    expect(named({ users: {} })).toEqual({ id: person.id, name: person.id })
  })

  it('takes neither a bot for a teammate nor everybody for a group', () => {
    const bot = { users: { [person.id]: { ...person, bot: true } } }
    expect(opened(formOf(fields.slice(4, 5))).read({}, bot).errors).toEqual({ to: 'This is a bot. Choose a person' })
    const group = opened(formOf(fields.slice(6)))
    const { values, errors } = group.read({ '0': [guild] })
    expect(errors).toEqual({ group: 'This role is everybody. Choose another role' })
    expect(opened(formOf(fields.slice(6)), { values, errors }).read().values).toEqual({ group: null })
  })

  it('can be about nothing but whether it is meant', () => {
    const { modal, read } = opened(formOf([], [{ title: 'Rule', text: 'Complaint' }]))
    expect(above(modal)).toBe('**Rule**\n> Complaint')
    expect(labels(modal)).toEqual(['Are you sure?'])
    expect(read()).toEqual({ values: {}, errors: {}, typed: null })
  })
})

describe('a long text in a form', () => {
  const texts = (modal: Modal) => inputs(modal).map((one) => ('value' in one ? (one.value ?? '') : ''))

  it('has as many inputs as it needs, and one more where the channel takes more', () => {
    const shown = (value: string, maxLength = 100_000) =>
      labels(opened(formOf([textField(value, { maxLength })])).modal)
    expect(shown('Hello')).toEqual(['Your reply'])
    expect(shown('word '.repeat(600))).toEqual(['Your reply', 'Your reply (2)'])
    expect(shown('word '.repeat(600), 4000)).toEqual(['Your reply'])
    expect(shown('word '.repeat(1100))).toHaveLength(2)
  })

  it('says how much has room here where the channel takes more', () => {
    const described = (asked: Field) =>
      opened(formOf([asked])).modal.components.flatMap((part) => ('description' in part ? [part.description] : []))
    const hint = 'It is sent as it stands here.'
    expect(described({ ...textField('Hello', { maxLength: 20_000 }), hint })).toEqual([
      'It is sent as it stands here · 4,000 of 20,000 characters fit here',
    ])
    expect(described({ ...textField('word '.repeat(600), { maxLength: 20_000 }), hint })).toEqual([
      'It is sent as it stands here · 8,000 of 20,000 characters fit here',
    ])
    expect(described({ ...textField('Hello', { maxLength: 4000 }), hint })).toEqual([hint])
    expect(described({ ...textField('Hello', { maxLength: 500 }), hint: null })).toEqual([])
  })

  it('takes the room of what stands above it before any of it is left out', () => {
    const context = [{ title: 'Mia wrote', text: 'Hello?' }]
    const when: Field = { ...momentField(null), id: 'when' }
    const shown = (length: number) => opened(formOf([textField('word '.repeat(length / 5)), when], context)).modal
    expect(above(shown(11_000))).toContain('Mia wrote')
    expect(labels(shown(11_000))).toEqual(['Your reply', 'Your reply (2)', 'Your reply (3)', 'When'])
    expect(above(shown(15_000))).toBeNull()
    expect(labels(shown(15_000))).toHaveLength(5)
  })

  it('is whole while it is left alone, and only what is shown once it is changed, which it says', () => {
    const value = 'word '.repeat(6000)
    const { modal, read } = opened(formOf([textField(value)]))
    expect(labels(modal)).toHaveLength(5)
    expect(descriptions(modal)[0]).toMatch(/^⚠️ If you change this, only the 19,99\d characters here are kept$/)
    expect(read()).toMatchObject({ values: { text: value } })
    expect(read({ '0': 'Short.' }).values).toEqual({ text: ['Short.', ...texts(modal).slice(1)].join(' ') })
    const again = opened(formOf([textField(value)]), { errors: { text: 'This is too long. '.repeat(9) } })
    expect(descriptions(again.modal)[0]).toMatch(/^⚠️ This is too lo.* · If you change this, only the/)
  })

  it('drops what joined a part that was emptied', () => {
    const value = `${'a'.repeat(3500)}\n\n${'b'.repeat(3500)}\n\n${'c'.repeat(1000)}`
    const { read } = opened(formOf([textField(value)]))
    expect(read({ '0.1': '' }).values).toEqual({ text: `${'a'.repeat(3500)}\n\n${'c'.repeat(1000)}` })
  })

  it('gives back what somebody wrote, and the ends of lines as we have them', () => {
    const { read } = opened(formOf([textField('', { id: 'a' }), textField('Kept', { id: 'b' }), momentField(null)]))
    expect(read({ '0': 'One\r\ntwo' })).toEqual({
      values: { a: 'One\ntwo', b: 'Kept', at: null },
      errors: {},
      typed: 'One\ntwo\n\nKept',
    })
  })
})

describe('what stands above the fields', () => {
  it('is the customer’s words, of which nothing works', () => {
    const text = 'Hi @everyone\n# Refund **now** [Approve](https://evil.example) <@700800900>'
    const { modal } = opened(formOf(fields.slice(0, 4), [{ title: '<#400500600> wrote', text }]))
    const read = readAsPerson({ components: modal.components.slice(0, 1) })
    expect(read.text).toContain('<#400500600> wrote')
    for (const line of text.split('\n')) expect(read.text).toContain(line)
  })

  it('has a fair share for each part, and says what is missing', () => {
    const context = [1, 2, 3].map((at) => ({ title: `Part ${at}`, text: `*${at}* `.repeat(3000) }))
    const { modal } = opened(formOf(fields.slice(0, 4), context))
    const content = above(modal) ?? ''
    expect(content.length).toBeLessThanOrEqual(3000)
    expect(content.length).toBeGreaterThan(2000)
    for (const part of context) expect(content).toContain(`**${part.title}**`)
    expect(content.match(/more characters/g)).toHaveLength(3)
  })

  it('is left out of a form that has no room for it', () => {
    const { modal } = opened(formOf(fields.slice(0, 5), editForm.context))
    expect(above(modal)).toBeNull()
    expect(labels(modal)).toEqual(['Words', 'Reason', 'Themes', 'Until', 'To'])
  })
})

describe('a form that comes back', () => {
  it('has what was typed in it, and says what is wrong where it is wrong', () => {
    const asked = formOf([textField('Hello'), momentField(null)])
    const first = opened(asked).read({ '0': 'Too rude', '1': 'tomorrow' })
    expect(first.errors).toEqual({ at: 'Write a day and a time such as 2026-03-04 16:30' })
    const again = opened(asked, { values: first.values, errors: { ...first.errors, text: 'Be <b>kind</b>' } })
    expect(descriptions(again.modal)).toEqual([
      '⚠️ Be <b>kind</b>',
      '⚠️ Write a day and a time such as 2026-03-04 16:30',
    ])
    const { typed, errors } = again.note
    const third = opened(asked, { values: typed, errors })
    expect(third.modal).toEqual(again.modal)
    expect(third.read({ '1': '2026-03-04 16:30' }).values).toEqual({
      text: 'Too rude',
      at: new Date('2026-03-04T15:30:00Z'),
    })
    expect(third.read().errors).toEqual(first.errors)
  })

  it('keeps every kind of value on the shelf', () => {
    const values: FormValues = {
      words: 'W',
      reason: 'duplicate',
      themes: ['b'],
      until: new Date('2026-10-25T01:30:17.250Z'),
      to: { id: person.id, name: 'Ana' },
    }
    const asked = formOf(fields.slice(0, 5))
    const { note } = opened(asked, { values })
    expect(opened(asked, { values: note.typed }).read().values).toEqual(values)
  })

  it('says what is wrong with the whole on top, or else at the first field', () => {
    const errors = { form: 'Somebody was faster', text: 'Too long' }
    const withRoom = opened(formOf([textField('Hello')]), { errors })
    expect(above(withRoom.modal)).toBe('⚠️ **Somebody was faster**')
    expect(descriptions(withRoom.modal)).toEqual(['⚠️ Too long'])
    const without = opened(formOf(fields.slice(0, 5)), { errors })
    expect(descriptions(without.modal)[0]).toBe('⚠️ Somebody was faster · Too long')
    expect(descriptions(opened(formOf([textField('')]), { errors: { text: '' } }).modal)).toEqual([
      '⚠️ This is not right.',
    ])
  })
})

describe('options', () => {
  const many = Array.from({ length: 30 }, (_, at) => ({ value: `l${at}`, label: `Language ${at}` }))
  const languages = [
    { value: 'de', label: 'German' },
    { value: 'de-AT', label: 'German, Austria' },
    { value: 'el', label: 'Greek' },
    { value: 'ja', label: 'Japanese' },
    ...many,
  ]
  const choice = (value: string | null) => opened(formOf([optionField('choice', value, languages)]))
  const choices = (value: string[]) => opened(formOf([optionField('choices', value, languages)]))

  it('says that there is nothing to choose from', () => {
    const { modal, read } = opened(formOf([optionField('choice', 'x', []), textField('Hello')]), {
      errors: { f: 'Choose one' },
    })
    expect(above(modal)).toBe('**F**: there is nothing to choose from.\n⚠️ Choose one')
    expect(read().values).toEqual({ f: null, text: 'Hello' })
    expect(opened(formOf([optionField('choices', ['x'], [])])).read().values).toEqual({ f: [] })
  })

  it('are typed where there are too many for a menu', () => {
    const { modal, read } = choice('de-AT')
    expect(inputs(modal)).toMatchObject([{ type: ComponentType.TextInput, value: 'German, Austria', required: false }])
    expect(descriptions(modal)).toEqual(['Write one of them'])
    const reads = (text: string) => read({ '0': text })
    expect(reads(' german ')).toMatchObject({ values: { f: 'de' }, errors: {} })
    expect(reads('jap')).toMatchObject({ values: { f: 'ja' }, errors: {} })
    expect(reads('')).toMatchObject({ values: { f: null }, errors: {} })
    expect(reads('Gr33k')).toMatchObject({
      values: { f: 'Gr33k' },
      errors: { f: 'Write one of: Greek, German, German, Austria, Japanese, …' },
    })
    expect(reads('Language')).toMatchObject({ errors: { f: expect.stringMatching(/^Write one of: Language 0, /) } })
  })

  it('are typed with commas between them where there may be several', () => {
    const { read } = choices(['de', 'de-AT'])
    const reads = (text: string) => read({ '0': text })
    expect(reads('greek,German, Austria\nlanguage 7,')).toMatchObject({
      values: { f: ['el', 'de-AT', 'l7'] },
      errors: {},
    })
    expect(reads('German, German')).toMatchObject({ values: { f: ['de'] }, errors: {} })
    expect(reads('Greek, Klingon')).toMatchObject({
      values: { f: ['el', 'klingon'] },
      errors: { f: expect.stringMatching(/^“klingon” is none of: /) },
    })
    expect(reads(' , ').values).toEqual({ f: [] })
  })

  it('stand there again as they were typed', () => {
    for (const [kind, text] of [
      ['choice', 'Gr33k'],
      ['choices', 'Greek, klingon'],
    ] as const) {
      const asked = formOf([optionField(kind, null, languages)])
      const { values, errors } = opened(asked).read({ '0': text })
      const again = opened(asked, { values, errors })
      expect(inputs(again.modal)).toMatchObject([{ value: text }])
      expect(again.read().errors).toEqual(errors)
    }
  })

  it('never fail, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hostileText,
          fc.array(fc.constantFrom('German', 'Austria', ',', ' ', '\n', 'x')).map((parts) => parts.join('')),
        ),
        (text) => {
          for (const kind of ['choice', 'choices'] as const) {
            const { read } = opened(formOf([optionField(kind, null, languages)]))
            const { values, errors } = read({ '0': text })
            const known = [values['f'] ?? []].flat().every((value) => languages.some((one) => one.value === value))
            expect(known || 'f' in errors).toBe(true)
          }
        },
      ),
    )
  })
})

describe('a moment', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Chatham']
  const read = (text: string, timeZone = 'Europe/Berlin') =>
    opened(formOf([momentField(null)]), { timeZone }).read({ '0': text })

  it('shows what it is as a clock of the team does', () => {
    const { modal } = opened(formOf([momentField(new Date('2026-03-02T14:00:30Z'))]))
    expect(inputs(modal)).toMatchObject([{ value: '2026-03-02 15:00', placeholder: '2026-03-04 16:30' }])
    expect(descriptions(modal)).toEqual(['Empty: now · Such as 2026-03-04 16:30, in Europe/Berlin'])
  })

  it('comes back to the millisecond when it is left alone, also in an hour that comes twice', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), moments, (timeZone, at) => {
        expect(opened(formOf([momentField(at)]), { timeZone }).read().values).toEqual({ at })
      }),
    )
    const second = new Date('2026-10-25T01:30:00Z')
    expect(opened(formOf([momentField(second)])).read().values).toEqual({ at: second })
  })

  it('is what the clock shows, in every zone, however it is written', () => {
    const spellings: ((text: string) => string)[] = [
      (text) => text,
      (text) => text.replace(' ', 'T'),
      (text) => ` ${text.replaceAll('-', '/')}:00`,
      (text) => text.replaceAll('-', '.').replace(' ', ', '),
      (text) => text.replaceAll(/(?<=-)0/g, '').replace(' 0', ' '),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...zones), moments, fc.constantFrom(...spellings), (timeZone, at, spelled) => {
        const text = clockText(at, timeZone)
        const { values, errors } = read(spelled(text), timeZone)
        expect(errors).toEqual({})
        expect(clockText(values['at'] as Date, timeZone)).toBe(text)
        // An hour that comes twice is the first of the two.
        expect(Math.abs((values['at'] as Date).getTime() - at.getTime())).toBeLessThanOrEqual(3_660_000)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    'tomorrow',
    '2026-02-30 10:00',
    '2026-13-01 10:00',
    '2026-03-04 24:00',
    '2026-03-04 4:30 pm',
    '2026-03-04 16:60',
    '16:30',
    '2026-03-04',
    '04.03.2026 16:30',
    '٢٠٢٦-03-04 16:30',
  ])('that can’t be read is told, and stands there again: %s', (text) => {
    expect(read(text)).toMatchObject({
      values: { at: text },
      errors: { at: 'Write a day and a time such as 2026-03-04 16:30' },
    })
  })

  it('never fails, whatever is typed', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const { values, errors } = read(text)
        expect(values['at'] === null || values['at'] instanceof Date || 'at' in errors).toBe(true)
      }),
    )
  })
})
