import type { AddressInfo } from 'node:net'
import { serve, type ServerType } from '@hono/node-server'
import type { Clock } from '../../../src/clock.ts'
import { readSettings, type Env } from '../../../src/env.ts'
import type { Card } from '../../../src/workspaces/card.ts'
import { web } from '../../../src/workspaces/web/index.ts'
import type { Workspace, WorkspaceIo } from '../../../src/workspaces/workspace.ts'
import { testClock } from '../../support/clock.ts'
import { fakeCore, type FakeCore } from '../contract/core.ts'

export interface FakeRoom extends FakeCore {
  workspace(env?: Env): Workspace
}

/** The web workspace, and what core hands it, in memory. */
export function fakeRoom(
  cards: Card[] = [],
  clock: Clock = testClock(),
  overrides: Partial<WorkspaceIo> = {},
): FakeRoom {
  const core = fakeCore(clock, overrides)
  for (const card of cards) core.put(card)
  return Object.assign(core, { workspace: (env: Env = {}) => openWeb(core.io, env) })
}

/** Throws when the settings switch it off. */
export function openWeb(io: WorkspaceIo, env: Env = {}): Workspace {
  const opened = web.open(readSettings(web.env, env), io)
  if (!opened || opened instanceof Promise) throw new Error('the room is off')
  return opened
}

export interface Served {
  url: string
  port: number
  close(): Promise<void>
}

/** Serves a workspace on the loopback address. */
export async function serveWorkspace(workspace: Workspace, port = 0): Promise<Served> {
  const fetch = async (request: Request) =>
    (await workspace.fetch?.(request, { address: '127.0.0.1' })) ?? new Response('not here', { status: 404 })
  const server = await new Promise<ServerType>((resolve) => {
    const starting = serve({ fetch, port, hostname: '127.0.0.1' }, () => resolve(starting))
  })
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
