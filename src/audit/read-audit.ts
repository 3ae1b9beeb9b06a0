import { and, desc, eq, gte, inArray, isNull, lt, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { EventType } from '../conversations/queries.ts'
import { erasures, events, teammates } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import type { Receipt } from '../erasures/receipt.ts'
import type { Period } from '../measures/period.ts'
import type { AuditWhat } from '../workspaces/command-audit.ts'

type EventRow = typeof events.$inferSelect
/** Something that somebody did: an event, or what was erased. */
export type Deed = { at: Date; by: string } & (
  | { kind: 'event'; event: EventRow & { type: EventType } }
  | { kind: 'erasure'; receipt: Receipt }
)

/** By what is asked for; `reply.failed` and the like are what happened, and nobody's deed. */
const typesOf: Record<Exclude<AuditWhat, 'erased'>, EventType[]> = {
  approved: ['draft.approved', 'draft.first-approved', 'reply.marked-sent'],
  read: ['history.read', 'customer.read'],
  shared: ['history.shared'],
  exported: ['history.exported', 'customer.exported'],
  joined: ['customer.joined', 'customer.parted', 'customer.distinguished', 'customer.noted'],
  settings: ['settings.changed'],
}

interface DeedsAsk {
  period: Period
  /** Null: all of it. */
  what: AuditWhat | null
  /** Ids; null: everybody. */
  by: string[] | null
}

/** What was done in a period, the newest first. What concerns conversations is looked for apart: it is far more. */
export async function readDeeds({ db }: Pick<Context, 'db'>, ask: DeedsAsk, limit: number): Promise<Deed[]> {
  const { what, by } = ask
  const { from, to } = ask.period
  const within = and(gte(events.at, from), lt(events.at, to), by ? isAnyOf(events.actor, by) : undefined)
  const apart = Object.entries(typesOf).flatMap(([one, types]) =>
    one !== 'approved' && (what === null || what === one) ? types : [],
  )
  const read = (isThese: ReturnType<typeof and>) =>
    db.select().from(events).where(and(within, isThese)).orderBy(desc(events.at), desc(events.id)).limit(limit)
  const [approved, others, receipts] = await Promise.all([
    what === null || what === 'approved' ? read(inArray(events.type, typesOf.approved)) : [],
    apart.length > 0 ? read(and(isNull(events.conversationId), isAnyOf(events.type, apart))) : [],
    what === null || what === 'erased'
      ? db
          .select()
          .from(erasures)
          .where(and(gte(erasures.at, from), lt(erasures.at, to), by ? isAnyOf(erasures.by, by) : undefined))
          .orderBy(desc(erasures.at))
          .limit(limit)
      : [],
  ])
  const deeds: Deed[] = [
    ...[...approved, ...others].map(
      // Nobody but `addEvent` writes them.
      (event): Deed => ({
        kind: 'event',
        at: event.at,
        by: event.actor,
        event: event as EventRow & { type: EventType },
      }),
    ),
    ...receipts.map((receipt): Deed => ({ kind: 'erasure', at: receipt.at, by: receipt.by, receipt })),
  ]
  return deeds.toSorted((a, b) => b.at.getTime() - a.at.getTime()).slice(0, limit)
}

/** Whose ids a name, or a platform's id, stands for; at most 20. */
export async function findActors({ db }: Pick<Context, 'db'>, workspaceId: string, called: string): Promise<string[]> {
  const name = called.trim().toLowerCase()
  const rows = await db
    .select({ id: teammates.id })
    .from(teammates)
    .where(
      sql`${eq(teammates.id, `${workspaceId}:${called.trim()}`)} or lower(${teammates.name}) = ${name} or lower(${teammates.name}) like ${`${name.replace(/[\\%_]/g, '\\$&')} %`}`,
    )
    .limit(20)
  const ids = rows.map(({ id }) => id)
  return name === 'deskbell' || name === 'operator' ? [...ids, name] : ids
}
