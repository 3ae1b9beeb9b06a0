import { webApi, type Logger, type LogLevel } from '@slack/bolt'
import type { Log } from '../../log.ts'
import { asking } from './failures.ts'

/** Slack gives up on us sooner than this; a card that is still under way by then is looked up. */
const usualTimeoutMs = 10_000

/** Who a token belongs to. */
export interface Identity {
  team: string
  teamName: string
  /** Where the workspace is reached: `https://acme.slack.com/`. */
  site: string | null
  /** Set when it was installed for a whole organisation. */
  enterprise: string | null
  botUserId: string
  /** The name that people invite. */
  botName: string
  botId: string | null
  /** What it may do; null where Slack doesn't say. */
  scopes: string[] | null
}

export interface Web {
  /** For calls in the workspace `team`; without a token for those that carry their own proof. */
  client(token?: string, team?: string): webApi.WebClient
  /** Asked once per token. Throws as `failureOf` a call. */
  identify(token: string): Promise<Identity>
  options: webApi.WebClientOptions
}

/**
 * Clients of the Web API. Their own retries are off: they would post a card again after a reset, and stop every room
 * for the sake of one.
 */
export function createWeb({
  apiUrl,
  log,
  timeoutMs = usualTimeoutMs,
}: {
  apiUrl: string
  log: Log
  timeoutMs?: number
}): Web {
  const options: webApi.WebClientOptions = {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    logger: slackLogger(log),
  }
  const clients = new Map<string, webApi.WebClient>()
  const identities = new Map<string, Promise<Identity>>()

  const client: Web['client'] = (token, team) => {
    if (!token) return new webApi.WebClient(undefined, options)
    const key = `${token}\n${team ?? ''}`
    const known = clients.get(key)
    if (known) return known
    const made = new webApi.WebClient(token, { ...options, ...(team ? { teamId: team } : {}) })
    clients.set(key, made)
    return made
  }

  return {
    options,
    client,
    identify(token) {
      const asked = identities.get(token) ?? askIdentity(client(token))
      identities.set(token, asked)
      asked.catch(() => identities.delete(token))
      return asked
    },
  }
}

async function askIdentity(web: webApi.WebClient): Promise<Identity> {
  const said = await asking('call', 'tell whose token this is', () => web.auth.test())
  return {
    team: said.team_id ?? '',
    teamName: said.team ?? said.team_id ?? 'Slack',
    site: said.url ?? null,
    enterprise: said.is_enterprise_install ? (said.enterprise_id ?? null) : null,
    botUserId: said.user_id ?? '',
    botName: said.user ?? 'Deskbell',
    botId: said.bot_id ?? null,
    scopes: said.response_metadata?.scopes ?? null,
  }
}

/** The client's own log, in ours. Its lower levels quote messages, and stay out. */
export function slackLogger(log: Log): Logger {
  const own = log.child({ part: 'slack' })
  const say = (parts: unknown[]) =>
    parts
      .map((part) => (part instanceof Error ? part.message : String(part)))
      .join(' ')
      .slice(0, 500)
  return {
    debug() {},
    info() {},
    warn: (...parts: unknown[]) => own.debug(say(parts)),
    error: (...parts: unknown[]) => own.warn(say(parts)),
    setLevel() {},
    setName() {},
    getLevel: () => warnLevel,
  }
}

/** The client's enum has no value that type stripping could import without loading it. */
const warnLevel = 'warn' as LogLevel
