import { and, desc, eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { notes, teammates } from '../db/schema.ts'
import { ConflictError, NotFoundError } from '../errors.ts'
import { isUuid } from '../id.ts'
import type { CustomerNote } from '../workspaces/found.ts'
import { findHome } from './queries.ts'

/** The newest notes about a customer. A note is taken back by who wrote it, or by a manager. */
export async function readNotes(
  db: Db,
  customerId: string,
  { teammateId, isManager }: { teammateId: string; isManager: boolean },
  max: number,
): Promise<CustomerNote[]> {
  const rows = await db
    .select({ noteId: notes.id, text: notes.text, at: notes.at, by: teammates.name, teammateId: notes.teammateId })
    .from(notes)
    .innerJoin(teammates, eq(teammates.id, notes.teammateId))
    .where(eq(notes.customerId, customerId))
    .orderBy(desc(notes.at), desc(notes.id))
    .limit(max)
  return rows.map(({ teammateId: writer, ...note }) => ({ ...note, canRemove: isManager || writer === teammateId }))
}

/** Writes a note about a customer, or whom they were joined with. Returns its id. Throws NotFoundError when they are not there any more. */
export async function addNote(
  ctx: Pick<Context, 'db' | 'clock' | 'newId'>,
  { customerId, text, by }: { customerId: string; text: string; by: string },
): Promise<string> {
  return ctx.db.transaction(async (tx) => {
    const [noteId, home] = [ctx.newId(), await findHome(tx, customerId)]
    const stored = await rowsOf(
      tx,
      sql`insert into notes (id, customer_id, teammate_id, text, at)
          select ${noteId}::uuid, id, ${by}, ${text}, ${ctx.clock.now().toISOString()}::timestamptz
          from customers where id = ${home}::uuid for key share returning id`,
    )
    if (stored.length === 0) throw new NotFoundError(goneCustomer)
    const data = { customerId: home, noteId }
    await addEvent(ctx, tx, 'customer.noted', { conversationId: null, actor: by, data })
    return noteId
  })
}

/** Takes a note away for good. Throws ConflictError for somebody else's, or one that is gone already. */
export async function removeNote(
  ctx: Pick<Context, 'clock' | 'newId'>,
  tx: Db,
  { noteId, by, isManager }: { noteId: string; by: string; isManager: boolean },
): Promise<void> {
  const [removed] = isUuid(noteId)
    ? await tx
        .delete(notes)
        .where(and(eq(notes.id, noteId), isManager ? undefined : eq(notes.teammateId, by)))
        .returning()
    : []
  if (removed) {
    const data = { customerId: removed.customerId, noteId, isRemoved: true }
    await addEvent(ctx, tx, 'customer.noted', { conversationId: null, actor: by, data })
    return
  }
  const [there] = isUuid(noteId) ? await tx.select({ id: notes.id }).from(notes).where(eq(notes.id, noteId)) : []
  throw new ConflictError(
    there ? 'Only who wrote a note, or a manager, can remove it' : 'This note was removed already',
  )
}

export const goneCustomer = 'This customer is not there any more: what was held about them was erased'
