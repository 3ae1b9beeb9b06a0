import type { Assistant } from './assistant/assistant.ts'
import type { Channel, Limits, OpenChannel } from './channels/channel.ts'
import type { Clock } from './clock.ts'
import type { Db } from './db/client.ts'
import type { Signals } from './db/signals.ts'
import type { Queue } from './jobs/queue.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Workspace } from './workspaces/workspace.ts'

/** A channel that is switched on. */
export interface ActiveChannel {
  id: string
  name: string
  limits: Limits
  type: Channel
  open: OpenChannel
}

/** As the team knows an account; its id where the channel doesn't know it, or is off. */
export function accountName(channel: ActiveChannel | undefined, account: string): string {
  return channel?.open.accounts.find(({ id }) => id === account)?.name ?? account
}

/** What a verb may ask for. Each names what it needs: `Pick<Context, 'db' | 'clock'>`. */
export interface Context {
  db: Db
  queue: Queue
  signals: Signals
  clock: Clock
  log: Log
  metrics: Metrics
  newId(): string
  /** A key of the installation's own; the same on every replica, and after a restart. */
  key(purpose: string): Buffer
  channels: ReadonlyMap<string, ActiveChannel>
  workspaces: ReadonlyMap<string, Workspace>
  assistant: Assistant
}
