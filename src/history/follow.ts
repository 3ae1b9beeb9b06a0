import type { Context } from '../context.ts'
import { messageOf } from '../errors.ts'
import { pause, within } from '../waiting.ts'
import { indexHistory } from './index-history.ts'

const batchSize = 100
const pauseMs = 1000

/** However busy the process is. */
const longestYieldMs = 1000

/**
 * Has history follow the conversations, a second behind, until `signal` aborts. On as many replicas as there are. Never rejects: a database
 * that is down is waited for. `idle`: resolves once there is nothing more urgent to do.
 */
export async function followHistory(
  ctx: Pick<Context, 'db' | 'clock' | 'log'>,
  signal: AbortSignal,
  idle: () => Promise<void>,
): Promise<void> {
  let isFailing = false
  while (!signal.aborted) {
    let done = 0
    try {
      await within(idle(), longestYieldMs)
      done = await indexHistory(ctx, batchSize)
      if (isFailing) ctx.log.info('history is indexed again')
      isFailing = false
    } catch (error) {
      if (signal.aborted) return
      if (!isFailing) ctx.log.warn('history is not indexed', { error: messageOf(error) })
      isFailing = true
    }
    // A few at a time wait for more: a message is triaged, drafted and answered in several changes.
    if (done < batchSize) await pause(pauseMs, signal)
  }
}
