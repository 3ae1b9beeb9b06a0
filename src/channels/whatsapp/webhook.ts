import { createHmac, timingSafeEqual } from 'node:crypto'
import { BadInputError, SignatureError } from '../../errors.ts'
import { nothing, type ChannelIo, type Received } from '../channel.ts'
import type { WhatsAppAccount } from './settings.ts'
import { readWebhook } from './read-webhook.ts'

/** Of unknown numbers, so that each is logged once. */
const mostRemembered = 1000

/** Answers Meta's requests: the handshake (GET), and signed batches of messages and statuses (POST). */
export function createWebhook(
  accounts: WhatsAppAccount[],
  { clock, log }: Pick<ChannelIo, 'clock' | 'log'>,
): (request: Request) => Promise<Received> {
  const known = new Set<string>()
  const isNews = (phoneNumberId: string): boolean => {
    if (known.has(phoneNumberId) || known.size >= mostRemembered) return false
    known.add(phoneNumberId)
    return true
  }
  return async (request) => {
    if (request.method === 'GET') return shakeHands(new URL(request.url).searchParams, accounts)
    if (request.method !== 'POST') throw new BadInputError('Only GET and POST are possible here', { status: 405 })
    const bytes = Buffer.from(await request.arrayBuffer())
    const signers = signersOf(bytes, request.headers.get('x-hub-signature-256') ?? '', accounts)
    const reader = { accounts: new Map(signers.map(({ id, name }) => [id, name])), log, now: clock.now(), isNews }
    return { delivery: readWebhook(parse(bytes), reader) }
  }
}

/** Meta asks once, when the address is entered. */
function shakeHands(query: URLSearchParams, accounts: WhatsAppAccount[]): Received {
  const challenge = query.get('hub.challenge')
  if (query.get('hub.mode') !== 'subscribe' || challenge === null) {
    throw new BadInputError('Meta sends its webhooks here. There is nothing to see')
  }
  const given = query.get('hub.verify_token') ?? ''
  if (!accounts.some(({ verifyToken }) => isSame(Buffer.from(verifyToken), Buffer.from(given)))) {
    throw new SignatureError('The verify token is not the one in WHATSAPP_VERIFY_TOKEN')
  }
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
  return { delivery: nothing, respond: () => new Response(challenge, { headers }) }
}

/**
 * The accounts whose app signed the raw bytes. Several numbers may belong to one app, and nobody speaks for those of another.
 * Throws SignatureError when there is none.
 */
function signersOf(body: Buffer, header: string, accounts: WhatsAppAccount[]): WhatsAppAccount[] {
  const [, hex] = /^sha256=([0-9a-f]{64})$/i.exec(header) ?? []
  if (!hex) {
    throw new SignatureError('The header X-Hub-Signature-256 must be "sha256=" and 64 hexadecimal digits')
  }
  const given = Buffer.from(hex, 'hex')
  const signers = accounts.filter(({ appSecret }) =>
    isSame(createHmac('sha256', appSecret).update(body).digest(), given),
  )
  if (signers.length > 0) return signers
  throw new SignatureError('X-Hub-Signature-256 does not fit. Check that WHATSAPP_APP_SECRET is the secret of the app')
}

/** In a time that tells nothing about where they differ. */
function isSame(right: Buffer, given: Buffer): boolean {
  return right.length === given.length && timingSafeEqual(right, given)
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    // The parser's own message quotes the customer's words.
    throw new BadInputError('The body is not valid JSON in UTF-8', { cause })
  }
}
