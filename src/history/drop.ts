import { sql } from 'drizzle-orm'
import { rowsOf, type Db } from '../db/client.ts'
import { addTerms } from './dictionary.ts'

/**
 * Takes these conversations out of what is searched; the dictionary forgets what only they had. It locks them, so replies must have
 * been locked before. Once in a transaction. What is not deleted in it as well is indexed again when it changes.
 */
export async function dropExchanges(tx: Db, conversationIds: readonly string[]): Promise<void> {
  const ids = sql`array(select jsonb_array_elements_text(${JSON.stringify(conversationIds)}::jsonb)::uuid)`
  // Whoever indexes one of them right now is done first.
  await tx.execute(sql`select id from conversations where id = any(${ids}) order by id for update`)
  const gone = await rowsOf<{ term: string; count: number }>(
    tx,
    sql`with gone as (delete from exchanges where conversation_id = any(${ids}) returning terms)
        select term, count(*)::int as count from gone cross join lateral unnest(tsvector_to_array(gone.terms)) term group by term`,
  )
  await addTerms(tx, new Map(gone.map(({ term, count }) => [term, -count])))
}
