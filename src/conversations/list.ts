import { and, asc, count, desc, eq, inArray, sql } from 'drizzle-orm'
import { isKnownAs } from '../customers/search.ts'
import type { Db } from '../db/client.ts'
import { conversations, interactions } from '../db/schema.ts'
import type { OpenFilter } from '../workspaces/command.ts'
import { cardFilters, type CardFilter } from '../workspaces/workspace.ts'
import { stands } from '../interactions/queries.ts'

const filterStates = {
  open: ['waiting', 'sending'],
  quarantined: ['quarantined'],
  done: ['answered', 'dismissed', 'snoozed'],
} as const satisfies Record<CardFilter, readonly string[]>

/**
 * Ids of the conversations under a filter, and where the next page starts. Open: longest waiting first; others: newest change first.
 * `after` is what the page before returned as `next`; anything else starts at the beginning. `only`: its channel is an id.
 */
export async function listConversations(
  db: Db,
  filter: CardFilter,
  after: string | null,
  limit: number,
  only: OpenFilter = { theme: null, channel: null, customer: null },
): Promise<{ ids: string[]; next: string | null }> {
  const isOpen = filter === 'open'
  const column = isOpen ? conversations.waitingSince : conversations.updatedAt
  const direction = isOpen ? asc : desc
  const position = after === null ? null : parsePosition(after)
  const beyond =
    position &&
    sql`(${column}, ${conversations.id}) ${sql.raw(isOpen ? '>' : '<')} (${position.at}::timestamptz, ${position.id}::uuid)`
  const conditions = [
    only.theme !== null && eq(shownTheme, only.theme),
    only.channel !== null && eq(conversations.channel, only.channel),
    only.customer !== null && isKnownAs(conversations.customerId, only.customer),
  ].filter((condition) => condition !== false)
  // State by state, each in the order of its index: a million are not sorted for the sake of one page.
  const byState = await Promise.all(
    filterStates[filter].map((state) =>
      db
        .select({ id: conversations.id, at: column })
        .from(conversations)
        .where(and(eq(conversations.state, state), beyond ?? undefined, ...conditions))
        .orderBy(direction(column), direction(conversations.id))
        .limit(limit + 1),
    ),
  )
  const sign = isOpen ? 1 : -1
  const rows = byState
    .flat()
    .toSorted((a, b) => sign * (Number(a.at) - Number(b.at) || (a.id < b.id ? -1 : 1)))
    .slice(0, limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    ids: page.map(({ id }) => id),
    next: rows.length > limit && last?.at ? `${last.at.toISOString()}~${last.id}` : null,
  }
}

/** What the card shows: of the newest interaction that was looked at. */
const shownTheme = sql`(select ${interactions.theme} from ${interactions}
  where ${interactions.conversationId} = ${conversations.id} and ${interactions.triagedAt} is not null and ${stands}
  order by ${interactions.seq} desc, ${interactions.id} desc limit 1)`

function parsePosition(after: string): { at: string; id: string } | null {
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)~([0-9a-f-]{36})$/.exec(after)
  return match?.[1] && match[2] && !Number.isNaN(Date.parse(match[1])) ? { at: match[1], id: match[2] } : null
}

const countedUpTo = 1000

/** How many conversations there are under each filter, counted up to 1,000. */
export async function countConversations(db: Db): Promise<Record<CardFilter, number>> {
  const counts = await Promise.all(
    cardFilters.map(async (filter) => {
      const some = db
        .select({ id: conversations.id })
        .from(conversations)
        .where(inArray(conversations.state, filterStates[filter]))
        .limit(countedUpTo)
        .as('some')
      const [row] = await db.select({ count: count() }).from(some)
      return [filter, row?.count ?? 0] as const
    }),
  )
  return Object.fromEntries(counts) as Record<CardFilter, number>
}
