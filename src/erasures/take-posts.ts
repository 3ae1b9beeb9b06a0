import { asc, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { posts, removals, rooms } from '../db/schema.ts'
import { insertAll, isAnyOf } from '../db/sets.ts'
import { cardKey, type PostBody } from '../posts/post.ts'
import { isPost, newPost, type PostRow } from '../posts/queries.ts'

type TakeContext = Pick<Context, 'queue' | 'clock' | 'newId'>

/** Whatever is about to be posted is there by then, or never. */
const settlingMs = 5000
/** By then a card that was changed shows it. */
const watchMs = 60_000

/** What becomes of a post: it stays, is gone, or what it told is told anew by another, from what is left. */
export type Fate = 'stays' | 'goes' | PostBody

/**
 * Takes the posts of conversations off the outbox, and has those that stand in rooms, or may, taken out; what nobody tried to
 * post yet is only taken off. Of cards that stay it is seen to that they show what is left. Returns how many are to be taken
 * out. Call it with the conversations locked, so that rows that refer to them can still be added: `no key update`.
 */
export async function takePosts(
  ctx: TakeContext,
  tx: Db,
  erasureId: string,
  conversationIds: string[],
  fateOf: (post: PostRow) => Fate = () => 'goes',
): Promise<number> {
  const held = await tx
    .select()
    .from(posts)
    .where(isAnyOf(posts.conversationId, conversationIds))
    .orderBy(asc(posts.workspace), asc(posts.key))
    .for('update')
  const fates = held.map((row) => ({ row, fate: fateOf(row) }))
  const taken = fates.filter(({ fate }) => fate !== 'stays').map(({ row }) => row)
  const cards = new Map(held.map((row) => [placeKey(row.workspace, row.key), row]))
  const lostRooms = held.some(isAlsoElsewhere) ? await tx.select().from(rooms) : []
  const rows = [
    ...taken.filter((row) => !isUntried(row)).map((row) => removalOf(ctx, erasureId, row, cards)),
    // Where its first copy was is forgotten, but not what it is found by. Nobody keeps that one up to date.
    ...held.filter(isAlsoElsewhere).flatMap((row) =>
      lostRooms
        .filter(({ workspace, room }) => workspace === row.workspace && room !== row.room)
        .map(({ room }) => ({
          ...removalOf(ctx, erasureId, { ...row, room }, cards),
          ref: null,
          notBefore: ctx.clock.now(),
        })),
    ),
  ]
  const shown = fates.filter(({ row, fate }) => fate === 'stays' && row.body.kind === 'card' && !isUntried(row))
  const watches = shown.map(({ row }) => watchOf(removalOf(ctx, erasureId, row, cards)))
  await insertAll(tx, removals, [...rows, ...watches])
  for (const { workspace, key } of taken) await tx.delete(posts).where(isPost(workspace, key))
  await insertAll(
    tx,
    posts,
    fates.flatMap(({ row, fate }) => (typeof fate === 'string' ? [] : [anew(ctx, row, fate)])),
  )
  await askForRemoval(ctx, tx, [...rows, ...watches])
  return rows.length
}

/** Planned, and nobody tried to post it. */
export const isUntried = ({ ref, attemptedAt }: PostRow): boolean => ref === null && attemptedAt === null

/** A card that stays has its change coming: that it showed it is looked at later, however long its platform may be down. */
function watchOf(removal: typeof removals.$inferInsert): typeof removals.$inferInsert {
  return { ...removal, notBefore: new Date(removal.notBefore.getTime() + watchMs) }
}

/** Under another key: by the old one, what is on its way is looked for. */
function anew(ctx: TakeContext, row: PostRow, body: PostBody): PostRow {
  const { workspace, conversationId, room, createdAt } = row
  const [first = row.key] = row.key.split('~')
  const key = `${first}~${ctx.newId()}`
  return { ...newPost({ workspace, key, conversationId, room, body, rank: 2 }, ctx.clock.now()), createdAt }
}

/** Has notices, reports and what was shared shown anew, where they tell of what is gone. Returns how many these are. */
export async function takeMentions(
  ctx: TakeContext,
  tx: Db,
  erasureId: string,
  gone: { conversationIds: string[]; interactionIds: string[]; since: Date },
): Promise<number> {
  const ids = (list: string[]) => sql`array(select jsonb_array_elements_text(${JSON.stringify(list)}::jsonb))`
  // What concerns no single conversation: few rows, which `posts_conversation` finds.
  const found = await rowsOf<{ workspace: string; key: string }>(
    tx,
    sql`select p.workspace, p.key from ${posts} p
        left join reports r on p.body->>'kind' = 'report' and r.id = (p.body->>'reportId')::uuid
        where p.conversation_id is null and p.created_at >= ${gone.since.toISOString()}::timestamptz and (
          jsonb_exists_any(jsonb_path_query_array(p.body, '$.lines[*].conversationId'), ${ids(gone.conversationIds)})
          or jsonb_exists_any(coalesce(p.body->'interactions', '[]'), ${ids(gone.interactionIds)})
          or jsonb_exists_any(jsonb_path_query_array(r.content, '$.report.waiting[*].conversationId'), ${ids(gone.conversationIds)})
          or jsonb_exists_any(jsonb_path_query_array(r.content, '$.report.sections[*].lines[*].example.conversationId'), ${ids(gone.conversationIds)}))`,
  )
  const rows: (typeof removals.$inferInsert)[] = []
  for (const { workspace, key } of found) {
    const [row] = await tx.select().from(posts).where(isPost(workspace, key))
    if (row) rows.push(removalOf(ctx, erasureId, row, new Map()))
  }
  await insertAll(tx, removals, rows)
  await askForRemoval(ctx, tx, rows)
  return rows.length
}

/** A card that was planned anew since it was in a room that was lost still stands there. */
const isAlsoElsewhere = ({ body }: PostRow): boolean => body.kind === 'card' && body.replaces === 'lost'

const placeKey = (workspace: string, key: string): string => JSON.stringify([workspace, key])

function removalOf(
  ctx: TakeContext,
  erasureId: string,
  row: PostRow,
  cards: ReadonlyMap<string, PostRow>,
): typeof removals.$inferInsert {
  const { workspace, room, key, ref, conversationId, heldUntil, attemptedAt } = row
  const now = ctx.clock.now()
  const card =
    conversationId && key !== cardKey(conversationId)
      ? cards.get(placeKey(workspace, cardKey(conversationId)))
      : undefined
  const isFlying = ref === null && attemptedAt !== null
  const landed = new Date(Math.max(now.getTime(), heldUntil?.getTime() ?? 0) + settlingMs)
  return {
    id: ctx.newId(),
    erasureId,
    workspace,
    room,
    key,
    ref,
    threadRef: card?.ref ?? null,
    since: attemptedAt ?? row.createdAt,
    attempts: 0,
    notBefore: isFlying ? landed : now,
    heldUntil: null,
    problem: null,
  }
}

/** Has a workspace's rooms seen to, now and once what is on its way has landed. */
async function askForRemoval(ctx: TakeContext, tx: Db, rows: { workspace: string; notBefore: Date }[]): Promise<void> {
  for (const [workspace, all] of Map.groupBy(rows, (row) => row.workspace)) {
    const first = new Date(Math.min(...all.map(({ notBefore }) => notBefore.getTime())))
    await ctx.queue.add(tx, 'remove-posts', { workspace }, first > ctx.clock.now() ? first : undefined)
  }
}
