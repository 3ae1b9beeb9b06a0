import { getRequestListener } from '@hono/node-server'
import { openSlack } from '../../../src/workspaces/slack/open-slack.ts'
import type { FakeCore } from '../../workspaces/contract/core.ts'
import { peerConfig } from './connect.ts'
import { overHttp, type Deliver } from './payloads.ts'
import type { SlackPeer } from './peer.ts'

// As in the program: its web server puts a Response of its own in the place of Node's.
getRequestListener(() => new Response())

export type StartedSlack = ReturnType<typeof openSlack>

/** A workspace that runs at a peer by HTTP; `deliver` brings it what the peer's people do. What they did before is forgotten. */
export async function startSlack(
  peer: SlackPeer,
  { io, handlers }: Pick<FakeCore, 'io' | 'handlers'>,
): Promise<{ slack: StartedSlack; deliver: Deliver }> {
  const slack = openSlack(peerConfig(peer), io)
  await slack.start(handlers)
  const deliver = overHttp((request) => Promise.resolve(slack.fetch?.(request, { address: '127.0.0.1' }) ?? null), {
    url: peer.url,
    secret: peer.signingSecret,
    clock: io.clock,
  })
  peer.calls.splice(0)
  peer.responses.splice(0)
  return { slack, deliver }
}
