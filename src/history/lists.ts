import { and, eq, gt, lt, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { customers, lists } from '../db/schema.ts'
import { isUuid } from '../id.ts'
import type { Teammate } from '../workspaces/workspace.ts'
import type { StoredAsk } from './query.ts'
import type { Cursor } from './search.ts'

const keptMs = 30 * 86_400_000

/** A search that is kept, so that its buttons work tomorrow. */
export interface List {
  id: string
  ask: StoredAsk
  /** Where each page after the first begins, as far as it was turned to. */
  starts: Cursor[]
}

/** Keeps a search for 30 days. */
export async function keepList(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  workspaceId: string,
  teammate: Teammate,
  { id, ask, starts }: List,
): Promise<void> {
  const teammateId = `${workspaceId}:${teammate.id}`
  await db.insert(lists).values({ id, workspace: workspaceId, teammateId, ask, starts, createdAt: clock.now() })
}

/** The same for all that a customer did. Returns its id; null: they are erased at this very moment, and nothing may be left that names them. */
export async function keepListOf(
  { db, clock, newId }: Pick<Context, 'db' | 'clock' | 'newId'>,
  workspaceId: string,
  teammate: Teammate,
  ask: StoredAsk & { customerId: string },
): Promise<string | null> {
  const id = newId()
  const kept = await rowsOf(
    db,
    sql`with held as materialized (select from ${customers} where ${customers.id} = ${ask.customerId}::uuid for key share)
        insert into ${lists} (id, workspace, teammate_id, ask, starts, created_at)
        select ${id}::uuid, ${workspaceId}, ${`${workspaceId}:${teammate.id}`}, ${JSON.stringify(ask)}::jsonb, '[]'::jsonb, ${clock.now().toISOString()}::timestamptz
        from held returning 1`,
  )
  return kept.length === 0 ? null : id
}

/** Null: it is not kept any more, or never was in this workspace. */
export async function readList(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  workspaceId: string,
  id: string,
): Promise<List | null> {
  if (!isUuid(id)) return null
  const isKept = gt(lists.createdAt, oldest(clock.now()))
  const [row] = await db
    .select({ ask: lists.ask, starts: lists.starts })
    .from(lists)
    .where(and(eq(lists.id, id), eq(lists.workspace, workspaceId), isKept))
  // Nobody but `keepList` and `keepStart` writes them.
  return row ? { id, ask: row.ask as StoredAsk, starts: row.starts as Cursor[] } : null
}

/** Keeps where a page begins; the first is 1. Once known, it stays. */
export async function keepStart(db: Db, id: string, page: number, start: Cursor): Promise<void> {
  await db
    .update(lists)
    .set({ starts: sql`${lists.starts} || ${JSON.stringify([start])}::jsonb` })
    .where(and(eq(lists.id, id), sql`jsonb_array_length(${lists.starts}) = ${page - 1}::int`))
}

/** Forgets lists that are older than they are kept. May be repeated. */
export async function sweepLists({ db, clock }: Pick<Context, 'db' | 'clock'>): Promise<void> {
  await db.delete(lists).where(lt(lists.createdAt, oldest(clock.now())))
}

const oldest = (now: Date): Date => new Date(now.getTime() - keptMs)
