import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Env } from '../../../src/env.ts'
import { fail, readAll } from '../faults.ts'
import { ourNumber, ourSettings, signature, status, value, wamid, webhook } from './payloads.ts'
import { checkMessage, Refusal, type Template } from './requests.ts'

/** What goes wrong with a call. `before`: Meta never heard of it. `after`: it did it, and we don't get to know. */
export type Fault =
  | { kind: 'refused'; code: number; status?: number; subcode?: number; retryAfter?: number }
  | { kind: 'answered'; status: number; body: unknown }
  | { kind: 'status'; when: 'before' | 'after'; status: number; retryAfter?: number }
  | { kind: 'reset'; when: 'before' | 'after' }
  | { kind: 'silent'; when: 'before' | 'after' }
  /** Takes its time, then all is well. */
  | { kind: 'slow'; ms: number }

/** What is called: a message is sent, media is looked up, its file fetched, and so on. */
export type Endpoint = 'messages' | 'media' | 'file' | 'message_templates' | 'subscribed_apps' | 'number'

export interface SentMessage {
  /** The id that the peer gave it. */
  id: string
  /** A number without its plus sign, or a business-scoped id. */
  to: string
  /** The whole request. */
  body: Record<string, unknown>
}

export interface WhatsAppPeer {
  url: string
  /** Settings of a Deskbell that uses it. */
  env: Env
  /** Every message that the peer took, once each time that it did. */
  sent: SentMessage[]
  calls: Endpoint[]
  /** What happens to the next calls of an endpoint, one each. */
  fault(endpoint: Endpoint, ...faults: Fault[]): void
  /** Nothing goes wrong any more. */
  mend(): void
  /** To whom only templates may be sent. */
  closedFor: Set<string>
  templates: Template[]
  apps: unknown[]
  /** Puts a file where customers' files are. Returns its id. */
  addMedia(content: Uint8Array, mediaType: string, over?: { url?: string; file_size?: number }): string
  /** Deletes a file. */
  forgetMedia(mediaId: string): void
  /** Posts a webhook as Meta does, signed. */
  deliver(appUrl: string, body: unknown, secret?: string): Promise<Response>
  /** Tells what became of a message, in this order. */
  tell(appUrl: string, sent: SentMessage, ...states: string[]): Promise<Response>
  /** What Meta does when the address is entered. Returns what the address answered. */
  shakeHands(appUrl: string, verifyToken?: string): Promise<{ status: number; text: string }>
  close(): Promise<void>
}

