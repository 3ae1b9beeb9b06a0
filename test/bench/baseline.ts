import { randomUUID } from 'node:crypto'
import postgres from 'postgres'

type Row = Record<string, unknown>

/** In an order that the foreign keys allow. */
const tables = ['customers', 'identities', 'conversations', 'interactions', 'events', 'pgboss.job'] as const

/** What one interaction leaves in the database, by table. */
export type Prototype = { table: string; row: Row }[]

/** Reads what the database's one interaction consists of: its rows, and the jobs that it caused. */
export async function readPrototype(url: string): Promise<Prototype> {
  const sql = postgres(url, { max: 1 })
  try {
    const all: Prototype = []
    for (const table of tables)
      for (const row of await sql`select * from ${sql(table)}`) all.push({ table, row: { ...row } })
    return all
  } finally {
    await sql.end()
  }
}

/** Inserts the same rows again and again: bare `postgres`, prepared statements sent together, one commit each. */
export function createBaseline(
  url: string,
  prototype: Prototype,
  connections: number,
): { insert(): Promise<void>; close(): Promise<void> } {
  const sql = postgres(url, { max: connections, onnotice: () => {} })
  const isUnique = /^[0-9a-f]{8}-[0-9a-f-]{27}$|^msg_|@example\.com$/
  return {
    async insert() {
      const renamed = new Map<string, string>()
      const rename = (value: unknown): unknown => {
        if (typeof value === 'string' && isUnique.test(value)) {
          const known = renamed.get(value) ?? randomUUID()
          renamed.set(value, known)
          return known
        }
        if (typeof value !== 'object' || value === null || value instanceof Date) return value
        const copy = Object.entries(value).map(([name, part]) => [name, rename(part)])
        return sql.json(Array.isArray(value) ? copy.map(([, part]) => part) : Object.fromEntries(copy))
      }
      const rows = prototype.map(({ table, row }) => ({
        table,
        row: Object.fromEntries(Object.entries(row).map(([name, value]) => [name, rename(value)])),
      }))
      await sql.begin((tx) => rows.map(({ table, row }) => tx`insert into ${tx(table)} ${tx(row as never)}`))
    },
    close: () => sql.end(),
  }
}
