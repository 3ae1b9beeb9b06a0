import type { PGlite } from '@electric-sql/pglite'
import type { SQL } from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { fromPglite, type ConstructorOptions } from 'pg-boss'
import type { Sql, TransactionSql } from 'postgres'
import { ConfigError } from '../errors.ts'
import { lockFolder } from './lock.ts'
import * as schema from './schema.ts'

/** A database or a transaction: the same code runs on PGlite and on Postgres. */
export type Db = PgDatabase<PgQueryResultHKT, typeof schema>

export interface Database {
  kind: 'pglite' | 'postgres'
  db: Db
  /** How pg-boss reaches the same database. */
  bossOptions: ConstructorOptions
  /** Hears notifications on a Postgres channel, and tells when some may have been missed. Returns how to stop. */
  listen(channel: string, heard: (payload: string) => void, missed: () => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

export interface DatabaseSettings {
  /** Null: embedded, in `dataDir`. */
  url: string | null
  poolSize: number
  tls: 'off' | 'require' | 'verify'
  /** Folder of the embedded database. */
  dataDir: string
}

/** Opens the database. Throws ConfigError when it can't be reached or its folder is in use. */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  return settings.url ? openPostgres(settings.url, settings) : openEmbedded(settings.dataDir)
}

async function openPostgres(url: string, { poolSize, tls }: DatabaseSettings): Promise<Database> {
  const [{ default: postgres }, { drizzle }] = await Promise.all([
    import('postgres'),
    import('drizzle-orm/postgres-js'),
  ])
  const ssl = { off: false, require: { rejectUnauthorized: false }, verify: true }[tls]
  const client = postgres(url, {
    max: poolSize,
    ssl,
    connect_timeout: 5,
    idle_timeout: 60,
    onnotice: () => {},
    connection: { application_name: 'deskbell' },
  })
  try {
    await client`select 1`
  } catch (cause) {
    await client.end({ timeout: 1 })
    throw new ConfigError(`DATABASE_URL: the database can't be reached: ${describe(cause)}`, { cause })
  }
  return {
    kind: 'postgres',
    db: drizzle(oneEach(client, poolSize), { schema }),
    bossOptions: { connectionString: url, max: 4, application_name: 'deskbell-jobs', ssl },
    async listen(channel, heard, missed) {
      const { unlisten } = await client.listen(channel, heard, missed)
      return unlisten
    },
    close: () => client.end({ timeout: 5 }),
  }
}

/** Many parameters: a statement for so many rows, which hardly comes again. */
const preparedParameters = 40

/**
 * Drizzle leaves every statement unprepared; then each takes two round trips, and none can follow another on the wire.
 * A prepared one takes a single round trip from its second use on.
 */
function preparing(client: Sql | TransactionSql): Sql['unsafe'] {
  return (query, parameters = [], options = {}) =>
    client.unsafe(query, parameters, { ...options, prepare: parameters.length <= preparedParameters })
}

/** The driver's client with some of its methods replaced. */
function replacing<Client extends object>(client: Client, methods: Partial<Record<keyof Client, unknown>>): Client {
  return new Proxy(client, {
    get: (target, key) => (Object.hasOwn(methods, key) ? methods[key as keyof Client] : Reflect.get(target, key)),
  })
}

/**
 * Gives each statement and each transaction a connection of its own. The driver by itself writes them behind what is
 * still under way on a busy connection, and under load it then loses track of which connection a transaction has
 * (UNSAFE_TRANSACTION), with the transaction left open on it.
 */
function oneEach(client: Sql, connections: number): Sql {
  const turns = createTurns(connections)
  const prepared = preparing(client)
  const begin = (run: (tx: TransactionSql) => unknown) => turns.take(() => beginSafely(client, run))
  const unsafe: Sql['unsafe'] = (...statement) =>
    pending(
      () => turns.take(() => prepared(...statement)),
      () => turns.take(() => prepared(...statement).values()),
    )
  return replacing(client, { unsafe, begin })
}

/**
 * When the connection is lost, the driver tells so at once; but what is written on it after that, its own rollback
 * included, ends the whole process. So a transaction that has lost its connection says nothing more.
 */
async function beginSafely(client: Sql, run: (tx: TransactionSql) => unknown): Promise<unknown> {
  let isOver = false
  const guarded = (tx: TransactionSql): TransactionSql => {
    const prepared = preparing(tx)
    const unsafe: Sql['unsafe'] = (...statement) => {
      if (isOver) throw new Error('The connection to the database was lost')
      return prepared(...statement)
    }
    return replacing(tx, { unsafe })
  }
  try {
    return await client.begin(async (tx) => {
      try {
        return await run(guarded(tx))
      } catch (error) {
        // By then a loss is known.
        await new Promise((resolve) => setImmediate(resolve))
        return isOver ? await new Promise(() => {}) : Promise.reject(error)
      }
    })
  } finally {
    isOver = true
  }
}

/** As far as drizzle uses the driver's own: it awaits it, or its `values()`. */
function pending<Rows>(rows: () => PromiseLike<unknown>, values: () => PromiseLike<unknown>): Rows {
  // oxlint-disable-next-line unicorn/no-thenable -- it stands for a promise, which has values() besides
  const lazy: Pick<PromiseLike<unknown>, 'then'> = { then: (done, failed) => rows().then(done, failed) }
  return { ...lazy, values } as Rows
}

interface Turns {
  /** Runs it once there is room, in the order of the calls. */
  take<T>(run: () => PromiseLike<T>): Promise<T>
}

function createTurns(count: number): Turns {
  const waiting: (() => void)[] = []
  let free = count
  return {
    async take(run) {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => void waiting.push(resolve))
      try {
        return await run()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else free += 1
      }
    },
  }
}

async function openEmbedded(dataDir: string): Promise<Database> {
  const lock = await lockFolder(dataDir).catch((cause: unknown) => {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError(`DATA_DIR: the folder ${dataDir} can't be used: ${describe(cause)}`, { cause })
  })
  try {
    const { PGlite } = await import('@electric-sql/pglite')
    const client = await PGlite.create({ dataDir, relaxedDurability: false })
    return await embeddedDatabase(client, lock)
  } catch (cause) {
    await lock.release()
    throw new ConfigError(`DATA_DIR: the embedded database in ${dataDir} can't be opened: ${describe(cause)}`, {
      cause,
    })
  }
}

/** Wraps an open PGlite. `lock` is released when the database is closed. */
export async function embeddedDatabase(client: PGlite, lock?: { release(): Promise<void> }): Promise<Database> {
  const { drizzle } = await import('drizzle-orm/pglite')
  return {
    kind: 'pglite',
    db: drizzle(client, { schema }),
    bossOptions: { db: fromPglite(client), backend: 'pglite' },
    listen: async (channel, heard) => client.listen(channel, heard),
    async close() {
      await client.close()
      await lock?.release()
    },
  }
}

/** The rows of a raw query, whichever driver ran it. */
export async function rowsOf<Row>(db: Db, query: SQL): Promise<Row[]> {
  const result: unknown = await db.execute(query)
  return (Array.isArray(result) ? result : (result as { rows: unknown[] }).rows) as Row[]
}

const downCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  '53300',
  '57P01',
  '57P02',
  '57P03',
])

/** True when the database could not be reached, or is going away: nothing was committed, and trying later may help. */
export function isDatabaseDown(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : ''
    if (downCodes.has(code) || code.startsWith('08')) return true
  }
  return false
}

function describe(cause: unknown): string {
  const error = cause instanceof AggregateError ? cause.errors[0] : cause
  return error instanceof Error ? error.message : String(error)
}
