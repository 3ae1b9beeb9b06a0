import { describe, expect, it } from 'vitest'
import { commandProblemsOf, modalProblemsOf, problemsOf } from './discord-limits.ts'

const times = (count: number) => Array.from({ length: count }, (_, index) => index)
const text = (content: string) => ({ type: 10, content })
const button = (changes: object = {}) => ({ type: 2, style: 2, label: 'x', custom_id: 'a', ...changes })
const linkTo = (url: string) => ({ type: 2, style: 5, label: 'x', url })
const row = (...components: object[]) => ({ type: 1, components })
const box = (...components: object[]) => ({ type: 17, components })
const option = (value: string, changes: object = {}) => ({ label: value || 'x', value, ...changes })
const menu = (changes: object = {}) => ({ type: 3, custom_id: 'm', options: [option('1'), option('2')], ...changes })
const gallery = (...urls: string[]) => ({ type: 12, items: urls.map((url) => ({ media: { url } })) })
const file = (url: string) => ({ type: 13, file: { url } })

const mentions = { parse: [] }
const message = (...components: object[]) => problemsOf({ flags: 1 << 15, components, allowed_mentions: mentions })

const label = (component: object, changes: object = {}) => ({ type: 18, label: 'x', component, ...changes })
const input = (changes: object = {}) => ({ type: 4, style: 2, custom_id: 'i', ...changes })
const modalOf = (changes: object, ...components: object[]) =>
  modalProblemsOf({ title: 'x', custom_id: 'f', components, ...changes })
const modal = (...components: object[]) => modalOf({}, ...components)

const argument = (changes: object = {}) => ({ type: 3, name: 'theme', description: 'x', ...changes })
const command = (changes: object = {}) => commandProblemsOf({ name: 'desk', description: 'x', ...changes })

