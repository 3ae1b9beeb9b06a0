import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { isDatabaseDown, rowsOf, type Db } from '../db/client.ts'
import { messageOf } from '../errors.ts'
import { addTerms } from './dictionary.ts'
import { findStale, readStale, type Behind, type StaleExchange } from './stale.ts'
import { exchangeTerms, tsvectorOf, type ExchangeTerms } from './terms.ts'

/** What is in memory at once. */
const chunk = 500

/**
 * Has `exchanges` and `terms` catch up with up to `limit` conversations that changed, those that changed last first, in one transaction.
 * Conversations that another replica, or a verb, is at are left for later. Returns how many are done; 0: nothing was behind.
 * One that can't be indexed is logged and passed over until it changes. Throws when the database is down.
 */
export async function indexHistory(ctx: Pick<Context, 'db' | 'clock' | 'log'>, limit = 50): Promise<number> {
  let picked: Behind[] = []
  try {
    return await ctx.db.transaction(async (tx) => {
      picked = await pick(tx, limit)
      await indexAll(tx, picked)
      return picked.length
    })
  } catch (error) {
    if (picked.length === 0 || isPassing(error)) throw error
    for (const one of picked) await indexAlone(ctx, one)
    return picked.length
  }
}

async function pick(tx: Db, limit: number): Promise<Behind[]> {
  // A verb locks its conversation first as well. What only refers to it (a new interaction) need not wait.
  return rowsOf<Behind>(
    tx,
    sql`select id, version from conversations where indexed_version < version
        order by updated_at desc limit ${limit} for no key update skip locked`,
  )
}

async function indexAlone({ db, log }: Pick<Context, 'db' | 'log'>, { id, version }: Behind): Promise<void> {
  try {
    await db.transaction(async (tx) => {
      const still = await rowsOf<Behind>(
        tx,
        sql`select id, version from conversations where id = ${id}::uuid and indexed_version < version for no key update skip locked`,
      )
      await indexAll(tx, still)
    })
  } catch (error) {
    if (isPassing(error)) throw error
    log.warn('a conversation can not be searched', { conversationId: id, error: messageOf(error) })
    await db.execute(
      sql`update conversations set indexed_version = ${version} where id = ${id}::uuid and indexed_version < ${version}`,
    )
  }
}

async function indexAll(tx: Db, behind: Behind[]): Promise<void> {
  if (behind.length === 0) return
  const { ids, gone } = await findStale(tx, behind)
  const changes = new Map<string, number>()
  for (let at = 0; at < ids.length; at += chunk) await indexSome(tx, ids.slice(at, at + chunk), changes)
  if (gone.length > 0) await leaveOut(tx, gone, changes)
  // All at once, in one order: see there.
  await addTerms(tx, changes)
  // They are locked since their versions were read.
  const done = JSON.stringify(behind.map(({ id }) => id))
  await tx.execute(sql`
    update conversations set indexed_version = version
    where id = any(array(select value::uuid from jsonb_array_elements_text(${done}::jsonb)))`)
}

/** Writes the rows of these interactions that differ, and adds to `changes` what that changes in the dictionary. */
async function indexSome(tx: Db, interactionIds: string[], changes: Map<string, number>): Promise<void> {
  const rows = (await readStale(tx, interactionIds)).map(({ words, before, ...row }) => {
    const terms = exchangeTerms(words)
    count(changes, terms, before)
    return { ...columnsOf(row), at: words.at, theme: words.theme, topics: words.topics, terms: tsvectorOf(terms) }
  })
  await tx.execute(sql`
    insert into exchanges
    select r.* from jsonb_populate_recordset(null::exchanges, ${JSON.stringify(rows)}::jsonb) r
    on conflict (interaction_id) do update set (customer_id, channel, at, theme, topics, rating, recommends, state, reply_id,
      answered_by, answered_at, terms) = (excluded.customer_id, excluded.channel, excluded.at, excluded.theme, excluded.topics,
      excluded.rating, excluded.recommends, excluded.state, excluded.reply_id, excluded.answered_by, excluded.answered_at, excluded.terms)
    where exchanges is distinct from excluded`)
}

/** Takes interactions out of what is found, and adds to `changes` what that changes in the dictionary. */
async function leaveOut(tx: Db, interactionIds: string[], changes: Map<string, number>): Promise<void> {
  const rows = await rowsOf<{ term: string; count: number }>(
    tx,
    sql`with gone as (delete from exchanges
          where interaction_id = any(array(select value::uuid from jsonb_array_elements_text(${JSON.stringify(interactionIds)}::jsonb)))
          returning terms)
        select term, count(*)::int as count from gone cross join lateral unnest(tsvector_to_array(gone.terms)) term group by term`,
  )
  for (const { term, count: times } of rows) changes.set(term, (changes.get(term) ?? 0) - times)
}

function count(changes: Map<string, number>, now: ExchangeTerms, before: readonly string[] | null): void {
  const add = (term: string, by: number) => void changes.set(term, (changes.get(term) ?? 0) + by)
  for (const term of now.keys()) add(term, 1)
  for (const term of before ?? []) add(term, -1)
}

function columnsOf(row: Omit<StaleExchange, 'words' | 'before'>): Record<string, unknown> {
  return {
    interaction_id: row.interactionId,
    conversation_id: row.conversationId,
    customer_id: row.customerId,
    channel: row.channel,
    rating: row.rating,
    recommends: row.recommends,
    state: row.state,
    reply_id: row.replyId,
    answered_by: row.answeredBy,
    answered_at: row.answeredAt,
  }
}

/** Serialization failure, deadlock, a server that is full or going away: the same may work the next time. */
function isPassing(error: unknown): boolean {
  if (isDatabaseDown(error)) return true
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && /^(40|53|55|57)/.test(String(cause.code))) return true
  return false
}
