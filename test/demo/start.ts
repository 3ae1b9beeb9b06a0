import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { playHistory } from './history.ts'
import { playMorning } from './play.ts'
import { startProviders } from './providers.ts'

export interface Demo {
  url: string
  /** Plays in five weeks of the past, which takes a moment, and then the morning. Rejects with an AbortError when `signal` aborts. */
  play(signal: AbortSignal): Promise<void>
  stop(): Promise<void>
  /** Removes the database without stopping: for when the process ends at once. */
  remove(): void
}

/** Starts Deskbell on a database that is thrown away, with WhatsApp and Google played on this machine. Throws ConfigError when the port is taken. */
export async function startDemo(port: number): Promise<Demo> {
  const providers = await startProviders()
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-demo-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const formSecret = `whsec_${randomBytes(32).toString('base64')}`
  const stopping = new AbortController()
  try {
    const app = await startApp(
      readConfig({
        PORT: String(port),
        DATA_DIR: join(folder, 'data'),
        FORM_SECRETS: formSecret,
        LOG_LEVEL: 'warn',
        ...providers.meta.env,
        ...providers.google.env,
        WHATSAPP_NUMBER: '+49 176 040690 99',
        GOOGLE_REVIEWS_POLL_MINUTES: '0.05',
      }),
    )
    const carried = providers.carry(app.url, stopping.signal)
    return {
      url: app.url,
      async play(signal) {
        await playHistory(app.ctx)
        await playMorning(app.url, formSecret, providers, signal)
      },
      async stop() {
        stopping.abort()
        await carried
        await app.stop()
        await providers.close()
        remove()
      },
      remove,
    }
  } catch (error) {
    await providers.close()
    remove()
    throw error
  }
}
