import { sql } from 'drizzle-orm'
import { fromDrizzle, PgBoss } from 'pg-boss'
import type { Database, Db } from '../db/client.ts'
import type { Log } from '../log.ts'
import { jobNames, type JobName, type JobPayload } from './jobs.ts'

/** Adds jobs within the transaction of what caused them. */
export interface Queue {
  /** `startAfter`: not before then. */
  add<Name extends JobName>(tx: Db, name: Name, payload: JobPayload<Name>, startAfter?: Date): Promise<void>
  addAll<Name extends JobName>(
    tx: Db,
    name: Name,
    jobs: { payload: JobPayload<Name>; startAfter?: Date | undefined }[],
  ): Promise<void>
}

export interface OpenQueue extends Queue {
  boss: PgBoss
  /** Called with a job's name and due time when one is added for later, so that a worker here can be awake by then. */
  onDeferred(heard: (name: JobName, at: Date) => void): void
  stop(): Promise<void>
}

/** Where jobs go that failed for good. */
export const deadQueue = 'dead'

/** A crashed worker's jobs are taken up by another after this long. */
const heartbeatSeconds = 10

/** Opens pg-boss on the same database and makes its queues. */
export async function openQueue(database: Database, log: Log): Promise<OpenQueue> {
  const boss = new PgBoss({
    ...database.bossOptions,
    useListenNotify: true,
    schedule: false,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    monitorVacuum: false,
    reindex: database.kind === 'postgres',
  })
  boss.on('error', (error) => log.warn('queue error', { error: error.message }))
  await boss.start()
  const existing = new Set((await boss.getQueues()).map(({ name }) => name))
  if (!existing.has(deadQueue))
    await boss.createQueue(deadQueue, { retryLimit: 100, retryDelay: 5, notify: true, retentionSeconds: 90 * 86_400 })
  for (const name of jobNames) {
    if (existing.has(name)) continue
    await boss.createQueue(name, {
      notify: true,
      deadLetter: deadQueue,
      heartbeatSeconds,
      expireInSeconds: 600,
      retryLimit: 8,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 300,
      deleteAfterSeconds: 3600,
    })
  }
  let deferred = (_name: JobName, _at: Date): void => {}
  const addAll: Queue['addAll'] = async (tx, name, jobs) => {
    if (jobs.length === 0) return
    const db = fromDrizzle(
      { execute: async (query) => resultOf(await tx.execute(query as ReturnType<typeof sql>)) },
      sql,
    )
    await boss.insert(
      name,
      jobs.map(({ payload, startAfter }) => ({ data: payload, ...(startAfter ? { startAfter } : {}) })),
      { db },
    )
    for (const { startAfter } of jobs) if (startAfter) deferred(name, startAfter)
  }
  return {
    boss,
    addAll,
    add: (tx, name, payload, startAfter) => addAll(tx, name, [{ payload, startAfter }]),
    onDeferred: (heard) => void (deferred = heard),
    stop: () => boss.stop({ graceful: true, timeout: 20_000, close: true }),
  }
}

function resultOf(result: unknown): unknown[] {
  return Array.isArray(result) ? [...result] : (result as { rows: unknown[] }).rows
}
