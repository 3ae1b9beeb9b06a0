import { reportAccount } from '../accounts/broken.ts'
import type { Delivery, Recorded } from '../channels/channel.ts'
import type { Context } from '../context.ts'
import { isDatabaseDown } from '../db/client.ts'
import { NotFoundError } from '../errors.ts'
import { record, type Arrival, type RecordContext } from './record.ts'

/** Resolves once the delivery is committed. Throws what the database throws; then nothing of it was stored. */
export type Deliver = (channelId: string, delivery: Delivery) => Promise<Recorded>

export interface Intake {
  deliver: Deliver
  /** Resolves once nothing is left to commit. */
  idle(): Promise<void>
}

interface Waiting {
  arrival: Arrival
  resolve(recorded: Recorded): void
  reject(error: unknown): void
}

const batchLimit = 200

/**
 * Records deliveries in groups: what arrives while one transaction commits goes into the next together,
 * so that a burst costs a few commits and a single delivery waits for nobody.
 */
export function createIntake(ctx: RecordContext & Pick<Context, 'metrics' | 'log' | 'workspaces'>): Intake {
  let waiting: Waiting[] = []
  let running: Promise<void> | null = null

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchLimit)
      waiting = waiting.slice(batchLimit)
      await commit(batch)
    }
    running = null
  }

  async function commit(batch: Waiting[]): Promise<void> {
    try {
      const recorded = await record(
        ctx,
        batch.map(({ arrival }) => arrival),
      )
      batch.forEach((one, index) => settle(one, recorded[index] ?? { interactions: [] }))
    } catch (error) {
      // One that can't be stored must not take the others with it.
      if (batch.length > 1 && !isDatabaseDown(error)) for (const one of batch) await commit([one])
      else for (const one of batch) one.reject(error)
    }
  }

  function settle({ arrival, resolve }: Waiting, recorded: Recorded): void {
    for (const { id, conversationId, isDuplicate } of recorded.interactions) {
      ctx.metrics.interactions.inc({ channel: arrival.channel.id, outcome: isDuplicate ? 'duplicate' : 'recorded' })
      ctx.log.info(isDuplicate ? 'interaction came again' : 'interaction recorded', {
        channel: arrival.channel.id,
        interactionId: id,
        conversationId,
      })
    }
    resolve(recorded)
  }

  return {
    async deliver(channelId, delivery) {
      const channel = ctx.channels.get(channelId)
      if (!channel) throw new NotFoundError(`There is no channel "${channelId}"`)
      // First: a reply that failed for that reason is held then, and not sent again in vain.
      for (const { account, problem } of delivery.broken ?? []) await reportAccount(ctx, channelId, account, problem)
      return new Promise((resolve, reject) => {
        waiting.push({ arrival: { channel, delivery }, resolve, reject })
        running ??= run()
      })
    },
    idle: async () => running ?? undefined,
  }
}
