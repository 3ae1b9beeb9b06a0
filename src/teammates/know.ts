import { eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { teammates } from '../db/schema.ts'
import type { Teammate } from '../workspaces/workspace.ts'

const hourMs = 3_600_000

/** Remembers a teammate who did something, and returns their id across workspaces: `slack:U123`. */
export async function knowTeammate(
  ctx: Pick<Context, 'db' | 'clock'>,
  workspace: string,
  { id, name }: Teammate,
): Promise<string> {
  const now = ctx.clock.now()
  const row = { id: `${workspace}:${id}`, workspace, name, seenAt: now }
  // Most of them were seen a moment ago, and writing would have them wait for one another.
  const [known] = await ctx.db.select().from(teammates).where(eq(teammates.id, row.id))
  if (known && known.name === name && now.getTime() - known.seenAt.getTime() < hourMs) return row.id
  await ctx.db
    .insert(teammates)
    .values(row)
    .onConflictDoUpdate({
      target: teammates.id,
      set: { name, seenAt: row.seenAt },
      setWhere: sql`${teammates.name} <> excluded.name or ${teammates.seenAt} < excluded.seen_at - interval '1 hour'`,
    })
  return row.id
}
