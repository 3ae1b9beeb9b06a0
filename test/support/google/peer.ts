import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Env } from '../../../src/env.ts'
import { fail, readAll } from '../faults.ts'
import { createPushTokens, pushBody } from './push-tokens.ts'
import { createReviews } from './reviews.ts'

const account = 'accounts/123'
const mostBytes = 4096
const photo = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')

/** What goes wrong with a call. `lost`: Google does it, and the answer gets lost. */
export type Fault =
  | { kind: 'status'; status: number }
  | { kind: 'reset' }
  | { kind: 'lost' }
  | { kind: 'silent' }
  /** Takes its time, then all is well. */
  | { kind: 'slow'; ms: number }
  | { kind: 'error'; status: number; body: unknown; headers?: Record<string, string> }

export interface Call {
  method: string
  /** With its query. */
  path: string
  body: string
}

/** A refusal in the shape that all of Google's APIs share. */
export const refusal = (code: number, status: string, message = status, details: object[] = []) => ({
  error: { code, status, message, details },
})

export type GooglePeer = Awaited<ReturnType<typeof startGoogle>>

/**
 * A local Google: OAuth, Business Profile reviews with moderation that the test moves, names of locations, photos, signing keys,
 * and pushes. Refuses whatever the documentation doesn't allow.
 */
