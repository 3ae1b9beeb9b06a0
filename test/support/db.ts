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

/** A migrated, empty database of the kind that this run is about. Closing it removes it. */
export async function openTestDatabase(kind = inject('databaseKind')): Promise<TestDatabase> {
  if (kind === 'pglite') {
    const client = await PGlite.create({ loadDataDir: new Blob([await readFile(inject('pgliteTemplate'))]) })
    return { ...(await embeddedDatabase(client)), url: null }
  }
  const { url, drop } = await createPostgresDatabase()
  const database = await openDatabase({ url, poolSize: 10, tls: 'off', dataDir: '' })
  return {
    ...database,
    url,
    async close() {
      await database.close()
      await drop()
    },
  }
}

/** A migrated, empty database on the Postgres server. */
export async function createPostgresDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('postgresUrl')
  const name = `deskbell_test_${process.pid}_${++made}`
  await administer(server, `create database ${name} template ${inject('postgresTemplate')}`)
  return {
    url: databaseUrl(server, name),
    drop: () => administer(server, `drop database if exists ${name} with (force)`),
  }
}
