import { and, eq, gt, lt, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { lists } from '../db/schema.ts'
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

/** Keeps a search for 30 days. `starts`: of the pages after the first, where known. */
export async function createList(
  ctx: Pick<Context, 'db' | 'clock' | 'newId'>,
  workspaceId: string,
  teammate: Teammate,
  ask: StoredAsk,
  starts: Cursor[] = [],
): Promise<string> {
  const id = ctx.newId()
  const teammateId = `${workspaceId}:${teammate.id}`
  await ctx.db.insert(lists).values({ id, workspace: workspaceId, teammateId, ask, starts, createdAt: ctx.clock.now() })
  return id
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
  // Nobody but `createList` and `keepStart` writes them.
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
