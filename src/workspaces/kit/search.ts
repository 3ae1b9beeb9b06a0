import { RetryableError } from '../../errors.ts'

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

/** Not to be found is to be not there, once it is late enough. Throws RetryableError before. */
export function checkSettled(since: Date, now: Date): void {
  const waitMs = since.getTime() + settledAfterMs - now.getTime()
  if (waitMs > 0) throw new RetryableError('It is too early to tell', { retryAfterMs: waitMs })
}
