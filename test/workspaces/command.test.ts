import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dimensions } from '../../src/measures/numbers.ts'
import type { PeriodAsk } from '../../src/measures/period.ts'
import { themes } from '../../src/interactions/interaction.ts'
import { addDays } from '../../src/settings/hours.ts'
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
      expect(parseCommand(example)).toMatchObject(
        name === 'log' ? { form: 'log' } : { kind: name === 'history' ? 'find' : name },
      )
    for (const { about } of commands) {
      const [, said] = /: (\/desk .*)/.exec(about) ?? []
      if (said !== undefined) expect(parseCommand(said).kind).toBe('digest-at')
    }
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

/** Anything like what is typed after `/desk digest` and `/desk stats`. */
const reportWords = fc.array(
  fc.oneof(
    fc.constantFrom(
      'at',
      'in',
      'by',
      'off',
      'at:',
      'room:',
      'period:"',
      '"',
      '08:30',
      '8 am',
      'T1/C1',
      '#managers',
      '..',
    ),
    fc.constantFrom(...dimensions, 'week', 'yesterday', '2026-11-01', '2026-02-30', '2026-11-01..2026-11-20', '\ud800'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  ),
)

describe('/desk digest', () => {
  const read = (text: string) => parseCommand(`digest ${text}`)
  const asks = (period: PeriodAsk) => ({ kind: 'digest', period })
  const at = (time: string, room: string | null = null) => ({ kind: 'digest-at', at: time, room })

  it.each([
    ['', asks({ kind: 'yesterday' })],
    ['now', asks({ kind: 'now' })],
    ['Today', asks({ kind: 'now' })],
    ['week', asks({ kind: 'week' })],
    ['period:month', asks({ kind: 'month' })],
    ['last week', asks({ kind: 'week' })],
    ['the last 7 days', asks({ kind: 'week' })],
    ['last month', asks({ kind: 'month' })],
    ['at 08:30 here', at('08:30')],
    ['every day at 8 in here', at('08:00')],
    ['2026-11-20', asks({ kind: 'days', from: '2026-11-20', to: '2026-11-20' })],
    ['2026-11-01..2026-11-20', asks({ kind: 'days', from: '2026-11-01', to: '2026-11-20' })],
    ['2026-11-01…2026-11-20', asks({ kind: 'days', from: '2026-11-01', to: '2026-11-20' })],
    ['2026-11-01 to 2026-11-20', asks({ kind: 'days', from: '2026-11-01', to: '2026-11-20' })],
    ['period:"2024-02-29 – 2024-02-29"', asks({ kind: 'days', from: '2024-02-29', to: '2024-02-29' })],
    ['2024-01-01..2024-12-31', asks({ kind: 'days', from: '2024-01-01', to: '2024-12-31' })],
    ['at 08:30', at('08:30')],
    ['at 8', at('08:00')],
    ['at 5.30 pm', at('17:30')],
    ['at 08:30 in T1/C1', at('08:30', 'T1/C1')],
    ['in 123/456 AT 08:30', at('08:30', '123/456')],
    ['at:08:30 in:T1/C1', at('08:30', 'T1/C1')],
    ['room:"T1/C1" at:"08:30"', at('08:30', 'T1/C1')],
    ['off', { kind: 'digest-off', room: null }],
    ['OFF in T1/C1', { kind: 'digest-off', room: 'T1/C1' }],
    ['at:off room:T1/C1', { kind: 'digest-off', room: 'T1/C1' }],
  ])('reads %j', (text, command) => {
    expect(read(text)).toEqual(command)
  })

  it.each([
    ['yesterdya', '"yesterdya" is no period. Did you mean yesterday? For example: /desk digest yesterday'],
    [
      'fortnight',
      '"fortnight" is no period. There are now, today, yesterday, week, month and dates. For example: /desk digest week',
    ],
    [
      '20.11.2026',
      '"20.11.2026" is no period. Dates are written as 2026-11-20. For example: /desk digest 2026-11-01..2026-11-20',
    ],
    ['2026-02-29', 'There is no 2026-02-29. For example: /desk digest 2026-11-01..2026-11-20'],
    ['1999-12-31', '1999-12-31 is too long ago. For example: /desk digest 2026-11-01..2026-11-20'],
    ['2026-11-20..2026-11-01', '2026-11-20 comes after 2026-11-01. For example: /desk digest 2026-11-01..2026-11-20'],
    [
      '2025-01-01..2026-01-02',
      'It takes at most 366 days, and these are more. For example: /desk digest 2026-11-01..2026-11-20',
    ],
    ['at 25:00', '"25:00" is no time of the day. For example: /desk digest at 08:30'],
    ['at 24:00', '"24:00" is no time of the day. For example: /desk digest at 08:30'],
    ['at', 'Nothing stands after at. For example: /desk digest at 08:30'],
    ['at in T1/C1', 'Nothing stands after at. For example: /desk digest at 08:30'],
    ['at 8 at 9', '"at" is given twice. For example: /desk digest at 08:30'],
    [
      'at 08:30 in #managers',
      '/desk digest does not know the room "#managers". Pick it from the list of rooms, or type it in that room. For example: /desk digest at 08:30',
    ],
    [
      'in managers off',
      '/desk digest does not know the room "managers". Pick it from the list of rooms, or type it in that room. For example: /desk digest at 08:30',
    ],
    [
      'in T1/C1 week',
      'A room goes with the time at which a digest comes there every working day. For example: /desk digest at 08:30',
    ],
    [
      'week at 9',
      'At a time a digest comes every working day, and "week" does not go with it. Weekly and monthly ones are added in /desk settings. For example: /desk digest at 08:30',
    ],
    ['08:30', 'A time stands after "at". For example: /desk digest at 08:30'],
    [
      'monday',
      '"monday" is no period. Dates are written as 2026-11-20. For example: /desk digest 2026-11-01..2026-11-20',
    ],
    ['perod:week', '/desk digest does not know "perod:". Did you mean period:? For example: /desk digest week'],
  ])('says what is wrong with %j, and what would be right', (text, problem) => {
    expect(read(text)).toEqual({ kind: 'invalid', problem })
  })

  it('understands or names whatever is typed, in few words, and gives examples that it understands', () => {
    fc.assert(
      fc.property(reportWords, fc.constantFrom('digest', 'stats'), (words, name) => {
        const command = parseCommand(`${name} ${words.join(' ')}`)
        const [, example = ''] = command.kind === 'invalid' ? (/For example: (.*)$/.exec(command.problem) ?? []) : []
        const understood = command.kind === 'invalid' ? parseCommand(example) : command
        expect(understood.kind.startsWith(name)).toBe(true)
        if (command.kind === 'invalid') expect(command.problem.length).toBeLessThanOrEqual(300)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('/desk stats', () => {
  const read = (text: string) => parseCommand(`stats ${text}`)
  const by = (dimension: string, period: PeriodAsk = { kind: 'week' }) => ({ kind: 'stats', by: dimension, period })

  it.each([
    ['', by('theme')],
    ['by theme', by('theme')],
    ['by:Hour', by('hour')],
    ['teammate', by('teammate')],
    ['by theme yesterday', by('theme', { kind: 'yesterday' })],
    ['2026-11-01..2026-11-20 by channel', by('channel', { kind: 'days', from: '2026-11-01', to: '2026-11-20' })],
    ['topic 2026-11-01 - 2026-11-20', by('topic', { kind: 'days', from: '2026-11-01', to: '2026-11-20' })],
  ])('reads %j', (text, command) => {
    expect(read(text)).toEqual(command)
  })

  it('knows every dimension', () => {
    for (const one of dimensions) expect(read(`by ${one}`)).toEqual(by(one))
  })

  it.each([
    ['by themes', '/desk stats does not know "themes". Did you mean theme? For example: /desk stats by theme'],
    ['chanel week', '/desk stats does not know "chanel". Did you mean channel? For example: /desk stats by channel'],
    [
      'by weather',
      '/desk stats does not know "weather". There are channel, account, theme, topic, urgency, language, teammate and hour. For example: /desk stats by theme',
    ],
    ['by hour weak', '"weak" is no period. Did you mean week? For example: /desk stats by hour week'],
    ['by theme by topic', '"by" is given twice. For example: /desk stats by theme'],
    ['by', 'Nothing stands after by. For example: /desk stats by theme'],
  ])('says what is wrong with %j, and what would be right', (text, problem) => {
    expect(read(text)).toEqual({ kind: 'invalid', problem })
  })

  it('takes hostile lengths without a halt', () => {
    for (const part of ['"', 'a', 'by:', 'by ', '1 ', '2026-11-01..', ' '])
      for (const name of ['digest', 'stats'])
        expect(['digest', 'stats', 'invalid']).toContain(parseCommand(`${name} ${part.repeat(50_000)}`).kind)
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

  it('is read back from the fields of digests and numbers', () => {
    const days = fc
      .tuple(fc.nat(9000), fc.nat(365))
      .map(([from, more]) => [addDays('2001-01-01', from), addDays('2001-01-01', from + more)] as const)
    const periods: fc.Arbitrary<[string, PeriodAsk]> = fc.oneof(
      fc.constantFrom('now', 'yesterday', 'week', 'month').map((kind): [string, PeriodAsk] => [kind, { kind }]),
      days.map(([from, to]): [string, PeriodAsk] => [`${from}..${to}`, { kind: 'days', from, to }]),
    )
    const times = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
    const rooms = fc.stringMatching(/^[A-Z0-9]{2,12}\/[A-Z0-9]{2,20}$/)
    fc.assert(
      fc.property(periods, fc.constantFrom(...dimensions), times, rooms, ([value, period], by, at, room) => {
        const field = (name: string, text: string) => ({ name, value: text })
        const typed = (name: string, ...fields: { name: string; value: string }[]) =>
          parseCommand(commandText(name, fields))
        expect(typed('digest', field('period', value))).toEqual({ kind: 'digest', period })
        expect(typed('stats', field('period', value), field('by', by))).toEqual({ kind: 'stats', by, period })
        expect(typed('digest', field('room', room), field('at', at))).toEqual({ kind: 'digest-at', at, room })
        expect(typed('digest', field('at', 'off'), field('room', room))).toEqual({ kind: 'digest-off', room })
      }),
    )
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
