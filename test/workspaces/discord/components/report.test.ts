import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerOf } from '../../../../src/workspaces/discord/components/answer.ts'
import { colours } from '../../../../src/workspaces/discord/components/elements.ts'
import { readPress } from '../../../../src/workspaces/discord/components/ids.ts'
import { hasMarks } from '../../../../src/workspaces/discord/components/marks.ts'
import { messageOf, type Look } from '../../../../src/workspaces/discord/components/message.ts'
import { pictureName } from '../../../../src/workspaces/discord/components/report.ts'
import type { CardLink, Report, ReportLine } from '../../../../src/workspaces/report.ts'
import type { Answer } from '../../../../src/workspaces/workspace.ts'
import { problemsOf } from '../../../support/discord-limits.ts'
import { readAsPerson } from '../../../support/discord/read-as-person.ts'
import { hostileLines, hostileText, objectsIn } from '../../contract/hostile.ts'
import { quietReport, sampleReport } from '../../contract/sample-report.ts'

const url = 'https://discord.com/channels/1038097195422978059/1038097195422978060/1038097195422978061'
const filesOf = ({ charts }: Report) =>
  charts.map((chart) => ({ attachmentId: chart.id, name: pictureName(chart), isImage: true }))
const shown = (report: Report, look: Look = { key: 'k', files: filesOf(report) }) =>
  messageOf({ kind: 'report', report }, look)

const tone = fc.constantFrom('plain', 'good', 'warn', 'bad')
const index = fc.option(fc.nat(60))
const link: fc.Arbitrary<CardLink> = fc.record({
  conversationId: fc.uuid({ version: 7 }),
  text: hostileText,
  url: fc.oneof(fc.constant(url), fc.constant(null), fc.webUrl(), hostileText),
})
const line: fc.Arbitrary<ReportLine> = fc.record({
  label: hostileText,
  text: hostileText,
  tone,
  opens: index,
  example: fc.option(link),
})
const chart = (id: 'response-time' | 'themes') =>
  fc.record({ id: fc.constant(id), title: hostileText, alt: hostileText }).map(({ alt, title }) => ({
    ...sampleReport().charts[0],
    id,
    title,
    alt,
    kind: 'line' as const,
    unit: 'minutes' as const,
    categories: ['7'],
    series: [],
  }))
const hostileReport: fc.Arbitrary<Report> = fc.record({
  id: fc.uuid({ version: 7 }),
  title: hostileText,
  headline: hostileText,
  note: fc.option(hostileText),
  figures: fc.array(
    fc.record({ label: hostileText, value: hostileText, change: fc.option(hostileText), tone, opens: index }),
    {
      maxLength: 6,
    },
  ),
  waiting: fc.array(link, { maxLength: 3 }),
  sections: fc.array(fc.record({ title: hostileText, lines: fc.array(line, { maxLength: 25 }) }), { maxLength: 12 }),
  charts: fc.tuple(chart('response-time'), chart('themes')).map((two) => two.slice(0)),
})

const pressesIn = (message: unknown) =>
  [...objectsIn(message)].flatMap(({ type, label, custom_id: id }) =>
    type === 2 ? [{ label, pressed: readPress(String(id)) }] : [],
  )
const menuIn = (message: unknown) => [...objectsIn(message)].find(({ type }) => type === 3)
const optionsIn = (message: unknown) =>
  (menuIn(message)?.['options'] ?? []) as { label: string; value: string; description?: string }[]
const ours = new Set(['bold', 'small', 'list', 'heading'])

/** Within the limits, with one title, and nothing of what others wrote works. */
function expectSound(message: unknown): void {
  expect(problemsOf(message)).toEqual([])
  const { marks } = readAsPerson(message)
  expect(marks.filter((mark) => !ours.has(mark))).toEqual([])
  expect(marks.filter((mark) => mark === 'heading').length).toBeLessThanOrEqual(1)
}

