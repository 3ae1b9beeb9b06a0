import { desc } from 'drizzle-orm'
import type { ActiveChannel, Context } from '../context.ts'
import { called, unknownText, type Named } from '../conversations/called.ts'
import type { Db } from '../db/client.ts'
import { teammates } from '../db/schema.ts'
import { BadInputError } from '../errors.ts'
import { isUuid } from '../id.ts'
import type { Hours } from '../settings/tuning.ts'
import { languageName } from '../workspaces/card-words.ts'
import type { FindAsk, FindField, FindValue, FindWord } from '../workspaces/command-find.ts'
import { oneLine } from '../workspaces/kit/text.ts'
import type { Teammate } from '../workspaces/workspace.ts'
import { resolveDates } from './dates.ts'
import { readCounts, wordsBeginning } from './dictionary.ts'
import { tokensOf } from './fold.ts'
import { justAfter, type StoredAsk } from './query.ts'
import { facet } from './terms.ts'

type AskedContext = Pick<Context, 'db' | 'clock' | 'channels'>

const mostTopics = 1000
const mostTeammates = 1000

/** A value as the index has it, and as it reads. */
type Meant = Named

/**
 * What everything means that was typed: days, channels, accounts, people, topics, languages. Throws BadInputError, with the
 * nearest right spelling, where something means nothing.
 */
export async function readAsk(
  ctx: AskedContext,
  workspaceId: string,
  ask: FindAsk,
  hours: Hours,
  teammate: Teammate,
): Promise<StoredAsk> {
  const now = ctx.clock.now()
  const days = ask.dates && resolveDates(ask.dates, now, hours)
  const where: StoredAsk['where'] = {}
  const labels: string[] = []
  let customerId: string | null = null
  for (const [field, values] of Object.entries(ask.where) as [FindField, FindValue[]][]) {
    const meant: { one: Meant; isExcluded: boolean }[] = []
    for (const { value, isExcluded } of values) {
      if (field === 'customer' && isUuid(value)) {
        if (isExcluded || values.length > 1)
          throw new BadInputError(
            'Of customers who are told by their id, it takes one. Others are told by name. For example: /desk find -customer:"Mia Jansen"',
          )
        customerId = value.toLowerCase()
      } else for (const one of await meantBy(ctx, workspaceId, field, value, teammate)) meant.push({ one, isExcluded })
    }
    where[field] = meant.map(({ one, isExcluded }) => ({ value: one.id, isExcluded }))
    labels.push(...labelsOf(field, meant))
  }
  const asked = [...ask.words.map(wordText), ...(customerId === null ? [] : ['one customer']), ...labels]
  const title = [...asked, days?.title, ask.order === 'best' && ask.words.length > 0 && 'best first']
  const until = Math.min(days?.to?.getTime() ?? Infinity, justAfter(now).getTime())
  return {
    words: ask.words,
    where,
    customerId,
    from: days?.from?.toISOString() ?? null,
    until: new Date(until).toISOString(),
    order: ask.order,
    title: title.filter(Boolean).join(' · ') || 'Everything',
  }
}

/** "refund", "“lamp oil”", "ship*", "not voucher" */
function wordText({ kind, text, isExcluded }: FindWord): string {
  const word = oneLine(text, 60)
  const shown = kind === 'phrase' ? `“${word}”` : kind === 'prefix' ? `${word}*` : word
  return isExcluded ? `not ${shown}` : shown
}

/** "Email or Live chat", "not complaint" */
function labelsOf(field: FindField, meant: { one: Meant; isExcluded: boolean }[]): string[] {
  const texts = (isExcluded: boolean) => [
    ...new Set(meant.filter((each) => each.isExcluded === isExcluded).map(({ one }) => oneLine(one.name, 60))),
  ]
  const [wanted, unwanted] = [texts(false).join(' or '), texts(true).join(' or ')]
  return [wanted, unwanted && `not ${unwanted}`].filter(Boolean).map((text) => {
    if (field === 'rating') return `${text} ${/^(not )?1$/.test(text) ? 'star' : 'stars'}`
    if (field === 'urgency') return `${text} urgency`
    return field === 'teammate' ? `answered by ${text}` : text
  })
}

