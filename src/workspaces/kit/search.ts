import { GoneError, messageOf, RetryableError } from '../../errors.ts'
import type { WorkspaceIo } from '../workspace.ts'

/** The platform's clock may differ from ours. */
const skewMs = 2 * 60_000
/** A post that has been under way for less than this may still arrive. */
const settledAfterMs = 15_000
/** A post that has been under way for longer than this, with the clocks apart, is not that of this attempt. */
const latestMs = 10 * 60_000

/** When a post that was begun at `since` can have appeared. A room is busy: what was said long after would take too many pages. */
export function searchWindow(since: Date): { fromMs: number; toMs: number } {
  return { fromMs: since.getTime() - skewMs, toMs: since.getTime() + latestMs }
}

interface Search<Found> {
  /** "Slack", for the messages. */
  platform: string
  /** As in `Place`. */
  key: string
  since: Date
  io: Pick<WorkspaceIo, 'clock' | 'log'>
  /** Every post with the key, the oldest first. */
  findAll(): Promise<Found[]>
  remove(double: Found): Promise<unknown>
}

/** The post with a key, and takes its doubles away: as `Workspace.find`, and throws as it. */
export async function findPost<Found>({
  platform,
  key,
  since,
  io,
  findAll,
  remove,
}: Search<Found>): Promise<Found | null> {
  try {
    const [first, ...doubles] = await findAll()
    for (const double of doubles)
      await remove(double).catch((error: unknown) =>
        io.log.warn(`a double stays in ${platform}`, { key, reason: messageOf(error) }),
      )
    if (first) return first
  } catch (error) {
    // A room that we can't look into holds nothing that anybody could act on through us.
    if (error instanceof GoneError) return null
    if (error instanceof RetryableError) throw error
    throw new RetryableError(`${platform} can't tell whether a message is there`, { cause: error })
  }
  checkSettled(since, io.clock.now())
  return null
}

/** Not to be found is to be not there, once it is late enough. Throws RetryableError before. */
function checkSettled(since: Date, now: Date): void {
  const waitMs = since.getTime() + settledAfterMs - now.getTime()
  if (waitMs > 0) throw new RetryableError('It is too early to tell', { retryAfterMs: waitMs })
}
