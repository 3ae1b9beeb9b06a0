import { and, eq } from 'drizzle-orm'
import type { CustomerIdentity } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { conversations, customers, identities } from '../db/schema.ts'
import { insertAll, isAnyOf } from '../db/sets.ts'
import { RaceError, required, type Item } from '../interactions/arrival.ts'
import { emailKey, nameKey, phoneKey } from './keys.ts'
import { addTo, findHolders, newProofs, theOneOf, unite, type Holders } from './proofs.ts'

export interface IdentityRow {
  id: string
  customerId: string
}

type Stored = typeof identities.$inferSelect
/** What an identity tells of a person. */
type Told = Omit<Stored, 'id' | 'customerId' | 'channel' | 'externalId' | 'createdAt'>

/** Everything that one identity brought in this batch. */
interface Arriving {
  item: Item
  customer: CustomerIdentity
}

/**
 * Finds or makes the identity behind each item. One that is new joins the customer of the conversation that the item
 * refers to if it has the same address: who was only forwarded a message can refer to it as well. Whom a channel vouches for
 * is one customer with whoever has the same address or number and was vouched for; never on a public channel.
 * Throws RaceError when another transaction made the same one just now.
 */
export async function identify(
  ctx: Pick<Context, 'newId' | 'channels' | 'queue' | 'clock'>,
  tx: Db,
  items: Item[],
  referenced: Map<Item, string>,
  now: Date,
): Promise<Map<Item, IdentityRow>> {
  const arriving = arrivingBy(items)
  const wanted = [...arriving.values()]
  // Held, so that nobody gives them to another customer before what came in is stored with theirs.
  const rows = await tx
    .select()
    .from(identities)
    .where(
      and(
        isAnyOf(identities.channel, [...new Set(wanted.map(({ item }) => item.channel.id))]),
        isAnyOf(
          identities.externalId,
          wanted.map(({ customer }) => customer.externalId),
        ),
      ),
    )
    .orderBy(identities.id)
    .for('key share')
  const known = new Map(rows.map((row) => [keyOf(row.channel, row.externalId), row]))
  const told = new Map(wanted.map(({ item, customer }) => [item, toldBy(customer, known.get(keyOfItem(item)))]))

  const proofs = new Map<Item, string[]>()
  for (const { item } of wanted) {
    const fresh = item.channel.limits.isPublic
      ? []
      : newProofs(required(told.get(item)), known.get(keyOfItem(item)) ?? null)
    if (fresh.length > 0) proofs.set(item, fresh)
  }
  const holders =
    proofs.size > 0 ? await findHolders(ctx, tx, [...new Set([...proofs.values()].flat())]) : (new Map() as Holders)

  const identityOf = new Map<string, IdentityRow>()
  for (const { item, customer } of wanted) {
    const key = keyOfItem(item)
    const row = known.get(key)
    if (!row) continue
    identityOf.set(key, { id: row.id, customerId: row.customerId })
    const fresh = required(told.get(item))
    if (isTold(row, fresh)) continue
    await tx.update(identities).set(fresh).where(eq(identities.id, row.id))
    const { name } = customer
    if (name && name !== row.name) await tx.update(customers).set({ name }).where(eq(customers.id, row.customerId))
  }
  // In one order everywhere, so that two transactions never wait for one another.
  const missing = [...arriving].filter(([key]) => !known.has(key)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (missing.length > 0) {
    const ownerOf = await findOwners(
      tx,
      missing.flatMap(([, { item }]) => referenced.get(item) ?? []),
    )
    const newCustomers: (typeof customers.$inferInsert)[] = []
    const newIdentities: (typeof identities.$inferInsert)[] = []
    for (const [key, { item, customer }] of missing) {
      const { name, handle, email } = customer
      let customerId =
        ownerOf.get(addressIn(referenced.get(item), customer)) ?? (await theOneOf(tx, holders, proofs.get(item)))
      if (!customerId) {
        customerId = ctx.newId()
        newCustomers.push({ id: customerId, name: name ?? handle ?? email ?? 'Visitor', createdAt: now })
      }
      const identity = {
        id: ctx.newId(),
        customerId,
        channel: item.channel.id,
        externalId: customer.externalId,
        ...required(told.get(item)),
        createdAt: now,
      }
      newIdentities.push(identity)
      identityOf.set(key, { id: identity.id, customerId })
      for (const proof of proofs.get(item) ?? []) addTo(holders, proof, customerId)
    }
    const [, stored] = await Promise.all([
      insertAll(tx, customers, newCustomers),
      insertAll(tx, identities, newIdentities, { skipKnown: true }),
    ])
    if (stored < newIdentities.length) throw new RaceError('An identity was stored twice at once')
  }
  for (const [item, fresh] of proofs) {
    const { customerId } = required(identityOf.get(keyOfItem(item)))
    const joined = await unite(ctx, tx, customerId, fresh, holders)
    for (const identity of identityOf.values())
      identity.customerId = joined.get(identity.customerId) ?? identity.customerId
  }
  return new Map(items.map((item) => [item, required(identityOf.get(keyOfItem(item)))]))
}

const keyOf = (channel: string, externalId: string): string => JSON.stringify([channel, externalId])
const keyOfItem = ({ channel, inbound }: Item): string => keyOf(channel.id, inbound.customer.externalId)

/** One entry per identity; what came later counts, but one proof is enough. */
function arrivingBy(items: Item[]): Map<string, Arriving> {
  const arriving = new Map<string, Arriving>()
  for (const item of items) {
    const { customer } = item.inbound
    const before = arriving.get(keyOfItem(item))?.customer
    const verified = new Set(customer.verified)
    for (const kind of before?.verified ?? []) {
      if (customer[kind] === undefined || customer[kind] === before?.[kind]) verified.add(kind)
    }
    arriving.set(keyOfItem(item), { item, customer: { ...before, ...customer, verified: [...verified] } })
  }
  return arriving
}

function toldBy(customer: CustomerIdentity, row: Stored | undefined): Told {
  const name = customer.name ?? row?.name ?? null
  const email = customer.email ?? row?.email ?? null
  const phone = customer.phone ?? row?.phone ?? null
  const emailNow = email === null ? (row?.emailKey ?? null) : emailKey(email)
  const phoneNow = phone === null ? null : phoneKey(phone)
  const isVouchedFor = (kind: 'email' | 'phone') =>
    customer[kind] !== undefined && (customer.verified?.includes(kind) ?? false)
  return {
    name,
    handle: customer.handle ?? row?.handle ?? null,
    email,
    phone,
    nameKey: name === null ? null : nameKey(name),
    emailKey: emailNow,
    phoneKey: phoneNow,
    isEmailVerified:
      emailNow !== null && (isVouchedFor('email') || (row?.isEmailVerified === true && row.emailKey === emailNow)),
    isPhoneVerified:
      phoneNow !== null && (isVouchedFor('phone') || (row?.isPhoneVerified === true && row.phoneKey === phoneNow)),
  }
}

function isTold(row: Stored, now: Told): boolean {
  return (Object.keys(now) as (keyof Told)[]).every((key) => row[key] === now[key])
}

interface Addressed {
  externalId: string
  email?: string | null
}

const addressIn = (conversationId: string | undefined, { externalId, email }: Addressed): string =>
  JSON.stringify([conversationId, (email ?? externalId).toLowerCase()])

/** Whose each of these conversations is, by conversation and address. */
async function findOwners(tx: Db, conversationIds: string[]): Promise<Map<string, string>> {
  if (conversationIds.length === 0) return new Map()
  const owners = await tx
    .select({
      id: conversations.id,
      customerId: identities.customerId,
      externalId: identities.externalId,
      email: identities.email,
    })
    .from(conversations)
    .innerJoin(identities, eq(identities.customerId, conversations.customerId))
    .where(isAnyOf(conversations.id, [...new Set(conversationIds)]))
    .orderBy(identities.id)
    .for('key share', { of: identities })
  return new Map(owners.map((row) => [addressIn(row.id, row), row.customerId]))
}
