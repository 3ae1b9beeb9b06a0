import type { APIButtonComponent, APIContainerComponent, APISelectMenuOption } from 'discord.js'
import { clickValue } from '../../kit/click.ts'
import { openedOnce } from '../../kit/opened.ts'
import { counted, isBlank, oneLine } from '../../kit/text.ts'
import type { CardLink, Chart, Figure, Report, ReportLine, ReportSection } from '../../report.ts'
import {
  button,
  colours,
  container,
  divider,
  evenRowsOf,
  maxOptions,
  maxOptionText,
  maxText,
  menu,
  picture,
  section,
  text,
  type Part,
} from './elements.ts'
import { pressId } from './ids.ts'
import { bold, bullet, heading, link, maxLink, name, short, small } from './markdown.ts'
import type { SharedFile } from './message.ts'

interface ReportLook {
  /** Its charts, as far as they are uploaded. */
  files?: Pick<SharedFile, 'name'>[]
  /** Characters of all its texts. */
  room?: number
}

/** Together they are fewer than the components of one message, with some to spare for what stands around a report. */
const most = { figures: 6, waiting: 3, charts: 2, texts: 7 }
const rooms = { title: 200, headline: 600, note: 250, value: 40, label: 70, change: 120, waiting: 180, line: 120 }

/** The numbers first, then who waits, the pictures, and everything else; every number can be opened. */
export function reportContainer(report: Report, { files = [], room = maxText }: ReportLook): APIContainerComponent {
  const head = headText(report)
  const figures = report.figures.slice(0, most.figures)
  const numbers = figures.map(figureText).join('\n')
  const waiting = waitingParts(report.waiting)
  const waitingSize = waiting.reduce((sum, { size }) => sum + size, 0)
  const sections = sectionTexts(report.sections, room - head.length - numbers.length - waitingSize)
  const more = optionsOf(report.sections)
  return container(colourOf(figures), [
    text(head),
    ...(numbers === '' ? [] : [text(numbers)]),
    ...evenRowsOf(numberButtons(report.id, figures)),
    ...(waiting.length > 0 ? [divider(), ...waiting.map(({ part }) => part)] : []),
    ...pictures(report.charts, files),
    ...(sections.length > 0 ? [divider(), ...sections.map((one) => text(one))] : []),
    ...(more.length > 0 ? [menu(pressId.numbers(report.id), 'Open a number…', more)] : []),
  ])
}

/** What a chart's picture is called, on its way to Discord and there. */
export const pictureName = ({ id }: Pick<Chart, 'id'>): string => `${id}.png`

/** Empty for nothing to read. */
const said = (words: string, room: number): string => (isBlank(words) ? '' : name(words, room))

function headText({ title, headline, note }: Report): string {
  return [
    heading(isBlank(title) ? 'Digest' : name(title, rooms.title)),
    ...(isBlank(headline) ? [] : [short(headline, rooms.headline)]),
    ...(note === null || isBlank(note) ? [] : [small(`⚠️ ${short(note, rooms.note)}`)]),
  ].join('\n')
}

/** They tell one another apart by their shapes as well. */
const signs: Record<Figure['tone'], string> = { plain: '', good: '  ✅', warn: '  ⚠️', bad: '  🔴' }

function figureText({ label, value, change, tone }: Figure): string {
  const line = `${bold(said(value, rooms.value) || '–')}  ${said(label, rooms.label)}${signs[tone]}`
  return change === null || isBlank(change) ? line : `${line}\n${small(short(change, rooms.change))}`
}

function colourOf(figures: Figure[]): number {
  const has = (tone: Figure['tone']) => figures.some((figure) => figure.tone === tone)
  if (has('bad')) return colours.urgent
  if (has('warn')) return colours.waiting
  return has('good') ? colours.answered : colours.quiet
}

/** Several figures may be about the same: it is opened by the first of them. */
function numberButtons(reportId: string, figures: Figure[]): APIButtonComponent[] {
  return openedOnce(figures).map(({ label, value, opens: index }) =>
    button(`${label} ${value}`, pressId.items({ reportId, index })),
  )
}

