import type { Chart } from '../../report.ts'
import { cut, isBlank, oneLine } from '../../kit/text.ts'
import { plain, type Block } from './elements.ts'

/** Slack can't stack bars; of many side by side nobody sees what rose, and lines show it. */
const max = { title: 50, label: 20, series: 6, points: 20, bars: 24 }

/** https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block */
interface DataVisualization {
  type: 'data_visualization'
  title: string
  chart: {
    type: 'line' | 'bar'
    series: { name: string; data: { label: string; value: number }[] }[]
    axis_config: { categories: string[]; y_label: string }
  }
}

/**
 * A chart of Slack's own; null where there is nothing to draw. Slack wants a value at every point: where a line has none,
 * that point is left out, and of more than 20 the last are shown.
 */
export function chartBlock(chart: Chart): Block | null {
  const series = chart.series.filter(({ values }) => values.some(isNumber)).slice(0, max.series)
  const points = chart.categories
    .map((category, at) => ({ category, values: series.map(({ values }) => valueOf(chart, values[at])) }))
    .filter((point): point is { category: string; values: number[] } => point.values.every(isNumber))
    .slice(-max.points)
  if (series.length === 0 || points.length === 0) return null
  const categories = distinct(points.map(({ category }) => category))
  const names = distinct(series.map(({ name }) => name))
  return known({
    type: 'data_visualization',
    title: plain(oneLine(chart.title, max.title)).text,
    chart: {
      type: series.length * points.length > max.bars ? 'line' : chart.kind,
      series: names.map((name, index) => ({
        name,
        data: categories.map((label, at) => ({ label, value: points[at]?.values[index] ?? 0 })),
      })),
      axis_config: { categories, y_label: chart.unit },
    },
  })
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** What is counted and isn't there is none; what is measured and isn't there is not known. */
function valueOf({ kind }: Chart, value: number | null | undefined): number | null {
  return isNumber(value) ? Math.round(value * 10) / 10 : kind === 'bar' ? 0 : null
}

/** Slack tells series and points by their names. */
function distinct(names: string[]): string[] {
  const taken = new Set<string>()
  return names.map((raw) => {
    const name = isBlank(raw) ? '–' : oneLine(raw, max.label)
    let label = name
    for (let count = 2; taken.has(label); count += 1) label = `${cut(name, max.label - 4)} ${count}`
    taken.add(label)
    return label
  })
}

/** The types of Slack's client don't know this block yet; Slack does, since June 2026. */
function known(block: DataVisualization): Block {
  return block as unknown as Block
}
