import { sql } from 'drizzle-orm'
import { rowsOf, type Db } from '../db/client.ts'
import { attachments, conversations, customers, identities, interactions, notes, replies } from '../db/schema.ts'
import { personOf } from './people.ts'
import type { Counts } from './receipt.ts'

/** What is held about a person; `since`: of their first conversation. */
export interface Held {
  name: string
  /** "mia@example.com (Email)"; at most 5. */
  identities: string[]
  counts: Counts
  since: Date | null
  /** A reply is on its way to them: nothing can be erased until it is settled. */
  isSending: boolean
}

/** Null: there is no such customer. */
export async function readHeld(db: Db, customerId: string): Promise<Held | null> {
  const people = await personOf(db, [customerId])
  const ids = sql`any(array(select value::uuid from jsonb_array_elements_text(${JSON.stringify(people)}::jsonb)))`
  const theirs = sql`select id from ${conversations} where customer_id = ${ids}`
  const [row] = await rowsOf<{
    name: string
    since: string | Date | null
    identities: string[]
    isSending: boolean
    conversations: number
    messages: number
    replies: number
    files: number
    notes: number
  }>(
    db,
    sql`select c.name,
          (select min(created_at) from ${conversations} where customer_id = ${ids}) as since,
          (select coalesce(jsonb_agg(known), '[]') from (
            select coalesce(email, handle, phone, name, external_id) || ' (' || channel || ')' as known from ${identities}
            where customer_id = ${ids} order by created_at limit 5) i) as identities,
          exists (select from ${replies} where conversation_id in (${theirs})
            and (state = 'sending' or (state = 'queued' and not is_scheduled))) as "isSending",
          (select count(*)::int from ${conversations} where customer_id = ${ids}) as conversations,
          (select count(*)::int from ${interactions} where conversation_id in (${theirs})) as messages,
          (select count(*)::int from ${replies} where conversation_id in (${theirs})) as replies,
          (select count(*)::int from ${attachments} where interaction_id in (
            select id from ${interactions} where conversation_id in (${theirs}))) as files,
          (select count(*)::int from ${notes} where customer_id = ${ids}) as notes
        from ${customers} c where c.id = (select value::uuid from jsonb_array_elements_text(${JSON.stringify(people)}::jsonb) limit 1)`,
  )
  if (!row) return null
  // Of several who were joined, the name of the one who was asked for.
  const [asked] = await rowsOf<{ name: string }>(db, sql`select name from ${customers} where id = ${customerId}::uuid`)
  const { name, since, identities: known, isSending, ...counts } = row
  return {
    name: asked?.name ?? name,
    identities: known,
    counts,
    since: since === null ? null : new Date(since),
    isSending,
  }
}