describe("Discord's limits on messages", () => {
  it('let through what Discord takes', () => {
    expect(message(text('x'), { type: 14 }, row(button(), linkTo('https://a.example')))).toEqual([])
    expect(message({ ...box(text('x'), row(menu())), accent_color: 0xff0000, id: 7 })).toEqual([])
    expect(message({ type: 9, components: [text('x')], accessory: button() })).toEqual([])
    expect(message(gallery('attachment://a.png', 'https://a.example/b.png'), file('attachment://c.pdf'))).toEqual([])
    expect(
      message(box(...times(8).map((at) => row(...times(3).map((index) => button({ custom_id: `${at}:${index}` })))))),
    ).toEqual([])
    expect(message(text('x'.repeat(4000)))).toEqual([])
    expect(
      problemsOf({
        flags: (1 << 15) | 64,
        components: [text('x')],
        allowed_mentions: { parse: [], users: ['11111'] },
        nonce: 'n',
        enforce_nonce: true,
      }),
    ).toEqual([])
  })

  it.each<[string, object]>([
    ['empty text', text('  ')],
    ['no text', { type: 10 }],
    ['over 4000', text('x'.repeat(4001))],
    ['unknown field', { ...text('x'), colour: 1 }],
    ['no such component', { type: 99 }],
    ['a button by itself', button()],
    ['a container in a container', box(box(text('x')))],
    ['an empty container', box()],
    ['a colour of more than 24 bits', { ...box(text('x')), accent_color: 2 ** 24 }],
    ['an empty row', row()],
    ['six buttons in a row', row(...times(6).map((index) => button({ custom_id: `${index}` })))],
    ['a text in a row', row(text('x'))],
    ['a menu beside a button', row(menu(), button())],
    ['one custom_id twice', row(button(), button())],
    ['one custom_id twice, in two rows', box(row(button()), row(button()))],
    ['no custom_id', row({ type: 2, style: 2, label: 'x' })],
    ['custom_id over 100', row(button({ custom_id: 'x'.repeat(101) }))],
    ['label over 80', row(button({ label: 'x'.repeat(81) }))],
    ['no label', row(button({ label: '' }))],
    ['no such style', row(button({ style: 7 }))],
    ['an address on no link', row(button({ url: 'https://a.example' }))],
    ['a link with a custom_id', row({ ...linkTo('https://a.example'), custom_id: 'a' })],
    ['no web address', row(linkTo('javascript:alert(1)'))],
    ['address over 512', row(linkTo(`https://a.example/${'x'.repeat(500)}`))],
    ['a section without an accessory', { type: 9, components: [text('x')] }],
    ['four texts in a section', { type: 9, components: times(4).map(() => text('x')), accessory: button() }],
    ['an empty gallery', gallery()],
    ['eleven pictures', gallery(...times(11).map((index) => `attachment://${index}.png`))],
    ['a picture that is nowhere', gallery('teapot.png')],
    ['a name that Discord changes', gallery('attachment://tea pot.png')],
    ['a file from the web', file('https://a.example/c.pdf')],
    ['a modal’s input', input()],
    ['a modal’s label', label(input())],
    ['an id of over 31 bits', { ...text('x'), id: 2 ** 31 }],
    ['half an id', { ...text('x'), id: 1.5 }],
    ['half a character', text('\ud83d')],
    ['no options', row(menu({ options: [] }))],
    ['over 25 options', row(menu({ options: times(26).map((index) => option(`${index}`)) }))],
    ['one value twice', row(menu({ options: [option('1'), option('1')] }))],
    ['an empty value', row(menu({ options: [option('')] }))],
    ['option over 100', row(menu({ options: [option('1', { label: 'x'.repeat(101) })] }))],
    ['option value over 100', row(menu({ options: [option('1'.repeat(101))] }))],
    ['option description over 100', row(menu({ options: [option('1', { description: 'x'.repeat(101) })] }))],
    ['placeholder over 150', row(menu({ placeholder: 'x'.repeat(151) }))],
    ['more to choose than there is', row(menu({ max_values: 3 }))],
    ['least over most', row(menu({ min_values: 2 }))],
    [
      'more chosen than may be',
      row(menu({ options: [option('1', { default: true }), option('2', { default: true })] })),
    ],
    ['required, in a message', row(menu({ required: true }))],
    ['another type chosen', row({ type: 5, custom_id: 'm', default_values: [{ type: 'role', id: '11111' }] })],
    ['nobody chosen', row({ type: 5, custom_id: 'm', default_values: [{ type: 'user', id: 'Ana' }] })],
    [
      'two chosen where one may be',
      row({ type: 8, custom_id: 'm', default_values: times(2).map(() => ({ type: 'channel', id: '11111' })) }),
    ],
  ])('find a component at fault: %s', (_, component) => {
    expect(message(component)).not.toEqual([])
  })

  it('find a message at fault', () => {
    expect(message()).not.toEqual([])
    expect(message(...times(41).map(() => text('x')))).not.toEqual([])
    expect(message(box(...times(40).map(() => text('x'))))).not.toEqual([])
    expect(message(text('x'.repeat(2001)), box(text('x'.repeat(2000))))).not.toEqual([])
    expect(message({ ...text('x'), id: 1 }, { ...text('y'), id: 1 })).not.toEqual([])
    const whole = { flags: 1 << 15, components: [text('x')], allowed_mentions: mentions }
    for (const changes of [
      { flags: 0 },
      { content: 'x' },
      { embeds: [] },
      { components: null },
      { allowed_mentions: undefined },
      { allowed_mentions: { parse: ['everyone'] } },
      { allowed_mentions: { parse: [], users: ['Ana'] } },
      { nonce: 'x'.repeat(26) },
    ])
      expect(problemsOf({ ...whole, ...changes })).not.toEqual([])
    expect(problemsOf(null)).not.toEqual([])
  })
})

describe("Discord's limits on modals", () => {
  it('let through what Discord takes', () => {
    expect(modal(text('x'), label(input({ value: 'x'.repeat(4000), min_length: 1, required: true })))).toEqual([])
    expect(modal(label(menu({ min_values: 0, required: false }), { description: 'x' }))).toEqual([])
    expect(modal(label({ type: 5, custom_id: 'u', default_values: [{ type: 'user', id: '11111' }] }))).toEqual([])
    expect(modal(label({ type: 8, custom_id: 'c', channel_types: [0], required: false }))).toEqual([])
  })

  it.each<[string, object[], object?]>([
    ['nothing in it', []],
    ['six parts', times(6).map(() => text('x'))],
    ['a row', [row(input())]],
    ['an input by itself', [input()]],
    ['a button in a label', [label(button())]],
    ['an empty label', [label(input(), { label: ' ' })]],
    ['label over 45', [label(input(), { label: 'x'.repeat(46) })]],
    ['description over 100', [label(input(), { description: 'x'.repeat(101) })]],
    ['an empty description', [label(input(), { description: '' })]],
    ['title over 45', [text('x')], { title: 'x'.repeat(46) }],
    ['no title', [text('x')], { title: '' }],
    ['custom_id over 100', [text('x')], { custom_id: 'x'.repeat(101) }],
    ['one custom_id twice', [label(input()), label(input())]],
    ['value over 4000', [label(input({ value: 'x'.repeat(4001) }))]],
    ['value longer than it may be', [label(input({ value: 'xx', max_length: 1 }))]],
    ['max_length over 4000', [label(input({ max_length: 4001 }))]],
    ['max_length of 0', [label(input({ max_length: 0 }))]],
    ['min_length over max_length', [label(input({ min_length: 3, max_length: 2 }))]],
    ['placeholder over 100', [label(input({ placeholder: 'x'.repeat(101) }))]],
    ['a label of its own', [label(input({ label: 'x' }))]],
    ['no such style', [label(input({ style: 3 }))]],
    ['required with nothing to choose', [label(menu({ min_values: 0 }))]],
    ['disabled', [label(menu({ disabled: true }))]],
    ['over 4000 in all', [text('x'.repeat(4000)), text('x')]],
    ['half a character', [text('\udc00')]],
  ])('find a modal at fault: %s', (_, components, changes = {}) => {
    expect(modalOf(changes, ...components)).not.toEqual([])
  })

  it('find at fault what is no modal', () => {
    expect(modalProblemsOf(null)).not.toEqual([])
    expect(modalProblemsOf({ title: 'x', custom_id: 'x' })).not.toEqual([])
  })
})

