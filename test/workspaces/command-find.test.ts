import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exchangeStates } from '../../src/history/exchange.ts'
import { themes } from '../../src/interactions/interaction.ts'
import { commands, commandText, parseCommand } from '../../src/workspaces/command.ts'
import {
  findFields,
  findOrders,
  type DateAsk,
  type DayAsk,
  type FindAsk,
  type FindValue,
} from '../../src/workspaces/command-find.ts'
import { quoted } from '../../src/workspaces/command-words.ts'

const everything: FindAsk = { words: [], where: {}, dates: null, order: 'best' }
const word = (text: string, isExcluded = false) => ({ kind: 'word' as const, text, isExcluded })
const phrase = (text: string, isExcluded = false) => ({ kind: 'phrase' as const, text, isExcluded })
const prefix = (text: string, isExcluded = false) => ({ kind: 'prefix' as const, text, isExcluded })
const value = (text: string, isExcluded = false): FindValue => ({ value: text, isExcluded })
const asked = (text: string): FindAsk | string => {
  const command = parseCommand(`find ${text}`)
  return command.kind === 'find' ? command.ask : command.kind === 'invalid' ? command.problem : command.kind
}

describe('/desk find', () => {
  it.each<[string, Partial<FindAsk>]>([
    ['', {}],
    ['refund', { words: [word('refund')] }],
    ['Refund lamp', { words: [word('Refund'), word('lamp')] }],
    ['"lamp oil"', { words: [phrase('lamp oil')] }],
    ['„lamp oil“ “refund”', { words: [phrase('lamp oil'), phrase('refund')] }],
    ['-voucher −"lamp oil"', { words: [word('voucher', true), phrase('lamp oil', true)] }],
    ['ship* -ref＊', { words: [prefix('ship'), prefix('ref', true)] }],
    ['e-mail AB-1234 mia@example.com', { words: [word('e-mail'), word('AB-1234'), word('mia@example.com')] }],
    ['lamp - oil & 🙂', { words: [word('lamp'), word('oil')] }],
    ['since my order', { words: [word('since'), word('my'), word('order')] }],
    ['monday may', { words: [word('monday'), word('may')] }],
    ['"since monday"', { words: [phrase('since monday')] }],
    ['ランプ 払い戻し', { words: [word('ランプ'), word('払い戻し')] }],
    ['theme:complaint', { where: { theme: [value('complaint')] } }],
    ['-THEME:Complaints', { where: { theme: [value('complaint', true)] } }],
    [
      'theme:question,suggestion theme:comparison',
      { where: { theme: [value('question'), value('suggestion'), value('comparison')] } },
    ],
    [
      'theme:question, suggestion lamp',
      { where: { theme: [value('question'), value('suggestion')] }, words: [word('lamp')] },
    ],
    ['theme:question, -channel:email', { where: { theme: [value('question')], channel: [value('email', true)] } }],
    ['theme:"-complaint, question"', { where: { theme: [value('complaint', true), value('question')] } }],
    ['rating:1..2 rating:5', { where: { rating: [value('1'), value('2'), value('5')] } }],
    ['stars:4+', { where: { rating: [value('4'), value('5')] } }],
    ['-rating:5-4', { where: { rating: [value('4', true), value('5', true)] } }],
    ['topic:"late, again",refund', { where: { topic: [value('late, again'), value('refund')] } }],
    ['teammate:@ana by:<@U123|ana>', { where: { teammate: [value('ana'), value('U123')] } }],
    ['teammate:<@U9>,<@123>,<@!456>', { where: { teammate: [value('U9'), value('123'), value('456')] } }],
    ['from:"Mia Jansen" is:open', { where: { customer: [value('Mia Jansen')], state: [value('waiting')] } }],
    ['urgency:urgent lang:de', { where: { urgency: [value('high')], language: [value('de')] } }],
    ['sort:newest', { order: 'newest' }],
    ['sort:"Best first"', { order: 'best' }],
  ])('reads %j', (text, ask) => {
    expect(asked(text)).toEqual({ ...everything, ...ask })
  })

  it('shows the best first, and history the newest, unless something else is said', () => {
    expect(parseCommand('history')).toEqual({ kind: 'find', ask: { ...everything, order: 'newest' } })
    expect(parseCommand('history lamp sort:best')).toMatchObject({ ask: { order: 'best' } })
    expect(parseCommand('find lamp sort:newest')).toMatchObject({ ask: { order: 'newest' } })
  })

  it.each([
    [
      'theme:complant',
      '/desk find does not know the theme "complant". Did you mean complaint? For example: /desk find theme:complaint',
    ],
    [
      'state:anwsered',
      '/desk find does not know the state "anwsered". Did you mean answered? For example: /desk find state:answered',
    ],
    [
      'sort:oldest',
      '/desk find does not know the order "oldest". There are newest and best. For example: /desk find sort:best',
    ],
    ['form:mia', '/desk find does not know "form:". Did you mean from:? For example: /desk find customer:"Mia Jansen"'],
    [
      'chanel:email',
      '/desk find does not know "chanel:". Did you mean channel:? For example: /desk find channel:email',
    ],
    ['rating:9', '"9" is no rating. There are 1 to 5, 1..2 and 4+. For example: /desk find rating:1..2'],
    ['theme:', 'Nothing stands after theme:. For example: /desk find theme:complaint'],
    ['theme: -channel:email', 'Nothing stands after theme:. For example: /desk find theme:complaint'],
    ['theme:","', 'Nothing that could be found stands after theme:. For example: /desk find theme:complaint'],
    ['teammate:@', 'Nothing that could be found stands after teammate:. For example: /desk find teammate:@ana'],
    ['lamp "oil', 'The quotation mark before oil is not closed. For example: /desk find "lamp oil" -voucher sort:best'],
    [
      '🙂 ???',
      'Letters and digits are found, and "🙂" has none. For example: /desk find "lamp oil" -voucher sort:best',
    ],
    [
      'since mondey',
      '"since mondey" is no date. Did you mean since monday? Words stand in quotation marks. For example: /desk find since monday',
    ],
    [
      'before 1.10.2026',
      '"before 1.10.2026" is no date. Dates are written as 2026-11-20. For example: /desk find before 2026-11-20',
    ],
    ['lamp 2026-02-30', 'There is no 2026-02-30. For example: /desk find 2026-11-01..2026-11-20'],
    [
      'date:2026-10-31..2026-10-01',
      '2026-10-31 comes after 2026-10-01. For example: /desk find 2026-10-01..2026-10-31',
    ],
    [
      'since 2026-10-31 until 2026-10-01',
      '2026-10-31 comes after 2026-10-01. For example: /desk find 2026-10-01..2026-10-31',
    ],
    ['since:31 november', 'There is no 31 November. For example: /desk find 2026-11-01..2026-11-20'],
    [
      'last week since monday',
      'It takes one span of dates, and more are given. For example: /desk find date:2026-11-01..2026-11-20',
    ],
    ['-since:monday', 'Dates can’t be excluded. For example: /desk find before:2026-11-20'],
    [
      'date:soon',
      '"soon" is no date. There are dates such as 2026-11-20, since monday, last week, in october and last 30 days. For example: /desk find since monday',
    ],
    [
      'a '.repeat(501),
      'It takes at most 1,000 characters, and these are more. For example: /desk find "lamp oil" -voucher sort:best',
    ],
    [
      'lamp '.repeat(21),
      'It takes at most 20 words and values, and these are 21. For example: /desk find "lamp oil" -voucher sort:best',
    ],
  ])('says what is wrong with %j, and what would be right', (text, problem) => {
    expect(asked(text)).toBe(problem.replace('1,000', (1000).toLocaleString('en')))
  })

  it('names the command that was typed', () => {
    expect(parseCommand('history theme:complant')).toMatchObject({
      problem: expect.stringContaining('/desk history theme:complaint'),
    })
  })
})

