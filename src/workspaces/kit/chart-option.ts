import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { GridComponentOption, LegendComponentOption, TitleComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'
import type { Chart, ChartSeries } from '../report.ts'
import { minutesText, scaleOf } from './chart-axis.ts'
import { colourOf, colours, type Look } from './chart-look.ts'
import { oneLine } from './text.ts'

export type ChartOption = ComposeOption<
  LineSeriesOption | BarSeriesOption | GridComponentOption | LegendComponentOption | TitleComponentOption
>

export interface Layout {
  look: Look
  width: number
  font: string
  hasTitle: boolean
}

const legendRow = 24
const titleRow = 34
const gap = 14

/** What echarts draws. Nothing moves, nothing answers a pointer. */
export function optionOf(chart: Chart, layout: Layout): ChartOption {
  const { look, font, hasTitle, width } = layout
  const { ink, soft, line } = colours[look]
  const scale = scaleOf(chart)
  const named = chart.series.flatMap((one, at) => (one.role === 'value' ? [{ one, at }] : []))
  const names = new Map(named.map(({ one, at }) => [String(at), plain(one.name, 28) || '–']))
  const top = hasTitle ? titleRow : 0
  const isEmpty = chart.series.every(
    ({ role, values }) =>
      role === 'target' || values.every((value) => value === null || (chart.kind === 'bar' && value === 0)),
  )
  return {
    animation: false,
    textStyle: { fontFamily: font },
    title: [
      ...(hasTitle ? [{ ...titleAt(plain(chart.title, 60), ink, width), left: 0, top: 0, padding: 0 }] : []),
      ...(isEmpty ? [{ ...titleAt('Nothing to show', soft, width), left: 'center', top: 'middle' }] : []),
    ],
    legend: {
      show: named.length > 1,
      data: [...names.keys()],
      formatter: (name) => names.get(name) ?? name,
      left: 0,
      top,
      padding: 0,
      itemGap: gap,
      itemWidth: 10,
      itemHeight: 10,
      icon: 'roundRect',
      selectedMode: false,
      textStyle: { color: soft, fontSize: 13, fontFamily: font },
    },
    grid: {
      left: 0,
      right: 6,
      top: top + (named.length > 1 ? legendRow * rowsOf([...names.values()], width) : 0) + 12,
      bottom: 2,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: {
      type: 'category',
      data: chart.categories.map((category) => plain(category, 12)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line, width: 1 } },
      axisLabel: { color: soft, fontSize: 12, margin: 10, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: scale.max,
      interval: scale.step,
      axisLabel: { color: soft, fontSize: 12, margin: 10, formatter: scale.labelOf },
      splitLine: { lineStyle: { color: line, width: 1 } },
    },
    series: chart.series.map((one, at) => seriesOf(chart, one, String(at), look)),
  }
}

/** What XML can carry; echarts escapes the rest. */
function plain(text: string, max: number): string {
  return oneLine(text.replace(/[\uFFFE\uFFFF]/g, ''), max)
}

function titleAt(text: string, color: string, width: number): TitleComponentOption {
  const textStyle = { color, fontSize: 16, fontWeight: 'bold' as const, width, overflow: 'truncate' as const }
  return { text, textStyle }
}

function seriesOf(chart: Chart, one: ChartSeries, name: string, look: Look): LineSeriesOption | BarSeriesOption {
  const color = colourOf(chart, one, look)
  const common = { name, silent: true, emphasis: { disabled: true }, itemStyle: { color } }
  if (one.role === 'target') return { ...common, ...targetOf(chart, one, look) }
  if (chart.kind === 'bar') {
    const itemStyle = { color, borderColor: colours[look].paper, borderWidth: 0.75 }
    return {
      ...common,
      type: 'bar',
      stack: 'all',
      barWidth: '62%',
      barMaxWidth: 36,
      itemStyle,
      data: one.values.map((value) => value || null),
    }
  }
  const isFirst = chart.series.indexOf(one) === 0
  return {
    ...common,
    type: 'line',
    z: isFirst ? 4 : 3,
    symbol: 'circle',
    symbolSize: chart.categories.length > 16 ? 0 : isFirst ? 6 : 4,
    lineStyle: { color, width: isFirst ? 2.75 : 2, cap: 'round', join: 'round' },
    ...(isFirst && { areaStyle: { color, opacity: look === 'light' ? 0.08 : 0.14 } }),
    data: one.values.map((value, at) =>
      value !== null && isAlone(one, at) ? { value, symbolSize: isFirst ? 7 : 5 } : value,
    ),
  }
}

/** What the others are held against: named where there is most room for it. */
function targetOf(chart: Chart, one: ChartSeries, look: Look): LineSeriesOption {
  const { ink, paper } = colours[look]
  const shown = one.values.flatMap((value, at) => (value === null ? [] : [at]))
  const at = roomAt(chart, one, shown.at(0) ?? 0) >= roomAt(chart, one, shown.at(-1) ?? 0) ? shown.at(0) : shown.at(-1)
  const label = (value: number) => ({
    show: true,
    position: 'top' as const,
    align: shown.length === 1 ? ('center' as const) : at === shown.at(0) ? ('left' as const) : ('right' as const),
    formatter: [plain(one.name, 28), chart.unit === 'minutes' ? minutesText(value) : String(value)].join(' '),
    color: ink,
    fontSize: 12,
    fontWeight: 'bold' as const,
    textBorderColor: paper,
    textBorderWidth: 3,
  })
  return {
    type: 'line',
    z: 5,
    step: 'middle',
    symbol: 'rect',
    // One day has no length.
    symbolSize: shown.length === 1 ? [90, 1.5] : 0,
    lineStyle: { color: ink, width: 1.5, type: [5, 4], opacity: 0.75 },
    data: one.values.map((value, index) => (value !== null && index === at ? { value, label: label(value) } : value)),
  }
}

/** How far the nearest line is from a target near one of its ends. */
function roomAt({ series, categories }: Chart, target: ChartSeries, at: number): number {
  const level = target.values[at] ?? 0
  const near = Math.max(2, Math.ceil(categories.length / 5))
  const others = series
    .filter(({ role }) => role === 'value')
    .flatMap(({ values }) => values.slice(Math.max(0, at - near), at + near))
  return Math.min(...others.map((value) => (value === null ? Infinity : Math.abs(value - level))))
}

/** A line has no length where there is nothing beside a value. */
function isAlone({ values }: ChartSeries, at: number): boolean {
  return (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null
}

/** As the legend breaks, by a generous guess of how wide letters are. */
function rowsOf(names: string[], width: number): number {
  let [rows, used] = [1, 0]
  for (const name of names) {
    const needed = 10 + 5 + name.length * 7.5 + gap
    if (used > 0 && used + needed > width) [rows, used] = [rows + 1, 0]
    used += needed
  }
  return rows
}
