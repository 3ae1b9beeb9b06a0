import { and, eq, isNull, lt, notExists, sql, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { erasures, removals } from '../db/schema.ts'

/** What was erased, in numbers; `doneAt`: when the last post was gone. */
export type Receipt = typeof erasures.$inferSelect
/** "conversations": 3 */
export type Counts = Record<string, number>

const nouns: [keyof Counts & string, string, string][] = [
  ['conversations', 'conversation', 'conversations'],
  ['messages', 'message', 'messages'],
  ['replies', 'reply', 'replies'],
  ['files', 'file', 'files'],
  ['notes', 'note', 'notes'],
]

/** "3 conversations, 12 messages, 1 file"; "nothing" where there was none of it. */
export function countsText(counts: Counts): string {
  const parts = nouns.flatMap(([key, one, many]) => {
    const count = counts[key] ?? 0
    return count === 0 ? [] : [`${count.toLocaleString('en')} ${count === 1 ? one : many}`]
  })
  return parts.join(', ') || 'nothing'
}

/** As people tell it to each other. */
export const receiptNumber = (id: string): string => id.slice(-12)

export function sumOf(all: Counts[]): Counts {
  const sum: Counts = {}
  for (const counts of all) for (const [key, count] of Object.entries(counts)) sum[key] = (sum[key] ?? 0) + count
  return sum
}

/** Begins a receipt, or goes on with the one of this id, and holds it until the transaction ends. */
export async function openReceipt(
  ctx: Pick<Context, 'clock'>,
  tx: Db,
  { id, kind, by }: Pick<Receipt, 'id' | 'kind' | 'by'>,
): Promise<Receipt> {
  await tx.insert(erasures).values({ id, kind, by, counts: {}, at: ctx.clock.now() }).onConflictDoNothing()
  const [row] = await tx.select().from(erasures).where(eq(erasures.id, id)).for('update')
  if (!row) throw new Error('A receipt that was just written is gone')
  return row
}

/** Adds what was erased by now. Call it with the receipt opened. */
export async function addToReceipt(tx: Db, receipt: Receipt, counts: Counts): Promise<Receipt> {
  const after = { ...receipt, counts: sumOf([receipt.counts, counts]), doneAt: null }
  await tx.update(erasures).set({ counts: after.counts, doneAt: null }).where(eq(erasures.id, receipt.id))
  return after
}

/** Writes down that the last post is gone, if it is. */
export async function settleReceipt(ctx: Pick<Context, 'clock'>, tx: Db, id: string): Promise<void> {
  await settle(ctx, tx, eq(erasures.id, id))
}

/** The same for all that were begun before a moment. */
export async function settleReceipts(ctx: Pick<Context, 'clock'>, tx: Db, before: Date): Promise<void> {
  await settle(ctx, tx, lt(erasures.at, before))
}

async function settle(ctx: Pick<Context, 'clock'>, tx: Db, which: SQL): Promise<void> {
  const left = tx
    .select({ one: sql`1` })
    .from(removals)
    .where(eq(removals.erasureId, erasures.id))
  await tx
    .update(erasures)
    .set({ doneAt: ctx.clock.now() })
    .where(and(which, isNull(erasures.doneAt), notExists(left)))
}

/** Posts that still stand, by receipt, and why one of them could not be taken out. Receipts of which all are gone are left out. */
export async function readLeft(db: Db, ids: string[]): Promise<Map<string, { posts: number; problem: string | null }>> {
  const rows = await rowsOf<{ id: string; posts: number; problem: string | null }>(
    db,
    sql`select erasure_id as id, count(*)::int as posts, max(problem) as problem from ${removals}
        where erasure_id = any(array(select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)))
        group by erasure_id`,
  )
  return new Map(rows.map(({ id, ...left }) => [id, left]))
}
