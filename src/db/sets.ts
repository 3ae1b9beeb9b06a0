import { getTableColumns, sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { rowsOf, type Db } from './client.ts'

// One text for any number of values, so that the statement stays prepared.

/** True where the column holds one of these values. */
export function isAnyOf(column: PgColumn, values: readonly string[]): SQL {
  const type = sql.raw(column.getSQLType())
  return sql`${column} = any(array(select value::${type} from jsonb_array_elements_text(${JSON.stringify(values)}::jsonb)))`
}

/**
 * Inserts rows that all have the same keys; columns not named take no default of the database.
 * `skipKnown` leaves out those that are there already. Returns how many were inserted.
 */
export async function insertAll<Table extends PgTable>(
  tx: Db,
  table: Table,
  rows: Table['$inferInsert'][],
  { skipKnown = false } = {},
): Promise<number> {
  const [first] = rows
  if (!first) return 0
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => key in first)
  const names = sql.join(
    columns.map(([, column]) => sql.identifier(column.name)),
    sql`, `,
  )
  const values = rows.map((row: Record<string, unknown>) =>
    Object.fromEntries(columns.map(([key, column]) => [column.name, row[key]])),
  )
  const inserted = await rowsOf(
    tx,
    sql`insert into ${table} (${names}) select ${names} from jsonb_populate_recordset(null::${table}, ${JSON.stringify(values)}::jsonb)
        ${skipKnown ? sql`on conflict do nothing` : sql``} returning 1`,
  )
  return inserted.length
}
