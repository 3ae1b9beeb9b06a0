import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { TestProject } from 'vitest/node'
import postgres from 'postgres'
import { embeddedDatabase, openDatabase, type Database } from '../../src/db/client.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openQueue } from '../../src/jobs/queue.ts'
import { createLog } from '../../src/log.ts'
import { missingParts } from './machine.ts'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    databaseKind: 'pglite' | 'postgres'
    /** A migrated, empty PGlite, as a file to start from. */
    pgliteTemplate: string
    /** A server whose database `postgresTemplate` is migrated and empty. */
    postgresUrl: string
    postgresTemplate: string
  }
}

/** Migrates one database of each kind; every test starts from a copy of it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const missing = missingParts()
  // Where the whole suite is asked for, a test that isn't run is a failure.
  if (missing && process.env['CI']) throw new Error(`CI is set, and not every test could be run:\n${missing}`)
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-test-'))
  const server = await startPostgres(['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'])
  const template = `deskbell_test_${process.pid}`
  // One after the other: starting PGlite holds the event loop for seconds, in which a connection would time out.
  await makePgliteTemplate(join(folder, 'pglite.tar'))
  await makePostgresTemplate(server.url, template)
  project.provide('pgliteTemplate', join(folder, 'pglite.tar'))
  project.provide('postgresUrl', server.url)
  project.provide('postgresTemplate', template)
  return async () => {
    if (!server.server) await dropDatabases(server.url, template)
    await server.stop()
    await rm(folder, { recursive: true, force: true })
    if (missing) process.stderr.write(`\nNOT EVERY TEST WAS RUN\n${missing}\n\n`)
  }
}

async function makePgliteTemplate(path: string): Promise<void> {
  const client = await PGlite.create()
  const database = await embeddedDatabase(client)
  await prepare(database)
  const dump = await client.dumpDataDir('none')
  await writeFile(path, new Uint8Array(await dump.arrayBuffer()))
  await client.close()
}

async function makePostgresTemplate(url: string, name: string): Promise<void> {
  await administer(url, `create database ${name}`)
  const database = await openDatabase({ url: databaseUrl(url, name), poolSize: 2, tls: 'off', dataDir: '' })
  await prepare(database)
  await database.close()
}

async function prepare(database: Database): Promise<void> {
  await migrate(database.db)
  const queue = await openQueue(database, createLog('silent'))
  await queue.stop()
}

/** The template, and what was made from it. */
async function dropDatabases(url: string, template: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const rows = await client<{ name: string }[]>`
      select datname as name from pg_database where datname = ${template} or starts_with(datname, ${`${template}_`})`
    for (const { name } of rows) await client.unsafe(`drop database if exists ${name} with (force)`)
  } finally {
    await client.end({ timeout: 2 })
  }
}

/** Runs statements on the maintenance database. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await client.unsafe(statement)
  } finally {
    await client.end({ timeout: 2 })
  }
}

export function databaseUrl(url: string, name: string): string {
  const own = new URL(url)
  own.pathname = `/${name}`
  return own.href
}
