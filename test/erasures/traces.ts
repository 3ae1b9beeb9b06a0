import { sql } from 'drizzle-orm'
import { rowsOf, type Db } from '../../src/db/client.ts'

/**
 * Where in the database these words are: every column of every table of every schema, the queue's own included, as text, and as
 * the bytes of a file. "public.shelf: wampeter".
 */
export async function tracesOf(db: Db, words: string[]): Promise<string[]> {
  const tables = await rowsOf<{ schema: string; name: string }>(
    db,
    sql`select table_schema as schema, table_name as name from information_schema.tables
        where table_schema not in ('pg_catalog', 'information_schema') and table_type in ('BASE TABLE', 'LOCAL TEMPORARY')`,
  )
  const forms = JSON.stringify(
    words.flatMap((word) => [
      { word, part: word.toLowerCase() },
      { word, part: Buffer.from(word).toString('hex') },
    ]),
  )
  const found: string[] = []
  for (const { schema, name } of tables) {
    const rows = await rowsOf<{ word: string }>(
      db,
      sql`select distinct form.word from ${sql.identifier(schema)}.${sql.identifier(name)} t
          join jsonb_to_recordset(${forms}::jsonb) as form(word text, part text) on strpos(lower(t::text), form.part) > 0`,
    )
    found.push(...rows.map(({ word }) => `${schema}.${name}: ${word}`))
  }
  return found.toSorted()
}
