import { readFile, writeFile } from 'node:fs/promises'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { openDatabase } from './db/client.ts'
import { migrate } from './db/migrate.ts'
import { BadInputError, messageOf } from './errors.ts'
import { newId } from './id.ts'
import { openQueue } from './jobs/queue.ts'
import { createLog } from './log.ts'
import { exportSettings, importSettings } from './settings/file.ts'

const usage = 'Write: npm run settings -- export settings.json, or: npm run settings -- import settings.json'

/**
 * `settings export [file]` and `settings import <file>`: what the team tuned, as a file. Runs beside a running Deskbell where that
 * has a Postgres. Throws BadInputError with what is wrong; then nothing is changed.
 */
export async function runSettings(config: Config, words: string[], print: (line: string) => void): Promise<void> {
  const [verb, file, ...more] = words
  if ((verb !== 'export' && verb !== 'import') || more.length > 0 || (verb === 'import' && file === undefined))
    throw new BadInputError(usage)
  const text = verb === 'import' ? await read(file ?? '') : ''
  const database = await openDatabase(config.database)
  try {
    const { db } = database
    await migrate(db)
    if (verb === 'import') return await change(database, text, print)
    const exported = await exportSettings(db)
    if (file === undefined) return print(exported.trimEnd())
    await writeFile(file, exported)
    print(`The settings are in ${file}`)
  } finally {
    await database.close()
  }
}

async function change(
  database: Awaited<ReturnType<typeof openDatabase>>,
  text: string,
  print: (line: string) => void,
): Promise<void> {
  const queue = await openQueue(database, createLog('silent'))
  try {
    // No workspace is open here: cards that new rooms lack come with the next sweep of a running Deskbell.
    const ctx = { db: database.db, queue, clock: systemClock, newId: () => newId(), workspaces: new Map() }
    const changed = await importSettings(ctx, text)
    print(changed.length > 0 ? `Changed: ${changed.join(', ')}` : 'Nothing is different from what it was')
  } finally {
    await queue.stop()
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new BadInputError(`${file} can't be read: ${messageOf(cause)}`, { cause })
  }
}
