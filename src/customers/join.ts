import { eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { customers, identities, merges, notes } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { ConflictError } from '../errors.ts'
import {
  distinguishedFrom,
  dropDistinctions,
  findHome,
  giveConversations,
  isOpenState,
  lockIdentitiesOf,
} from './queries.ts'

interface Joining {
  customerId: string
  otherId: string
  /** Why they are one: "The same verified email address". */
  reason: string
  /** A teammate's id, or `deskbell`. */
  by: string
}

/**
 * Makes two customers one. The older stays, whichever was named first: identities, conversations and notes of the other are theirs
 * from now on. Returns the id by which it can be undone; null: a teammate told them apart, and Deskbell leaves it at that.
 * Throws ConflictError for one and the same, for whom was joined or erased already.
 */
export async function joinCustomers(
  ctx: Pick<Context, 'queue' | 'clock' | 'newId'>,
  tx: Db,
  { customerId, otherId, reason, by }: Joining,
): Promise<string | null> {
  if (customerId === otherId) throw new ConflictError('This is one customer: choose another one to join them with')
  const held = await lockIdentitiesOf(tx, [customerId, otherId])
  const [older, younger] = await tx
    .select()
    .from(customers)
    .where(isAnyOf(customers.id, [customerId, otherId]))
    .orderBy(customers.createdAt, customers.id)
  if (!older || !younger) throw new ConflictError('One of the two is not there any more: what was held was erased')
  const theirs = held.filter((identity) => identity.customerId === younger.id)
  if (theirs.length === 0 || theirs.length === held.length) {
    const isSame = (await findHome(tx, customerId)) === (await findHome(tx, otherId))
    throw new ConflictError(
      isSame
        ? 'These two were joined already'
        : 'One of the two was joined with somebody else meanwhile. Open them again, and look whom you would join now',
    )
  }
  if (by !== 'deskbell') await dropDistinctions(tx, older.id, younger.id)
  else if ((await distinguishedFrom(tx, older.id, [younger.id])).size > 0) return null

  const mergeId = ctx.newId()
  await tx.insert(merges).values({
    id: mergeId,
    customerId: older.id,
    joinedId: younger.id,
    identityIds: theirs.map(({ id }) => id),
    reason,
    by,
    at: ctx.clock.now(),
  })
  // By what they are, and not by what was read: somebody may have been added before the lock was there.
  const moved = await tx
    .update(identities)
    .set({ customerId: older.id })
    .where(eq(identities.customerId, younger.id))
    .returning({ id: identities.id })
  if (moved.length > theirs.length)
    await tx
      .update(merges)
      .set({ identityIds: moved.map(({ id }) => id) })
      .where(eq(merges.id, mergeId))
  const rows = await rowsOf<{ id: string; is_theirs: boolean; is_open: boolean }>(
    tx,
    sql`select c.id, c.customer_id = ${younger.id}::uuid as is_theirs, ${isOpenState} as is_open from conversations c
        where c.customer_id = ${younger.id}::uuid or (c.customer_id = ${older.id}::uuid and ${isOpenState})
        order by c.id for update`,
  )
  await giveConversations(
    ctx,
    tx,
    older.id,
    rows.flatMap((row) => (row.is_theirs ? [row.id] : [])),
    rows.flatMap((row) => (row.is_open ? [row.id] : [])),
  )
  await tx.update(notes).set({ customerId: older.id }).where(eq(notes.customerId, younger.id))
  await addEvent(ctx, tx, 'customer.joined', {
    conversationId: null,
    actor: by,
    data: { customerId: older.id, otherId: younger.id, mergeId },
  })
  return mergeId
}
