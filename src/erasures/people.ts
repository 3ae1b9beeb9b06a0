import { sql } from 'drizzle-orm'
import { rowsOf, type Db } from '../db/client.ts'
import { conversations, customers, distinctions, identities, interactions, lists, merges, notes } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'
import { deleted } from './clear.ts'
import type { Counts } from './receipt.ts'

/** Everybody who was joined with one of these customers, themselves included: one person. Empty where there are none. */
export async function personOf(db: Db, customerIds: string[]): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db,
    sql`with recursive person(id) as (
          select id from ${customers} where id = any(array(select value::uuid from jsonb_array_elements_text(${JSON.stringify(customerIds)}::jsonb)))
          union
          select other.id from person cross join lateral (
            select m.joined_id as id from ${merges} m where m.customer_id = person.id and m.undone_at is null
            union all
            select m.customer_id from ${merges} m where m.joined_id = person.id and m.undone_at is null) other)
        select id from person order by id`,
  )
  return rows.map(({ id }) => id)
}

/** Holds customers until the transaction ends: nothing that refers to them can be added by then. */
export async function lockCustomers(tx: Db, ids: string[]): Promise<void> {
  await tx
    .select({ id: customers.id })
    .from(customers)
    .where(isAnyOf(customers.id, ids))
    .orderBy(customers.id)
    .for('update')
}

/** Deletes customers who have no conversations any more, and all that is known of who they are. */
export async function eraseCustomers(tx: Db, ids: string[]): Promise<Counts> {
  if (ids.length === 0) return {}
  const noted = await deleted(tx, sql`delete from ${notes} where ${isAnyOf(notes.customerId, ids)}`)
  await tx.delete(distinctions).where(sql`${isAnyOf(distinctions.a, ids)} or ${isAnyOf(distinctions.b, ids)}`)
  await tx.delete(merges).where(sql`${isAnyOf(merges.customerId, ids)} or ${isAnyOf(merges.joinedId, ids)}`)
  // The title of what was looked up on their page is their name.
  await tx
    .delete(lists)
    .where(sql`${lists.ask}->>'customerId' in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`)
  const known = await deleted(tx, sql`delete from ${identities} where ${isAnyOf(identities.customerId, ids)}`)
  const gone = await deleted(tx, sql`delete from ${customers} where ${isAnyOf(customers.id, ids)}`)
  return { notes: noted, identities: known, customers: gone }
}

/** Of these customers, erases those of whom nothing is left but who they were. */
export async function eraseLeftBehind(tx: Db, customerIds: string[]): Promise<Counts> {
  const people = await personOf(tx, customerIds)
  if (people.length === 0) return {}
  await lockCustomers(tx, people)
  const rows = await rowsOf<{ id: string }>(
    tx,
    sql`select c.id from ${customers} c where ${isAnyOfId(people)}
          and not exists (select from ${conversations} where customer_id = c.id)
          and not exists (select from ${identities} i join ${interactions} on identity_id = i.id where i.customer_id = c.id)`,
  )
  const empty = new Set(rows.map(({ id }) => id))
  const gone: string[] = []
  // Who was joined with somebody that stays is kept with them: the join can be undone.
  for (const id of people) {
    if (!gone.includes(id) && empty.has(id)) {
      const person = await personOf(tx, [id])
      if (person.every((one) => empty.has(one))) gone.push(...person)
    }
  }
  return eraseCustomers(tx, [...new Set(gone)])
}

const isAnyOfId = (ids: string[]) =>
  sql`c.id = any(array(select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)))`
