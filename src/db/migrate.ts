import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { rowsOf, type Db } from './client.ts'

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Any number that no other program on the same database locks. */
const lockKey = 7_305_204_411

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
    const applied = new Set(
      (await rowsOf<{ hash: string }>(tx, sql`select hash from migrations`)).map(({ hash }) => hash),
    )
    const pending = migrations.filter(({ hash }) => !applied.has(hash))
    for (const migration of pending) {
      for (const statement of migration.sql) await tx.execute(sql.raw(statement))
      await tx.execute(sql`insert into migrations (hash) values (${migration.hash})`)
    }
    return pending.length
  })
}
