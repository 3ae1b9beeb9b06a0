import { asc, eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { posts } from '../db/schema.ts'
import { cardKey } from './post.ts'
import { newPost, type PostRow } from './queries.ts'

/**
 * Has files that were fetched only after their turn was told put into the thread, in every room that has threads. Whatever is
 * posted later shows them by itself. The conversation is locked. May be repeated.
 */
export async function planLateFiles(
  ctx: Pick<Context, 'clock' | 'workspaces'>,
  tx: Db,
  conversationId: string,
  turn: { id: string; seq: number },
): Promise<void> {
  // Whoever is posting one of them right now is waited for: what they show is known then.
  const rows = await tx
    .select()
    .from(posts)
    .where(eq(posts.conversationId, conversationId))
    .orderBy(asc(posts.workspace), asc(posts.key))
    .for('update')
  for (const [workspace, all] of Map.groupBy(rows, (row) => row.workspace)) {
    const card = all.find(({ key }) => key === cardKey(conversationId))
    if (!card || !ctx.workspaces.get(workspace)?.hasThreads || !all.some((row) => isTold(row, turn.seq))) continue
    const body = { kind: 'files' as const, turns: [turn.id] }
    const key = `files:${conversationId}:${turn.id}`
    const newest = Math.max(ctx.clock.now().getTime() - 1, ...all.map(({ createdAt }) => createdAt.getTime()))
    const row = newPost({ workspace, key, conversationId, room: card.room, body, rank: 2 }, ctx.clock.now())
    await tx
      .insert(posts)
      .values({ ...row, createdAt: new Date(newest + 1) })
      .onConflictDoNothing()
  }
}

/** True of what was posted, or is being posted, and tells of this turn. */
function isTold({ body, ref, attemptedAt }: PostRow, seq: number): boolean {
  if (ref === null && attemptedAt === null) return false
  return body.kind === 'card' ? body.since >= seq : body.kind === 'said' && body.from <= seq && seq <= body.to
}
