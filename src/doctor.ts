import { openAssistant } from './assistant/index.ts'
import { systemClock } from './clock.ts'
import { channelTypes, workspaceTypes, type Config } from './config.ts'
import { openDatabase } from './db/client.ts'
import { migrate } from './db/migrate.ts'
import { PermanentError } from './errors.ts'
import { newId } from './id.ts'
import { createLog } from './log.ts'

/**
 * Uses every credential once and prints what it found, a line each, with what to do where something is wrong.
 * Returns whether all is well. Sends nothing to anybody.
 */
export async function doctor(config: Config, print: (line: string) => void): Promise<boolean> {
  let isWell = true
  const examine = async (name: string, check: () => Promise<string[]>) => {
    try {
      for (const line of await check()) print(`ok    ${name}: ${line}`)
    } catch (error) {
      isWell = false
      const action = error instanceof PermanentError && error.action ? ` ${error.action}` : ''
      print(`WRONG ${name}: ${error instanceof Error ? error.message : String(error)}${action}`)
    }
  }
  const { core } = config
  const publicUrl = core.PUBLIC_URL ?? `http://${core.HOST}:${core.PORT}`
  const io = {
    clock: systemClock,
    log: createLog('silent'),
    publicUrl,
    newId: () => newId(),
    key: () => Buffer.alloc(32),
    allow: async () => true,
  }
  await examine('Database', async () => {
    const database = await openDatabase(config.database)
    const applied = await migrate(database.db)
    await database.close()
    return [
      `${database.kind === 'pglite' ? `embedded, in ${config.database.dataDir}` : 'Postgres'}; ${applied === 0 ? 'up to date' : `${applied} migrations applied`}`,
    ]
  })
  await examine('Assistant', () =>
    openAssistant(config.assistant, {
      clock: systemClock,
      log: io.log,
      ledger: { record: async () => {}, tokensToday: async () => 0 },
    }).check(),
  )
  for (const type of channelTypes) {
    const settings = config.channels.get(type.id)
    if (!settings) {
      print(`off   ${type.name}: ${Object.keys(type.env)[0]} is not set`)
      continue
    }
    await examine(type.name, async () => {
      const open = type.open(settings, { ...io, transcript: async () => [], onChange: () => () => {} })
      return open ? open.check() : ['switched off']
    })
  }
  for (const type of workspaceTypes) {
    const settings = config.workspaces.get(type.id)
    if (!settings) continue
    await examine(type.name, async () => {
      const workspace = type.open(settings, {
        ...io,
        host: core.HOST,
        listCards: async () => ({ cards: [], next: null, counts: { open: 0, quarantined: 0, done: 0 } }),
        countCards: async () => ({ open: 0, quarantined: 0, done: 0 }),
        tunables: () => ({ channels: [], templates: {} }),
        readCard: async () => null,
        readAttachment: async () => null,
        publish: async () => {},
        onHint: () => () => {},
        readTuning: () => Promise.reject(new Error('not while checking')),
        writeTuning: () => Promise.reject(new Error('not while checking')),
      })
      return workspace ? workspace.check() : ['switched off']
    })
  }
  if (!core.PUBLIC_URL) print(`note  PUBLIC_URL is not set: links point to ${publicUrl}`)
  return isWell
}
