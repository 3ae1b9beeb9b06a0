import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApp, type App, type Parts } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { Env } from '../../src/env.ts'
import { createLog } from '../../src/log.ts'

export interface RunningApp extends App {
  /** Stops the app and removes its folder. */
  close(): Promise<void>
}

/** The whole program on a free port, with an embedded database in a folder of its own unless `env` says otherwise. */
export async function runApp(env: Env = {}, parts: Parts = {}): Promise<RunningApp> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-app-'))
  const app = await startApp(readConfig({ PORT: '0', DATA_DIR: folder, ...env }), {
    log: createLog(env['LOG_LEVEL'] ?? 'silent'),
    ...parts,
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  return {
    ...app,
    async close() {
      await app.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A visitor of the live chat, as the client's script is one. */
export async function openVisitor(url: string, name = 'Mia') {
  const response = await fetch(`${url}/channels/live-chat/visitors`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  const { visitor, token } = (await response.json()) as { visitor: string; token: string }
  return {
    visitor,
    token,
    /** Posts a line under a client-made id. */
    write: (text: string, id: string = crypto.randomUUID()) =>
      fetch(`${url}/channels/live-chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ visitor, token, id, text, name }),
      }),
  }
}
