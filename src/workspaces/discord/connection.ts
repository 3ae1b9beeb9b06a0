import { messageOf, PermanentError } from '../../errors.ts'
import { pause, within } from '../../waiting.ts'
import type { WorkspaceIo } from '../workspace.ts'
import { registerCommands } from './commands.ts'
import { checkIncoming } from './doctor.ts'
import type { DiscordConfig } from './env.ts'
import { createGateway } from './gateway.ts'
import type { Incoming } from './incoming.ts'
import { createIntake } from './intake.ts'
import { createHttpReceiver, interactionsPath } from './receiver-http.ts'
import { createRest, type Identity, type Rest } from './rest.ts'

/** Discord, as far as it is the same whatever is said there: who we are, and what comes in. */
export interface DiscordConnection {
  rest: Rest
  /** What people do, where it comes as requests; null for what isn't Discord's. */
  fetch(request: Request): Promise<Response | null>
  isReady(): boolean
  /** Waits for nothing of Discord's: what is wrong there is logged, and keeps nobody else from working. */
  start(): Promise<void>
  /** Resolves when everything that came in is done with, or after `ms`. */
  idle(ms: number): Promise<void>
  /** Takes nothing more, and lets finish what came in. */
  stop(): Promise<void>
}

export type ConnectionIo = Pick<WorkspaceIo, 'clock' | 'log' | 'publicUrl' | 'holdLease'>

const drainMs = 5000
/** Until what could not be looked at, or registered, is tried again. */
const tryAgainMs = 5 * 60_000
/** Discord may have been away for a moment: then not so long, at first. */
const firstAgainMs = 5000
/** Whoever could not connect is not ready for so long, unless it connects: longer than the pause until it is tried again. */
const brokenMs = 2 * 60_000

/** Connects nothing yet. `timeoutMs`: for one call to Discord. Throws ConfigError for a public key that is none. */
export function openConnection(
  config: DiscordConfig,
  io: ConnectionIo,
  parts: { handle: (incoming: Incoming) => Promise<void>; timeoutMs?: number },
): DiscordConnection {
  const { token, apiUrl, guilds, publicKey } = config
  const { log, clock } = io
  const { handle, timeoutMs } = parts
  const rest = createRest({ token, apiUrl, log, clock, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
  const intake = createIntake({ log, handle })
  const receive = publicKey === null ? null : createHttpReceiver({ publicKey, clock, take: intake.take })
  const gateway = publicKey === null ? createGateway({ token, apiUrl, rest, log, take: intake.take, onJoin }) : null

  let running: AbortController | null = null
  /** This replica is the one that listens. */
  let isHolder = false
  let brokenAt: number | null = null
  /** Nothing that people do arrives here, however well it is connected. */
  let isDeaf = false
  let holding: Promise<void> = Promise.resolve()

  async function listen(signal: AbortSignal): Promise<void> {
    if (!gateway) return
    await io.holdLease('gateway', signal, async (held) => {
      isHolder = true
      try {
        await gateway.run(held)
      } catch (error) {
        brokenAt = clock.now().getTime()
        throw error
      } finally {
        isHolder = false
      }
    })
  }

  /** Who doesn't listen is ready as long as another may; until then, nobody is known to hear anything. */
  function isListening(): boolean {
    if (!gateway || gateway.isConnected()) return true
    return !isHolder && (brokenAt === null || clock.now().getTime() - brokenAt > brokenMs)
  }

  function onJoin(guild: string): void {
    if (guilds.includes(guild)) void registerCommands(rest, [guild], log)
    else log.warn('discord server is not in DISCORD_GUILDS: nobody there can use Deskbell', { guild })
  }

  async function lookAtWayIn(identity: Identity): Promise<void> {
    isDeaf = isWayInWrong(identity, publicKey)
    await checkIncoming({ config, io }, identity).catch((error: unknown) => {
      if (!(error instanceof PermanentError)) throw error
      log.error('discord is not set up', { reason: error.message, action: error.action })
    })
  }

  async function prepare(signal: AbortSignal): Promise<void> {
    let left: readonly string[] = guilds
    let isChecked = false
    let soonMs = firstAgainMs
    while (!signal.aborted && (left.length > 0 || !isChecked)) {
      try {
        const identity = await rest.identify()
        if (!isChecked) await lookAtWayIn(identity)
        isChecked = true
        left = await registerCommands(rest, left, log)
      } catch (error) {
        log.warn('discord was not looked at; trying again', { reason: messageOf(error) })
        await pause(soonMs, signal)
        soonMs = Math.min(2 * soonMs, tryAgainMs)
        continue
      }
      if (left.length > 0) await pause(tryAgainMs, signal)
    }
  }

  return {
    rest,
    async fetch(request) {
      const isOurs = receive !== null && new URL(request.url).pathname === interactionsPath
      if (isOurs && !running) return new Response('Deskbell is starting or stopping', { status: 503 })
      return (await receive?.(request)) ?? null
    },
    isReady: () => running !== null && !isDeaf && !rest.isRefused() && isListening(),
    async start() {
      running = new AbortController()
      const { signal } = running
      holding = listen(signal).catch((error: unknown) =>
        log.error('discord is not heard', { reason: messageOf(error) }),
      )
      void prepare(signal)
    },
    idle: intake.idle,
    async stop() {
      running?.abort()
      running = null
      await within(holding, drainMs)
      await intake.idle(drainMs)
    },
  }
}

/**
 * Discord sends what people do either over the gateway or to the address. Only what a new start mends counts: an address
 * that is not entered yet can be entered while it runs.
 */
function isWayInWrong({ verifyKey, interactionsUrl }: Identity, publicKey: string | null): boolean {
  return publicKey === null ? interactionsUrl !== null : publicKey.toLowerCase() !== verifyKey.toLowerCase()
}