describe('a report in Discord', () => {
  it('is within the limits whatever is in it, forges nothing, and can be found', () => {
    fc.assert(
      fc.property(hostileReport, fc.boolean(), (report, hasPictures) => {
        const look = { key: 'k', files: hasPictures ? filesOf(report) : [] }
        const message = shown(report, look)
        expectSound(message)
        expect(hasMarks(message.components, 'k')).toBe(true)
        const pressed = pressesIn(message).map((one) => one.pressed)
        expect(pressed).not.toContain(null)
      }),
      { numRuns: 200 },
    )
  })

  it('is so as an answer too, below any lines and above any buttons', () => {
    fc.assert(
      fc.property(hostileReport, hostileText, hostileLines, fc.boolean(), (report, title, lines, offersRoom) => {
        const file: Answer['file'] = {
          source: { kind: 'items', reportId: report.id, index: 3 },
          formats: ['csv', 'json'],
        }
        expectSound(answerOf({ title, lines, report, file }, { offersRoom, files: filesOf(report) }))
      }),
      { numRuns: 100 },
    )
  })

  it('says what matters first', () => {
    const text = readAsPerson(shown(sampleReport())).text.split('\n')
    expect(text.slice(0, 7)).toEqual([
      'Friday 20 November 2026',
      'Half the answers took over 42 min, usually 20 min: they waited longer for a person; 14 complaints about delivery came in, usually 6.',
      '⚠️ Sent late: Deskbell was not running at 09:00',
      '52  Answered',
      '48 the day before, usually 50',
      '42 min  Median  🔴',
      '20 min the day before, usually 19 min',
    ])
    const order = ['Answered 52', 'Waiting longest', 'Rose and fell', 'Who answered', 'Open a number…']
    const places = order.map((words) => text.indexOf(words))
    expect(places).not.toContain(-1)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('opens every number, each once', () => {
    const report = sampleReport()
    const message = shown(report)
    const buttons = pressesIn(message).flatMap(({ label, pressed }) =>
      pressed?.kind === 'items' ? [[label, pressed.items] as const] : [],
    )
    const of = (at: number) => ({ reportId: report.id, index: at })
    expect(buttons).toEqual([
      ['Answered 52', of(0)],
      ['Within target 81 %', of(1)],
      ['Still waiting 7', of(2)],
    ])
    expect(readPress(String(menuIn(message)?.['custom_id']))).toEqual({ kind: 'numbers', reportId: report.id })
    expect(optionsIn(message).map(({ value }) => value)).toEqual(['3', '4', '5', '6', '7', '8', '9', '10', '11', '12'])
    expect(optionsIn(message)[0]).toEqual({
      label: 'Complaints about delivery',
      value: '3',
      description: 'Rose and fell · 14, usually 6',
    })
  })

  it('lets anybody take who waits longest, and look at the card', () => {
    const [first, ...rest] = sampleReport().waiting.map((one) => ({ ...one, url }))
    const twice = first ? [first, first, ...rest] : []
    const message = shown(sampleReport({ waiting: twice.slice(0, 3) }))
    const taking = pressesIn(message).filter(({ label }) => label === 'Assign to me')
    expect(taking.map(({ pressed }) => pressed)).toEqual(
      [first, rest[0]].map((one) => ({
        kind: 'do',
        click: { action: 'assign', conversationId: one?.conversationId, target: null, seenSeq: 0, isQuick: true },
      })),
    )
    expect(readAsPerson(message).links).toEqual([url, url])
    expect(readAsPerson(message).text).toContain(
      '19 h · Mia Jansen · Email · Asks where the parcel is · Open\nAssign to me',
    )
  })

  it('tells what its pictures show, and goes without them', () => {
    const report = sampleReport()
    const galleries = (message: unknown) => [...objectsIn(message)].filter(({ type }) => type === 12)
    expect(galleries(shown(report)).map(({ items }) => items)).toEqual(
      report.charts.map(({ id, alt }) => [{ media: { url: `attachment://${id}.png` }, description: alt }]),
    )
    expect(galleries(shown(report, { files: filesOf(report).slice(1) }))).toHaveLength(1)
    expect(galleries(shown(report, {}))).toEqual([])
  })

  it('is coloured by the worst of its figures', () => {
    const colourOf = (report: Report) => [...objectsIn(shown(report))].find(({ type }) => type === 17)?.['accent_color']
    expect(colourOf(sampleReport())).toBe(colours.urgent)
    expect(colourOf(quietReport())).toBe(colours.answered)
    expect(colourOf({ ...quietReport(), figures: [] })).toBe(colours.quiet)
  })

  it('on a quiet day says so, with nothing to open', () => {
    const message = shown(quietReport())
    expectSound(message)
    expect(readAsPerson(message).text).toBe(
      'Thursday 19 November 2026\nNothing came in, and nobody is waiting.\n0  Answered\n0  Still waiting  ✅',
    )
  })

  const many = (count: number, words: string): ReportLine[] =>
    Array.from({ length: count }, (_, at) => ({
      label: `Line ${at}`,
      text: words,
      tone: 'plain',
      opens: 100 + at,
      example: { conversationId: `c${at}`, text: 'Somebody who wrote', url },
    }))

  it('leaves examples out before it leaves lines out, and says how many those are', () => {
    const read = (lines: ReportLine[]) =>
      readAsPerson(shown(sampleReport({ sections: [{ title: 'By topic', lines }] }))).text
    expect(read(many(5, '14, usually 6'))).toContain('For example: Somebody who wrote · Open')
    const short = read(many(25, '14, usually 6'))
    expect(short).not.toContain('For example')
    expect(short).toContain('Line 24  14, usually 6')
    expect(short).not.toContain('more line')
    const long = read(many(25, 'x'.repeat(120)))
    const left = long.match(/Line \d+ {2}x/g)?.length ?? 0
    expect(left).toBeGreaterThan(10)
    expect(long).toContain(`and ${25 - left} more lines`)
  })

  it('offers as many numbers as a menu takes', () => {
    const message = shown(sampleReport({ sections: [{ title: 'By topic', lines: many(40, '14') }] }))
    expect(optionsIn(message)).toHaveLength(25)
  })

  it('as an answer has its own title only once', () => {
    const report = sampleReport()
    const read = (title: string) => readAsPerson(answerOf({ title, lines: [], report })).text
    expect(read(report.title).startsWith('Friday 20 November 2026\nHalf the answers took')).toBe(true)
    expect(read('Today so far').startsWith('Today so far\nFriday 20 November 2026\nHalf the answers took')).toBe(true)
  })
})
