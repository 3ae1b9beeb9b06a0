import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { customers, distinctions } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { ConflictError } from '../errors.ts'
import { findHome } from './queries.ts'

interface Distinction {
  customerId: string
  otherId: string
  /** A teammate's id. */
  by: string
}

/**
 * Keeps that two customers are two people, however alike they look: they are neither suggested nor joined by themselves. May be repeated.
 * Throws ConflictError for one and the same, for whom was joined or erased already.
 */
export async function distinguishCustomers(
  ctx: Pick<Context, 'clock' | 'newId'>,
  tx: Db,
  { customerId, otherId, by }: Distinction,
): Promise<void> {
  if ((await findHome(tx, customerId)) === (await findHome(tx, otherId)))
    throw new ConflictError('These two are one customer now. Undo their join first')
  if (!(await keepDistinction(ctx, tx, { customerId, otherId, by })))
    throw new ConflictError('One of the two is not there any more: what was held was erased')
  await addEvent(ctx, tx, 'customer.distinguished', { conversationId: null, actor: by, data: { customerId, otherId } })
}

/** False: one of them is not there. */
export async function keepDistinction(
  ctx: Pick<Context, 'clock'>,
  tx: Db,
  { customerId, otherId, by }: Distinction,
): Promise<boolean> {
  // Held, so that nobody erases them before it is stored.
  const known = await tx
    .select({ id: customers.id })
    .from(customers)
    .where(isAnyOf(customers.id, [customerId, otherId]))
    .orderBy(customers.id)
    .for('key share')
  const [a, b] = known.map(({ id }) => id)
  if (!a || !b) return false
  await tx.insert(distinctions).values({ a, b, by, at: ctx.clock.now() }).onConflictDoNothing()
  return true
}
