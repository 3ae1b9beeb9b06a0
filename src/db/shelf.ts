import { and, eq, gt, lt } from 'drizzle-orm'
import type { Clock } from '../clock.ts'
import { isUuid } from '../id.ts'
import type { Db } from './client.ts'
import { shelf } from './schema.ts'

/** `Shelf` of the workspaces' contract. */
interface ShelfStore {
  put(content: unknown): Promise<string>
  get(id: string): Promise<unknown>
}

const keptMs = 86_400_000

/**
 * Keeps things for a day. `workspace` sees no other's. They are kept as text within the JSON: Postgres' own knows neither
 * NUL nor half a character, and people type whatever they like.
 */
export function openShelf(ctx: { db: Db; clock: Clock; newId(): string }, workspace: string): ShelfStore {
  return {
    async put(content) {
      const id = ctx.newId()
      const until = new Date(ctx.clock.now().getTime() + keptMs)
      await ctx.db.insert(shelf).values({ id, workspace, content: { json: JSON.stringify(content) }, until })
      return id
    },
    async get(id) {
      if (!isUuid(id)) return undefined
      const [row] = await ctx.db
        .select({ content: shelf.content })
        .from(shelf)
        .where(and(eq(shelf.id, id), eq(shelf.workspace, workspace), gt(shelf.until, ctx.clock.now())))
      return row && JSON.parse(row.content.json)
    },
  }
}

/** Clears away what has lain there for a day. */
export async function sweepShelf({ db, clock }: { db: Db; clock: Clock }): Promise<void> {
  await db.delete(shelf).where(lt(shelf.until, clock.now()))
}
