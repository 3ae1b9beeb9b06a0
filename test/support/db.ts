import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { inject } from 'vitest'
import { embeddedDatabase, openDatabase, type Database } from '../../src/db/client.ts'
import { administer, databaseUrl } from './global-setup.ts'

export interface TestDatabase extends Database {
  /** Null on PGlite. */
  url: string | null
}

let made = 0

/** A migrated, empty database of the kind that this run is about. Closing it empties it for the next. */
export async function openTestDatabase(kind = inject('databaseKind')): Promise<TestDatabase> {
  return kind === 'pglite' ? openPglite() : openPostgres()
}

/** Those that nobody uses now: making one takes longer than most tests, emptying it a moment. */
const idle: { pglite: PGlite[]; postgres: string[] } = { pglite: [], postgres: [] }

async function openPostgres(): Promise<TestDatabase> {
  const url = idle.postgres.pop() ?? (await createPostgresDatabase()).url
  const database = await openDatabase({ url, poolSize: 10, tls: 'off', dataDir: '' })
  return {
    ...database,
    url,
    async close() {
      await database.close()
      await administer(url, `${hangingUp}; ${emptying}`)
      idle.postgres.push(url)
    },
  }
}

async function openPglite(): Promise<TestDatabase> {
  const client =
    idle.pglite.pop() ?? (await PGlite.create({ loadDataDir: new Blob([await readFile(inject('pgliteTemplate'))]) }))
  const lent = lend(client)
  return {
    ...(await embeddedDatabase(lent.client)),
    url: null,
    async close() {
      await lent.takeBack()
      await client.exec(`rollback; unlisten *; ${emptying}`)
      idle.pglite.push(client)
    },
  }
}

/** Whatever a test left connected. */
const hangingUp = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`

/** Everything but what a fresh database has. Deleting would be quicker, but plans would go by what was there. */
const emptying = `do $$ begin execute (
  select 'truncate pgboss.job, ' || string_agg(format('%I', tablename), ', ') from pg_tables
  where schemaname = 'public' and tablename <> 'migrations'); end $$`

/** The client until it is taken back: whatever a test left running fails from then on, and hears nothing. */
function lend(client: PGlite): { client: PGlite; takeBack(): Promise<void> } {
  const listening: (() => Promise<void>)[] = []
  let isOver = false
  const lent = new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        if (isOver) throw new Error('The database is closed')
        const answer: unknown = Reflect.apply(value, target, given)
        if (key === 'listen') void (answer as Promise<() => Promise<void>>).then((end) => listening.push(end))
        return answer
      }
    },
  })
  return {
    client: lent,
    async takeBack() {
      isOver = true
      for (const end of listening) await end().catch(() => {})
    },
  }
}

/** A migrated, empty database on the Postgres server. */
export async function createPostgresDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('postgresUrl')
  const template = inject('postgresTemplate')
  const name = `${template}_${process.pid}_${++made}`
  await administer(server, `create database ${name} template ${template}`)
  return {
    url: databaseUrl(server, name),
    drop: () => administer(server, `drop database if exists ${name} with (force)`),
  }
}
