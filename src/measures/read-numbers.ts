import { createHash } from 'node:crypto'
import { and, eq, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { rowsOf } from '../db/client.ts'
import { countedPeriods } from '../db/schema.ts'
import { themes } from '../interactions/interaction.ts'
import type { Tuning } from '../settings/tuning.ts'
import { openCount } from './counted.ts'
import {
  followersQuery,
  receivedQuery,
  resolutionQuery,
  settledQuery,
  spreadOf,
  topicsQuery,
  undeliveredQuery,
  waitingQuery,
  type Followers,
  type Received,
  type Settled,
  type TopicCount,
  type Waiting,
} from './number-queries.ts'
import type { Numbers } from './numbers.ts'
import type { Period } from './period.ts'

type NumbersContext = Pick<Context, 'db' | 'clock' | 'channels'>

/** What a transaction may take between its events' time and its commit. */
const settlesWithinMs = 10 * 60_000
/** To be raised when something is counted in another way. */
const version = 1

/**
 * Everything that happened in a period, as of its end; of one that is not over, as of now. Periods that are over are counted
 * once, and again when the hours, the targets or the public channels are others.
 */
export async function readNumbers(ctx: NumbersContext, tuning: Tuning, period: Period): Promise<Numbers> {
  if (period.to.getTime() > ctx.clock.now().getTime() - settlesWithinMs) return countNumbers(ctx, tuning, period)
  const key = { fromAt: period.from, toAt: period.to, fingerprint: fingerprintOf(ctx, tuning) }
  const [known] = await ctx.db
    .select({ content: countedPeriods.content })
    .from(countedPeriods)
    .where(
      and(
        eq(countedPeriods.fromAt, key.fromAt),
        eq(countedPeriods.toAt, key.toAt),
        eq(countedPeriods.fingerprint, key.fingerprint),
      ),
    )
  if (known) return known.content as Numbers
  const content = await countNumbers(ctx, tuning, period)
  await ctx.db
    .insert(countedPeriods)
    .values({ ...key, content, countedAt: ctx.clock.now() })
    .onConflictDoNothing()
  return content
}

function fingerprintOf({ channels }: NumbersContext, { hours, targets }: Tuning): string {
  const settings = JSON.stringify([version, hours, targets, publicChannels(channels)])
  return createHash('sha256').update(settings).digest('base64url')
}

function publicChannels(channels: Context['channels']): string[] {
  return [...channels.values()].flatMap(({ id, limits }) => (limits.isPublic ? [id] : [])).toSorted()
}

async function countNumbers(ctx: NumbersContext, tuning: Tuning, period: Period): Promise<Numbers> {
  const count = await openCount(ctx, tuning, period)
  const read = <Row>(query: SQL) => rowsOf<Row>(ctx.db, query)
  const [[settled], [waiting], [resolution], [undelivered], received, topics, followers] = await Promise.all([
    read<Settled>(settledQuery(count)),
    read<Waiting>(waitingQuery(count)),
    read<{ spread: number[] | null }>(resolutionQuery(count)),
    read<Numbers['undelivered']>(undeliveredQuery(count)),
    read<Received>(receivedQuery(count)),
    read<TopicCount>(topicsQuery(count)),
    read<Followers>(followersQuery(count)),
  ])
  if (!settled || !waiting || !undelivered) throw new Error('A count without a group has one row')
  const { answered, automatic, spam, unedited, edited, rewritten, selfWritten, byHand, within } = settled
  const [calendar, business] = [spreadOf(settled.response), spreadOf(settled.business)]
  const of = within + settled.late + waiting.late
  return {
    received: sum(received, 'count'),
    automatic,
    spam,
    answered,
    response: calendar && business && { calendar, business },
    parts: calendar && {
      drafting: settled.drafting ?? 0,
      person: settled.person ?? 0,
      delivery: settled.delivery ?? 0,
    },
    firstResponse: spreadOf(settled.first),
    resolution: spreadOf(resolution?.spread),
    waiting: { count: waiting.count, late: waiting.late, longestMs: waiting.longest ?? 0 },
    target: of === 0 ? null : { within, of },
    drafts: { unedited, edited, rewritten, selfWritten },
    byHand,
    dismissed: Object.fromEntries(Object.entries(settled.dismissed).filter(([, many]) => many > 0)),
    undelivered,
    ...surveysOf(received),
    engagement: engagementOf(publicChannels(ctx.channels), received, followers),
    themes: themesOf(received, topics),
  }
}

function sum(rows: Received[], column: Exclude<keyof Received, 'channel' | 'theme'>): number {
  return rows.reduce((total, row) => total + row[column], 0)
}

function surveysOf(rows: Received[]): Pick<Numbers, 'csat' | 'nps'> {
  const [rated, asked] = [sum(rows, 'rated'), sum(rows, 'asked')]
  return {
    csat: rated === 0 ? null : { satisfied: sum(rows, 'satisfied'), of: rated },
    nps: asked === 0 ? null : { promoters: sum(rows, 'promoters'), detractors: sum(rows, 'detractors'), of: asked },
  }
}

function engagementOf(channels: string[], received: Received[], followers: Followers[]): Numbers['engagement'] {
  return followers
    .filter(({ channel }) => channels.includes(channel))
    .map((one) => {
      const own = received.filter(({ channel }) => channel === one.channel)
      return { channel: one.channel, interactions: sum(own, 'count'), followers: one.followers }
    })
    .toSorted((a, b) => (a.channel < b.channel ? -1 : 1))
}

function themesOf(received: Received[], topics: TopicCount[]): Numbers['themes'] {
  return themes
    .map((theme) => ({
      theme,
      count: sum(
        received.filter((row) => row.theme === theme),
        'count',
      ),
      topics: topics.filter((row) => row.theme === theme).map(({ topic, count }) => ({ topic, count })),
    }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
}
