import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { teammates } from '../db/schema.ts'
import type { Teammate } from '../workspaces/workspace.ts'

/** Remembers a teammate who did something, and returns their id across workspaces: `slack:U123`. */
export async function knowTeammate(
  ctx: Pick<Context, 'db' | 'clock'>,
  workspace: string,
  { id, name }: Teammate,
): Promise<string> {
  const row = { id: `${workspace}:${id}`, workspace, name, seenAt: ctx.clock.now() }
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
