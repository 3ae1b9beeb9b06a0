import { and, asc, count, desc, eq, gte, inArray } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { conversations, replies } from '../db/schema.ts'
import { startOfDay } from '../settings/hours.ts'
import { readTuning } from '../settings/queries.ts'
import { refusalFor } from '../teammates/access.ts'
import type { Home, Refusal, Teammate } from '../workspaces/workspace.ts'
import { readLines } from './line.ts'
import { countConversations, listConversations } from './list.ts'

const lineLimit = 15
const countedUpTo = 1000

/** What a teammate finds when they open the bot. Counts go up to 1,000. */
export async function readHome(
  ctx: Pick<Context, 'db' | 'channels' | 'clock' | 'workspaces'>,
  workspaceId: string,
  teammate: Teammate,
): Promise<Home | Refusal> {
  const refused = await refusalFor(ctx, workspaceId, teammate, 'agent')
  if (refused !== null) return { refused }
  const me = `${workspaceId}:${teammate.id}`
  const { hours } = await readTuning(ctx.db)
  const midnight = startOfDay(ctx.clock.now(), hours.timeZone)
  const [mine, waiting, counts, answered, answeredCount, notManager] = await Promise.all([
    listAssigned(ctx.db, me),
    listConversations(ctx.db, 'open', null, lineLimit),
    countConversations(ctx.db),
    listAnswered(ctx.db, me, midnight),
    countAnswered(ctx.db, me, midnight),
    refusalFor(ctx, workspaceId, teammate, 'manager'),
  ])
  const lines = await readLines(ctx, workspaceId, [...new Set([...mine, ...waiting.ids, ...answered])])
  const byId = new Map(lines.map((line) => [line.conversationId, line]))
  const linesOf = (ids: string[]) => ids.flatMap((id) => byId.get(id) ?? [])
  return {
    mine: linesOf(mine),
    waiting: linesOf(waiting.ids),
    waitingCount: counts.open,
    answered: linesOf(answered),
    answeredCount,
    isManager: notManager === null,
  }
}

async function listAssigned(db: Db, teammateId: string): Promise<string[]> {
  const rows = await db
    .select({ id: conversations.id })
    .from(conversations)
    .where(and(eq(conversations.assignee, teammateId), inArray(conversations.state, ['waiting', 'sending'])))
    .orderBy(asc(conversations.waitingSince), asc(conversations.id))
    .limit(lineLimit)
  return rows.map(({ id }) => id)
}

/** Conversations that they answered since then, the newest first; each once. */
async function listAnswered(db: Db, teammateId: string, since: Date): Promise<string[]> {
  const rows = await db
    .select({ id: replies.conversationId })
    .from(replies)
    .where(isAnsweredBy(teammateId, since))
    .orderBy(desc(replies.acceptedAt))
    .limit(lineLimit)
  return [...new Set(rows.map(({ id }) => id))]
}

async function countAnswered(db: Db, teammateId: string, since: Date): Promise<number> {
  const some = db
    .select({ id: replies.id })
    .from(replies)
    .where(isAnsweredBy(teammateId, since))
    .limit(countedUpTo)
    .as('some')
  const [row] = await db.select({ count: count() }).from(some)
  return row?.count ?? 0
}

function isAnsweredBy(teammateId: string, since: Date) {
  return and(
    eq(replies.approvedBy, teammateId),
    gte(replies.acceptedAt, since),
    inArray(replies.state, ['accepted', 'published']),
  )
}