const date = (on: string): DayAsk => ({ kind: 'date', date: on })
const ago = (days: number): DayAsk => ({ kind: 'ago', days })
const weekday = (at: number, isBeforeToday = false): DayAsk => ({ kind: 'weekday', weekday: at, isBeforeToday })
const named = (month: number, day: number | 'last'): DayAsk => ({ kind: 'named', month, day })
const edge = (of: 'week' | 'month' | 'year', before: number, isEnd: boolean): DayAsk => ({
  kind: 'edge',
  of,
  ago: before,
  isEnd,
})
const beside = (day: DayAsk, isAfter: boolean): DayAsk => ({ kind: 'beside', day, isAfter })
const whole = (of: 'week' | 'month' | 'year', before: number): DateAsk => ({
  from: edge(of, before, false),
  to: edge(of, before, true),
})
const between = (from: string, to: string): DateAsk => ({ from: date(from), to: date(to) })

/** Each is told from words wherever it stands. */
const bare: [string, DateAsk][] = [
  ['today', { from: ago(0), to: ago(0) }],
  ['Yesterday', { from: ago(1), to: ago(1) }],
  ['3 days ago', { from: ago(3), to: ago(3) }],
  ['since a week ago', { from: ago(7), to: null }],
  ['since monday', { from: weekday(0), to: null }],
  ['since last Mon', { from: weekday(0, true), to: null }],
  ['on friday', { from: weekday(4), to: weekday(4) }],
  ['from friday to monday', { from: weekday(4), to: weekday(0) }],
  ['this week', whole('week', 0)],
  ['the last week', whole('week', 1)],
  ['this month', whole('month', 0)],
  ['last year', whole('year', 1)],
  ['since last week', { from: edge('week', 1, false), to: null }],
  ['before this month', { from: null, to: beside(edge('month', 0, false), false) }],
  ['after last week', { from: beside(edge('week', 1, true), true), to: null }],
  ['last 30 days', { from: ago(29), to: ago(0) }],
  ['for the past 2 weeks', { from: ago(13), to: ago(0) }],
  ['last 3 months', { from: edge('month', 3, false), to: ago(0) }],
  ['in october', { from: named(10, 1), to: named(10, 'last') }],
  ['in may', { from: named(5, 1), to: named(5, 'last') }],
  ['until 3 november', { from: null, to: named(11, 3) }],
  ['on 3rd of Nov', { from: named(11, 3), to: named(11, 3) }],
  ['october 2025', between('2025-10-01', '2025-10-31')],
  ['3 november 2025', between('2025-11-03', '2025-11-03')],
  ['since november 3, 2025', { from: date('2025-11-03'), to: null }],
  ['in 2025', between('2025-01-01', '2025-12-31')],
  ['in 2024-02', between('2024-02-01', '2024-02-29')],
  ['2026-10-01', between('2026-10-01', '2026-10-01')],
  ['2026-10-01..2026-10-31', between('2026-10-01', '2026-10-31')],
  ['2026-10-01 – 2026-10-31', between('2026-10-01', '2026-10-31')],
  ['2026-10-01 to yesterday', { from: date('2026-10-01'), to: ago(1) }],
  ['2026-10-01..', { from: date('2026-10-01'), to: null }],
  ['…2026-10-31', { from: null, to: date('2026-10-31') }],
  ['before 2026-10-01', { from: null, to: beside(date('2026-10-01'), false) }],
  ['since 2026-10-01 before 2026-11-01', { from: date('2026-10-01'), to: beside(date('2026-11-01'), false) }],
  ['between 3 october 2026 and 5 november 2026', between('2026-10-03', '2026-11-05')],
  ['since 2026-10-01 until 2026-10-31', between('2026-10-01', '2026-10-31')],
]

