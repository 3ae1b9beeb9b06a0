import { and, asc, eq, inArray, lt, sql, type SQL, type SQLWrapper } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { conversations } from '../db/schema.ts'
import { warnings } from './window.ts'

/** More than any reply window has. */
const plenty = 1_000_000

/** A conversation whose card doesn't tell yet how little time is left. */
export interface Closing {
  id: string
  lastInboundAt: Date
}

/** Conversations of a channel that wait, or are snoozed, and of which less time is left than their cards were told; who wrote first, first. */
export function findClosing(
  db: Db,
  { channel, hours, now, most }: { channel: string; hours: number; now: Date; most: number },
): PromiseLike<Closing[]> & SQLWrapper {
  /** Who wrote before this has fewer minutes left. */
  const before = (minutes: number) => new Date(now.getTime() - hours * 3_600_000 + minutes * 60_000)
  const wrote = conversations.lastInboundAt
  const steps = warnings.map((minutes) => sql`when ${lt(wrote, before(minutes))} then ${minutes}::int`)
  const left = sql`case when ${wrote} <= ${before(0).toISOString()}::timestamptz then 0 ${sql.join(steps, sql` `)} end`
  return db
    .select({ id: conversations.id, lastInboundAt: wrote })
    .from(conversations)
    .where(
      and(
        inArray(conversations.state, ['waiting', 'snoozed']),
        eq(conversations.channel, channel),
        lt(wrote, before(Math.max(...warnings))),
        isToldOfMore(left),
      ),
    )
    .orderBy(asc(wrote), asc(conversations.id))
    .limit(most)
}

/** True of a conversation whose card was told of more minutes, or of none. */
export function isToldOfMore(minutes: SQL | number): SQL {
  return sql`coalesce(${conversations.windowMinutes}, ${plenty}::int) > ${minutes}`
}
