import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { rowsOf, type Db } from '../db/client.ts'
import { identities } from '../db/schema.ts'
import { isAnyOf } from '../db/sets.ts'

interface HeldIdentity {
  id: string
  customerId: string
}

/**
 * Holds every identity of these customers until the transaction ends, and returns them. What comes in meanwhile by one of them waits:
 * it holds the identity `for key share`. Identities are locked before conversations, and those before everything else.
 */
export async function lockIdentitiesOf(tx: Db, customerIds: string[]): Promise<HeldIdentity[]> {
  return tx
    .select({ id: identities.id, customerId: identities.customerId })
    .from(identities)
    .where(isAnyOf(identities.customerId, customerIds))
    .orderBy(identities.id)
    .for('update')
}

/** Whom this customer is part of now: themselves, unless they were joined with somebody. */
export async function findHome(db: Db, customerId: string): Promise<string> {
  const [row] = await rowsOf<{ id: string }>(
    db,
    sql`with recursive home(id, step) as (
          select ${customerId}::uuid, 0
          union all
          select g.customer_id, home.step + 1 from home join merges g on g.joined_id = home.id and g.undone_at is null)
        select id from home order by step desc limit 1`,
  )
  return row?.id ?? customerId
}

/**
 * Which of `others` a teammate told from this customer. It holds for whomever either was joined with, too.
 * Joins go to the older customer, so that they never run in a circle.
 */
export async function distinguishedFrom(db: Db, customerId: string, others: string[]): Promise<Set<string>> {
  if (others.length === 0) return new Set()
  const rows = await rowsOf<{ other: string }>(
    db,
    sql`with recursive member(root, id) as (
          select id, id from (
            select ${customerId}::uuid as id
            union select value::uuid from jsonb_array_elements_text(${JSON.stringify(others)}::jsonb)) roots
          union
          select member.root, g.joined_id from member
          join merges g on g.customer_id = member.id and g.undone_at is null)
        select distinct other.root as other from member mine
        join distinctions d on mine.id in (d.a, d.b)
        join member other on other.id = case when d.a = mine.id then d.b else d.a end
        where mine.root = ${customerId}::uuid and other.root <> mine.root`,
  )
  return new Set(rows.map(({ other }) => other))
}

/** Takes back what teammates said that told these two apart. */
export async function dropDistinctions(tx: Db, customerId: string, otherId: string): Promise<void> {
  await tx.execute(sql`
    with recursive member(root, id) as (
      select id, id from (select ${customerId}::uuid as id union select ${otherId}::uuid) roots
      union
      select member.root, g.joined_id from member join merges g on g.customer_id = member.id and g.undone_at is null)
    delete from distinctions d using member x, member y
    where x.root = ${customerId}::uuid and y.root = ${otherId}::uuid
      and d.a = least(x.id, y.id) and d.b = greatest(x.id, y.id)`)
}

/**
 * Gives conversations that are locked to a customer, with what history knows of them. The cards of those that are open, of both sides,
 * are shown anew: they tell how often the customer wrote before.
 */
export async function giveConversations(
  ctx: Pick<Context, 'queue' | 'clock'>,
  tx: Db,
  customerId: string,
  moved: string[],
  open: string[],
): Promise<void> {
  const ids = JSON.stringify(moved)
  await tx.execute(sql`
    update conversations set customer_id = ${customerId}::uuid
    where id = any(array(select value::uuid from jsonb_array_elements_text(${ids}::jsonb)))`)
  await tx.execute(sql`
    update conversations set version = version + 1, updated_at = ${ctx.clock.now().toISOString()}::timestamptz
    where id = any(array(select value::uuid from jsonb_array_elements_text(${JSON.stringify(open)}::jsonb)))`)
  await tx.execute(sql`
    update exchanges set customer_id = ${customerId}::uuid
    where conversation_id = any(array(select value::uuid from jsonb_array_elements_text(${ids}::jsonb)))`)
  await ctx.queue.addAll(
    tx,
    'sync-card',
    open.map((conversationId) => ({ payload: { conversationId } })),
  )
}

/** True for conversations, as `c`, that somebody still has to look after. */
export const isOpenState = sql.raw(`c.state in ('waiting', 'sending', 'snoozed')`)
