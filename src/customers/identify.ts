import { eq } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { conversations, customers, identities } from '../db/schema.ts'
import { insertAll, isAnyOf } from '../db/sets.ts'
import { RaceError, required, type Item } from '../interactions/arrival.ts'

export interface IdentityRow {
  id: string
  customerId: string
}

interface Addressed {
  externalId: string
  email?: string | null
}

/**
 * Finds or makes the identity behind each item. One that is new joins the customer of the conversation that the item
 * refers to if it has the same address: who was only forwarded a message can refer to it as well.
 * Throws RaceError when another transaction made the same one just now.
 */
export async function identify(
  ctx: Pick<Context, 'newId'>,
  tx: Db,
  items: Item[],
  referenced: Map<Item, string>,
  now: Date,
): Promise<Map<Item, IdentityRow>> {
  const keyOf = (channel: string, externalId: string) => JSON.stringify([channel, externalId])
  const wanted = new Map(items.map((item) => [keyOf(item.channel.id, item.inbound.customer.externalId), item]))
  const rows = await tx
    .select()
    .from(identities)
    .where(
      isAnyOf(
        identities.externalId,
        [...wanted.values()].map(({ inbound }) => inbound.customer.externalId),
      ),
    )
  const existing = new Map<string, IdentityRow>()
  for (const row of rows) {
    const key = keyOf(row.channel, row.externalId)
    const item = wanted.get(key)
    if (!item) continue
    existing.set(key, row)
    const { name, handle, email } = item.inbound.customer
    if ((name && name !== row.name) || (handle && handle !== row.handle) || (email && email !== row.email)) {
      await tx
        .update(identities)
        .set({ name: name ?? row.name, handle: handle ?? row.handle, email: email ?? row.email })
        .where(eq(identities.id, row.id))
      if (name && name !== row.name) await tx.update(customers).set({ name }).where(eq(customers.id, row.customerId))
    }
  }
  // In one order everywhere, so that two transactions never wait for one another.
  const missing = [...wanted].filter(([key]) => !existing.has(key)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (missing.length > 0) {
    const conversationIds = [...new Set(missing.flatMap(([, item]) => referenced.get(item) ?? []))]
    const owners =
      conversationIds.length > 0
        ? await tx
            .select({
              id: conversations.id,
              customerId: conversations.customerId,
              externalId: identities.externalId,
              email: identities.email,
            })
            .from(conversations)
            .innerJoin(identities, eq(identities.customerId, conversations.customerId))
            .where(isAnyOf(conversations.id, conversationIds))
        : []
    const ownerKey = (conversationId: string | undefined, { externalId, email }: Addressed) =>
      JSON.stringify([conversationId, (email ?? externalId).toLowerCase()])
    const ownerOf = new Map(owners.map((row) => [ownerKey(row.id, row), row.customerId]))
    const newCustomers: (typeof customers.$inferInsert)[] = []
    const newIdentities = missing.map(([, item]) => {
      const { externalId, name, handle, email } = item.inbound.customer
      let customerId = ownerOf.get(ownerKey(referenced.get(item), item.inbound.customer))
      if (!customerId) {
        customerId = ctx.newId()
        newCustomers.push({ id: customerId, name: name ?? handle ?? email ?? 'Visitor', createdAt: now })
      }
      return {
        id: ctx.newId(),
        customerId,
        channel: item.channel.id,
        externalId,
        name: name ?? null,
        handle: handle ?? null,
        email: email ?? null,
        createdAt: now,
      }
    })
    const [, stored] = await Promise.all([
      insertAll(tx, customers, newCustomers),
      insertAll(tx, identities, newIdentities, { skipKnown: true }),
    ])
    if (stored < newIdentities.length) throw new RaceError('An identity was stored twice at once')
    for (const identity of newIdentities) existing.set(keyOf(identity.channel, identity.externalId), identity)
  }
  return new Map(
    items.map((item) => [item, required(existing.get(keyOf(item.channel.id, item.inbound.customer.externalId)))]),
  )
}