describe("Discord's limits on commands", () => {
  it('let through what Discord takes', () => {
    expect(command({ default_member_permissions: '0', contexts: [0] })).toEqual([])
    expect(
      command({ options: [{ type: 1, name: 'open', description: 'x', options: [argument({ autocomplete: true })] }] }),
    ).toEqual([])
    const channel = argument({ type: 7, channel_types: [0, 5] })
    expect(command({ options: [channel, argument({ name: 'b', max_length: 6000 })] })).toEqual([])
    const group = { type: 2, name: 'group', description: 'x', options: [{ type: 1, name: 'open', description: 'x' }] }
    expect(command({ options: [group] })).toEqual([])
    expect(commandProblemsOf({ type: 3, name: 'Log this' })).toEqual([])
  })

  it.each<[string, object]>([
    ['a name in capitals', { name: 'Desk' }],
    ['a name with a space', { name: 'des k' }],
    ['name over 32', { name: 'x'.repeat(33) }],
    ['no description', { description: '' }],
    ['description over 100', { description: 'x'.repeat(101) }],
    ['over 25 options', { options: times(26).map((index) => argument({ name: `a${index}` })) }],
    ['one option twice', { options: [argument(), argument()] }],
    ['an option without a description', { options: [argument({ description: undefined })] }],
    ['no such type', { options: [argument({ type: 12 })] }],
    ['required after optional', { options: [argument(), argument({ name: 'b', required: true })] }],
    ['a subcommand beside an option', { options: [argument(), { type: 1, name: 'open', description: 'x' }] }],
    [
      'too deep',
      { options: [{ type: 1, name: 'a', description: 'x', options: [{ type: 1, name: 'b', description: 'x' }] }] },
    ],
    [
      'over 25 choices',
      { options: [argument({ choices: times(26).map((index) => ({ name: 'x', value: `${index}` })) })] },
    ],
    ['choice over 100', { options: [argument({ choices: [{ name: 'x'.repeat(101), value: '1' }] })] }],
    ['choices and autocomplete', { options: [argument({ autocomplete: true, choices: [] })] }],
    ['suggestions for a channel', { options: [argument({ type: 7, autocomplete: true })] }],
    ['a length of a channel', { options: [argument({ type: 7, max_length: 100 })] }],
    ['kinds of channels for a text', { options: [argument({ channel_types: [0] })] }],
    ['no such kind of channel', { options: [argument({ type: 7, channel_types: [99] })] }],
    ['max_length over 6000', { options: [argument({ max_length: 6001 })] }],
    ['rights that are no number', { default_member_permissions: 'admin' }],
    ['half a character', { description: '\ud83d' }],
    [
      'over 8000 characters',
      {
        options: times(25).map((at) =>
          argument({
            name: `a${at}`,
            choices: times(25).map((index) => ({ name: 'x'.repeat(20), value: `${index}` })),
          }),
        ),
      },
    ],
  ])('find a command at fault: %s', (_, changes) => {
    expect(command(changes)).not.toEqual([])
  })

  it('find a menu entry at fault', () => {
    expect(commandProblemsOf({ type: 3, name: 'x'.repeat(33) })).not.toEqual([])
    expect(commandProblemsOf({ type: 2, name: 'x', description: 'x' })).not.toEqual([])
    expect(commandProblemsOf({ type: 3, name: 'x', options: [] })).not.toEqual([])
    expect(commandProblemsOf({ type: 9, name: 'x' })).not.toEqual([])
    expect(commandProblemsOf(null)).not.toEqual([])
  })
})
