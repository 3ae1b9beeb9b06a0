import { createHmac } from 'node:crypto'
import type { RawRequest } from './harness.ts'

let requests = 0

/** A request as a sender makes it who follows the Standard Webhooks convention. `secret`: `whsec_` and base64. */
export function signedRequest(url: string, secret: string, body: Uint8Array, at: Date): RawRequest {
  const id = `msg_${++requests}`
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  const proof = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
  return { method: 'POST', url, headers: { 'content-type': 'application/json', ...proof }, body }
}

/** What must be there, and right. */
export const signedBy = ['webhook-id', 'webhook-timestamp', 'webhook-signature']
