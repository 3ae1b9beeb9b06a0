import { themes } from '../interactions/interaction.ts'
import { addDays } from '../settings/hours.ts'
import type { ReportInterval, Target } from '../settings/tuning.ts'
import type { Chart, ChartSeries } from '../workspaces/report.ts'
import { hasSomething, isLong } from './compare.ts'
import type { Numbers } from '../measures/numbers.ts'
import { lengthOf, type Days } from '../measures/period.ts'
import * as say from './words.ts'

/** One place on a chart's lower edge. */
export interface ChartPoint {
  days: Days
  numbers: Numbers
}

const lastDays = 14
const mostPoints = 31
const minuteMs = 60_000

/**
 * Which days a chart shows, a point each: the last 14, or those of a longer report, of a week's or a month's; of more than 31
 * days their weeks, of which the first may be shorter; at most 31.
 */
export function chartDays(days: Days, interval: ReportInterval | null): Days[] {
  const from = isLong(days, interval) ? days.from : addDays(days.to, 1 - lastDays)
  const length = lengthOf({ from, to: days.to })
  const step = length > mostPoints ? 7 : 1
  const points: Days[] = []
  for (let to = days.to; to >= from && points.length < mostPoints; to = addDays(to, -step)) {
    const first = addDays(to, 1 - step)
    points.unshift({ from: first < from ? from : first, to })
  }
  return points
}

/** The target that every answer has; null where there is none, or it depends. */
export function commonTarget(targets: Target[]): Target | null {
  const [first] = targets
  const isForAll = first && [first.channels, first.themes, first.urgencies].every((wanted) => wanted.length === 0)
  return isForAll ? first : null
}

/** The pictures of a report; none where there is too little to see. */
export function chartsOf(points: ChartPoint[], target: Target | null): Chart[] {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || points.filter(({ numbers }) => hasSomething(numbers)).length < 2) return []
  const isByWeek = points.some(({ days }) => days.from !== days.to)
  const shared = {
    categories: points.map(({ days }) => (isByWeek ? dayText(days.from, 'short') : categoryText(days.to))),
    over: isByWeek ? `${points.length} weeks` : `${points.length} days`,
    each: isByWeek ? 'week' : 'day',
    span: `from ${dayText(first.days.from, 'long')} to ${dayText(last.days.to, 'long')}`,
  }
  return [responseChart(points, target, shared), themesChart(points, shared)].filter((chart) => chart !== null)
}

interface Shared {
  categories: string[]
  over: string
  each: string
  span: string
}

/** Held against a target of the team's own hours, the times are of those hours too. */
function responseChart(
  points: ChartPoint[],
  target: Target | null,
  { categories, over, each, span }: Shared,
): Chart | null {
  const kind = target?.isBusinessTime ? 'business' : 'calendar'
  const times = points.map(({ numbers }) => numbers.response?.[kind] ?? null)
  const medians = times.map((time) => time && minutes(time.median))
  if (medians.filter((value) => value !== null).length < 2) return null
  const inHours = target?.isBusinessTime ? ' in your hours' : ''
  const series: ChartSeries[] = [
    { name: 'Median', role: 'value', values: medians },
    { name: 'Slowest tenth', role: 'value', values: times.map((time) => time && minutes(time.p90)) },
  ]
  if (target) series.push({ name: 'Target', role: 'target', values: points.map(() => target.minutes) })
  const alt = [
    `Response time per ${each}${inHours} ${span}.`,
    `The median was ${rangeText(
      times.map((time) => time?.median ?? null),
      say.durationText,
    )}.`,
    `The slowest tenth took over ${rangeText(
      times.map((time) => time?.p90 ?? null),
      say.durationText,
      'to',
    )}.`,
    target && `The target is ${say.durationText(target.minutes * minuteMs)}.`,
  ]
  return {
    id: 'response-time',
    title: `Response time${inHours} over ${over}`,
    alt: alt.filter(Boolean).join(' '),
    kind: 'line',
    unit: 'minutes',
    categories,
    series,
  }
}

function themesChart(points: ChartPoint[], { categories, over, each, span }: Shared): Chart | null {
  const received = points.map(({ numbers }) => numbers.received)
  const ofThemes = themes.map((theme): ChartSeries & { total: number } => {
    const values = points.map(({ numbers }) => say.themeCount(numbers, theme))
    return { name: say.capitalised(theme), role: 'value', values, total: sum(values) }
  })
  const unsorted = points.map(({ numbers }, index) =>
    Math.max(0, numbers.received - sum(ofThemes.map(({ values }) => values[index] ?? 0))),
  )
  const all = [...ofThemes, { name: 'No theme', role: 'value' as const, values: unsorted, total: sum(unsorted) }]
  const shown = all.filter(({ total }) => total > 0)
  if (shown.length === 0) return null
  const totals = shown.map(({ name, total }) =>
    name === 'No theme' ? `${say.countText(total)} without a theme` : say.themesText(total, name.toLowerCase()),
  )
  return {
    id: 'themes',
    title: `What came in over ${over}`,
    alt: `What came in per ${each} by theme ${span}: ${rangeText(received, say.countText)}. In all ${totals.join(', ')}.`,
    kind: 'bar',
    unit: 'interactions',
    categories,
    series: shown.map(({ name, role, values }) => ({ name, role, values })),
  }
}

/** "between 16 min and 25 min, and 42 min at the end"; the end is told where it stands out. */
function rangeText(values: (number | null)[], format: (value: number) => string, joint: 'and' | 'to' = 'and'): string {
  const known = values.filter((value) => value !== null)
  const [low, high] = [Math.min(...known), Math.max(...known)].map(format)
  const last = values.at(-1) ?? null
  const range = low === high ? low : joint === 'and' ? `between ${low} and ${high}` : `${low} to ${high}`
  return last === null || low === high ? String(range) : `${range}, in the end ${format(last)}`
}

const minutes = (ms: number): number => (ms < 10 * minuteMs ? Math.round(ms / 6000) / 10 : Math.round(ms / minuteMs))
const sum = (values: (number | null)[]): number => values.reduce<number>((all, value) => all + (value ?? 0), 0)

function dayText(date: string, month: 'short' | 'long'): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month, timeZone: 'UTC' }).format(new Date(date))
}

/** "Fri 20" */
function categoryText(date: string): string {
  return new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', timeZone: 'UTC' })
    .format(new Date(date))
    .replace(',', '')
}