export async function startGoogle(now: () => Date = () => new Date()) {
  const push = {
    audience: 'https://desk.example.com/channels/google-reviews',
    email: 'pusher@bluebird.iam.gserviceaccount.com',
  }
  const state = {
    locations: new Map([['456', 'Mill Street']]),
    calls: [] as Call[],
    /** Asked before each call; null: all is well. */
    fault: (_call: Call): Fault | null => null,
    isRefreshTokenGood: true,
    tokenSeconds: 3600,
    /** Photos whose address no longer works. */
    expired: new Set<string>(),
    /** What is in a photo, by its name; in others something short. */
    photos: new Map<string, { content: Uint8Array; mediaType: string }>(),
    /** What a reply becomes at first. */
    firstState: 'PENDING' as string | null,
  }
  const accessTokens = new Map<string, number>()
  let tokens = 0
  let url = ''
  const reviews = createReviews(account, now, () => url)
  const signer = await createPushTokens(now, push)

  function grant(call: Call): [number, unknown] {
    const form = new URLSearchParams(call.body)
    const isClient = form.get('client_id') === 'client-1' && form.get('client_secret') === 'secret-1'
    if (!isClient) return [401, { error: 'invalid_client', error_description: 'The OAuth client was not found.' }]
    if (form.get('grant_type') !== 'refresh_token') return [400, { error: 'unsupported_grant_type' }]
    if (!state.isRefreshTokenGood || form.get('refresh_token') !== 'refresh-1')
      return [400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }]
    const accessToken = `access-${++tokens}`
    accessTokens.set(accessToken, now().getTime() + state.tokenSeconds * 1000)
    return [200, { access_token: accessToken, expires_in: state.tokenSeconds, token_type: 'Bearer' }]
  }

  function listReviews(location: string, query: URLSearchParams): [number, unknown] {
    const size = Number(query.get('pageSize') ?? 50)
    const isAllowed =
      size >= 1 && size <= 50 && ['updateTime desc', 'rating', 'rating desc', null].includes(query.get('orderBy'))
    const known = [...query.keys()].every((key) => ['pageSize', 'pageToken', 'orderBy'].includes(key))
    if (!isAllowed || !known) return [400, refusal(400, 'INVALID_ARGUMENT')]
    if (!state.locations.has(location)) return [404, refusal(404, 'NOT_FOUND')]
    const all = reviews.listed(location)
    const from = Number(query.get('pageToken')?.replace('page-', '') ?? 0)
    const next = from + size
    return [
      200,
      {
        ...(all.length > 0 && { reviews: all.slice(from, next), averageRating: 4, totalReviewCount: all.length }),
        ...(next < all.length && { nextPageToken: `page-${next}` }),
      },
    ]
  }

  function putReply(name: string, body: string): [number, unknown] {
    const review = reviews.all.get(name)
    if (!review) return [404, refusal(404, 'NOT_FOUND')]
    const given = JSON.parse(body) as Record<string, unknown>
    const { comment } = given
    if (
      typeof comment !== 'string' ||
      comment === '' ||
      Object.keys(given).length > 1 ||
      Buffer.byteLength(comment) > mostBytes
    )
      return [400, refusal(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.')]
    const reply = {
      comment,
      updateTime: now().toISOString(),
      ...(state.firstState && { reviewReplyState: state.firstState }),
    }
    review.reviewReply = reply
    return [200, reply]
  }

  function answer(call: Call, authorization: string): [number, unknown] {
    const { pathname, searchParams } = new URL(call.path, 'http://peer')
    const { method } = call
    if (method === 'POST' && pathname === '/token') return grant(call)
    if (method === 'GET' && pathname === '/oauth2/v3/certs') return [200, signer.keySet]
    const until = accessTokens.get(authorization.replace(/^Bearer /, ''))
    if (until === undefined || until <= now().getTime()) return [401, refusal(401, 'UNAUTHENTICATED')]
    if (method === 'GET' && pathname === `/v1/${account}/locations`) {
      if (searchParams.get('readMask') !== 'name,title') return [400, refusal(400, 'INVALID_ARGUMENT')]
      return [200, { locations: [...state.locations].map(([id, title]) => ({ name: `locations/${id}`, title })) }]
    }
    const path = pathname.replace('/v4/', '')
    const [, location] = /^accounts\/123\/locations\/(\d+)\/reviews$/.exec(path) ?? []
    if (method === 'GET' && location) return listReviews(location, searchParams)
    if (method === 'PUT' && path.endsWith('/reply')) return putReply(path.replace(/\/reply$/, ''), call.body)
    const review = method === 'GET' ? reviews.all.get(path) : undefined
    return review ? [200, review] : [404, refusal(404, 'NOT_FOUND', 'Requested entity was not found.')]
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readAll(request)).toString('utf8')
    const call = { method: request.method ?? '', path: request.url ?? '', body }
    state.calls.push(call)
    const send = (status: number, value: unknown, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify(value))
    }
    const next = state.fault(call)
    if (next?.kind === 'slow') await pause(next.ms)
    const fault = next?.kind === 'slow' ? null : next
    if (fault?.kind === 'error') return send(fault.status, fault.body, fault.headers)
    if (fault?.kind === 'silent') return
    if (fault && fault.kind !== 'lost') return fail(fault, response)
    const name = /^\/photos\/([^?]+)/.exec(call.path)?.[1]
    if (name) {
      const isThere = !state.expired.has(name)
      const { content, mediaType } = state.photos.get(name) ?? { content: photo, mediaType: 'image/jpeg' }
      response.writeHead(isThere ? 200 : 403, { 'content-type': isThere ? mediaType : 'text/html' })
      response.end(isThere ? content : '')
      return
    }
    const [status, value] = answer(call, request.headers.authorization ?? '')
    if (fault) return fail({ kind: 'reset' }, response)
    send(status, value)
  }

  const server = createServer((request, response) => void handle(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    /** What the test may change. */
    state,
    url,
    account,
    reviews,
    photo,
    /** Settings that make the channel talk to this peer. */
    env: {
      GOOGLE_REVIEWS_ACCOUNT: account,
      GOOGLE_REVIEWS_CLIENT_ID: 'client-1',
      GOOGLE_REVIEWS_CLIENT_SECRET: 'secret-1',
      GOOGLE_REVIEWS_REFRESH_TOKEN: 'refresh-1',
      GOOGLE_REVIEWS_PUSH_AUDIENCE: push.audience,
      GOOGLE_REVIEWS_PUSH_EMAIL: push.email,
      GOOGLE_REVIEWS_API_URL: url,
    } satisfies Env,
    mint: signer.mint,
    /** Google takes back all access tokens. */
    forgetTokens: () => accessTokens.clear(),
    /** A push about a review, ready to be sent. */
    async pushed(target: string, notification: object, token?: string): Promise<Request> {
      const authorization = `Bearer ${token ?? (await signer.mint())}`
      const headers = { authorization, 'content-type': 'application/json' }
      return new Request(target, { method: 'POST', headers, body: pushBody(notification) })
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
