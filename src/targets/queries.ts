import { and, asc, desc, eq, isNotNull, lte, sql, type SQL } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { conversations, interactions } from '../db/schema.ts'
import { stands } from '../interactions/queries.ts'
import type { Aimed } from './target.ts'

const atOnce = 2000

/** A conversation that waits, and was not told to be late. */
export interface Untold extends Aimed {
  id: string
  waitingSince: Date
  surfacings: number
  /** It was told that it is nearly late. */
  isWarned: boolean
}

/** Conversations that wait since `until` or longer and were not told to be late, those that wait longest first; in chunks. */
export async function* findUntold(db: Db, until: Date): AsyncGenerator<Untold[]> {
  const triaged = db
    .select({ theme: interactions.theme, urgency: interactions.urgency })
    .from(interactions)
    .where(and(eq(interactions.conversationId, conversations.id), isNotNull(interactions.triagedAt), stands))
    .orderBy(desc(interactions.seq), desc(interactions.id))
    .limit(1)
    .as('triaged')
  let last: { since: Date; id: string } | null = null
  for (;;) {
    const beyond: SQL | null =
      last &&
      sql`(${conversations.waitingSince}, ${conversations.id}) > (${last.since.toISOString()}::timestamptz, ${last.id}::uuid)`
    const rows = await db
      .select({
        id: conversations.id,
        channel: conversations.channel,
        theme: triaged.theme,
        urgency: triaged.urgency,
        waitingSince: conversations.waitingSince,
        surfacings: conversations.surfacings,
        isWarned: sql<boolean>`${conversations.warnedSince} is not distinct from ${conversations.waitingSince}`,
      })
      .from(conversations)
      .leftJoinLateral(triaged, sql`true`)
      .where(
        and(
          eq(conversations.state, 'waiting'),
          lte(conversations.waitingSince, until),
          sql`${conversations.lateSince} is distinct from ${conversations.waitingSince}`,
          beyond ?? undefined,
        ),
      )
      .orderBy(asc(conversations.waitingSince), asc(conversations.id))
      .limit(atOnce)
    const found = rows.flatMap(({ waitingSince, ...row }) => (waitingSince ? [{ ...row, waitingSince }] : []))
    yield found
    const end = found.at(-1)
    if (!end || rows.length < atOnce) return
    last = { since: end.waitingSince, id: end.id }
  }
}
