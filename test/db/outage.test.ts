import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { openDatabase } from '../../src/db/client.ts'
import { lockFolder } from '../../src/db/lock.ts'
import { migrate } from '../../src/db/migrate.ts'
import { ConfigError } from '../../src/errors.ts'
import { createPostgresDatabase } from '../support/db.ts'
import { freePort, startOwnPostgres, type TestPostgres } from '../support/postgres.ts'
import { openVisitor, runApp } from '../support/running-app.ts'

describe('a database that goes away', () => {
  let postgres: TestPostgres
  beforeAll(async () => {
    postgres = await startOwnPostgres()
  })
  afterAll(() => postgres.stop())

  it('is answered with 503 while it is gone, and taken up again without a restart', async () => {
    const app = await runApp({ DATABASE_URL: postgres.url })
    const visitor = await openVisitor(app.url)
    expect((await visitor.write('Before')).status).toBe(200)
    await postgres.server?.stop()
    const lost = await visitor.write('While it is gone')
    expect(lost.status).toBe(503)
    expect(await lost.json()).toEqual({ error: 'The database cannot be reached; nothing was stored. Try again' })
    expect((await fetch(`${app.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
    await postgres.server?.start()
    await vi.waitFor(async () => expect((await visitor.write('After')).status).toBe(200), {
      timeout: 20_000,
      interval: 250,
    })
    await vi.waitFor(async () => expect((await fetch(`${app.url}/readyz`)).status).toBe(200), {
      timeout: 20_000,
      interval: 250,
    })
    await app.close()
  }, 90_000)
})

describe('starting', () => {
  it('says clearly that the database cannot be reached', async () => {
    const url = `postgres://nobody:secret@127.0.0.1:${await freePort()}/none`
    const error: unknown = await startApp(readConfig({ DATABASE_URL: url, LOG_LEVEL: 'silent' })).catch(
      (cause: unknown) => cause,
    )
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toMatch(/DATABASE_URL: the database can't be reached: .*ECONNREFUSED/)
    expect(String(error)).not.toContain('secret')
  })

  it('lets several replicas migrate an empty database at once', async () => {
    const { url, drop } = await createPostgresDatabase()
    const databases = await Promise.all(
      Array.from({ length: 5 }, () => openDatabase({ url, poolSize: 2, tls: 'off', dataDir: '' })),
    )
    await databases[0]?.db.execute('drop schema public cascade')
    await databases[0]?.db.execute('create schema public')
    const applied = await Promise.all(databases.map(({ db }) => migrate(db)))
    expect(applied.filter((count) => count > 0)).toHaveLength(1)
    for (const database of databases) await database.close()
    await drop()
  })

  it('refuses a second process on one embedded folder, and takes the folder over from a dead one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deskbell-lock-'))
    const first = await lockFolder(folder)
    await expect(lockFolder(folder)).rejects.toThrow(/another Deskbell is running on .*Stop it first/)
    await first.release()
    await (await lockFolder(folder)).release()
    await rm(folder, { recursive: true })
  })

  it('refuses it whatever the TMPDIR of the second process is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deskbell-lock-'))
    const first = await lockFolder(folder)
    vi.stubEnv('TMPDIR', join(folder, 'elsewhere'))
    await expect(lockFolder(folder)).rejects.toThrow(/another Deskbell is running/)
    vi.unstubAllEnvs()
    await first.release()
    await rm(folder, { recursive: true })
  })

  it('locks a folder whose path is longer than the name of a socket may be', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'deskbell-lock-'))
    const first = await lockFolder(join(parent, 'x'.repeat(120)))
    await expect(lockFolder(join(parent, 'x'.repeat(120)))).rejects.toThrow(/another Deskbell is running/)
    await first.release()
    await rm(parent, { recursive: true })
  })

  it('says that a folder can not be used', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deskbell-lock-'))
    const dataDir = join(folder, 'notes.txt')
    await writeFile(dataDir, 'no folder')
    const opening = openDatabase({ url: null, poolSize: 1, tls: 'off', dataDir })
    await expect(opening).rejects.toThrow(ConfigError)
    await expect(opening).rejects.toThrow(/^DATA_DIR: the folder .*notes\.txt can't be used: EEXIST/)
    await rm(folder, { recursive: true })
  })

  it('says that the port is taken', async () => {
    const app = await runApp()
    const port = new URL(app.url).port
    await expect(runApp({ PORT: port })).rejects.toThrow(`PORT ${port} is taken by another program. Set another PORT`)
    await app.close()
  })
})
