import { openAssistant } from './assistant/index.ts'
import { systemClock } from './clock.ts'
import { channelTypes, publicUrlOf, workspaceTypes, type Config } from './config.ts'
import { openDatabase, type Database, type Db } from './db/client.ts'
import { countPending, hasTable } from './db/migrate.ts'
import { PermanentError, RetryableError } from './errors.ts'
import { openVault } from './db/vault.ts'
import { newId } from './id.ts'
import { keysFrom } from './key.ts'
import { createLog } from './log.ts'
import { readTuning } from './settings/queries.ts'
import { defaultTuning } from './settings/tuning.ts'
import type { Vault } from './workspaces/workspace.ts'

const elsewhere = 'Check the address and the port in the settings, and that this machine may connect to it'

/**
 * Uses every credential once and prints what it found, a line each, with what to do where something is wrong.
 * Returns whether all is well. Sends nothing to anybody, and changes nothing.
 */
export async function doctor(config: Config, print: (line: string) => void): Promise<boolean> {
  let problems = 0
  const report = (name: string, error: unknown) => {
    if (error instanceof AggregateError) return error.errors.forEach((one) => report(name, one))
    problems += 1
    const wrong = error instanceof Error ? error.message : String(error)
    print(`WRONG ${name}: ${wrong.replaceAll('\n', '\n      ')}`)
    const action =
      error instanceof PermanentError ? error.action : error instanceof RetryableError ? elsewhere : undefined
    if (action) print(`      What to do: ${action.replace(/\.$/, '')}`)
  }
  /** `check` returns null for what is switched off. */
  const examine = async (name: string, check: () => Promise<string[] | null>) => {
    try {
      const found = await check()
      if (found === null) print(`off   ${name}`)
      else for (const line of found) print(`ok    ${name}: ${line}`)
    } catch (error) {
      report(name, error)
    }
  }
  const { core } = config
  const publicUrl = publicUrlOf(core)
  const io = {
    clock: systemClock,
    log: createLog('silent'),
    publicUrl,
    newId: () => newId(),
    key: () => Buffer.alloc(32),
    allow: async () => true,
  }
  let database: Database | null = null
  await examine('Database', async () => {
    database = await openDatabase(config.database)
    const pending = await countPending(database.db)
    const kind = database.kind === 'pglite' ? `embedded, in ${config.database.dataDir}` : 'Postgres'
    return [`${kind}; ${pending === 0 ? 'up to date' : `migrations that the next start applies: ${pending}`}`]
  })
  const stored = (): Db => {
    if (!database) throw new RetryableError("The database can't be reached")
    return database.db
  }
  await examine('Assistant', async () => {
    const assistant = await openAssistant(config.assistant, {
      clock: systemClock,
      log: io.log,
      ledger: { record: async () => {}, tokensToday: async () => 0 },
    })
    return assistant.check()
  })
  for (const type of channelTypes) {
    const settings = config.channels.get(type.id)
    if (!settings) {
      print(`off   ${type.name}: ${Object.keys(type.env)[0]} is not set`)
      continue
    }
    await examine(type.name, async () => {
      const open = await type.open(settings, { ...io, transcript: async () => [], onChange: () => () => {} })
      if (!open) return null
      const via = open.send !== null && typeof open.send === 'object' ? open.send.via : null
      const isByHand = open.send === null || (via !== null && !config.channels.has(via))
      const how = via ? `Replies are sent by hand, because ${via} is off` : 'Replies are sent by hand'
      return [...(await open.check()), ...(isByHand ? [how] : [])]
    })
  }
  for (const type of workspaceTypes) {
    const settings = config.workspaces.get(type.id)
    if (!settings) continue
    await examine(type.name, async () => {
      const workspace = await type.open(settings, {
        ...io,
        host: core.HOST,
        listCards: async () => ({ cards: [], next: null, counts: { open: 0, quarantined: 0, done: 0 } }),
        countCards: async () => ({ open: 0, quarantined: 0, done: 0 }),
        tunables: () => ({ channels: [], templates: {} }),
        readCard: async () => null,
        listBulletins: async () => ({ bulletins: [], next: null }),
        readReport: async () => null,
        readAttachment: async () => null,
        publish: async () => {},
        onHint: () => () => {},
        readTuning: async () => ((await hasTable(stored(), 'settings')) ? readTuning(stored()) : defaultTuning),
        writeTuning: () => Promise.reject(new Error('not while checking')),
        vault: checkVault(config, type.id, stored),
        shelf: { put: () => Promise.reject(new Error('not while checking')), get: async () => undefined },
        holdLease: async () => {},
      })
      return workspace ? workspace.check() : null
    })
  }
  await (database as Database | null)?.close()
  if (!core.PUBLIC_URL) print(`note  PUBLIC_URL is not set: links point to ${publicUrl}`)
  print(problems === 0 ? 'All is well.' : `${problems === 1 ? '1 thing is' : `${problems} things are`} wrong.`)
  return problems === 0
}

/** Reads what workspaces keep secret. What is kept with a key of the program's own is not looked at. */
function checkVault({ core }: Config, workspaceId: string, stored: () => Db): Vault {
  const open = () => {
    const key = keysFrom(core.SECRET_KEY ?? '')('vault')
    return openVault({ db: stored(), clock: systemClock }, key, core.SECRET_KEY !== undefined, workspaceId)
  }
  const no = () => Promise.reject(new Error('not while checking'))
  return {
    isKeyApart: core.SECRET_KEY !== undefined,
    get: async (name) => ((await hasTable(stored(), 'vault')) ? open().get(name) : undefined),
    names: async (prefix) => ((await hasTable(stored(), 'vault')) ? open().names(prefix) : []),
    set: no,
    delete: no,
  }
}
