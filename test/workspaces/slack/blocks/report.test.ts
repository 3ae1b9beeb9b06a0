import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CardLink, Chart, Report } from '../../../../src/workspaces/report.ts'
import { answerBlocks } from '../../../../src/workspaces/slack/blocks/answer.ts'
import { readClick } from '../../../../src/workspaces/slack/blocks/click.ts'
import { readFileLink } from '../../../../src/workspaces/slack/blocks/history-link.ts'
import { messageOf, type SlackMessage } from '../../../../src/workspaces/slack/blocks/message.ts'
import { readItems } from '../../../../src/workspaces/slack/blocks/number-link.ts'
import { slackProblems } from '../../../support/slack-limits.ts'
import { textOf } from '../../../support/slack/text-of.ts'
import { forgeries, hostileLines, hostileText, objectsIn } from '../../contract/hostile.ts'
import { quietReport, sampleReport } from '../../contract/sample-report.ts'

const shown = (report: Report, isWithoutCharts = false) =>
  messageOf({ kind: 'report', report }, { team: 'T1', isWithoutCharts })
const problemsOf = (message: SlackMessage) => slackProblems({ kind: 'message', ...message })
const json = (value: unknown) => JSON.stringify(value)
const cardUrl = 'https://acme.slack.com/archives/C1/p1772442000000100'

const chartsOf = ({ blocks }: SlackMessage) =>
  [...objectsIn(blocks)].filter(({ type }) => type === 'data_visualization') as unknown as Drawn[]
interface Drawn {
  title: string
  chart: {
    type: string
    series: { name: string; data: { label: string; value: number }[] }[]
    axis_config: { categories: string[] }
  }
}

/** The numbers that can be opened, by what is pressed or chosen. */
function openedBy({ blocks }: SlackMessage): [label: string, index: number | null][] {
  return [...objectsIn(blocks)]
    .filter((part) => String(part['action_id'] ?? '').startsWith('number:'))
    .flatMap((part) => (part['type'] === 'button' ? [part] : (part['options'] as Record<string, unknown>[])))
    .map(({ text, value }) => [(text as { text: string }).text, readItems(String(value))?.index ?? null])
}

const allOpened = ({ figures, sections }: Report) =>
  new Set(
    [...figures, ...sections.flatMap(({ lines }) => lines)].flatMap(({ opens }) => (opens === null ? [] : [opens])),
  )

const tone = fc.constantFrom('plain', 'good', 'warn', 'bad')
const opens = fc.option(fc.nat(200))
const link: fc.Arbitrary<CardLink> = fc.record({
  conversationId: fc.uuid({ version: 7 }),
  text: hostileText,
  url: fc.option(fc.oneof(fc.constant(cardUrl), fc.webUrl(), hostileText)),
})
const value = fc.option(fc.oneof(fc.nat(10_000), fc.double({ noNaN: false })))
const chart: fc.Arbitrary<Chart> = fc.record({
  id: fc.constantFrom('response-time', 'themes'),
  title: hostileText,
  alt: hostileText,
  kind: fc.constantFrom('line', 'bar'),
  unit: fc.constantFrom('minutes', 'interactions'),
  categories: fc.array(fc.oneof(hostileText, fc.constantFrom('1', '2')), { maxLength: 31 }),
  series: fc.array(
    fc.record({
      name: hostileText,
      values: fc.array(value, { maxLength: 31 }),
      role: fc.constantFrom('value', 'target'),
    }),
    { maxLength: 8 },
  ),
})
const hostileReport: fc.Arbitrary<Report> = fc.record({
  id: fc.uuid({ version: 7 }),
  title: hostileText,
  headline: hostileText,
  note: fc.option(hostileText),
  figures: fc.array(
    fc.record({ label: hostileText, value: hostileText, change: fc.option(hostileText), tone, opens }),
    { maxLength: 6 },
  ),
  waiting: fc.array(link, { maxLength: 3 }),
  sections: fc.array(
    fc.record({
      title: hostileText,
      lines: fc.array(fc.record({ label: hostileText, text: hostileText, tone, opens, example: fc.option(link) }), {
        maxLength: 25,
      }),
    }),
    { maxLength: 6 },
  ),
  charts: fc.array(chart, { maxLength: 2 }),
})

