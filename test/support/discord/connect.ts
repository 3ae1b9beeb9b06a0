import type { DiscordConfig } from '../../../src/workspaces/discord/env.ts'
import type { DiscordPeer } from './peer.ts'

/** The settings that fit a peer. `http`: clicks come as requests. */
export function peerConfig(
  peer: DiscordPeer,
  how: 'gateway' | 'http',
  changes: Partial<DiscordConfig> = {},
): DiscordConfig {
  return {
    token: peer.token,
    guilds: [peer.guild],
    publicKey: how === 'http' ? peer.publicKey : null,
    apiUrl: peer.apiUrl,
    ...changes,
  }
}
