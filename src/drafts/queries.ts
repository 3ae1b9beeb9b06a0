import { and, desc, eq, isNotNull, max, min, sql, type SQL } from 'drizzle-orm'
import type { Db } from '../db/client.ts'
import { drafts } from '../db/schema.ts'

export type DraftRow = typeof drafts.$inferSelect

/** True, of any row, while this draft is undecided and answers what came up to `seq`. */
export function isProposed(draftId: string, seq: number): SQL {
  return sql`exists (select 1 from drafts d where d.id = ${draftId} and d.state = 'proposed' and d.answers_seq = ${seq})`
}

/** Adds the conversation's next revision. The caller holds the conversation's row, so revisions can't collide. */
export async function insertDraft(tx: Db, draft: Omit<typeof drafts.$inferInsert, 'revision'>): Promise<DraftRow> {
  const [last] = await tx
    .select({ revision: max(drafts.revision) })
    .from(drafts)
    .where(eq(drafts.conversationId, draft.conversationId))
  const [row] = await tx
    .insert(drafts)
    .values({ ...draft, revision: (last?.revision ?? 0) + 1 })
    .returning()
  if (!row) throw new Error('The draft was not stored')
  return row
}

/** What was proposed and not decided gives way to something else. */
export async function supersedeDrafts(
  tx: Db,
  conversationId: string,
  state: 'superseded' | 'dismissed' = 'superseded',
): Promise<void> {
  await tx
    .update(drafts)
    .set({ state })
    .where(and(eq(drafts.conversationId, conversationId), eq(drafts.state, 'proposed')))
}

/** The assistant's newest draft for the same words of the customer: what an edit is measured against. */
export async function findAssistantDraft(tx: Db, conversationId: string, answersSeq: number): Promise<string | null> {
  const [row] = await tx
    .select({ text: drafts.text })
    .from(drafts)
    .where(
      and(eq(drafts.conversationId, conversationId), eq(drafts.answersSeq, answersSeq), isNotNull(drafts.writtenBy)),
    )
    .orderBy(desc(drafts.revision))
    .limit(1)
  return row?.text ?? null
}

/** When the assistant's first draft for these words was there; null: there was none. */
export async function findFirstDrafted(tx: Db, conversationId: string, answersSeq: number): Promise<Date | null> {
  const [row] = await tx
    .select({ at: min(drafts.createdAt) })
    .from(drafts)
    .where(
      and(eq(drafts.conversationId, conversationId), eq(drafts.answersSeq, answersSeq), isNotNull(drafts.writtenBy)),
    )
  return row?.at ?? null
}