describe('a digest in Slack', () => {
  it.each([
    ['busy', sampleReport()],
    ['quiet', quietReport()],
  ])('is within the limits: %s', (_, report) => {
    expect(problemsOf(shown(report))).toEqual([])
    expect(forgeries(shown(report).blocks)).toEqual([])
  })

  it('is within the limits whatever stands in it, and forges nothing', () => {
    fc.assert(
      fc.property(hostileReport, fc.boolean(), (report, isWithoutCharts) => {
        const message = shown(report, isWithoutCharts)
        expect(problemsOf(message)).toEqual([])
        expect(forgeries(message.blocks)).toEqual([])
        expect(message.text).not.toMatch(/[<>]/)
        for (const [, index] of openedBy(message)) expect(allOpened(report)).toContain(index)
      }),
      { numRuns: 200 },
    )
  })

  it('says first what it is about, to who hears it and who sees it', () => {
    const { text, blocks } = shown(sampleReport())
    expect(text).toBe(
      'Friday 20 November 2026: Half the answers took over 42 min, usually 20 min: they waited longer for a person; 14 complaints about delivery came in, usually 6.',
    )
    expect(textOf(blocks)).toMatch(
      /^Friday 20 November 2026\nHalf the answers took over 42 min[^\n]*\nSent late: [^\n]*\n\*52\* {2}Answered/,
    )
  })

  it('opens each of its numbers, and the same only once in the first row', () => {
    const report = sampleReport()
    const opened = openedBy(shown(report))
    expect(new Set(opened.map(([, index]) => index))).toEqual(allOpened(report))
    expect(opened.slice(0, 3).map(([label]) => label)).toEqual(['Answered 52', 'Within target 81 %', 'Still waiting 7'])
    expect(opened).toContainEqual(['Open', 3])
    expect(opened).toContainEqual(['Rewritten: 6 (11 %)', 9])
  })

  it('has a button, not a menu, for lines that open the same', () => {
    const line = { label: 'Edited', text: '15', tone: 'plain' as const, opens: 8, example: null }
    const lines = [line, { ...line, label: 'Rewritten' }]
    const { blocks } = shown(sampleReport({ figures: [], sections: [{ title: 'Drafts', lines }] }))
    expect(openedBy({ text: '', blocks })).toEqual([['Open', 8]])
  })

  it('leads to the cards that wait, and lets whoever reads it take them', () => {
    const report = sampleReport()
    const [first, ...others] = report.waiting
    const { blocks } = shown({ ...report, waiting: [{ ...(first as CardLink), url: cardUrl }, ...others] })
    expect(json(blocks)).toContain(`<${cardUrl}|19 h · Mia Jansen · Email · Asks where the parcel is>`)
    expect(json(blocks)).toContain('"text":"6 h 10 min · Jonas Weber · Contact form · Wants to cancel"')
    const clicks = [...objectsIn(blocks)].flatMap(({ action_id, value: carried }) =>
      typeof action_id === 'string' ? [readClick(action_id, String(carried))] : [],
    )
    expect(clicks.filter((click) => click !== null)).toMatchObject(
      report.waiting.map(({ conversationId }) => ({ action: 'assign', conversationId, seenSeq: 0 })),
    )
  })

  it('says how much it leaves out', () => {
    const lines = Array.from({ length: 25 }, (_, index) => ({
      label: `Complaints about ${index}`,
      text: 'words '.repeat(30),
      tone: 'plain' as const,
      opens: index,
      example: { conversationId: 'c1', text: 'Mia', url: cardUrl },
    }))
    const { blocks } = shown(sampleReport({ sections: [{ title: 'Rose and fell', lines }] }))
    const told = Number(/and (\d+) more lines/.exec(textOf(blocks))?.[1])
    expect(told).toBeGreaterThan(0)
    expect(textOf(blocks).match(/Complaints about/g)).toHaveLength(25 - told)
  })

  it('has other block ids when it says something else', () => {
    const ids = (report: Report) => shown(report).blocks.map(({ block_id }) => block_id)
    const [before, after] = [ids(sampleReport()), ids(sampleReport({ note: null }))]
    expect(new Set([...before, ...after]).size).toBe(before.length + after.length)
  })
})

