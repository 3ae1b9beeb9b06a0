import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { identities, merges } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { ConflictError, NotFoundError } from '../errors.ts'
import { isUuid } from '../id.ts'
import { keepDistinction } from './distinguish.ts'
import { findHome, giveConversations, isOpenState } from './queries.ts'

/**
 * Undoes a join, whatever was joined or undone since: who came over goes back, with every conversation that they began, also since.
 * Notes stay. The two count as told apart, so that they aren't joined again by themselves. Returns whom they were parted from.
 * Throws NotFoundError for an unknown join, ConflictError when it was undone already, or nobody is left who came over.
 */
export async function partCustomers(
  ctx: Pick<Context, 'queue' | 'clock' | 'newId'>,
  tx: Db,
  mergeId: string,
  by: string,
): Promise<{ customerId: string; otherId: string }> {
  const [known] = isUuid(mergeId) ? await tx.select().from(merges).where(eq(merges.id, mergeId)) : []
  if (!known) throw new NotFoundError('There is no such join any more')
  await tx
    .select({ id: identities.id })
    .from(identities)
    .where(isAnyOf(identities.id, known.identityIds))
    .orderBy(identities.id)
    .for('update')
  const [merge] = await tx
    .update(merges)
    .set({ undoneAt: ctx.clock.now(), undoneBy: by })
    .where(and(eq(merges.id, mergeId), isNull(merges.undoneAt)))
    .returning()
  if (!merge) throw new ConflictError('This join was undone already')
  // Whom they were joined with may have been joined with somebody else since.
  const home = await findHome(tx, merge.customerId)
  const back = await tx
    .update(identities)
    .set({ customerId: merge.joinedId })
    .where(and(isAnyOf(identities.id, merge.identityIds), eq(identities.customerId, home)))
    .returning({ id: identities.id })
  if (back.length === 0) throw new ConflictError('Nobody is left who came over with this join')
  await leaveLaterJoins(tx, merge)
  const ids = JSON.stringify(back.map(({ id }) => id))
  const isTheirs = sql`(select i.identity_id from interactions i where i.conversation_id = c.id order by i.seq, i.id limit 1)
    = any(array(select value::uuid from jsonb_array_elements_text(${ids}::jsonb)))`
  const rows = await rowsOf<{ id: string; is_theirs: boolean; is_open: boolean }>(
    tx,
    sql`select c.id, ${isTheirs} as is_theirs, ${isOpenState} as is_open from conversations c
        where c.customer_id = ${home}::uuid and (${isOpenState} or ${isTheirs})
        order by c.id for update`,
  )
  await giveConversations(
    ctx,
    tx,
    merge.joinedId,
    rows.flatMap((row) => (row.is_theirs ? [row.id] : [])),
    rows.flatMap((row) => (row.is_open ? [row.id] : [])),
  )
  await addEvent(ctx, tx, 'customer.parted', {
    conversationId: null,
    actor: by,
    data: { customerId: home, otherId: merge.joinedId, mergeId },
  })
  await keepDistinction(ctx, tx, { customerId: merge.customerId, otherId: merge.joinedId, by })
  return { customerId: home, otherId: merge.joinedId }
}

/** Who goes back is no longer among those that came over with them later: undoing that must not take them along. */
async function leaveLaterJoins(tx: Db, merge: typeof merges.$inferSelect): Promise<void> {
  await tx.execute(sql`
    with recursive later(id, customer_id) as (
      select g.id, g.customer_id from merges g where g.joined_id = ${merge.customerId}::uuid and g.undone_at is null
      union
      select g.id, g.customer_id from later join merges g on g.joined_id = later.customer_id and g.undone_at is null)
    update merges m set identity_ids = m.identity_ids
      - array(select value from jsonb_array_elements_text(${JSON.stringify(merge.identityIds)}::jsonb))
    from later where m.id = later.id`)
}
