import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The real program as a process of its own, which may be killed and started again. */
export interface Replica {
  name: string
  /** Null while it is down or still starting. */
  url(): string | null
  start(): void
  /** SIGKILL. Resolves when the process is gone. */
  kill(): Promise<void>
  /** SIGTERM. Resolves when the process is gone. */
  stop(): Promise<void>
  /** Resolves when it listens. Throws when it does not within half a minute. */
  ready(): Promise<void>
  /** What it did that nobody asked for: it died by itself, or did not stop when told to. */
  faults: string[]
}

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const startLimitMs = 30_000
const stopLimitMs = 30_000

/** `env` is all of the process's environment but PATH; `logFile` gets what it prints. */
export function createReplica(name: string, env: Record<string, string>, logFile: string): Replica {
  let child: ChildProcess | null = null
  let url: string | null = null
  const faults: string[] = []

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const ending = child
    if (!ending) return
    child = null
    url = null
    const gone = once(ending, 'exit')
    ending.kill(signal)
    const late = new AbortController()
    const limit = sleep(stopLimitMs, 'late', { signal: late.signal }).catch(() => 'cancelled')
    const [code] = (await Promise.race([gone, limit.then(() => ['late'])])) as [unknown]
    late.abort()
    if (code === 'late') {
      faults.push(`${name} did not stop within ${stopLimitMs / 1000} s of ${signal}`)
      ending.kill('SIGKILL')
      await gone
    } else if (signal === 'SIGTERM' && code !== 0) faults.push(`${name} stopped with exit code ${String(code)}`)
  }

  return {
    name,
    faults,
    url: () => url,
    start() {
      if (child) return
      const starting = spawn(process.execPath, [program], {
        env: { PATH: process.env['PATH'] ?? '', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = starting
      let printed = ''
      const hear = (data: Buffer): void => {
        appendFileSync(logFile, data)
        if (url !== null || child !== starting) return
        printed += data.toString()
        url = /room:\s+(http\S+?)\/\s/.exec(printed)?.[1] ?? null
      }
      starting.stdout.on('data', hear)
      starting.stderr.on('data', hear)
      starting.once('exit', (code, signal) => {
        if (child !== starting) return
        child = null
        url = null
        faults.push(`${name} died by itself with ${signal ?? `exit code ${code}`}: ${printed.slice(-500)}`)
      })
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async ready() {
      const started = performance.now()
      for (;;) {
        if (url !== null) return
        if (child === null || performance.now() - started > startLimitMs)
          throw new Error(faults.at(-1) ?? `${name} does not start; see ${logFile}`)
        await sleep(25)
      }
    },
  }
}

/** A replica that listens, at random; waits until there is one. Throws when `signal` aborts. */
export async function anyUrl(replicas: Replica[], signal: AbortSignal): Promise<string> {
  for (;;) {
    const urls = replicas.flatMap((replica) => replica.url() ?? [])
    const url = urls[Math.floor(Math.random() * urls.length)]
    if (url) return url
    await sleep(50, undefined, { signal })
  }
}

/** Whether this is how a request ends whose server died, or took too long. */
export function isNoAnswer(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError')
}