describe('charts', () => {
  const chartOf = (changes: Partial<Chart>): Chart => ({
    id: 'response-time',
    title: 'Minutes',
    alt: 'Faster on Tuesday.',
    kind: 'line',
    unit: 'minutes',
    categories: ['Mon', 'Tue', 'Wed'],
    series: [{ name: 'Median', role: 'value', values: [10, null, 4.26] }],
    ...changes,
  })
  const drawn = (changes: Partial<Chart>) => chartsOf(shown(sampleReport({ charts: [chartOf(changes)] })))[0]?.chart

  it('are told in words as well, below them', () => {
    const report = sampleReport()
    const message = shown(report)
    expect(chartsOf(message).map(({ title }) => title)).toEqual(report.charts.map(({ title }) => title))
    for (const { alt } of report.charts) expect(textOf(message.blocks)).toContain(alt)
    const plain = shown(report, true)
    expect(chartsOf(plain)).toEqual([])
    for (const { alt } of report.charts) expect(textOf(plain.blocks)).toContain(alt)
  })

  it('leave out days on which nothing could be measured, rather than calling them fast', () => {
    expect(drawn({})).toMatchObject({
      type: 'line',
      axis_config: { categories: ['Mon', 'Wed'], y_label: 'minutes' },
      series: [
        {
          name: 'Median',
          data: [
            { label: 'Mon', value: 10 },
            { label: 'Wed', value: 4.3 },
          ],
        },
      ],
    })
  })

  it('count nothing as none', () => {
    expect(drawn({ kind: 'bar', unit: 'interactions' })?.series[0]?.data.map((point) => point.value)).toEqual([
      10, 0, 4.3,
    ])
  })

  it('are lines where there would be too many bars', () => {
    const series = ['a', 'b', 'c'].map((name) => ({ name, role: 'value' as const, values: Array<number>(14).fill(1) }))
    const categories = Array.from({ length: 14 }, (_, index) => `${index}`)
    expect(drawn({ kind: 'bar', categories, series })?.type).toBe('line')
    expect(drawn({ kind: 'bar', categories, series: series.slice(0, 1) })?.type).toBe('bar')
  })

  it('of a month show the last 20 days; names that are alike stay apart', () => {
    const categories = Array.from({ length: 31 }, (_, index) => `${index + 1}`)
    const series = ['Median', 'Median'].map((name) => ({
      name,
      role: 'value' as const,
      values: categories.map(Number),
    }))
    const shownChart = drawn({ categories, series })
    expect(shownChart?.axis_config.categories).toEqual(categories.slice(11))
    expect(shownChart?.series.map(({ name }) => name)).toEqual(['Median', 'Median 2'])
    expect(shownChart?.series[0]?.data[0]).toEqual({ label: '12', value: 12 })
  })

  it('of nothing are not drawn', () => {
    expect(drawn({ categories: [], series: [] })).toBeUndefined()
    expect(drawn({ series: [{ name: 'Median', role: 'value', values: [null, null, null] }] })).toBeUndefined()
  })
})

describe('an answer', () => {
  it('is within the limits with a report below its lines, and a file to ask for', () => {
    fc.assert(
      fc.property(hostileText, hostileLines, fc.option(hostileReport), fc.boolean(), (title, lines, report, hasCsv) => {
        const message = answerBlocks({
          title,
          lines,
          ...(report ? { report } : {}),
          ...(hasCsv ? { file: { source: { kind: 'items', reportId: 'r1', index: 7 }, formats: ['csv'] } } : {}),
        })
        expect(problemsOf(message)).toEqual([])
        expect(forgeries(message.blocks)).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('does not say the title of its report twice', () => {
    const report = sampleReport()
    const words = textOf(answerBlocks({ title: report.title, lines: [], report }).blocks)
    expect(words.split(report.title)).toHaveLength(2)
  })

  it('offers the file of what it lists', () => {
    const source = { kind: 'items', reportId: 'r-1', index: 7 } as const
    const { blocks } = answerBlocks({ title: '52 answered', lines: [], file: { source, formats: ['csv'] } })
    const button = [...objectsIn(blocks)].find(({ type }) => type === 'button')
    expect(readFileLink(String(button?.['action_id']), String(button?.['value']))).toEqual({ source, format: 'csv' })
    for (const strange of [null, undefined, '', 'r1', 'r1 x', 'r1 1 2', '../x 1', 'r1 99999'])
      expect(readItems(strange)).toBeNull()
  })
})
