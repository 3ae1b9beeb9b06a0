import { z } from 'zod'
import type { Hours } from './tuning.ts'

type Week = Hours['week']
type Spans = Week[number]
export type ReadText<Value> = { value: Value } | { error: string }

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const mostSpans = 5
const mostHolidays = 200
const example = 'Write a line such as Mon-Fri 09:00-12:00, 13:00-17:00'

/** The week as `readWeek` reads it: "Mon-Fri 09:00-17:00", "Sat-Sun closed". */
export function weekText(week: Week): string {
  const lines: string[] = []
  for (let first = 0; first < week.length;) {
    const text = spansText(week[first] ?? [])
    let last = first
    while (last + 1 < week.length && spansText(week[last + 1] ?? []) === text) last++
    lines.push(`${dayNames[first]}${last > first ? `-${dayNames[last]}` : ''} ${text}`)
    first = last + 1
  }
  return lines.join('\n')
}

function spansText(spans: Spans): string {
  return spans.length === 0 ? 'closed' : spans.map(([from, to]) => `${from}-${to}`).join(', ')
}

/**
 * Reads lines of days and times: "Mon-Fri 9-12, 13-17", "saturday: 9.30am – 1pm", "Wed, Fri closed", "daily 8-20".
 * Days that no line names are closed. The error names the line.
 */
export function readWeek(text: string): ReadText<Week> {
  const week: Week = dayNames.map(() => [])
  const named = new Set<number>()
  const lines = text.split(/[\n;]/).map((line) => line.trim())
  for (const line of lines.filter((one) => one !== '')) {
    const quoted = `“${line.slice(0, 60)}”`
    const [, daysText = '', spansPart = ''] = /^([^\d]*?)[\s:]*(\d.*|closed)$/i.exec(line) ?? []
    const days = readDays(daysText)
    const spans = readSpans(spansPart)
    if (!days || !spans) return { error: `${quoted} can't be read. ${example}` }
    const crossing = spans.find(([from, to]) => from >= to)
    if (crossing) {
      return {
        error: `${quoted}: ${crossing[0]} isn't before ${crossing[1]}. Split a night at 24:00, and go on with 00:00 on the next day`,
      }
    }
    if (spans.length > mostSpans) return { error: `${quoted} has more than ${mostSpans} times` }
    if (spans.some(([from], index) => index > 0 && from < (spans[index - 1]?.[1] ?? '')))
      return { error: `${quoted} has times that overlap` }
    for (const day of days) {
      if (named.has(day)) return { error: `${dayNames[day]} stands twice. Write all its times in one line` }
      named.add(day)
      week[day] = spans
    }
  }
  if (named.size === 0) return { error: `${example}. A team that is never open writes: Mon-Sun closed` }
  return { value: week }
}

/** "Mon-Fri", "Sat, Sun", "Fri-Mon", "daily". */
function readDays(text: string): number[] | null {
  const words = text.toLowerCase().trim()
  if (/^(daily|every day|all days)$/.test(words)) return dayNames.map((_, day) => day)
  if (words === 'weekdays') return [0, 1, 2, 3, 4]
  if (words === 'weekends' || words === 'weekend') return [5, 6]
  const days: number[] = []
  for (const part of words.replace(/\s*[-–—]\s*/g, '-').split(/(?:[\s,&]|\band\b)+/)) {
    const [from, to, ...rest] = part.split('-').map(readDay)
    if (from === undefined || from === null || to === null || rest.length > 0) return null
    const length = to === undefined ? 1 : ((to - from + 7) % 7) + 1
    for (let step = 0; step < length; step++) days.push((from + step) % 7)
  }
  return days
}

/** "mon", "tues", "thursday". */
function readDay(word: string): number | null {
  const full = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
  const day = full.findIndex((name) => word.length >= 2 && name.startsWith(word.replace(/\.$/, '')))
  return day < 0 ? null : day
}

function readSpans(text: string): Spans | null {
  if (text.toLowerCase() === 'closed') return []
  const spans: Spans = []
  for (const part of text.split(/\s*(?:,|&|\band\b)\s*/i)) {
    const [from, to, ...rest] = part.split(/\s*(?:[-–—]|\bto\b)\s*/i).map(readTime)
    if (!from || !to || rest.length > 0) return null
    spans.push([from, to === '00:00' ? '24:00' : to])
  }
  return spans.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** "9", "09:00", "9.30", "5pm", as 09:00; at most 24:00. Null for anything else. */
export function readTime(text: string): string | null {
  const [, hourText, minuteText = '00', half] = /^(\d{1,2})(?:[:.](\d\d))?\s*(am|pm)?$/i.exec(text.trim()) ?? []
  if (hourText === undefined) return null
  const hour = Number(hourText)
  const minute = Number(minuteText)
  if (half && (hour < 1 || hour > 12)) return null
  const ofDay = half ? (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0) : hour
  if (minute > 59 || ofDay > 24 || (ofDay === 24 && minute > 0)) return null
  return `${String(ofDay).padStart(2, '0')}:${minuteText}`
}

/** Reads dates such as 2026-12-25, one per line; in order, each once. */
export function readHolidays(text: string): ReadText<string[]> {
  const dates = text.split(/[\s,;]+/).filter((part) => part !== '')
  const wrong = dates.find((date) => !z.iso.date().safeParse(date).success)
  if (wrong) return { error: `“${wrong.slice(0, 30)}” is no date. Write dates such as 2026-12-25, one per line` }
  const value = [...new Set(dates)].toSorted()
  return value.length > mostHolidays ? { error: `Write at most ${mostHolidays} dates` } : { value }
}