async function meantBy(
  ctx: AskedContext,
  workspaceId: string,
  field: FindField,
  value: string,
  teammate: Teammate,
): Promise<Meant[]> {
  const channels = [...ctx.channels.values()]
  switch (field) {
    case 'channel':
      return [known(field, channels, value)]
    case 'account':
      return accountsCalled(ctx.db, channels, value)
    case 'topic':
      return topicsCalled(ctx.db, value)
    case 'language':
      return [known(field, await languages(ctx.db), value)]
    case 'teammate':
      return teammatesCalled(ctx.db, workspaceId, value, teammate)
    case 'customer':
      return [{ id: value, name: `“${oneLine(value, 60)}”` }]
    default:
      return [{ id: value, name: value }]
  }
}

function known<One extends Named>(what: FindField, all: One[], word: string): One {
  const one = called(all, word)
  if (!one) throw new BadInputError(unknownText('find', what, all, word))
  return one
}

/** Of every channel that has it; one that is no longer connected is known by what was heard there. */
async function accountsCalled(db: Db, channels: ActiveChannel[], value: string): Promise<Meant[]> {
  const all = channels.flatMap((channel) =>
    channel.open.accounts.map((account) => ({ ...account, channel: channel.id })),
  )
  const wanted = value.trim().toLowerCase()
  const fitting = all.filter(({ id, name }) => [id, name].some((one) => one.toLowerCase() === wanted))
  if (fitting.length > 0) return fitting.map(({ channel, id, name }) => ({ id: `${channel}/${id}`, name }))
  const term = facet('account', value)
  if ((await readCounts(db, [term])).has(term)) return [{ id: `/${value}`, name: value }]
  throw new BadInputError(unknownText('find', 'account', all, value))
}

/** The topic itself; else those that have all its words. */
async function topicsCalled(db: Db, value: string): Promise<Meant[]> {
  const term = facet('topic', value)
  if ((await readCounts(db, [term])).has(term)) return [{ id: value, name: value }]
  const all = await valuesOf(db, 'topic', mostTopics)
  const words = tokensOf(value).map(({ word }) => word)
  const fitting = all.filter(({ id }) => {
    const has = new Set(tokensOf(id).map(({ word }) => word))
    return words.length > 0 && words.every((word) => has.has(word))
  })
  if (fitting.length === 0) throw new BadInputError(unknownText('find', 'topic', all, value))
  return fitting
}

const languages = async (db: Db): Promise<Meant[]> =>
  (await valuesOf(db, 'language', 200)).map(({ id }) => ({ id, name: languageName(id) }))

/** Values that occur, the most frequent first. */
async function valuesOf(db: Db, name: 'topic' | 'language', max: number): Promise<Meant[]> {
  const begin = facet(name, '')
  const rows = await wordsBeginning(db, begin, max)
  return rows.map(({ word }) => ({ id: word.slice(begin.length), name: word.slice(begin.length) }))
}

/** By id, as they are mentioned, or by name; by the first of their names where that is enough. `me`: who asks. */
async function teammatesCalled(db: Db, workspaceId: string, value: string, { id }: Teammate): Promise<Meant[]> {
  const all = await db
    .select({ id: teammates.id, name: teammates.name })
    .from(teammates)
    .orderBy(desc(teammates.seenAt))
    .limit(mostTeammates)
  const word = value.trim().replace(/^@/, '')
  if (word.toLowerCase() === 'me') return [{ id: `${workspaceId}:${id}`, name: 'you' }]
  const byId = all.find((one) => one.id === `${workspaceId}:${word}` || one.id === word)
  if (byId) return [byId]
  const wanted = tokensOf(word).map((token) => token.word)
  const named = all.map((one) => ({ one, name: tokensOf(one.name).map((token) => token.word) }))
  const same = named.filter(({ name }) => name.join(' ') === wanted.join(' '))
  const begun = named.filter(({ name }) => wanted.every((part, index) => name[index] === part))
  const fitting = same.length > 0 ? same : begun
  if (wanted.length === 0 || fitting.length === 0)
    throw new BadInputError(
      unknownText(
        'find',
        'teammate',
        all.map(({ name }) => ({ id: name, name })),
        word,
      ),
    )
  return fitting.map(({ one }) => one)
}
