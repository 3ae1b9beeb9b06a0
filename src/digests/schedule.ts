import { BadInputError } from '../errors.ts'
import { addDays, dateOf, isNeverOpen, momentOf, weekdayOf } from '../settings/hours.ts'
import { roomsOf, type DigestPlan, type Hours, type ReportInterval, type Tuning } from '../settings/tuning.ts'
import { startOf, type Days } from '../measures/period.ts'

/** A digest that it is time for. */
export interface DueDigest {
  room: string
  every: ReportInterval
  /** The day that it falls on, by the team's calendar: `2026-03-02`. */
  date: string
  /** What it is about. */
  days: Days
  at: Date
  /** Nobody looked when it was time. */
  isLate: boolean
}

/** What comes so much later than it should says so. */
export const lateMs = 10 * 60_000
/** On so many days it may still come; the day that it falls on is the first. */
const keptDays: Record<ReportInterval, number> = { day: 1, week: 3, month: 3 }
const longestDays: Record<ReportInterval, number> = { day: 1, week: 7, month: 31 }
/** As many as the settings take. */
const mostPlans = 20
/** Nobody is closed for longer. */
const farthestDays = 400

/** Which digests a workspace gets. `room`: the one that it has; null where a team chooses among many. */
export function plansOf(tuning: Tuning, workspaceId: string, room: string | null): DigestPlan[] {
  const usual = room ?? roomsOf(tuning, workspaceId).default
  return tuning.digests.plans[workspaceId] ?? (usual === null ? [] : [{ room: usual, every: 'day', at: '09:00' }])
}

export function withPlans(tuning: Tuning, workspaceId: string, plans: DigestPlan[]): Tuning {
  const { digests } = tuning
  return { ...tuning, digests: { ...digests, plans: { ...digests.plans, [workspaceId]: plans } } }
}

/** Puts a plan where the room's other of its kind stood, else at the end. Throws BadInputError when there are too many. */
export function putPlan(plans: DigestPlan[], plan: DigestPlan): DigestPlan[] {
  const same = plans.findIndex(({ room, every }) => room === plan.room && every === plan.every)
  if (same >= 0) return plans.with(same, plan)
  if (plans.length >= mostPlans) throw new BadInputError(`There are ${mostPlans} digests already. Remove one first`)
  return [...plans, plan]
}

/** "Every working day at 08:30" */
export function planText({ every, at }: Pick<DigestPlan, 'every' | 'at'>): string {
  return every === 'day' ? `Every working day at ${at}` : `Every ${every} at ${at}, on its first working day`
}

/**
 * What fell due after `since`, when somebody looked last, and isn't long gone: of each plan the latest. A plan that was
 * made after its time of today thus begins tomorrow. By a clock that changes, each falls on one moment of its day.
 */
export function dueDigests(plans: DigestPlan[], hours: Hours, since: Date, now: Date): DueDigest[] {
  const today = dateOf(now, hours.timeZone)
  return plans.flatMap((plan) => {
    const start = startOf(plan.every, today)
    const latest = digestOf(plan, hours, start)
    const due = latest && latest.at <= now ? latest : digestOf(plan, hours, startBefore(plan.every, start))
    if (!due || due.at > now || due.at <= since || now >= goneAt(due, hours)) return []
    return [{ ...due, isLate: now.getTime() - due.at.getTime() > lateMs }]
  })
}

/** The plan's next digest after `now`; null for a team that is always away. */
export function nextDigest(plan: DigestPlan, hours: Hours, now: Date): Omit<DueDigest, 'isLate'> | null {
  const today = dateOf(now, hours.timeZone)
  for (
    let start = startOf(plan.every, today);
    start < addDays(today, farthestDays);
    start = startAfter(plan.every, start)
  ) {
    const next = digestOf(plan, hours, start)
    if (next && next.at > now) return next
  }
  return null
}

/**
 * The digest of the day, week or month that begins at `start`: on its first working day, about all since the one before that
 * had any. So each day is in one of them. Null when nobody works in it.
 */
function digestOf({ room, every, at }: DigestPlan, hours: Hours, start: string): Omit<DueDigest, 'isLate'> | null {
  const date = firstWorkingDay(every, hours, start)
  if (date === null) return null
  const before = startBefore(every, start)
  let from = before
  while (firstWorkingDay(every, hours, from) === null && from > addDays(start, -farthestDays))
    from = startBefore(every, from)
  return { room, every, date, days: { from, to: addDays(start, -1) }, at: momentOf(date, at, hours.timeZone) }
}

function firstWorkingDay(every: ReportInterval, hours: Hours, start: string): string | null {
  const end = startAfter(every, start)
  for (let date = start; date < end; date = addDays(date, 1)) if (isWorkingDay(hours, date)) return date
  return null
}

/** A team that wrote down no hours works every day. */
function isWorkingDay(hours: Hours, date: string): boolean {
  if (isNeverOpen(hours)) return true
  return !hours.holidays.includes(date) && (hours.week[weekdayOf(date)] ?? []).length > 0
}

/** The midnight from which on it isn't sent any more. */
function goneAt({ every, at }: Pick<DueDigest, 'every' | 'at'>, { timeZone }: Hours): Date {
  return momentOf(addDays(dateOf(at, timeZone), keptDays[every]), '00:00', timeZone)
}

const startBefore = (every: ReportInterval, start: string): string => startOf(every, addDays(start, -1))
const startAfter = (every: ReportInterval, start: string): string => startOf(every, addDays(start, longestDays[every]))
