import { z } from 'zod'
import { timeLabel } from '../settings/hours.ts'
import type { Field, Option } from '../workspaces/form.ts'
import type { Shown } from './card-form.ts'
import { moment, readValues, type Read } from './values.ts'

const farthestSendMs = 30 * 86_400_000

/** The times that a reply may still be sent at. */
export function sendableTimes(times: Date[], shown: Shown): Date[] {
  return times.filter((at) => sendProblem(at, shown) === null)
}

/** Why a reply can't be sent then, or null. */
export function sendProblem(at: Date, { now, hours, card: { replyWindow } }: Shown): string | null {
  if (at <= now) return 'This time has passed. Choose a later one'
  if (at.getTime() - now.getTime() > farthestSendMs) return 'Choose a time within 30 days'
  if (replyWindow && at > replyWindow.closesAt)
    return `This channel takes no reply after ${timeLabel(replyWindow.closesAt, now, hours.timeZone)}. Choose an earlier time`
  return null
}

export function timeOptions(times: Date[], { now, hours }: Shown): Option[] {
  return times.map((at) => ({ value: at.toISOString(), label: timeLabel(at, now, hours.timeZone) }))
}

/** By whose clock the options are named. */
export function zoneHint({ hours }: Shown): string {
  return `By the team's clock (${hours.timeZone})`
}

/** Quick times, and a moment of one's own that counts instead. */
export function timeFields(label: string, options: Option[], shown: Shown): Field[] {
  const [first] = options
  const exact: Field = {
    id: 'at',
    label: first ? 'Or exactly at' : label,
    hint: first ? 'Counts instead of the choice above' : null,
    isOptional: first !== undefined,
    kind: 'moment',
    value: null,
  }
  if (!first) return [exact]
  const quick: Field = {
    id: 'when',
    label,
    hint: zoneHint(shown),
    isOptional: true,
    kind: 'choice',
    value: first.value,
    options,
  }
  return [quick, exact]
}

/** Reads what `timeFields` asked; `problem` tells why a time won't do. */
export function readTime(values: unknown, { now }: Shown, problem: (at: Date) => string | null): Read<Date> {
  const read = readValues(values, { when: choice, at: moment })
  if ('errors' in read) return read
  const { when, at } = read.value
  const chosen = at ?? (when === null ? null : timeOf(when, now))
  if (chosen === null) return { errors: { [when === null ? 'at' : 'when']: 'Choose a time' } }
  const wrong = problem(chosen)
  return wrong === null ? { value: chosen } : { errors: { [at ? 'at' : 'when']: wrong } }
}

export const choice = z
  .string('Choose a time')
  .max(40, 'Choose a time')
  .nullish()
  .transform((value) => value || null)

/** `+4h`, counted from now, or a moment as ISO 8601 writes it. Null for anything else. */
export function timeOf(value: string, now: Date): Date | null {
  const hours = /^\+(\d{1,3})h$/.exec(value)?.[1]
  if (hours !== undefined) return new Date(now.getTime() + Number(hours) * 3_600_000)
  const iso = z.iso.datetime().safeParse(value)
  return iso.success ? new Date(iso.data) : null
}
