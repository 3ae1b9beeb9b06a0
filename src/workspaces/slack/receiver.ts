import type { App, Receiver } from '@slack/bolt'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { within } from '../../waiting.ts'
import type { Installation, Installations, Origin } from './installations.ts'

/** What came from Slack, over HTTP or a socket. */
export interface Incoming {
  body: Record<string, unknown>
  /** Tells Slack that it arrived; `said` answers a modal or a command. Only the first counts. */
  ack(said?: unknown): Promise<void>
  retryNum?: number | undefined
  retryReason?: string | undefined
}

export interface Intake {
  receiver: Receiver
  /** Hands it to the listeners. Resolves when they are done; what nobody acknowledged, Slack sends again. */
  take(incoming: Incoming): Promise<void>
  /** The installation that a payload was admitted for. */
  installationOf(body: object): Installation | null
  /** Resolves when every listener is done, or after `ms`. */
  idle(ms: number): Promise<void>
}

/** An event that is worked on for so long is not sent again meanwhile. */
const slowEventMs = 2000

/** What comes before Bolt's listeners, the same for both ways in. `start` and `stop` are those of the ways in. */
export function createIntake(
  { installations, log }: { installations: Installations; log: Log },
  transport: Pick<Receiver, 'start' | 'stop'>,
): Intake {
  let app: App | null = null
  const admitted = new WeakMap<object, Installation>()
  const running = new Set<Promise<void>>()

  async function process(incoming: Incoming): Promise<void> {
    const { body } = incoming
    const left = leftOf(body)
    // Before it is acknowledged: if it can't be stored now, Slack tells again.
    for (const id of left) await installations.forget(id, happenedAt(body))
    if (left.length > 0) log.info('slack workspace left', { ids: left })
    // Bolt acknowledges what it can't find an installation for, and then it is lost: so it is looked for here.
    const installation = await installations.receiving(originOf(body))
    if (!installation && left.length === 0) {
      log.info('slack event refused: not installed there', { ...originOf(body) })
      return incoming.ack()
    }
    if (installation) admitted.set(body, installation)
    if (body['type'] === 'event_callback') await hear(incoming)
    else await hand(incoming, (said) => incoming.ack(said))
  }

  async function hand({ body, retryNum, retryReason }: Incoming, ack: Incoming['ack']): Promise<void> {
    await app?.processEvent({
      body,
      ack,
      ...(retryNum === undefined ? {} : { retryNum }),
      ...(retryReason === undefined ? {} : { retryReason }),
    })
  }

  /** Bolt would acknowledge an event before its listeners ran, and what they fail at would be lost. */
  async function hear(incoming: Incoming): Promise<void> {
    const late = setTimeout(() => incoming.ack().catch(() => {}), slowEventMs)
    try {
      await hand(incoming, async () => {})
      await incoming.ack()
    } finally {
      clearTimeout(late)
    }
  }

  return {
    receiver: { ...transport, init: (given) => void (app = given) },
    async take(incoming) {
      const work = process(incoming).catch((error: unknown) => {
        log.warn('slack event not processed', { kind: kindOf(incoming.body), reason: messageOf(error) })
      })
      running.add(work)
      await work
      running.delete(work)
    },
    installationOf: (body) => admitted.get(body) ?? null,
    async idle(ms) {
      await within(Promise.all(running), ms)
    },
  }
}

const id = z.string().min(1).nullable().catch(null)
const named = z.object({ id, enterprise_id: id.optional() }).nullish().catch(null)
const payloadSchema = z.object({
  type: z.string().optional().catch(undefined),
  // Events and commands.
  team_id: id,
  enterprise_id: id,
  event_time: z.number().optional().catch(undefined),
  authorizations: z
    .array(z.object({ team_id: id, enterprise_id: id, is_enterprise_install: z.boolean().catch(false) }))
    .optional()
    .catch(undefined),
  event: z.looseObject({ type: z.string() }).optional().catch(undefined),
  // Clicks, modals, shortcuts.
  team: named,
  enterprise: named,
  user: z.object({ team_id: id }).nullish().catch(null),
  view: z.object({ app_installed_team_id: id }).nullish().catch(null),
})

/** Whose payload it is, as Slack's own client reads it. */
export function originOf(body: object): Origin {
  const { authorizations, view, team, user, enterprise, ...rest } = payloadSchema.parse(body)
  const [authorization] = authorizations ?? []
  return {
    team: authorization?.team_id ?? rest.team_id ?? view?.app_installed_team_id ?? team?.id ?? user?.team_id ?? null,
    enterprise: authorization?.enterprise_id ?? enterprise?.id ?? team?.enterprise_id ?? rest.enterprise_id ?? null,
  }
}

const revokedSchema = z.object({ tokens: z.object({ bot: z.array(z.string()).min(1) }) })

/** Where the app was removed, or its token revoked: ids of a workspace or an organisation. */
function leftOf(body: object): string[] {
  const { event, authorizations } = payloadSchema.parse(body)
  const isRevoked = event?.type === 'tokens_revoked' && revokedSchema.safeParse(event).success
  if (event?.type !== 'app_uninstalled' && !isRevoked) return []
  const { team, enterprise } = originOf(body)
  const left = authorizations?.[0]?.is_enterprise_install ? enterprise : (team ?? enterprise)
  return left ? [left] : []
}

/** Where Slack doesn't say, long after everything. */
function happenedAt(body: object): Date {
  const { event_time } = payloadSchema.parse(body)
  return new Date(event_time === undefined ? 8.64e15 : event_time * 1000)
}

/** For the log. */
function kindOf(body: object): string {
  const { type, event } = payloadSchema.parse(body)
  return event?.type ?? type ?? 'command'
}
