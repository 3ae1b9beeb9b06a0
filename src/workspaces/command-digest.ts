import { dimensions, type Dimension } from '../measures/numbers.ts'
import type { PeriodAsk } from '../measures/period.ts'
import { readTime } from '../settings/hours-text.ts'
import { periodNames, withPeriod } from './command-period.ts'
import { invalid, longestValue, start, unknownWord, valuesOf, type Grammar, type Invalid } from './command-words.ts'
import { nearest } from './nearest.ts'

export type DigestCommand =
  | { kind: 'digest'; period: PeriodAsk }
  /** Has one come every working day at a time, `08:30`, into a room as the workspace names it; null: where it was typed. */
  | { kind: 'digest-at'; at: string; room: string | null }
  | { kind: 'digest-off'; room: string | null }

export interface StatsCommand {
  kind: 'stats'
  by: Dimension
  period: PeriodAsk
}

type DigestKey = 'period' | 'room' | 'at'

const digestGrammar: Grammar<DigestKey> = {
  command: 'digest',
  examples: { period: 'week', room: 'at 08:30', at: 'at 08:30' },
  aliases: { in: 'room' },
  isSpoken: true,
}

/** `week`, `2026-11-01..2026-11-20`, `at 08:30 in <room>`, `off in <room>`; the room as the workspace names it. */
export function parseDigest(text: string): DigestCommand | Invalid {
  const { examples } = digestGrammar
  const wrong = (what: string) => invalid(digestGrammar, what, examples.at)
  const given = valuesOf(digestGrammar, text.replace(/(\d)\s+([ap]m)\b/gi, '$1$2'), (word) =>
    word.toLowerCase() === 'off' ? 'at' : 'period',
  )
  if ('kind' in given) return given
  const { period, at } = given
  const room = given.room === undefined || isHere.test(given.room) ? null : given.room
  if (room !== null && !isRoom(room))
    return wrong(
      `/desk digest does not know the room "${start(room, 50)}". Pick it from the list of rooms, or type it in that room.`,
    )
  if (at === undefined) {
    if (period !== undefined && /^\d{1,2}(?::|[ap]m)/i.test(period)) return wrong('A time stands after "at".')
    if (given.room !== undefined)
      return wrong('A room goes with the time at which a digest comes there every working day.')
    return withPeriod(digestGrammar, '', period ?? 'yesterday', (ask) => ({ kind: 'digest', period: ask }))
  }
  if (period !== undefined && !isDaily.test(period))
    return wrong(
      `At a time a digest comes every working day, and "${start(period, 50)}" does not go with it. Weekly and monthly ones are added in /desk settings.`,
    )
  if (at.trim().toLowerCase() === 'off') return { kind: 'digest-off', room }
  const time = readTime(at)
  if (time === null || time === '24:00') return wrong(`"${start(at, 50)}" is no time of the day.`)
  return { kind: 'digest-at', at: time, room }
}

const isHere = /^\s*(?:here|this room)\s*$/i
/** What goes without saying. */
const isDaily = /^(?:here|daily|every (?:working )?day)$/i

/** Names of rooms are not known here, and ids have a slash in every workspace that has many. */
const isRoom = (text: string): boolean => /^[^\s#@<>]+\/[^\s#@<>]+$/.test(text) && text.length <= longestValue

type StatsKey = 'period' | 'by'

const statsGrammar: Grammar<StatsKey> = {
  command: 'stats',
  examples: { period: 'by theme week', by: 'by theme' },
  isSpoken: true,
}

/** `by theme week`, `by:hour period:2026-11-01..2026-11-20`. */
export function parseStats(text: string): StatsCommand | Invalid {
  const given = valuesOf(statsGrammar, text, (word) => {
    const isDimension = nearest(word, dimensions) !== null && nearest(word, periodNames) === null
    return isDimension ? 'by' : 'period'
  })
  if ('kind' in given) return given
  const { period = 'week', by: said = 'theme' } = given
  const by = dimensions.find((one) => one === said.trim().toLowerCase())
  if (!by) return unknownWord(statsGrammar, '', said, dimensions, (likely) => `by ${likely ?? 'theme'}`)
  return withPeriod(statsGrammar, `by ${by} `, period, (ask) => ({ kind: 'stats', by, period: ask }))
}
