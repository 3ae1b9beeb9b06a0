import type { CardLink, Chart, Figure, Report, ReportLine } from '../../report.ts'
import { clickValue } from '../../kit/click.ts'
import { openedOnce } from '../../kit/opened.ts'
import { counted, isBlank, isolated, oneLine } from '../../kit/text.ts'
import { chartBlock } from './chart.ts'
import { assignAction } from './click.ts'
import { bold, button, context, header, line, link, marked, plain, richText, sizeOf, type Block } from './elements.ts'
import { numberButton, numberMenu } from './number-link.ts'
import { mrkdwn } from './text.ts'

const max = {
  headline: 600,
  note: 300,
  figures: 6,
  figure: 60,
  change: 150,
  waiting: 3,
  link: 200,
  charts: 2,
  /** Of a line; with its marks, five of them stay within a section. */
  label: 150,
  text: 200,
  together: 5,
}

export interface ReportRoom {
  blocks: number
  characters: number
  /** False once Slack has refused them: what they show is told in words all the same. */
  hasCharts: boolean
}

/** What stands out first, then the numbers, then what is behind them; as much as there is room for. */
export function reportBlocks(report: Report, room: ReportRoom): Block[] {
  const head = [...headBlocks(report), ...waitingBlocks(report.waiting)]
  // The last block says how much more there is.
  const left = { blocks: room.blocks - head.length - 1, characters: room.characters - sizeOf(head) - 100 }
  const charts = report.charts.slice(0, max.charts).flatMap((chart) => {
    const blocks = chartBlocks(chart, room.hasCharts ? left.characters : 0)
    left.blocks -= blocks.length
    left.characters -= sizeOf(blocks)
    return blocks
  })
  return [...head, ...sectionBlocks(report, left), ...charts]
}

function headBlocks(report: Report): Block[] {
  const figures = report.figures.slice(0, max.figures)
  return [
    header(oneLine(report.title, 150)),
    ...(isBlank(report.headline) ? [] : [richText(line(bold(oneLine(report.headline, max.headline))))]),
    ...(report.note === null || isBlank(report.note) ? [] : [context(plain(oneLine(report.note, max.note)))]),
    ...(figures.length > 0 ? [{ type: 'section' as const, fields: figures.map(figureField) }] : []),
    ...numberRow(report.id, figures),
  ]
}

const marks = { plain: '', good: '🟢 ', warn: '🟡 ', bad: '🔴 ' }

function figureField({ label, value, change, tone }: Figure): ReturnType<typeof marked> {
  const lines = [
    `${marks[tone]}*${shown(value, max.figure)}*  ${shown(label, max.figure)}`,
    ...(change === null || isBlank(change) ? [] : [shown(change, max.change)]),
  ]
  return marked(lines.join('\n'))
}

/** What stays text within our own marks. */
const shown = (text: string, most: number) => (isBlank(text) ? '–' : mrkdwn(oneLine(text, most)))

/** Several numbers can be about the same interactions: one button opens them. */
function numberRow(reportId: string, figures: Figure[]): Block[] {
  const buttons = openedOnce(figures).map(({ label, value, opens: index }, at) => {
    const name = `${oneLine(label, 40)} ${oneLine(value, 30)}`
    return numberButton(name, name, { reportId, index }, at)
  })
  return buttons.length > 0 ? [{ type: 'actions', elements: buttons }] : []
}

function waitingBlocks(links: CardLink[]): Block[] {
  const waiting = links.slice(0, max.waiting)
  if (waiting.length === 0) return []
  return [
    title(waiting.length > 1 ? 'Waiting longest' : 'Waiting'),
    ...waiting.map((one, index) => ({
      type: 'section' as const,
      text: marked(linked(one)),
      accessory: {
        ...button('Assign to me', `${assignAction}:${index}`, assignValue(one)),
        accessibility_label: oneLine(`Assign to me: ${one.text}`, 75),
      },
    })),
  ]
}

const assignValue = ({ conversationId }: CardLink) =>
  clickValue({ conversationId, seenSeq: 0 }, { id: 'assign', target: null, form: null })

const title = (text: string): Block => richText(line(bold(isBlank(text) ? '–' : oneLine(text, 150))))

/** Only what leads to a card of this workspace is a link. */
function linked({ text, url }: CardLink): string {
  return url === null || url.length > 500 ? shown(text, max.link) : link(url, text, max.link)
}

/** A section's title is never the last that is shown of it. */
function sectionBlocks({ id, sections }: Report, left: { blocks: number; characters: number }): Block[] {
  const fitting: Block[] = []
  let { blocks: blocksLeft, characters } = left
  let missing = 0
  for (const [at, section] of sections.entries()) {
    for (const [index, lines] of groupsOf(section.lines).entries()) {
      const blocks = linesBlocks(id, lines, index === 0 ? section.title : null, (at + 1) * 1000 + index)
      blocksLeft -= blocks.length
      characters -= sizeOf(blocks)
      if (blocksLeft < 0 || characters < 0) missing += lines.length
      else fitting.push(...blocks)
    }
  }
  return missing > 0 ? [...fitting, context(plain(`and ${counted(missing, 'more line')}`))] : fitting
}

/** What has an example stands alone; of the others as many together as one menu can open. */
function groupsOf(lines: ReportLine[]): ReportLine[][] {
  const groups: ReportLine[][] = []
  for (const one of lines) {
    const last = groups.at(-1)
    if (last && last.length < max.together && !one.example && !last.some(({ example }) => example)) last.push(one)
    else groups.push([one])
  }
  return groups
}

/** `name`: of the section that begins here. A button stands beside the line that it opens. */
function linesBlocks(reportId: string, lines: ReportLine[], name: string | null, index: number): Block[] {
  const words = lines.map(
    ({ label, text, tone }) => `${marks[tone]}${mrkdwn(isolated(label, max.label))}: ${shown(text, max.text)}`,
  )
  const opened = new Map(lines.flatMap((one) => (one.opens === null ? [] : [[one.opens, one] as const])))
  const numbers = [...opened].map(([opens, { label, text }]) => ({
    about: `${label}: ${text}`,
    items: { reportId, index: opens },
  }))
  // A menu of one is a button.
  const [first, ...others] = numbers
  const accessory =
    first && (others.length > 0 ? numberMenu(numbers, index) : numberButton('Open', first.about, first.items, index))
  const isApart = name !== null && lines.some(({ example }) => example)
  const heading = name === null || isApart ? [] : [`*${shown(name, max.label)}*`]
  return [
    ...(isApart ? [title(name)] : []),
    { type: 'section', text: marked([...heading, ...words].join('\n')), ...(accessory ? { accessory } : {}) },
    ...lines.flatMap(({ example }) => (example ? [context(marked(linked(example)))] : [])),
  ]
}

/** The caption says the same for who can't see it, and where Slack doesn't draw it. */
function chartBlocks(chart: Chart, characters: number): Block[] {
  const caption = context(plain(isBlank(chart.alt) ? oneLine(chart.title, 100) : oneLine(chart.alt, 500)))
  const drawn = chartBlock(chart)
  return drawn && sizeOf([drawn, caption]) < characters ? [drawn, caption] : [caption]
}
