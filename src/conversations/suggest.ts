import { eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { conversations, customers } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { dimensions } from '../measures/numbers.ts'
import { daysOf, titleOf, type PeriodAsk } from '../measures/period.ts'
import { BadInputError } from '../errors.ts'
import { themes } from '../interactions/interaction.ts'
import { readTuning } from '../settings/queries.ts'
import type { Hours } from '../settings/tuning.ts'
import { refusalFor } from '../teammates/access.ts'
import type { CommandOption } from '../workspaces/command.ts'
import { readPeriod } from '../workspaces/command-period.ts'
import { boundary, isBlank, oneLine } from '../workspaces/kit/text.ts'
import type { Suggestion, Teammate } from '../workspaces/workspace.ts'
import { listConversations } from './list.ts'

const mostOffered = 25
/** Of a value and of a label. */
const longest = 100
/** So many conversations are looked through for customers. */
const mostRead = 250

/** What could be meant by what was typed so far into a command's option: at most 25, the likeliest first. */
export async function suggest(
  ctx: Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces'>,
  workspaceId: string,
  option: CommandOption,
  typed: string,
  teammate: Teammate,
): Promise<Suggestion[]> {
  if (option.suggests === null) return []
  if ((await refusalFor(ctx, workspaceId, teammate, 'agent')) !== null) return []
  switch (option.suggests) {
    case 'themes':
      return fitting(typed, asTheyAre(themes))
    case 'dimensions':
      return fitting(typed, asTheyAre(dimensions))
    case 'periods':
      return suggestPeriods(typed, ctx.clock.now(), (await readTuning(ctx.db)).hours)
    case 'channels':
      return fitting(
        typed,
        [...ctx.channels.values()].map(({ id, name }) => ({ value: id, label: name })),
      )
    case 'customers':
      return suggestCustomers(ctx, typed)
    // The platform knows them.
    case 'rooms':
      return []
  }
}

const asTheyAre = (words: readonly string[]): Suggestion[] => words.map((word) => ({ value: word, label: word }))

const periodLabels = [
  ['now', 'Today so far'],
  ['yesterday', 'Yesterday'],
  ['week', 'The last 7 days'],
  ['month', 'The last month'],
] as const

/** Those with a name, and the days that were typed out. */
function suggestPeriods(typed: string, now: Date, hours: Hours): Suggestion[] {
  const named = periodLabels.map(([kind, label]) => ({
    value: kind,
    label: `${label} · ${titleOf(daysOf({ kind }, now, hours))}`,
  }))
  const read = readPeriod(typed)
  if ('problem' in read || read.value.kind !== 'days') return fitting(typed, named)
  const label = titleIfOver(read.value, now, hours)
  return label === null ? [] : [{ value: typed.trim(), label }]
}

/** Null for days that are still to come. */
function titleIfOver(ask: PeriodAsk, now: Date, hours: Hours): string | null {
  try {
    return titleOf(daysOf(ask, now, hours))
  } catch (error) {
    if (error instanceof BadInputError) return null
    throw error
  }
}

/** What begins with it, then what has it anywhere. */
function fitting(typed: string, all: Suggestion[]): Suggestion[] {
  const part = typed.trim().toLowerCase()
  const rank = ({ value, label }: Suggestion) => {
    const places = [value, label].map((text) => text.toLowerCase().indexOf(part)).filter((place) => place >= 0)
    return places.length > 0 ? Math.min(1, ...places) : 2
  }
  return all
    .filter((one) => rank(one) < 2)
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, mostOffered)
}

/** By name, each once: those who wait, the longest first. */
async function suggestCustomers(ctx: Pick<Context, 'db' | 'channels'>, typed: string): Promise<Suggestion[]> {
  const only = { theme: null, channel: null, customer: isBlank(typed) ? null : typed.slice(0, longest) }
  const { ids } = await listConversations(ctx.db, 'open', null, mostRead, only)
  const rows = await ctx.db
    .select({ id: conversations.id, name: customers.name, channel: conversations.channel })
    .from(conversations)
    .innerJoin(customers, eq(customers.id, conversations.customerId))
    .where(isAnyOf(conversations.id, ids))
  const byId = new Map(rows.map((row) => [row.id, row]))
  const offered = new Map<string, Suggestion>()
  for (const id of ids) {
    const row = byId.get(id)
    if (!row) continue
    const name = oneLine(row.name, 1000)
    const value = name.slice(0, boundary(name, longest)).trim()
    if (isBlank(value) || offered.has(value)) continue
    const channel = ` · ${ctx.channels.get(row.channel)?.name ?? row.channel}`
    offered.set(value, { value, label: oneLine(`${oneLine(name, longest - channel.length)}${channel}`, longest) })
    if (offered.size === mostOffered) break
  }
  return [...offered.values()]
}