/** Stands in for Meta: the Graph API as documented, strict about what it is sent, and signed webhooks. */
export async function startWhatsApp(): Promise<WhatsAppPeer> {
  const faults = new Map<Endpoint, Fault[]>()
  const media = new Map<string, { content: Uint8Array; mediaType: string; url?: string; file_size?: number }>()
  const sent: SentMessage[] = []
  const calls: Endpoint[] = []
  const closedFor = new Set<string>()
  const templates: Template[] = []
  const apps: unknown[] = [{ whatsapp_business_api_data: { id: '1', name: 'Deskbell' } }]
  let files = 0

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const content = await readAll(request)
    const path = new URL(request.url ?? '/', 'http://peer')
    const [, version, id = '', edge] = path.pathname.split('/')
    const endpoint = endpointOf(version, id, edge)
    calls.push(endpoint)
    const next = faults.get(endpoint)?.shift()
    if (next?.kind === 'slow') await pause(next.ms)
    const fault = next?.kind === 'slow' ? undefined : next
    if (fault?.kind === 'answered') return answer(response, fault.status, fault.body)
    if (fault?.kind === 'refused')
      return refuse(response, new Refusal(fault.code, fault.status, fault.subcode), fault.retryAfter)
    if (fault?.when === 'before') return spoil(fault, response)
    const then = () => {
      if (request.headers.authorization !== `Bearer ${ourNumber.accessToken}`) throw new Refusal(190, 401)
      return act(endpoint, id, path.searchParams, request, content)
    }
    try {
      const made = then()
      if (fault) return spoil(fault, response)
      if (!(made instanceof Uint8Array)) return answer(response, 200, made)
      response.writeHead(200, { 'content-type': media.get(id)?.mediaType ?? 'application/octet-stream' })
      response.end(made)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refuse(response, error)
    }
  }

  function endpointOf(version = '', id: string, edge: string | undefined): Endpoint {
    if (version === 'files') return 'file'
    if (edge === 'messages' || edge === 'message_templates' || edge === 'subscribed_apps') return edge
    return id === ourNumber.id ? 'number' : 'media'
  }

  function act(
    endpoint: Endpoint,
    id: string,
    query: URLSearchParams,
    request: IncomingMessage,
    content: Buffer,
  ): unknown {
    switch (endpoint) {
      case 'messages': {
        if (request.method !== 'POST' || id !== ourNumber.id) throw new Refusal(100, 400, 33)
        const to = checkMessage(request.headers['content-type'] ?? '', content, { templates, closedFor })
        const message = { id: wamid(), to, body: JSON.parse(content.toString()) as Record<string, unknown> }
        sent.push(message)
        const whom = to.includes('.') ? { user_id: to } : { wa_id: to }
        return {
          messaging_product: 'whatsapp',
          contacts: [{ input: to, ...whom }],
          messages: [{ id: message.id }],
        }
      }
      case 'number':
        return { id, display_phone_number: '+1 555-078-3881', verified_name: 'Bluebird', quality_rating: 'GREEN' }
      case 'subscribed_apps':
        if (id !== ourNumber.businessAccountId) throw new Refusal(100, 400, 33)
        return { data: apps }
      case 'message_templates': {
        if (id !== ourNumber.businessAccountId) throw new Refusal(100, 400, 33)
        const limit = Number(query.get('limit') ?? 25)
        const from = Number(query.get('after') ?? 0)
        const wanted = templates.filter((one) => !query.has('status') || one.status === query.get('status'))
        const more = from + limit < wanted.length
        return {
          data: wanted.slice(from, from + limit),
          paging: {
            cursors: { before: String(from), after: String(from + limit) },
            ...(more && { next: 'there is more' }),
          },
        }
      }
      case 'media': {
        const file = media.get(id)
        if (!file) throw new Refusal(100, 400, 33)
        const { content: bytes, mediaType, url = `${peer.url}/files/${id}`, file_size = bytes.byteLength } = file
        return { messaging_product: 'whatsapp', url, mime_type: mediaType, sha256: 'not checked', file_size, id }
      }
      case 'file': {
        const file = media.get(id)
        if (!file) throw new Refusal(0, 404)
        return file.content
      }
    }
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(502)
      response.end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const peer: WhatsAppPeer = {
    url,
    env: { ...ourSettings, WHATSAPP_API_URL: url },
    sent,
    calls,
    closedFor,
    templates,
    apps,
    fault: (endpoint, ...next) => void faults.set(endpoint, [...(faults.get(endpoint) ?? []), ...next]),
    mend: () => faults.clear(),
    addMedia(content, mediaType, over = {}) {
      const id = `20000000${++files}`
      media.set(id, { content, mediaType, ...over })
      return id
    },
    forgetMedia: (mediaId) => void media.delete(mediaId),
    deliver(appUrl, body, secret) {
      const bytes = JSON.stringify(body)
      const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature(bytes, secret) }
      return fetch(`${appUrl}/channels/whatsapp`, { method: 'POST', headers, body: bytes })
    },
    tell(appUrl, { id, body }, ...states) {
      const told = states.map((state) => {
        const over = {
          timestamp: String(Math.floor(Date.now() / 1000)),
          biz_opaque_callback_data: body['biz_opaque_callback_data'],
        }
        return status(id, state, over)
      })
      return peer.deliver(appUrl, webhook(value({ statuses: told })))
    },
    async shakeHands(appUrl, verifyToken = ourNumber.verifyToken) {
      const query = { 'hub.mode': 'subscribe', 'hub.challenge': '1158201444', 'hub.verify_token': verifyToken }
      const response = await fetch(`${appUrl}/channels/whatsapp?${new URLSearchParams(query)}`)
      return { status: response.status, text: await response.text() }
    },
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return peer
}

function spoil(fault: Extract<Fault, { when: string }>, response: ServerResponse): void {
  if (fault.kind === 'silent') return
  if (fault.kind === 'status' && fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter)
  fail(fault, response)
}

function refuse(response: ServerResponse, { code, status: httpStatus, subcode }: Refusal, retryAfter?: number): void {
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
  answer(response, httpStatus, {
    error: {
      message: `(#${code}) Not possible for 4917612345678`,
      type: 'OAuthException',
      code,
      ...(subcode && { error_subcode: subcode }),
      error_data: { messaging_product: 'whatsapp', details: 'Details about 4917612345678' },
      fbtrace_id: 'Az8or2yhqkZfEZ-_4Qn_Bam',
    },
  })
}

function answer(response: ServerResponse, httpStatus: number, body: unknown): void {
  response.writeHead(httpStatus, { 'content-type': 'application/json; charset=UTF-8' })
  response.end(JSON.stringify(body))
}
