import { and, eq, lte, min, sql, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { outcomes, surges } from '../db/schema.ts'
import { escalate } from '../posts/notify.ts'
import { readTuning } from '../settings/queries.ts'
import type { Tuning } from '../settings/tuning.ts'
import type { Period } from '../measures/period.ts'
import {
  halfHourMs,
  isMoreThanUsual,
  leastSurge,
  newSurges,
  usualOf,
  usualPeriods,
  type Rush,
  type Usual,
} from './surge.ts'
import { countText, topicText } from '../digests/words.ts'

type SurgeContext = Pick<Context, 'db' | 'queue' | 'clock' | 'log' | 'newId' | 'workspaces'>
type About = Pick<Rush, 'theme' | 'topic'>
type Counted = Omit<Rush, 'usual'> & { isOngoing: boolean }

/** What was written earlier was held up, and comes all at once. */
const freshMs = 3_600_000
/** A surge is over once no more than usual came for so long. */
const calmMs = 3_600_000
const mostListed = 10

/**
 * Tells where trouble is told when suddenly far more comes in of a theme or a topic than usual: once, until it is over. May be
 * repeated, and run on several replicas at once.
 */
export async function watchSurges(ctx: SurgeContext): Promise<void> {
  const now = ctx.clock.now()
  await ctx.db.delete(surges).where(lte(surges.lastAt, new Date(now.getTime() - calmMs)))
  const counted = await readRushes(ctx.db, now)
  if (counted.length === 0) return
  const tuning = await readTuning(ctx.db)
  const usual = await readUsual(ctx.db, counted, now, tuning)
  const rushes = counted.map((rush) => ({ ...rush, usual: usual(rush) }))
  for (const { theme, topic, isOngoing, conversations, usual: known } of rushes) {
    if (isOngoing && isMoreThanUsual(conversations.length, known))
      await ctx.db
        .update(surges)
        .set({ lastAt: now })
        .where(and(eq(surges.theme, theme), eq(surges.topic, topic)))
  }
  for (const surge of newSurges(rushes)) await tellSurge(ctx, tuning, surge, now)
}

async function tellSurge(ctx: SurgeContext, tuning: Tuning, surge: Rush, now: Date): Promise<void> {
  const { theme, topic, conversations } = surge
  await ctx.db.transaction(async (tx) => {
    const began = await tx
      .insert(surges)
      .values({ theme, topic, beganAt: now, lastAt: now })
      .onConflictDoNothing()
      .returning({ theme: surges.theme })
    if (began.length === 0) return
    const more = conversations.length - mostListed
    await escalate(ctx, tx, tuning, {
      key: `surge:${ctx.newId()}`,
      title: titleOf(surge),
      lines: [
        ...conversations.slice(0, mostListed).map((conversationId) => ({ text: '', conversationId })),
        ...(more > 0 ? [{ text: `and ${countText(more)} more` }] : []),
      ],
    })
    ctx.log.info('surge', { theme, count: conversations.length })
  })
}

/** "14 complaints about “delivery” in 30 min; usual: 1" */
function titleOf({ theme, topic, conversations, usual }: Rush): string {
  const about = topic === '' ? '' : ` about “${topicText(topic)}”`
  const usually = Math.round(usualOf(usual))
  return `${countText(conversations.length)} ${theme}s${about} in 30 min; usual: ${usually > 0 ? countText(usually) : 'hardly any'}`
}

/** Nobody counts spam and automatic mail, nor anything twice. */
const isCounted: SQL = sql`${outcomes.theme} is not null and ${outcomes.undoneAt} is null
  and ${outcomes.settledAs} is distinct from 'automatic' and ${outcomes.dismissedReason} is distinct from 'spam'`

/** Each topic, and besides an empty one that stands for the theme. */
const eachTopic: SQL = sql`lateral (select '' as topic union select value from jsonb_array_elements_text(${outcomes.topics})) as t`

/** What came in within the last half hour by theme and topic: where it is enough for a surge, and where there is one. */
async function readRushes(db: Db, now: Date): Promise<Counted[]> {
  const [from, fresh] = [now.getTime() - halfHourMs, now.getTime() - freshMs].map((at) => new Date(at).toISOString())
  return rowsOf<Counted>(
    db,
    sql`select c.theme, c.topic, jsonb_agg(c.conversation_id order by c.at desc, c.conversation_id) as conversations,
          s.theme is not null as "isOngoing"
        from (
          select ${outcomes.theme}, t.topic, ${outcomes.conversationId}, max(${outcomes.receivedAt}) as at
          from ${outcomes} cross join ${eachTopic}
          where ${outcomes.receivedAt} > ${from}::timestamptz and ${outcomes.receivedAt} <= ${now.toISOString()}::timestamptz
            and ${outcomes.occurredAt} > ${fresh}::timestamptz and ${isCounted}
          group by 1, 2, 3) as c
        left join ${surges} s on s.theme = c.theme and s.topic = c.topic
        group by c.theme, c.topic, s.theme
        having count(*) >= ${leastSurge}::int or s.theme is not null`,
  )
}

/** How many of these usually come in within half an hour at this time. */
async function readUsual(db: Db, wanted: Counted[], now: Date, { hours }: Tuning): Promise<(of: About) => Usual> {
  const [first] = await db.select({ at: min(outcomes.receivedAt) }).from(outcomes)
  const periods = usualPeriods(now, hours.timeZone, first?.at ?? now)
  const halfHours = periods.reduce((sum, { from, to }) => sum + (to.getTime() - from.getTime()) / halfHourMs, 0)
  const names = wanted.map(({ theme, topic }) => ({ theme, topic }))
  const rows = (await Promise.all(periods.map((period) => countWithin(db, period, names)))).flat()
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + row.count)
  return (about) => ({ count: counts.get(keyOf(about)) ?? 0, halfHours })
}

const keyOf = ({ theme, topic }: About) => JSON.stringify([theme, topic])

/** One period at a time: the database then knows how little of the table it is. */
async function countWithin(db: Db, { from, to }: Period, wanted: About[]): Promise<(About & { count: number })[]> {
  return rowsOf(
    db,
    sql`select ${outcomes.theme}, t.topic,
          count(distinct (${outcomes.conversationId}, floor(extract(epoch from ${outcomes.receivedAt}) / 1800)))::int as count
        from ${outcomes} cross join ${eachTopic}
        join jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(theme text, topic text)
          on w.theme = ${outcomes.theme} and w.topic = t.topic
        where ${outcomes.receivedAt} >= ${from.toISOString()}::timestamptz
          and ${outcomes.receivedAt} < ${to.toISOString()}::timestamptz and ${isCounted}
        group by 1, 2`,
  )
}
