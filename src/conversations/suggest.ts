import { desc, eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { conversations, customers, teammates } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { wordsBeginning } from '../history/dictionary.ts'
import { findCustomers } from '../history/find-customers.ts'
import { facet, type FacetName } from '../history/terms.ts'
import { languageName } from '../workspaces/card-words.ts'
import { readTuning } from '../settings/queries.ts'
import { refusalFor } from '../teammates/access.ts'
import type { CommandOption } from '../workspaces/command.ts'
import { boundary, counted, isBlank, oneLine } from '../workspaces/kit/text.ts'
import type { Suggestion, Teammate } from '../workspaces/workspace.ts'
import { listConversations } from './list.ts'
import { choices, fitting, mostOffered } from './suggest-choices.ts'
import { suggestDates, suggestPeriods } from './suggest-dates.ts'

/** Of a value and of a label. */
const longest = 100
/** So many conversations are looked through for customers, and so many teammates, accounts and languages for a name. */
const mostRead = 250

type Offering = Pick<Context, 'db' | 'channels'>

/** What could be meant by what was typed so far into a command's option: at most 25, the likeliest first. */
export async function suggest(
  ctx: Pick<Context, 'db' | 'clock' | 'channels' | 'workspaces'>,
  workspaceId: string,
  option: CommandOption,
  typed: string,
  teammate: Teammate,
): Promise<Suggestion[]> {
  // The platform knows its rooms.
  if (option.suggests === null || option.suggests === 'rooms') return []
  if ((await refusalFor(ctx, workspaceId, teammate, 'agent')) !== null) return []
  switch (option.suggests) {
    case 'periods':
      return suggestPeriods(typed, ctx.clock.now(), (await readTuning(ctx.db)).hours)
    case 'dates':
      return fitted(suggestDates(typed, ctx.clock.now(), (await readTuning(ctx.db)).hours))
    case 'channels':
      return fitting(
        typed,
        [...ctx.channels.values()].map(({ id, name }) => ({ value: id, label: name })),
      )
    case 'accounts':
      return suggestAccounts(ctx, typed)
    case 'topics':
      return suggestTopics(ctx, typed)
    case 'languages':
      return suggestLanguages(ctx, typed)
    case 'teammates':
      return suggestTeammates(ctx, typed)
    case 'customers':
      return suggestCustomers(ctx, typed, 'name')
    case 'people':
      return suggestCustomers(ctx, typed, 'id')
    default:
      return fitting(typed, choices[option.suggests])
  }
}

/** What would be cut is left out: cut, it would mean something else. */
const fitted = (all: Suggestion[]): Suggestion[] =>
  all
    .filter(({ value }) => value.length <= longest)
    .map(({ value, label }) => ({ value, label: oneLine(label, longest) }))
    .slice(0, mostOffered)

/** Those that are open, and those that something once came in to. */
async function suggestAccounts({ db, channels }: Offering, typed: string): Promise<Suggestion[]> {
  const open = [...channels.values()].flatMap((channel) =>
    channel.open.accounts.map(({ id, name }) => ({
      id,
      value: `${channel.id}/${id}`,
      label: `${channel.name} · ${name}`,
    })),
  )
  const known = new Set(open.map(({ id }) => facet('account', id)))
  const others = (await termsOf(db, 'account', '')).filter(({ term }) => !known.has(term))
  return fitted(
    fitting(typed, [
      ...open.map(({ value, label }) => ({ value, label })),
      ...others.map(({ value }) => ({ value, label: value })),
    ]),
  )
}

async function suggestTopics({ db }: Offering, typed: string): Promise<Suggestion[]> {
  const topics = await termsOf(db, 'topic', typed.trim(), mostOffered)
  return fitted(topics.map(({ value, count }) => ({ value, label: `${value} · ${counted(count, 'message')}` })))
}

/** By name, the most frequent first; worth their tags. */
async function suggestLanguages({ db }: Offering, typed: string): Promise<Suggestion[]> {
  const tags = (await termsOf(db, 'language', '')).filter(({ value }) => value !== 'und')
  return fitting(
    typed,
    tags.map(({ value }) => ({ value, label: languageName(value) })),
  )
}

/** What there is of one kind, the most frequent first. */
async function termsOf(
  db: Context['db'],
  name: FacetName,
  begun: string,
  max = mostRead,
): Promise<{ term: string; value: string; count: number }[]> {
  const words = await wordsBeginning(db, facet(name, begun), max)
  return words.map(({ word, count }) => ({ term: word, value: word.slice(name.length + 1), count }))
}

/** By name, each once: who did something last is first. */
async function suggestTeammates({ db }: Offering, typed: string): Promise<Suggestion[]> {
  const rows = await db.select({ name: teammates.name }).from(teammates).orderBy(desc(teammates.seenAt)).limit(mostRead)
  const names = [...new Set(rows.map(({ name }) => name))].filter((name) => !isBlank(name))
  return fitted(
    fitting(
      typed.trim().replace(/^@/, ''),
      names.map((name) => ({ value: name, label: name })),
    ),
  )
}

interface Person {
  id: string
  name: string
  /** Of the channel. */
  channel: string
}

/** Those who wait, the longest first, then everybody else. Worth their names, each once, or their ids. */
async function suggestCustomers(ctx: Offering, typed: string, worth: 'name' | 'id'): Promise<Suggestion[]> {
  const [waiting, found] = await Promise.all([
    readWaiting(ctx, typed),
    findCustomers(ctx.db, typed.slice(0, longest), mostOffered),
  ])
  const offered = new Map<string, Suggestion>()
  for (const { id, name, channel } of [...waiting, ...found]) {
    const line = oneLine(name, 1000)
    const value = worth === 'id' ? id : line.slice(0, boundary(line, longest)).trim()
    if (isBlank(value) || offered.has(value)) continue
    const origin = ` · ${ctx.channels.get(channel)?.name ?? channel}`
    offered.set(value, { value, label: oneLine(`${oneLine(line, longest - origin.length)}${origin}`, longest) })
    if (offered.size === mostOffered) break
  }
  return [...offered.values()]
}

async function readWaiting({ db }: Offering, typed: string): Promise<Person[]> {
  const only = { theme: null, channel: null, customer: isBlank(typed) ? null : typed.slice(0, longest) }
  const { ids } = await listConversations(db, 'open', null, mostRead, only)
  const rows = await db
    .select({ of: conversations.id, id: customers.id, name: customers.name, channel: conversations.channel })
    .from(conversations)
    .innerJoin(customers, eq(customers.id, conversations.customerId))
    .where(isAnyOf(conversations.id, ids))
  const byId = new Map(rows.map(({ of, ...person }) => [of, person]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}
