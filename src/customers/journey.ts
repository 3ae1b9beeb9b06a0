import type { Context } from '../context.ts'
import { countText } from '../digests/words.ts'
import { readPassages } from '../history/passages.ts'
import { addDays, dateOf, momentOf, weekdayOf } from '../settings/hours.ts'
import type { Touchpoint } from '../workspaces/found.ts'
import { counted, oneLine } from '../workspaces/kit/text.ts'
import type { Chart, ChartSeries } from '../workspaces/report.ts'
import { tally } from './short-form.ts'

const mostWeeks = 13
const mostMonths = 31
const mostSeries = 6
const fewest = 3
const weekMs = 7 * 86_400_000

/** What a customer did, and what became of it, in the order of the ids. */
export async function readTouchpoints(
  ctx: Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces'>,
  workspaceId: string,
  interactionIds: string[],
): Promise<Touchpoint[]> {
  const passages = await readPassages(ctx, workspaceId, interactionIds, null)
  return passages.map(({ at, origin, labels, said, state, conversationId, url }) => {
    const textsOf = (kind: (typeof labels)[number]['kind']) =>
      labels.filter((label) => label.kind === kind).map(({ text }) => text)
    const words = said.map(({ text }) => text).join('')
    return {
      at,
      about: [origin, ...textsOf('theme'), ...textsOf('topic').slice(0, 1)].join(' · '),
      text: oneLine([...textsOf('rating'), words].join(' '), 80),
      state,
      conversationId,
      url,
    }
  })
}

interface Touch {
  channel: string
  at: Date
}

/**
 * How often they wrote, by week or by month of the team's calendar; the newest 31 months at most. Null where there is too
 * little to see. `nameOf`: of a channel.
 */
export function journeyChart(touches: Touch[], nameOf: (channel: string) => string, timeZone: string): Chart | null {
  if (touches.length < fewest) return null
  const times = touches.map(({ at }) => at.getTime())
  const dateAt = (ms: number) => dateOf(new Date(ms), timeZone)
  const periods = periodsOf(dateAt(Math.min(...times)), dateAt(Math.max(...times)))
  const starts = periods.dates.map((date) => momentOf(date, '00:00', timeZone).getTime())
  const placed = touches
    .map(({ channel, at }) => ({ channel, place: starts.findLastIndex((start) => start <= at.getTime()) }))
    .filter(({ place }) => place >= 0)
  const totals = starts.map((_, place) => placed.filter((touch) => touch.place === place).length)
  if (placed.length < fewest || totals.filter((total) => total > 0).length < 2) return null

  const channels = tally(placed.map(({ channel }) => channel))
  const named = channels.slice(0, channels.length > mostSeries ? mostSeries - 1 : mostSeries)
  const groups = [
    ...named.map(([channel]) => ({ name: nameOf(channel), isIn: (one: string) => one === channel })),
    ...(channels.length > named.length
      ? [{ name: 'Elsewhere', isIn: (one: string) => named.every(([channel]) => channel !== one) }]
      : []),
  ]
  const most = totals.indexOf(Math.max(...totals))
  const [first = '', last = ''] = [periods.names[0], periods.names.at(-1)]
  const shares = named.map(([channel, count]) => `${countText(count)} by ${oneLine(nameOf(channel), 40)}`)
  return {
    id: 'journey',
    title: `Touchpoints by ${periods.each}`,
    alt: `${counted(placed.length, 'touchpoint')} from ${first} to ${last}: ${shares.join(', ')}. The most, ${totals[most]}, in ${periods.names[most]}.`,
    kind: 'bar',
    unit: 'interactions',
    categories: periods.labels,
    series: groups.map(({ name, isIn }): ChartSeries => {
      const mine = placed.filter(({ channel }) => isIn(channel))
      return { name, role: 'value', values: starts.map((_, place) => mine.filter((one) => one.place === place).length) }
    }),
  }
}

interface Periods {
  each: 'week' | 'month'
  /** Of each, its first day. */
  dates: string[]
  /** "16 Nov", "Nov" */
  labels: string[]
  /** "the week of 16 November 2026", "November 2026" */
  names: string[]
}

/** From one day to another, `2026-03-02` each. */
function periodsOf(from: string, to: string): Periods {
  const [first, last] = [from, to].map((date) => addDays(date, -weekdayOf(date)))
  const weeks = (Date.parse(last ?? to) - Date.parse(first ?? from)) / weekMs + 1
  if (weeks <= mostWeeks) {
    const dates = Array.from({ length: weeks }, (_, week) => addDays(first ?? from, 7 * week))
    return {
      each: 'week',
      dates,
      labels: dates.map((date) => dateText(date, { day: 'numeric', month: 'short' })),
      names: dates.map((date) => `the week of ${dateText(date, { day: 'numeric', month: 'long', year: 'numeric' })}`),
    }
  }
  const monthOf = (date: string) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1
  const months = Array.from({ length: monthOf(to) - monthOf(from) + 1 }, (_, index) => monthOf(from) + index)
  const dates = months
    .slice(-mostMonths)
    .map((month) => `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-01`)
  const isOneYear = dates[0]?.slice(0, 4) === dates.at(-1)?.slice(0, 4)
  const yearOf = (date: string) => (isOneYear ? '' : ` ’${date.slice(2, 4)}`)
  return {
    each: 'month',
    dates,
    labels: dates.map((date) => `${dateText(date, { month: 'short' })}${yearOf(date)}`),
    names: dates.map((date) => dateText(date, { month: 'long', year: 'numeric' })),
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Of a day of the team's calendar. */
export function dateText(date: string, parts: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(parts)
  const format = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC' })
  formats.set(key, format)
  return format.format(new Date(date))
}
