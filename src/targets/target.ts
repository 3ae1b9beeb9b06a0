import { businessTime, afterOpenMs, openMs, type BusinessTime } from '../measures/business-time.ts'
import type { Theme, Urgency } from '../interactions/interaction.ts'
import { isNeverOpen, timeLabel } from '../settings/hours.ts'
import { minutesText } from '../settings/minutes-text.ts'
import type { Hours, Target } from '../settings/tuning.ts'
import { duration } from '../workspaces/card-words.ts'

/** Of a conversation, as far as targets ask. Null: nobody knows it yet. */
export interface Aimed {
  channel: string
  theme: Theme | null
  urgency: Urgency | null
}

const minuteMs = 60_000
const weekMs = 7 * 86_400_000
/** Of a team that hardly ever works, no farther ahead is looked. */
const mostWeeks = 160
/** The team is warned once so much of the time has passed. */
const riskShare = 0.75

/** How soon an answer is due: the first target of which every condition holds, else null. What isn't known meets no condition. */
export function targetFor(targets: Target[], { channel, theme, urgency }: Aimed): Target | null {
  const meets = (wanted: readonly string[], value: string | null) =>
    wanted.length === 0 || (value !== null && wanted.includes(value))
  const fits = (target: Target) =>
    meets(target.channels, channel) && meets(target.themes, theme) && meets(target.urgencies, urgency)
  return targets.find(fits) ?? null
}

/** When the answer is due to somebody who waits since then. A team that wrote down no hours works all the time. */
export function dueAt(target: Target, hours: Hours, since: Date): Date {
  return after(target, hours, since, target.minutes * minuteMs)
}

/** When it is nearly due: three quarters of the time have passed, by the same clock. Always before it is due. */
export function riskAt(target: Target, hours: Hours, since: Date): Date {
  return after(target, hours, since, target.minutes * minuteMs * riskShare)
}

/** How soon answers may be nearly late at the earliest, in milliseconds. Infinity: there is no target. */
export function soonestRiskMs(targets: Target[]): number {
  return Math.min(Infinity, ...targets.map(({ minutes }) => minutes * minuteMs * riskShare))
}

/** "Due in 15 min: answer by 14:30", by the clock of the time zone. */
export function dueText(due: Date, now: Date, timeZone: string): string {
  const at = dueClock(due, now, timeZone)
  return due > now ? `Due in ${duration(due.getTime() - now.getTime())}: answer by ${at}` : `Due since ${at}`
}

/** "14:30", "tomorrow 09:15", "Monday 9 March 09:15". */
export function dueClock(due: Date, now: Date, timeZone: string): string {
  return timeLabel(due, now, timeZone)
    .replace(/^Today /, '')
    .replace(/^Tomorrow/, 'tomorrow')
}

/** "1 h of the team’s hours", "1 h" */
export function targetText({ minutes, isBusinessTime }: Target, hours: Hours): string {
  return `${minutesText(minutes)}${isBusinessTime && !isNeverOpen(hours) ? ' of the team’s hours' : ''}`
}

function after({ isBusinessTime }: Target, hours: Hours, since: Date, ms: number): Date {
  if (!isBusinessTime || isNeverOpen(hours)) return new Date(since.getTime() + ms)
  const first = Math.floor(since.getTime() / weekMs)
  let from = since
  let left = ms
  for (let week = first; week < first + mostWeeks; week++) {
    const time = weekOf(hours, week)
    const end = new Date((week + 1) * weekMs)
    const open = openMs(time, from, end)
    if (open >= left) return afterOpenMs(time, from, left) ?? end
    left -= open
    from = end
  }
  return new Date(from.getTime() + left)
}

/** Many wait since the same week, and its hours are worked out once for all of them. */
const known = new WeakMap<Hours, Map<number, BusinessTime>>()

function weekOf(hours: Hours, week: number): BusinessTime {
  const weeks = known.get(hours) ?? new Map<number, BusinessTime>()
  known.set(hours, weeks)
  const time = weeks.get(week) ?? businessTime(hours, new Date(week * weekMs), new Date((week + 1) * weekMs))
  weeks.set(week, time)
  return time
}
