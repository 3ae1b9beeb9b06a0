import { and, or, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { customers, identities } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { RaceError } from '../interactions/arrival.ts'
import { joinCustomers } from './join.ts'
import { distinguishedFrom } from './queries.ts'

// A proof is a key (see `keys.ts`) of an address or a number that a channel vouches for.

type Proven = Pick<typeof identities.$inferSelect, 'isEmailVerified' | 'emailKey' | 'isPhoneVerified' | 'phoneKey'>

/** Addresses and numbers that the identity is vouched for from now on. */
export function newProofs(now: Proven, row: Proven | null): string[] {
  const before = new Set(row ? proofsOf(row) : [])
  return proofsOf(now).filter((proof) => !before.has(proof))
}

function proofsOf({ isEmailVerified, emailKey: email, isPhoneVerified, phoneKey: phone }: Proven): string[] {
  return [...(isEmailVerified && email ? [email] : []), ...(isPhoneVerified && phone ? [phone] : [])]
}

/** By proof: the customers who have it. */
export type Holders = Map<string, Set<string>>

/** Keeps that a customer has a proof. */
export function addTo(holders: Holders, proof: string, customerId: string): void {
  holders.set(proof, (holders.get(proof) ?? new Set()).add(customerId))
}

/** The customers who are vouched for with each of these addresses and numbers, on channels that aren't public. */
export async function findHolders(ctx: Pick<Context, 'channels'>, tx: Db, proofs: string[]): Promise<Holders> {
  // Who brings the same one at the same moment, on another replica, waits here, and then finds what was stored.
  const [, rows] = await Promise.all([
    tx.execute(sql`select pg_advisory_xact_lock(lock) from (
      select distinct hashtextextended(value, 0) as lock from jsonb_array_elements_text(${JSON.stringify(proofs)}::jsonb)
      order by 1) locks`),
    tx
      .select()
      .from(identities)
      .where(
        or(
          and(isAnyOf(identities.emailKey, proofs), identities.isEmailVerified),
          and(isAnyOf(identities.phoneKey, proofs), identities.isPhoneVerified),
        ),
      )
      .orderBy(identities.id)
      .for('key share'),
  ])
  const holders: Holders = new Map()
  for (const row of rows) {
    if (ctx.channels.get(row.channel)?.limits.isPublic ?? true) continue
    for (const proof of proofsOf(row)) if (proofs.includes(proof)) addTo(holders, proof, row.customerId)
  }
  return holders
}

/** The customer whom these prove. Undefined when there is none, or a teammate told several of them apart: then nobody knows which. */
export async function theOneOf(tx: Db, holders: Holders, proofs: string[] = []): Promise<string | undefined> {
  const group = [...new Set(proofs.flatMap((proof) => [...(holders.get(proof) ?? [])]))]
  return (await isToldApart(tx, group)) ? undefined : group[0]
}

async function isToldApart(tx: Db, customerIds: string[]): Promise<boolean> {
  for (const [at, id] of customerIds.entries())
    if ((await distinguishedFrom(tx, id, customerIds.slice(at + 1))).size > 0) return true
  return false
}

/**
 * Joins a customer with whoever has the same proofs, unless a teammate told any two of them apart. Returns for each who was joined
 * into whom. Their identities are held by `findHolders`. Throws RaceError when one of them is gone all the same.
 */
export async function unite(
  ctx: Pick<Context, 'newId' | 'queue' | 'clock'>,
  tx: Db,
  customerId: string,
  proofs: string[],
  holders: Holders,
): Promise<Map<string, string>> {
  const joined = new Map<string, string>()
  const group = [...new Set([customerId, ...proofs.flatMap((proof) => [...(holders.get(proof) ?? [])])])]
  if (group.length === 1 || (await isToldApart(tx, group))) return joined
  const [oldest, ...others] = await tx
    .select({ id: customers.id })
    .from(customers)
    .where(isAnyOf(customers.id, group))
    .orderBy(customers.createdAt, customers.id)
  if (!oldest || others.length !== group.length - 1) throw new RaceError('A customer was erased meanwhile')
  const shared = proofs.filter((proof) => [...(holders.get(proof) ?? [])].some((id) => id !== customerId))
  const reason = `The same verified ${shared.some((proof) => proof.includes('@')) ? 'email address' : 'phone number'}`
  for (const { id } of others) {
    await joinCustomers(ctx, tx, { customerId: oldest.id, otherId: id, reason, by: 'deskbell' })
    joined.set(id, oldest.id)
    for (const held of holders.values()) if (held.delete(id)) held.add(oldest.id)
  }
  return joined
}
