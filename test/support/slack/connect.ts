import { openConnection, type SlackConnection } from '../../../src/workspaces/slack/connection.ts'
import type { SlackConfig } from '../../../src/workspaces/slack/env.ts'
import type { TestSlackIo } from './io.ts'
import type { SlackPeer } from './peer.ts'

/** The settings that fit a peer: one workspace, by HTTP. */
export function peerConfig(peer: SlackPeer, changes: Partial<SlackConfig> = {}): SlackConfig {
  return {
    installation: { kind: 'token', botToken: peer.botToken },
    appToken: null,
    signingSecret: peer.signingSecret,
    sockets: 2,
    apiUrl: peer.apiUrl,
    ...changes,
  }
}

/** Opens a connection to a peer. `timeoutMs`: for one call. */
export function connectTo(
  peer: SlackPeer,
  io: TestSlackIo,
  changes: Partial<SlackConfig> = {},
  timeoutMs?: number,
): SlackConnection {
  return openConnection(peerConfig(peer, changes), io, timeoutMs)
}
