import { createHmac, randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'

export const formSecret = `whsec_${Buffer.from('a benchmark keeps no secret, ever').toString('base64')}`
const key = Buffer.from(formSecret.slice('whsec_'.length), 'base64')

const message =
  'Hello, the lamp I bought from you two weeks ago has stopped working, although the battery is full. What can I do?'

/** Sends submissions of the contact form as a shop's own server does: signed, over connections that are kept. */
export interface Sender {
  /** Resolves to the moment at which the 2xx was there. Throws for any other answer. */
  submit(name: string): Promise<number>
  close(): void
}

export function createSender(url: string, connections: number): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    submit(name) {
      const id = `msg_${randomUUID()}`
      const body = JSON.stringify({ name, email: `${name}@example.com`, subject: 'A lamp', message })
      const timestamp = String(Math.floor(Date.now() / 1000))
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      }
      return new Promise((resolve, reject) => {
        const sent = request(`${url}/channels/form`, { method: 'POST', agent, headers }, (response) => {
          const at = performance.now()
          response.resume()
          response.once('end', () =>
            response.statusCode === 200 ? resolve(at) : reject(new Error(`Refused with ${response.statusCode}`)),
          )
        })
        sent.once('error', reject)
        sent.end(body)
      })
    },
    close: () => agent.destroy(),
  }
}

/** Runs `act` from `concurrency` callers without a pause, for so long; returns how often a second it was done. */
export async function ratePerSecond(act: () => Promise<unknown>, concurrency: number, ms: number): Promise<number> {
  const startedAt = performance.now()
  let done = 0
  const callers = Array.from({ length: concurrency }, async () => {
    while (performance.now() - startedAt < ms) {
      await act()
      done += 1
    }
  })
  await Promise.all(callers)
  return (done * 1000) / (performance.now() - startedAt)
}