/** Who has waited longest, each with a button that takes it. */
function waitingParts(waiting: CardLink[]): { part: Part; size: number }[] {
  const links = [...new Map(waiting.map((one) => [one.conversationId, one])).values()].slice(0, most.waiting)
  if (links.length === 0) return []
  const title = bold('Waiting longest')
  return [
    { part: text(title), size: title.length },
    ...links.map((one) => {
      const words = linked(one, rooms.waiting)
      const taking = clickValue({ ...one, seenSeq: 0 }, { id: 'assign', target: null, form: null })
      return { part: section(words, button('Assign to me', pressId.do(taking))), size: words.length }
    }),
  ]
}

/** The link has words of its own: see `linesText`. */
function linked({ text: words, url }: CardLink, room: number): string {
  const open = url === null ? null : link(url, 'Open', maxLink)
  return [said(words, room) || '–', ...(open === null ? [] : [open])].join(' · ')
}

/** Those whose files are there; one below the other, as what stands side by side is cut. */
function pictures(charts: Chart[], files: Pick<SharedFile, 'name'>[]): Part[] {
  const shown = charts.filter((chart) => files.some((file) => file.name === pictureName(chart)))
  return shown.slice(0, most.charts).map((chart) => picture(pictureName(chart), chart.alt || chart.title))
}

/** Examples are the first thing to go, then what stands last. */
function sectionTexts(sections: ReportSection[], room: number): string[] {
  const shown = sections.filter(({ lines }) => lines.length > 0)
  const full = grouped(shown.map((one) => sectionLines(one, true)))
  if (sizeOf(full) <= room) return full
  const plain = shown.map((one) => sectionLines(one, false))
  const all = grouped(plain)
  return sizeOf(all) <= room ? all : grouped(cutSections(plain, room))
}

const sizeOf = (texts: string[]) => texts.reduce((sum, { length }) => sum + length + 1, 0)

/** The last text takes what there are too many of. */
function grouped(sections: string[][]): string[] {
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))
  const own = texts.slice(0, most.texts - 1)
  const rest = texts.slice(most.texts - 1)
  return rest.length > 0 ? [...own, rest.join('\n')] : own
}

/** A section needs one line beside its title. */
function cutSections(sections: string[][], room: number): string[][] {
  let left = room - 40
  let missing = 0
  const shown: string[][] = []
  for (const [title = '', ...lines] of sections) {
    const fits: string[] = []
    for (const line of lines) {
      const size = line.length + 1 + (fits.length === 0 ? title.length + 1 : 0)
      if (missing > 0 || size > left) {
        missing += 1
        continue
      }
      left -= size
      fits.push(line)
    }
    if (fits.length > 0) shown.push([title, ...fits])
  }
  return missing > 0 && room > 40 ? [...shown, [small(`and ${counted(missing, 'more line')}`)]] : shown
}

function sectionLines({ title, lines }: ReportSection, hasExamples: boolean): string[] {
  return [
    bold(said(title, rooms.label) || '–'),
    ...lines.map((line) => lineText(line, hasExamples ? line.example : null)),
  ]
}

function lineText({ label, text: words, tone }: ReportLine, example: CardLink | null): string {
  const parts = [isBlank(label) ? '' : bold(name(label, rooms.line)), said(words, rooms.line)]
  const line = bullet(`${parts.filter((part) => part !== '').join('  ') || '–'}${signs[tone]}`)
  return example === null ? line : `${line}\n${small(`For example: ${linked(example, rooms.line)}`)}`
}

/** Menus show no markup: what stands in them stands as it is. */
function optionsOf(sections: ReportSection[]): APISelectMenuOption[] {
  const titled = sections.flatMap(({ title, lines }) => lines.map((line) => ({ ...line, title })))
  return openedOnce(titled)
    .slice(0, maxOptions)
    .map(({ title, label, text: words, opens }) => {
      const shown = oneLine(label, maxOptionText)
      const about = oneLine([title, words].filter((one) => !isBlank(one)).join(' · '), maxOptionText)
      return {
        label: isBlank(shown) ? `${opens + 1}` : shown,
        value: `${opens}`,
        ...(isBlank(about) ? {} : { description: about }),
      }
    })
}
