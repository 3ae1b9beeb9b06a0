import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../support/postgres.ts'

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
/** As `npm start` and the Dockerfile have it. */
const flags = ['--max-semi-space-size=4']
const patienceMs = 60_000

/** Deskbell in a process of its own, as an operator runs it. */
export interface DeskProcess {
  url: string
  /** From the spawn until `/readyz` said yes. */
  startMs: number
  /** Resident memory in MB. */
  memory(): Promise<number>
  /** Ends it at once, or by SIGTERM and waiting. */
  stop(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

/** Starts it with these settings. Throws when it is not ready within a minute. */
export async function startDesk(env: Record<string, string>): Promise<DeskProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...flags, program], {
    env: { PATH: process.env['PATH'], PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  const stop = async (signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL') => {
    child.kill(signal)
    await ended
  }
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error('Deskbell ended while starting')
    if (performance.now() - startedAt > patienceMs) {
      await stop()
      throw new Error('Deskbell does not get ready')
    }
    await pause(5)
  }
  return {
    url,
    startMs: performance.now() - startedAt,
    async memory() {
      const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(child.pid)])
      return Number(stdout) / 1024
    },
    stop,
  }
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    async (response) => {
      await response.arrayBuffer()
      return response.ok
    },
    () => false,
  )
}