describe('dates', () => {
  it.each(bare)('are read from %j, among words and alone', (text, dates) => {
    expect(asked(text)).toEqual({ ...everything, dates })
    expect(asked(`lamp ${text} "oil"`)).toEqual({ ...everything, words: [word('lamp'), phrase('oil')], dates })
    expect(asked(`date:"${text}"`)).toEqual({ ...everything, dates })
  })

  it.each<[string, DateAsk]>([
    ['since:monday', { from: weekday(0), to: null }],
    ['since:last week', { from: edge('week', 1, false), to: null }],
    ['since:"last week"', { from: edge('week', 1, false), to: null }],
    ['date:last 30 days', { from: ago(29), to: ago(0) }],
    ['date:monday', { from: weekday(0), to: weekday(0) }],
    ['on:may', { from: named(5, 1), to: named(5, 'last') }],
    ['since:2026-10-01 until:2026-10-31', between('2026-10-01', '2026-10-31')],
    ['before:2026-10-01', { from: null, to: beside(date('2026-10-01'), false) }],
    ['after:2026-10-01', { from: beside(date('2026-10-01'), true), to: null }],
    ['date:"3 november to 2026-11-20"', { from: named(11, 3), to: date('2026-11-20') }],
  ])('are read from %j', (text, dates) => {
    expect(asked(`${text} lamp`)).toEqual({ ...everything, words: [word('lamp')], dates })
  })
})

