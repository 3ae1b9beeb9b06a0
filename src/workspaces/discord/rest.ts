import {
  DefaultRestOptions,
  DiscordAPIError,
  HTTPError,
  RateLimitError,
  REST,
  RESTEvents,
  Routes,
  type APIApplication,
  type APIUser,
  type RateLimitData,
  type RawFile,
  type RequestMethod,
  type RESTOptions,
  type RouteLike,
} from 'discord.js'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock, type Clock } from '../../clock.ts'
import { RetryableError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Attempt } from '../kit/network.ts'
import { failureOf, isTokenRefused, tokenFailure } from './failures.ts'

/** A card that is still under way by then is looked up. */
const usualTimeoutMs = 10_000
/** What carries files takes so many times as long: 24 MiB are much for some lines. */
const fileTimes = 3
/** What the client waits for by itself before a call; whoever must wait longer is told. */
const longestWaitMs = 3000
/** A token that Discord refuses is not shown to it again so long. */
const refusedMs = 5 * 60_000
/** Discord shuts out an address with 10,000 refused calls in ten minutes: https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit */
const mostInvalid = 5000
const invalidStep = 500

/** Who the token belongs to. */
export interface Identity {
  applicationId: string
  botUserId: string
  botName: string
  /** Anybody may invite it. */
  isPublic: boolean
  /** Ed25519, hexadecimal: what requests from Discord are signed with. */
  verifyKey: string
  /** Where Discord sends clicks; null: over the gateway. */
  interactionsUrl: string | null
}

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  route: RouteLike
  body?: unknown
  query?: URLSearchParams
  files?: RawFile[]
  /** False for calls that carry their own proof in the route. */
  auth?: boolean
}

export interface Rest {
  /** Every call to Discord goes through here. `what` completes "Discord can't …". Throws as `failureOf`. */
  ask<T>(attempt: Attempt, what: string, call: Call): Promise<T>
  /** The bot and its application; asked once, kept while it succeeds. Throws as `failureOf` a call. */
  identify(): Promise<Identity>
}

/** The same for every client: none of them sends anything twice after a failure. `timeoutMs`: for one try. */
export function restOptions(apiUrl: string, timeoutMs = usualTimeoutMs): Partial<RESTOptions> {
  return { api: apiUrl, version: '10', retries: 0, timeout: timeoutMs, makeRequest: requestWhole }
}

/**
 * Calls to https://docs.discord.com/developers/reference. Its client keeps to the limits of each route; nothing is sent
 * again but what was turned away as too much, once, after a short wait. `timeoutMs`: for a call, with the time that it
 * waits for others of its route; with files, three times as long.
 */
export function createRest({
  token,
  apiUrl,
  log,
  timeoutMs = usualTimeoutMs,
  clock = systemClock,
}: {
  token: string
  apiUrl: string
  log: Log
  timeoutMs?: number
  clock?: Clock
}): Rest & { isRefused(): boolean } {
  /** Waits before a call; whatever else the client asks about was turned away by Discord. */
  const waits = new WeakSet<RateLimitData>()
  function openClient(): REST {
    const opened = new REST({
      ...restOptions(apiUrl, fileTimes * timeoutMs),
      rejectOnRateLimit: (limit) => !waits.has(limit) || limit.timeToReset > longestWaitMs,
      invalidRequestWarningInterval: invalidStep,
    })
    opened.on(RESTEvents.RateLimited, (limit) => void waits.add(limit))
    opened.on(RESTEvents.InvalidRequestWarning, ({ count, remainingTime }) => {
      log.warn('discord refuses many calls', { count })
      if (count >= mostInvalid) pausedUntil = nowMs() + remainingTime
    })
    return opened
  }
  const client = openClient().setToken(token)
  /** The limit for everything at once is the bot's own, and no answer to a click counts towards it. */
  const answering = openClient()
  let refusedAt: number | null = null
  let pausedUntil = 0
  let identity: Promise<Identity> | null = null
  const nowMs = () => clock.now().getTime()

  const isRefused = () => refusedAt !== null && nowMs() - refusedAt < refusedMs

  function checkMayAsk(what: string, auth: boolean): void {
    const waitMs = pausedUntil - nowMs()
    if (waitMs > 0)
      throw new RetryableError(`Discord can't ${what}: it refused too many calls`, { retryAfterMs: waitMs })
    if (!auth || refusedAt === null) return
    if (isRefused()) throw tokenFailure((why) => `Discord can't ${what}: ${why}`)
    // The client forgets a token that was refused.
    refusedAt = null
    client.setToken(token)
  }

  async function send({ method, route, body, query, files, auth = true }: Call): Promise<unknown> {
    const signal = AbortSignal.timeout(files ? fileTimes * timeoutMs : timeoutMs)
    const request = () =>
      (auth ? client : answering).request({
        signal,
        // The client's enum has these very words for values.
        method: method as RequestMethod,
        fullRoute: route,
        body,
        auth,
        ...(query ? { query } : {}),
        ...(files ? { files } : {}),
      })
    try {
      return await request()
    } catch (error) {
      if (!(error instanceof RateLimitError) || error.retryAfter <= 0 || error.retryAfter > longestWaitMs) throw error
      await sleep(error.retryAfter)
      return await request()
    }
  }

  const rest: Rest = {
    async ask<T>(attempt: Attempt, what: string, call: Call): Promise<T> {
      const auth = call.auth ?? true
      checkMayAsk(what, auth)
      try {
        // What Discord answers to a route is documented; who needs more certainty parses it.
        return (await send(call)) as T
      } catch (error) {
        if (auth && isTokenRefused(error)) {
          if (refusedAt === null)
            log.error('discord refuses DISCORD_TOKEN', { action: 'Set it anew: Bot → Reset Token' })
          refusedAt = nowMs()
        }
        throw failureOf(attempt, what, withoutContent(error))
      }
    },
    identify() {
      identity ??= askIdentity(rest).catch((error: unknown) => {
        identity = null
        throw error
      })
      return identity
    },
  }
  return { ...rest, isRefused }
}

async function askIdentity(rest: Rest): Promise<Identity> {
  const what = 'tell whose token this is'
  const said = await rest.ask<APIApplication & { interactions_endpoint_url?: string | null }>('call', what, {
    method: 'GET',
    route: Routes.currentApplication(),
  })
  const bot = said.bot ?? (await rest.ask<APIUser>('call', what, { method: 'GET', route: Routes.user() }))
  return {
    applicationId: said.id,
    botUserId: bot.id,
    botName: bot.username ?? said.name,
    isPublic: said.bot_public,
    verifyKey: said.verify_key,
    interactionsUrl: said.interactions_endpoint_url || null,
  }
}

/** The client's own request, read to the end: its timeout ends with the headers, and a body may never come. */
const requestWhole: RESTOptions['makeRequest'] = async (url, init) => {
  const response = await DefaultRestOptions.makeRequest(url, init)
  const body = await response.arrayBuffer()
  const headers = new Headers()
  for (const [name, value] of response.headers) headers.append(name, value)
  return new Response(body.byteLength > 0 ? body : null, { status: response.status, headers })
}

/** The client's errors carry what was sent, and the token of an interaction in the address. */
function withoutContent(error: unknown): unknown {
  if (error instanceof DiscordAPIError || error instanceof HTTPError) {
    error.requestBody = { files: undefined, json: undefined }
    error.url = ''
  } else if (error instanceof RateLimitError) {
    error.url = ''
    error.majorParameter = ''
  }
  return error
}
