import { createHmac } from 'node:crypto'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export const signingSecret = 'a benchmark keeps no secret, ever'

/** Slack's Web API as far as a click needs it: says yes to everything at once, and counts. */
export interface SlackPeer {
  /** For SLACK_API_URL. */
  url: string
  /** How often each method was called. */
  calls: Map<string, number>
  stop(): Promise<void>
}

export async function startSlackPeer(): Promise<SlackPeer> {
  const calls = new Map<string, number>()
  let posted = 0
  const server = createServer((incoming, response) => {
    const method = incoming.url?.split('/').at(-1)?.split('?')[0] ?? ''
    calls.set(method, (calls.get(method) ?? 0) + 1)
    incoming.resume()
    incoming.once('end', () => {
      posted += 1
      const body = {
        ok: true,
        team: 'Bench',
        team_id: 'T0BENCH',
        user_id: 'U0BOT',
        bot_id: 'B0BOT',
        url: 'https://bench.slack.com/',
        channel: 'C0BENCH',
        ts: `1700000000.${String(posted).padStart(6, '0')}`,
        view: { id: `V${posted}`, hash: 'h' },
        ...(method === 'users.info' ? { user: { id: 'U0ANA', name: 'ana', profile: { display_name: 'Ana' } } } : {}),
      }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    calls,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Sends what Slack sends when somebody clicks; resolves to the milliseconds until it was acknowledged. */
export interface Clicker {
  click(actionId: string, value: string): Promise<number>
  join(room: string): Promise<number>
  close(): void
}

/** `peerUrl`: where answers to the one who clicked go. */
export function createClicker(url: string, peerUrl: string): Clicker {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  let count = 0
  function send(contentType: string, body: string): Promise<number> {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
    const headers = {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    }
    return new Promise((resolve, reject) => {
      const startedAt = performance.now()
      const sent = request(`${url}/slack/events`, { method: 'POST', agent, headers }, (response) => {
        response.resume()
        response.once('end', () =>
          response.statusCode === 200
            ? resolve(performance.now() - startedAt)
            : reject(new Error(`Refused with ${response.statusCode}`)),
        )
      })
      sent.once('error', reject)
      sent.end(body)
    })
  }
  return {
    click(actionId, value) {
      count += 1
      const payload = {
        type: 'block_actions',
        team: { id: 'T0BENCH', domain: 'bench' },
        user: { id: 'U0ANA', username: 'ana', name: 'ana', team_id: 'T0BENCH' },
        api_app_id: 'A0BENCH',
        container: { type: 'message', message_ts: '1700000000.000001', channel_id: 'C0BENCH' },
        channel: { id: 'C0BENCH', name: 'bench' },
        message: { type: 'message', ts: '1700000000.000001', text: 'A card' },
        trigger_id: `${count}.bench`,
        response_url: `${peerUrl}response`,
        actions: [{ type: 'button', action_id: actionId, block_id: 'b', value, action_ts: `${count}` }],
      }
      return send(
        'application/x-www-form-urlencoded',
        new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
      )
    },
    join(room) {
      const event = { type: 'member_joined_channel', user: 'U0BOT', channel: room, team: 'T0BENCH', inviter: 'U0ANA' }
      const body = { type: 'event_callback', team_id: 'T0BENCH', api_app_id: 'A0BENCH', event_id: 'Ev1', event }
      return send('application/json', JSON.stringify(body))
    },
    close: () => agent.destroy(),
  }
}
