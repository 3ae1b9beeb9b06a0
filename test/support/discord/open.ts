import { expect } from 'vitest'
import { openDiscord } from '../../../src/workspaces/discord/open-discord.ts'
import type { FakeCore } from '../../workspaces/contract/core.ts'
import { eventually } from '../eventually.ts'
import { peerConfig } from './connect.ts'
import { overHttp } from './payloads.ts'
import type { DiscordPeer, Person } from './peer.ts'

/** A workspace that runs at a peer and is ready; `person` gives somebody whose clicks it hears. The room for support is empty. */
export async function startDiscord(
  peer: DiscordPeer,
  how: 'gateway' | 'http',
  { io, handlers }: Pick<FakeCore, 'io' | 'handlers'>,
): Promise<{ workspace: ReturnType<typeof openDiscord>; person(name: 'ana' | 'ben'): Person }> {
  for (const message of await peer.messages(peer.channels.support)) await peer.remove(message)
  const workspace = openDiscord(peerConfig(peer, how), io)
  await workspace.start(handlers)
  await eventually(() => {
    expect(peer.commands).not.toEqual([])
    expect(peer.sessions()).toHaveLength(how === 'gateway' ? 1 : 0)
    expect(workspace.isReady()).toBe(true)
  })
  const overRequests = overHttp(
    async (request) => (await workspace.fetch?.(request, { address: '127.0.0.1' })) ?? null,
    { url: io.publicUrl, privateKey: peer.privateKey, clock: io.clock },
  )
  return { workspace, person: (name) => (how === 'http' ? peer.person(name, overRequests) : peer.person(name)) }
}