describe('what is typed', () => {
  const anything = fc.oneof(
    fc.constantFrom('Mia Jansen', 'a "b" c', '-x', 'x,y', 'since monday', 'theme:complaint', 'ünï', '»«', '<@U1|a b'),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
  )
  const values = anything
    .map((one) =>
      one
        .replace(/[\p{Cc}<>@]/gu, '')
        .slice(0, 20)
        .toWellFormed()
        .trim(),
    )
    .map((one) => (/[\p{L}\p{N}]/u.test(one) ? one : `n${one}`.trim()))
  const known: Partial<Record<string, fc.Arbitrary<string>>> = {
    theme: fc.constantFrom(...themes),
    sentiment: fc.constantFrom('positive', 'neutral', 'negative', 'mixed'),
    urgency: fc.constantFrom('low', 'normal', 'high'),
    state: fc.constantFrom(...exchangeStates),
    rating: fc.constantFrom('1', '2', '3', '4', '5'),
  }
  const isExcluded = fc.boolean()
  const words = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('word' as const), text: fc.stringMatching(/^w[a-zé0-9'_-]{0,12}$/), isExcluded }),
      fc.record({ kind: fc.constant('prefix' as const), text: fc.stringMatching(/^w[a-zé0-9]{0,12}$/), isExcluded }),
      fc.record({ kind: fc.constant('phrase' as const), text: values, isExcluded }),
    ),
    { maxLength: 8 },
  )
  const wheres = fc
    .uniqueArray(fc.constantFrom(...findFields), { maxLength: 5 })
    .chain((fields) =>
      fc.tuple(
        ...fields.map((field) =>
          fc
            .array(fc.record({ value: known[field] ?? values, isExcluded }), { minLength: 1, maxLength: 2 })
            .map((all) => [field, all] as const),
        ),
      ),
    )
    .map((all): FindAsk['where'] => Object.fromEntries(all))
  const dates = fc.option(fc.constantFrom(...bare))
  const asks = fc.record({ words, where: wheres, dates, order: fc.constantFrom(...findOrders) })

  it('is what was asked, whatever is asked', () => {
    fc.assert(
      fc.property(asks, fc.infiniteStream(fc.nat()), (ask, order) => {
        const minus = (one: { isExcluded: boolean }) => (one.isExcluded ? '-' : '')
        const ends = { word: '', prefix: '*', phrase: '' }
        const typed = [
          ...ask.words.map((one) => {
            const said = one.kind === 'phrase' ? `"${one.text.replace(/["“”„«»]/g, '$&$&')}"` : one.text
            return `${minus(one)}${said}${ends[one.kind]}`
          }),
          ...Object.entries(ask.where).flatMap(([field, all]) =>
            all.map((one) => `${minus(one)}${field}:${quoted(one.value)}`),
          ),
        ]
        const [first = '', ...rest] = [
          ...typed,
          ...(ask.dates ? [`date:${quoted(ask.dates[0])}`] : []),
          `sort:${ask.order}`,
        ].filter((one) => one !== '')
        // Dates and orders stand anywhere.
        const at = (order.next().value ?? 0) % (rest.length + 1)
        const text = [...rest.slice(at), first, ...rest.slice(0, at)].join(' ')
        const read = asked(text)
        const sorted = (one: FindAsk) => ({
          ...one,
          words: one.words.map((each) => JSON.stringify(each)).toSorted(),
          where: Object.fromEntries(
            Object.entries(one.where).map(([field, all]) => [
              field,
              all.map((each) => JSON.stringify(each)).toSorted(),
            ]),
          ),
        })
        if (typeof read === 'string') throw new Error(`${text}: ${read}`)
        expect(sorted(read)).toEqual(sorted({ ...ask, dates: ask.dates?.[1] ?? null }))
      }),
      { numRuns: 1000 },
    )
  })

  it('is the same from a platform’s fields; operators stand in its text', () => {
    const some = fc.record({ customer: values, topic: values, theme: fc.constantFrom(...themes) }, { requiredKeys: [] })
    fc.assert(
      fc.property(some, fc.constantFrom(...bare), fc.constantFrom('find', 'history'), (given, [said, days], name) => {
        const text = 'refund -voucher "lamp oil" ship*'
        const options = Object.entries({ text, ...given, date: said }).map(([key, one]) => ({ name: key, value: one }))
        const where = Object.fromEntries(Object.entries(given).map(([key, one]) => [key, [value(one)]]))
        expect(parseCommand(commandText(name, options))).toEqual({
          kind: 'find',
          ask: {
            words: [word('refund'), word('voucher', true), phrase('lamp oil'), prefix('ship')],
            where,
            dates: days,
            order: name === 'find' ? 'best' : 'newest',
          },
        })
      }),
    )
  })

  it('is understood or named, whatever it is, with an example that is understood', () => {
    const parts = fc.array(
      fc.oneof(
        fc.constantFrom(
          '"',
          '“',
          '„',
          '«',
          ' ',
          ' ',
          '\n',
          ':',
          '-',
          '−',
          ',',
          '*',
          '..',
          '\\',
          '\0',
          '\ud800',
          "'",
          '<@U1|',
          '>',
          '|&!()',
        ),
        fc.constantFrom(...findFields.map((field) => `${field}:`), 'sort:', 'since:', 'date:', 'x:'),
        fc.constantFrom(
          'since ',
          'until ',
          'before ',
          'last ',
          'monday ',
          'week ',
          '30 ',
          'days ',
          'november ',
          '31 ',
          '2026-02-30',
          '2026-11-01',
          'between ',
          'and ',
        ),
        fc.constantFrom(...themes, '4+', '1..2', '@ana'),
        fc.string({ unit: 'binary', maxLength: 5 }),
      ),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(parts, fc.constantFrom('find', 'history'), (some, name) => {
        const command = parseCommand(`${name} ${some.join('')}`)
        if (command.kind === 'unknown') return
        if (command.kind !== 'invalid') {
          expect(command.kind).toBe('find')
          return
        }
        const [, example = ''] = /For example: (\/desk .*)$/.exec(command.problem) ?? []
        expect(example).toMatch(new RegExp(`^/desk ${name} `))
        expect([command.problem, parseCommand(example).kind]).toEqual([command.problem, 'find'])
        expect(command.problem.length).toBeLessThanOrEqual(450)
        expect(command.problem.isWellFormed()).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  it('may be of a hostile length', () => {
    for (const part of [
      '"',
      'a',
      'a ',
      'theme:',
      'a,',
      'theme:a,',
      '-',
      '“"',
      'since ',
      '<@',
      'last 1 ',
      '2026-11-01 - ',
      '：',
    ])
      for (const length of [990, 10_000, 100_000])
        expect(['find', 'invalid', 'unknown']).toContain(parseCommand(`find ${part.repeat(length / part.length)}`).kind)
  })
})

describe('/desk customer, forget and export', () => {
  it.each([
    ['customer', 'customer', ''],
    ['customer Mia  Jansen', 'customer', 'Mia Jansen'],
    ['customer customer:"Mia Jansen"', 'customer', 'Mia Jansen'],
    ['forget mia@example.com', 'forget', 'mia@example.com'],
    ['export +49 151 2345', 'export', '+49 151 2345'],
    ['forget customer:01980000-0000-7000-8000-000000000000', 'forget', '01980000-0000-7000-8000-000000000000'],
  ])('are read from %j', (text, kind, customer) => {
    expect(parseCommand(text)).toEqual({ kind, customer })
  })

  it('take one customer', () => {
    expect(parseCommand('forget customer:mia customer:leo')).toEqual({
      kind: 'invalid',
      problem: 'It takes one customer, and two are given. For example: /desk forget Mia Jansen',
    })
  })

  it('are read back from a platform’s field', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('customer', 'forget', 'export'),
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        (name, said) => {
          fc.pre(said.trim() !== '' && said.length <= 200)
          expect(parseCommand(commandText(name, [{ name: 'customer', value: said }]))).toEqual({
            kind: name,
            customer: said,
          })
        },
      ),
    )
  })
})

describe('commands', () => {
  it('fit into what platforms have room for', () => {
    expect(commands.length).toBeLessThanOrEqual(25)
    for (const { name, options } of commands) {
      expect(options.length).toBeLessThanOrEqual(25)
      expect(new Set(options.map((option) => option.name)).size).toBe(options.length)
      for (const one of [name, ...options.map((option) => option.name)]) expect(one).toMatch(/^[a-z]{1,32}$/)
    }
  })

  it('have a field for everything that can be searched by', () => {
    const find = commands.find(({ name }) => name === 'find')
    expect(find?.options.map(({ name }) => name)).toEqual(
      expect.arrayContaining([...findFields, 'text', 'date', 'sort']),
    )
  })
})
