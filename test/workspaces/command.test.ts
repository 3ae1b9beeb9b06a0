import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { themes } from '../../src/interactions/interaction.ts'
import { commands, commandText, nearest, parseCommand } from '../../src/workspaces/command.ts'

const nobody = { theme: null, channel: null, customer: null }

describe('parseCommand', () => {
  it.each([
    ['', { kind: 'help' }],
    ['  help me ', { kind: 'help' }],
    ['Home', { kind: 'home' }],
    ['/desk open', { kind: 'open', filter: nobody }],
    ['OPEN', { kind: 'open', filter: nobody }],
    ['settings', { kind: 'settings' }],
    ['/desk LOG', { kind: 'form', form: 'log', about: {} }],
    ['log  Mia called:\nIt broke ', { kind: 'form', form: 'log', about: { text: 'Mia called:\nIt broke' } }],
    ['opne', { kind: 'unknown', word: 'opne', nearest: 'open' }],
    ['/desk hlp', { kind: 'unknown', word: 'hlp', nearest: 'help' }],
    ['setings', { kind: 'unknown', word: 'setings', nearest: 'settings' }],
    ['dance', { kind: 'unknown', word: 'dance', nearest: null }],
    ['/desktop', { kind: 'unknown', word: '/desktop', nearest: null }],
  ])('reads %j', (text, command) => {
    expect(parseCommand(text)).toEqual(command)
  })

  it('understands its own examples', () => {
    for (const { name, example } of commands)
      expect(parseCommand(example)).toMatchObject(name === 'log' ? { form: 'log' } : { kind: name })
  })

  it('understands or names whatever is typed, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(['help', 'home', 'open', 'settings', 'form', 'unknown']).toContain(parseCommand(text).kind)
      }),
    )
  })

  it('has nothing to say that platforms have no room for', () => {
    for (const { about, options } of commands)
      for (const text of [about, ...options.map((option) => option.about)]) expect(text.length).toBeLessThanOrEqual(100)
  })

  it('starts the log with the words that follow, as far as they can travel with a form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.nat(60), (part, times) => {
        const text = part.repeat(times)
        const command = parseCommand(`log ${text}`)
        const about = command.kind === 'form' ? command.about : null
        const start = text.trim().slice(0, 2000).toWellFormed()
        expect(about).toEqual(start === '' ? {} : { text: start })
      }),
    )
  })
})

