import { and, eq, exists, isNotNull, isNull, lt, lte, ne, not, or, sql, type SQL } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { posts } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import type { PostRef } from '../workspaces/workspace.ts'
import { cardKey } from './post.ts'

export type PostContext = Pick<
  Context,
  'db' | 'queue' | 'clock' | 'log' | 'metrics' | 'newId' | 'channels' | 'workspaces'
>
export type PostRow = typeof posts.$inferSelect

/** Whoever works on a post holds it so long; a workspace gives up on a call well before. */
export const holdMs = 60_000
/** `notBefore` of what is not tried again until its conversation changes. */
export const never = new Date('9999-12-31T00:00:00Z')

export const isPost = (workspace: string, key: string): SQL =>
  sql`${posts.workspace} = ${workspace} and ${posts.key} = ${key}`

/** One row, while it is held as it was taken. Whoever took longer than it may be held has no say any more. */
export const isHeld = ({ workspace, key, heldUntil }: PostRow): SQL =>
  sql`${isPost(workspace, key)} and ${heldUntil ? eq(posts.heldUntil, heldUntil) : isNull(posts.heldUntil)}`

/** Nobody works on it now. */
export const isFree = (now: Date): SQL => sql`(${posts.heldUntil} is null or ${lte(posts.heldUntil, now)})`

/** What may be posted next: what stands in a thread comes once its card is there, in the order it happened. */
export function isNext(db: Db): SQL | undefined {
  const [card, earlier] = [alias(posts, 'card'), alias(posts, 'earlier')]
  const isCard = (table: typeof card | typeof posts | typeof earlier) =>
    sql`${table.key} = 'card:' || ${posts.conversationId}`
  const inThread = and(
    exists(
      db
        .select({ one: sql`1` })
        .from(card)
        .where(and(eq(card.workspace, posts.workspace), isCard(card), isNotNull(card.ref))),
    ),
    not(
      exists(
        db
          .select({ one: sql`1` })
          .from(earlier)
          .where(
            and(
              eq(earlier.workspace, posts.workspace),
              eq(earlier.conversationId, posts.conversationId),
              isNull(earlier.ref),
              not(isCard(earlier)),
              lt(earlier.createdAt, posts.createdAt),
              ne(earlier.notBefore, never),
            ),
          ),
      ),
    ),
  )
  return and(isNull(posts.ref), ne(posts.notBefore, never), or(isNull(posts.conversationId), isCard(posts), inThread))
}

/** A row for something that is to stand in a room. */
export function newPost(
  post: Pick<PostRow, 'workspace' | 'key' | 'conversationId' | 'room' | 'body' | 'rank'>,
  now: Date,
): PostRow {
  const untried = { ref: null, shownVersion: 0, attempts: 0, attemptedAt: null, heldUntil: null }
  return { ...post, ...untried, notBefore: now, createdAt: now }
}

/** What was refused is tried again once its conversation is another than it was then: see `shownVersion`. */
export function retryRefused(row: PostRow, version: number, now: Date): PostRow {
  const isRefused = row.ref === null && row.notBefore.getTime() === never.getTime()
  return isRefused && row.shownVersion < version ? { ...row, attempts: 0, notBefore: now } : row
}

/** Writes what is different. The row is locked. */
export async function savePost(tx: Db, before: PostRow | undefined, after: PostRow): Promise<void> {
  const isSame = JSON.stringify(before) === JSON.stringify(after)
  if (!isSame) await tx.update(posts).set(after).where(isPost(after.workspace, after.key))
}

/** When the room's next post is due, apart from the room's own pace; null when nothing waits. */
export async function nextDue(tx: Db, workspace: string, room: string, except?: string): Promise<Date | null> {
  const due = sql`min(greatest(${posts.notBefore}, coalesce(${posts.heldUntil}, ${posts.notBefore})))`
  const [row] = await tx
    .select({ at: due.mapWith(posts.notBefore) })
    .from(posts)
    .where(
      and(
        eq(posts.workspace, workspace),
        eq(posts.room, room),
        isNext(tx),
        except === undefined ? undefined : ne(posts.key, except),
      ),
    )
  return (row?.at as Date | null | undefined) ?? null
}

/** Where a conversation's card was posted; null while it was not. */
export async function readCardRef(db: Db, workspace: string, conversationId: string): Promise<PostRef | null> {
  return (await readCardRefs(db, workspace, [conversationId])).get(conversationId) ?? null
}

/** The same within a statement. */
export function cardRefOf(workspace: string, conversationId: SQL): SQL {
  return sql`(select ref from ${posts} where workspace = ${workspace} and key = ${cardKey('')} || ${conversationId})`
}

/** Where these conversations' cards were posted, by conversation; those that were not are left out. */
export async function readCardRefs(
  db: Db,
  workspace: string,
  conversationIds: string[],
): Promise<Map<string, PostRef>> {
  if (conversationIds.length === 0) return new Map()
  const rows = await db
    .select({ conversationId: posts.conversationId, ref: posts.ref })
    .from(posts)
    .where(and(eq(posts.workspace, workspace), isAnyOf(posts.key, conversationIds.map(cardKey)), isNotNull(posts.ref)))
  return new Map(rows.flatMap(({ conversationId, ref }) => (conversationId && ref ? [[conversationId, ref]] : [])))
}

/** True while something of a conversation waits to be posted in one of these workspaces, or was refused. */
export async function hasUnposted(db: Db, conversationId: string, workspaces: Iterable<string>): Promise<boolean> {
  const rows = await db
    .select({ key: posts.key })
    .from(posts)
    .where(and(eq(posts.conversationId, conversationId), isNull(posts.ref), isAnyOf(posts.workspace, [...workspaces])))
    .limit(1)
  return rows.length > 0
}
