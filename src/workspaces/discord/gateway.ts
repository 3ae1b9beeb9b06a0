import {
  Client,
  DiscordjsErrorCodes,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  Options,
  Routes,
  SimpleShardingStrategy,
  WebSocketShardStatus,
  type APIInteraction,
  type APIInteractionResponse,
  type ClientOptions,
} from 'discord.js'
import { z } from 'zod'
import { PermanentError, RetryableError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { pause, within } from '../../waiting.ts'
import { codeOf, failureOf } from './failures.ts'
import type { Take } from './incoming.ts'
import { restOptions, type Rest } from './rest.ts'

export interface Gateway {
  /**
   * Connects, and keeps connected until `signal` aborts; then it resolves. Rejects when it has to be started anew: RetryableError
   * when Discord can't be reached, PermanentError when Discord wants nothing to do with this bot, which is told only after a pause.
   */
  run(signal: AbortSignal): Promise<void>
  /** True while everything that people do arrives. */
  isConnected(): boolean
}

interface Parts {
  token: string
  apiUrl: string
  rest: Pick<Rest, 'ask'>
  log: Log
  take: Take
  /** The bot was let into a server. */
  onJoin?(guild: string): void
  /** A token that Discord refuses is not shown to it again so long. */
  refusedMs?: number
  /** A connection that could not be made anew for so long is begun from the start, with the address asked for again. */
  silentMs?: number
}

/** For the line; until the first word it may take as long again. */
const handshakeMs = 10_000
/** A stop waits no longer for a line to end, which it does all the same. */
const closingMs = 1000
const alreadyAnswered = 40060

/**
 * https://docs.discord.com/developers/events/gateway. The client resumes by itself after a break, and Discord tells again what
 * happened meanwhile; what it doesn't tell again is pressed again, for an answer is due within 3 s.
 */
export function createGateway({
  token,
  apiUrl,
  rest,
  log,
  take,
  onJoin = () => {},
  refusedMs = 5 * 60_000,
  silentMs = 2 * 60_000,
}: Parts): Gateway {
  let isConnected = false

  /** Sent once more where it may have got lost: nobody sees an answer twice. */
  async function respond({ id, token: proof }: APIInteraction, first: APIInteractionResponse): Promise<void> {
    const send = () =>
      rest.ask('call', 'take this answer', {
        method: 'POST',
        route: Routes.interactionCallback(id, proof),
        body: first,
        auth: false,
      })
    try {
      await send()
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error
      await send().catch((again: unknown) => {
        if (codeOf(again) !== alreadyAnswered) throw again
      })
    }
  }

  /** Until it breaks for good, or `signal` aborts. */
  async function session(signal: AbortSignal): Promise<void> {
    const ended = Promise.withResolvers<void>()
    let isOver = false
    let silence: NodeJS.Timeout | undefined
    const tellTrouble = (error: Error) => log.debug('discord client failed', { reason: error.message })
    const hear = (interaction: APIInteraction) => {
      if (!isOver) void take({ interaction, respond: (first) => respond(interaction, first) })
    }
    const { client, close } = openClient(apiUrl, hear, tellTrouble)
    const awaitConnection = () => {
      silence ??= setTimeout(() => ended.reject(new RetryableError('Discord was away too long')), silentMs)
    }
    const connected = (fact: string) => () => {
      clearTimeout(silence)
      silence = undefined
      isConnected = true
      log.info(fact)
    }
    const stop = () => ended.resolve()
    signal.addEventListener('abort', stop, { once: true })
    client.ws.on(GatewayDispatchEvents.Ready, connected('discord connected'))
    client.ws.on(GatewayDispatchEvents.Resumed, connected('discord connected again'))
    client.on(Events.ShardReconnecting, () => {
      if (isOver) return
      if (isConnected) log.info('discord connection lost; trying again')
      isConnected = false
      awaitConnection()
    })
    client.on(Events.ShardDisconnect, ({ code }) => ended.reject(refusal(`close code ${code}`)))
    client.on(Events.GuildCreate, ({ id }) => {
      log.info('discord server joined', { guild: id })
      onJoin(id)
    })
    client.on(Events.GuildDelete, ({ id }) => log.warn('discord server left', { guild: id }))
    client.on(Events.Error, tellTrouble)
    client.on(Events.ShardError, tellTrouble)
    awaitConnection()
    client.login(token).catch((error: unknown) => {
      const isRefused = error instanceof Error && 'code' in error && error.code === DiscordjsErrorCodes.TokenInvalid
      ended.reject(
        isRefused ? refusal('invalid token') : (exhaustion(error) ?? failureOf('call', 'be connected to', error)),
      )
    })
    try {
      await ended.promise
    } finally {
      isOver = true
      isConnected = false
      clearTimeout(silence)
      signal.removeEventListener('abort', stop)
      await within(close(), closingMs)
    }
  }

  return {
    isConnected: () => isConnected,
    async run(signal) {
      if (signal.aborted) return
      try {
        await session(signal)
      } catch (error) {
        if (!(error instanceof PermanentError)) throw error
        log.error('discord refuses the connection', { reason: error.message, action: error.action })
        await pause(refusedMs, signal)
        if (!signal.aborted) throw error
      }
    },
  }
}

/** Of all that keeps it from connecting, what the client tells in words alone. Null for what is something else. */
function exhaustion(error: unknown): RetryableError | null {
  const [, at] =
    (error instanceof Error && /^Not enough sessions remaining.*resets at (\S+)$/.exec(error.message)) || []
  return at ? new RetryableError(`Discord lets the bot connect again at ${at}: it did too often today`) : null
}

function refusal(why: string): PermanentError {
  return new PermanentError(`Discord refuses the bot (${why})`, {
    action: 'Set DISCORD_TOKEN anew (Bot → Reset Token), and start Deskbell again',
  })
}

/** The client keeps nothing that Deskbell doesn't need: most of it is asked for when it matters. */
const uncached = [
  'ApplicationCommandManager',
  'ApplicationEmojiManager',
  'AutoModerationRuleManager',
  'BaseGuildEmojiManager',
  'DMMessageManager',
  'EntitlementManager',
  'GuildBanManager',
  'GuildEmojiManager',
  'GuildForumThreadManager',
  'GuildInviteManager',
  'GuildMemberManager',
  'GuildMessageManager',
  'GuildScheduledEventManager',
  'GuildSoundboardSoundManager',
  'GuildStickerManager',
  'GuildTextThreadManager',
  'MessageManager',
  'PresenceManager',
  'ReactionManager',
  'ReactionUserManager',
  'StageInstanceManager',
  'ThreadManager',
  'ThreadMemberManager',
  'UserManager',
  'VoiceStateManager',
] as const

/** One connection for all servers: more are needed only beyond 2,500 of them. */
function openClient(
  apiUrl: string,
  onInteraction: (interaction: APIInteraction) => void,
  onTrouble: (error: Error) => void,
): { client: Client; close(): Promise<void> } {
  let isClosed = false
  /** Discord has said its first word on the line. */
  let isOpen = false
  let onLine = () => {}
  let strategy: SimpleShardingStrategy | null = null
  const options: ClientOptions = {
    intents: [GatewayIntentBits.Guilds],
    shards: [0],
    shardCount: 1,
    waitGuildTimeout: 0,
    makeCache: Options.cacheWithLimits(Object.fromEntries(uncached.map((name) => [name, 0]))),
    rest: { ...restOptions(apiUrl), rejectOnRateLimit: () => true },
    ws: {
      buildStrategy(manager) {
        const { retrieveSessionInfo } = manager.options
        Object.assign(manager.options, {
          handshakeTimeout: handshakeMs,
          helloTimeout: 2 * handshakeMs,
          // A connection that is closed while it is being made comes back half a second later, for good. It asks for
          // its session first: that one never gets.
          retrieveSessionInfo: (shard: number) => (isClosed ? new Promise(() => {}) : retrieveSessionInfo(shard)),
        })
        // What the client can't make sense of in an event would end the process; interactions it needn't even see.
        const emit: (...event: unknown[]) => boolean = manager.emit.bind(manager)
        manager.emit = (...event: unknown[]) => {
          const [name] = event
          if (name === 'hello' || name === 'closed' || name === 'error') {
            isOpen = name === 'hello'
            onLine()
          }
          try {
            const interaction = interactionOf(event)
            if (!interaction) return emit(...event)
            onInteraction(interaction)
          } catch (error) {
            onTrouble(error instanceof Error ? error : new Error(String(error)))
          }
          return true
        }
        strategy = new SimpleShardingStrategy(manager)
        return strategy
      },
    },
  }
  const client = new Client(options)
  return {
    client,
    async close() {
      isClosed = true
      const status = await strategy?.fetchStatus()
      // What fails of a line that the client let go while it was being made would end the process.
      if (!isOpen && status?.get(0) === WebSocketShardStatus.Connecting)
        await new Promise<void>((resolve) => void (onLine = resolve))
      await client.destroy()
    },
  }
}

const dispatchSchema = z.tuple([
  z.literal('dispatch'),
  z.object({ data: z.object({ t: z.literal(GatewayDispatchEvents.InteractionCreate), d: z.unknown() }) }),
])

/** Null for every other event. */
function interactionOf(event: unknown[]): APIInteraction | null {
  const { data } = dispatchSchema.safeParse(event)
  // Discord's own, and as Discord documents it.
  return data ? (data[1].data.d as APIInteraction) : null
}
