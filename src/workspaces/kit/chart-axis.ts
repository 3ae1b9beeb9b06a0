import type { Chart } from '../report.ts'

/** From 0 up to `max`, with a line at every `step`. */
export interface Scale {
  max: number
  step: number
  /** "30 min", "2 h", "1,200" */
  labelOf(value: number): string
}

const hour = 60
const day = 24 * hour
const minuteSteps = [1, 2, 5, 10, 15, 20, 30, 1, 2, 3, 4, 6, 12].map((step, at) => (at < 7 ? step : step * hour))

/** At most five steps, as people count: whole ones of interactions; minutes, hours or days of time. */
export function scaleOf({ unit, kind, series }: Chart): Scale {
  const values = kind === 'bar' ? sumsOf(series) : series.flatMap((one) => one.values.filter((value) => value !== null))
  const highest = Math.max(0, ...values.filter(Number.isFinite))
  const step = unit === 'minutes' ? minuteStep(highest / 4.5) : Math.max(1, roundStep(highest / 4.5))
  const max = Math.max(step * 2, Math.ceil(highest / step) * step)
  return { max, step, labelOf: unit === 'minutes' ? (value) => timeLabel(value, step) : countLabel }
}

/** "45 min", "1 h", "1 h 30 min": as exact as the value. */
export function minutesText(value: number): string {
  const minutes = Math.round(value)
  const [hours, rest] = [Math.floor(minutes / hour), minutes % hour]
  return [hours > 0 ? `${hours} h` : '', rest > 0 || hours === 0 ? `${rest} min` : ''].filter(Boolean).join(' ')
}

function sumsOf(series: Chart['series']): number[] {
  const stacked = series.filter(({ role }) => role === 'value')
  const length = Math.max(0, ...stacked.map(({ values }) => values.length))
  const sums = Array.from({ length }, (_, at) => stacked.reduce((sum, { values }) => sum + (values[at] ?? 0), 0))
  return [...sums, ...series.filter(({ role }) => role === 'target').flatMap(({ values }) => values.map((v) => v ?? 0))]
}

function minuteStep(least: number): number {
  return minuteSteps.find((step) => step >= least) ?? roundStep(least / day) * day
}

/** 1, 2 or 5, and so on by tens. */
function roundStep(least: number): number {
  if (least <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5].find((step) => step * power >= least) ?? 10) * power
}

function timeLabel(minutes: number, step: number): string {
  if (minutes === 0) return '0'
  if (step < hour) return `${minutes} min`
  return step < day ? `${minutes / hour} h` : `${countLabel(minutes / day)} d`
}

function countLabel(value: number): string {
  return value.toLocaleString('en')
}
