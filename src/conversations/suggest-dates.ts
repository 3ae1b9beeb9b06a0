import { BadInputError } from '../errors.ts'
import { resolveDates } from '../history/dates.ts'
import { daysOf, titleOf } from '../measures/period.ts'
import type { Hours } from '../settings/tuning.ts'
import { readDates } from '../workspaces/command-dates.ts'
import { readPeriod } from '../workspaces/command-period.ts'
import type { Suggestion } from '../workspaces/workspace.ts'
import { fitting } from './suggest-choices.ts'

const periodLabels = [
  ['now', 'Today so far'],
  ['yesterday', 'Yesterday'],
  ['week', 'The last 7 days'],
  ['month', 'The last month'],
] as const

/** Those with a name, and the days that were typed out. */
export function suggestPeriods(typed: string, now: Date, hours: Hours): Suggestion[] {
  const named = periodLabels.map(([kind, label]) => ({
    value: kind,
    label: `${label} · ${titleOf(daysOf({ kind }, now, hours))}`,
  }))
  const read = readPeriod(typed)
  if ('problem' in read || read.value.kind !== 'days') return fitting(typed, named)
  const { value } = read
  const label = unlessToCome(() => titleOf(daysOf(value, now, hours)))
  return label === null ? [] : [{ value: typed.trim(), label }]
}

const usualDates = [
  'today',
  'yesterday',
  'since monday',
  'this week',
  'last week',
  'this month',
  'last month',
  'last 30 days',
  'this year',
  'last year',
]

/** What was typed, as far as it is a date, and the usual ones; each with its days. */
export function suggestDates(typed: string, now: Date, hours: Hours): Suggestion[] {
  const said = typed.trim().replace(/\s+/g, ' ')
  const own = usualDates.includes(said.toLowerCase()) || said === '' ? [] : datesLabelled(said, now, hours)
  return [
    ...own,
    ...fitting(
      said,
      usualDates.flatMap((date) => datesLabelled(date, now, hours)),
    ),
  ]
}

function datesLabelled(said: string, now: Date, hours: Hours): Suggestion[] {
  const read = readDates(said.split(' '))
  if ('problem' in read) return []
  const title = unlessToCome(() => resolveDates(read.value, now, hours).title)
  const name = said.charAt(0).toUpperCase() + said.slice(1)
  return title === null ? [] : [{ value: said, label: `${name} · ${title}` }]
}

/** Null for days that are still to come. */
function unlessToCome(title: () => string): string | null {
  try {
    return title()
  } catch (error) {
    if (error instanceof BadInputError) return null
    throw error
  }
}
