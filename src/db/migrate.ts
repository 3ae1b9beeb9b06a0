import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { rowsOf, type Db } from './client.ts'

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Any number that no other program on the same database locks. */
const lockKey = 7_305_204_411

/** How many migrations are still to be applied. Changes nothing. */
export async function countPending(db: Db): Promise<number> {
  const migrations = readMigrationFiles({ migrationsFolder })
  if (!(await hasTable(db, 'migrations'))) return migrations.length
  const applied = await appliedHashes(db)
  return migrations.filter(({ hash }) => !applied.has(hash)).length
}

/** False before the first start, and before the one that brings this table. */
export async function hasTable(db: Db, name: string): Promise<boolean> {
  const [table] = await rowsOf<{ name: string | null }>(db, sql`select to_regclass(${name})::text as name`)
  return Boolean(table?.name)
}

/**
 * Brings the tables up to date, in one transaction. Replicas that start at once wait for one another.
 * Returns the number of migrations that were applied.
 */
export async function migrate(db: Db): Promise<number> {
  const migrations = readMigrationFiles({ migrationsFolder })
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${sql.raw(String(lockKey))})`)
    await tx.execute(
      sql`create table if not exists migrations (hash text primary key, applied_at timestamptz not null default now())`,
    )
    const applied = await appliedHashes(tx)
    const pending = migrations.filter(({ hash }) => !applied.has(hash))
    for (const migration of pending) {
      for (const statement of migration.sql) await tx.execute(sql.raw(statement))
      await tx.execute(sql`insert into migrations (hash) values (${migration.hash})`)
    }
    return pending.length
  })
}

async function appliedHashes(db: Db): Promise<Set<string>> {
  return new Set((await rowsOf<{ hash: string }>(db, sql`select hash from migrations`)).map(({ hash }) => hash))
}
