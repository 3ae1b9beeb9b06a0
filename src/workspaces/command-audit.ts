import type { PeriodAsk } from '../measures/period.ts'
import { dayNames, monthNames } from './command-dates.ts'
import { periodNames, withPeriod } from './command-period.ts'
import {
  invalid,
  longestValue,
  start,
  unknownWord,
  valuesOf,
  withMentions,
  type Grammar,
  type Invalid,
} from './command-words.ts'
import { nearest } from './nearest.ts'

/** What is looked into: answers that were approved, what was read, shared, taken out, erased, joined, and what was set. */
export const auditWhats = ['approved', 'read', 'shared', 'exported', 'erased', 'joined', 'settings'] as const
export type AuditWhat = (typeof auditWhats)[number]

export interface AuditCommand {
  kind: 'audit'
  period: PeriodAsk
  /** A name, or a platform's id of one; null: everybody. */
  teammate: string | null
  /** Null: all of it. */
  what: AuditWhat | null
}

const auditGrammar: Grammar<'period' | 'teammate' | 'what'> = {
  command: 'audit',
  examples: { what: 'what:erased', teammate: 'teammate:@ana', period: 'week' },
  aliases: { by: 'teammate', who: 'teammate', date: 'period', since: 'period' },
  isSpoken: false,
}

/** `week @ana erased`, in any order, `what:erased teammate:"Ana Lima" period:2026-11-01..2026-11-20`. */
export function parseAudit(text: string): AuditCommand | Invalid {
  const given = valuesOf(auditGrammar, withMentions(text), (word) => {
    if (word.startsWith('@')) return 'teammate'
    return isOfPeriod(word) ? 'period' : 'what'
  })
  if ('kind' in given) return given
  const { period = 'week' } = given
  const said = given.what?.trim().toLowerCase()
  const what = auditWhats.find((one) => one === said) ?? null
  if (said !== undefined && what === null)
    return unknownWord(auditGrammar, '', said, auditWhats, (likely) => likely ?? 'week @ana erased')
  const teammate = given.teammate === undefined ? null : start(given.teammate.replace(/^\s*@/, '').trim(), longestValue)
  if (teammate === '') return invalid(auditGrammar, 'No name stands after @.', auditGrammar.examples.teammate)
  return withPeriod(auditGrammar, '', period, (ask) => ({ kind: 'audit', period: ask, teammate, what }))
}

/** What stands in a period, or is like it. */
const isOfPeriod = (word: string): boolean =>
  /\d|^(?:the|last|past|this|days?|to|until|-|–|\.{2,3}|…)$/i.test(word) ||
  [...periodNames, ...dayNames, ...monthNames].some((name) => name === word.toLowerCase()) ||
  periodNames.some((name) => name === nearest(word, [...periodNames, ...auditWhats]))