describe('/desk open', () => {
  const filterOf = (text: string) => {
    const command = parseCommand(`open ${text}`)
    return command.kind === 'open' ? command.filter : command
  }
  const invalid = (problem: string) => ({ kind: 'invalid', problem })

  it.each([
    ['theme:complaint channel:email customer:"Mia Jansen"', ['complaint', 'email', 'Mia Jansen']],
    ['customer:“Mia Jansen” Channel:Email THEME: Complaint', ['complaint', 'Email', 'Mia Jansen']],
    ['customer:„Mia Jansen“ channel：email', [null, 'email', 'Mia Jansen']],
    ['customer:«Mia Jansen»', [null, null, 'Mia Jansen']],
    ['customer:“Mia Jansen"', [null, null, 'Mia Jansen']],
    ['channel:"live chat"', [null, 'live chat', null]],
    ['complaint', ['complaint', null, null]],
    ['QUESTION mia', ['question', null, 'mia']],
    ['mia  jansen', [null, null, 'mia jansen']],
    ['mia complaint\njansen', ['complaint', null, 'mia jansen']],
    ['customer:mia jansen', [null, null, 'mia jansen']],
    ['"complaint"', [null, null, 'complaint']],
    ['customer:question theme:complaint', ['complaint', null, 'question']],
    ["o'brien @mia_9 12:30", [null, null, "o'brien @mia_9 12:30"]],
    ['customer:"Mia ""the bell"" Jansen"', [null, null, 'Mia "the bell" Jansen']],
    ['customer:mia@shop.example', [null, null, 'mia@shop.example']],
  ])('reads %j', (text, [theme, channel, customer]) => {
    expect(filterOf(text)).toEqual({ theme, channel, customer })
  })

  it.each([
    [
      'theme:complant',
      '/desk open does not know the theme "complant". Did you mean complaint? For example: /desk open theme:complaint',
    ],
    [
      'theme:anger',
      '/desk open does not know the theme "anger". There are compliment, complaint, question, suggestion and comparison. For example: /desk open theme:complaint',
    ],
    [
      'chanel:email',
      '/desk open does not know "chanel:". Did you mean channel:? For example: /desk open channel:email',
    ],
    [
      'see https://shop.example',
      '/desk open does not know "https:". It knows theme:, channel: and customer:; other words with a colon stand in quotation marks. For example: /desk open customer:"Mia Jansen"',
    ],
    [
      'theme:question THEME:complaint',
      'It takes one theme, and two are given. For example: /desk open theme:complaint',
    ],
    ['complaint question', 'It takes one theme, and two are given. For example: /desk open theme:complaint'],
    ['channel:a channel:b', 'It takes one channel, and two are given. For example: /desk open channel:email'],
    [
      'customer:a customer:b',
      'It takes one customer, and two are given. For example: /desk open customer:"Mia Jansen"',
    ],
    [
      'customer:"mia jansen',
      'The quotation mark before mia jansen is not closed. For example: /desk open customer:"Mia Jansen"',
    ],
    ['mia "', 'The quotation mark at the end is not closed. For example: /desk open customer:"Mia Jansen"'],
    ['theme:', 'Nothing stands after theme:. For example: /desk open theme:complaint'],
    ['theme: channel:email', 'Nothing stands after theme:. For example: /desk open theme:complaint'],
    ['channel:" "', 'Nothing stands after channel:. For example: /desk open channel:email'],
    ['""', 'Nothing stands between the quotation marks. For example: /desk open customer:"Mia Jansen"'],
  ])('says what is wrong with %j, and what would be right', (text, problem) => {
    expect(filterOf(text)).toEqual(invalid(problem))
  })

  it('gives examples that it understands', () => {
    for (const text of ['theme:x', 'key:x', 'channel:', '"'])
      expect(
        parseCommand(/For example: (.*)/.exec(JSON.parse(JSON.stringify(filterOf(text))).problem)?.[1] ?? ''),
      ).toHaveProperty('filter')
  })

  const marks = fc.constantFrom(
    '"',
    '“',
    '”',
    '„',
    '«',
    '»',
    ' ',
    '\n',
    ':',
    'theme:',
    'channel: ',
    'customer:"',
    '\\',
    '\0',
    '\ud800',
  )

  it('understands or names whatever is typed, in few words, and never throws', () => {
    const words = fc.array(fc.oneof(marks, fc.constantFrom(...themes), fc.string({ unit: 'binary', maxLength: 5 })))
    fc.assert(
      fc.property(words, (parts) => {
        const command = parseCommand(`open ${parts.join('')}`)
        if (command.kind === 'invalid') expect(command.problem.length).toBeLessThanOrEqual(300)
        else if (command.kind !== 'open') expect(command.kind).toBe('unknown')
        else for (const value of Object.values(command.filter)) expect(value?.length ?? 1).toBeLessThanOrEqual(200)
      }),
      { numRuns: 2000 },
    )
  })

  it('takes hostile lengths without a halt', () => {
    for (const part of ['"', 'a', 'theme:', 'a:', '“"', ' ', 'customer:"a" ', '：'])
      expect(['open', 'invalid']).toContain(parseCommand(`open ${part.repeat(100_000)}`).kind)
  })
})

describe('commandText', () => {
  const anything = fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc
        .array(fc.constantFrom('"', '”', '“', '„', '«', '»', ' ', '\n', 'customer:', 'a', '\\'))
        .map((parts) => parts.join('')),
    )
    .filter((text) => text.trim() !== '' && text.length <= 200)

  it('is read back with whatever stood in the fields, in any order', () => {
    const options = fc.record(
      { theme: fc.constantFrom(...themes), channel: anything, customer: anything },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(options, fc.boolean(), (given, isReversed) => {
        const fields = Object.entries(given).map(([name, value]) => ({ name, value }))
        const text = commandText('open', isReversed ? fields.toReversed() : fields)
        expect(parseCommand(text)).toEqual({ kind: 'open', filter: { ...nobody, ...given } })
      }),
      { numRuns: 1000 },
    )
  })

  it('is read back with the beginning of what is too long', () => {
    for (const letter of ['a', '"', ' “', '\n\n:', '🙂'])
      for (const name of ['channel', 'customer']) {
        const value = `x${letter.repeat(10_000 / letter.length)}`
        const command = parseCommand(commandText('open', [{ name, value }]))
        const kept = value.slice(0, 200).replace(/[\ud800-\udbff]$/, '')
        expect(command).toEqual({ kind: 'open', filter: { ...nobody, [name]: kept } })
      }
  })

  it('says what would be typed, and quotes only where it must', () => {
    const options = [
      { name: 'theme', value: 'complaint' },
      { name: 'customer', value: 'Mia Jansen' },
    ]
    expect(commandText('open', options)).toBe('open theme:complaint customer:"Mia Jansen"')
    expect(commandText('home', [])).toBe('home')
    expect(commandText('log', [{ name: 'text', value: 'Mia: "hello"' }])).toBe('log Mia: "hello"')
  })

  it('tells a blank field from none', () => {
    expect(parseCommand(commandText('open', [{ name: 'customer', value: ' ' }])).kind).toBe('invalid')
  })
})

describe('nearest', () => {
  it.each([
    ['live', 'live-chat'],
    ['emial', 'email'],
    ['EMAIL', 'email'],
    ['li', null],
    ['', null],
    ['telegram', null],
  ])('takes %j for %j', (word, meant) => {
    expect(nearest(word, ['email', 'live-chat'])).toBe(meant)
  })
})
