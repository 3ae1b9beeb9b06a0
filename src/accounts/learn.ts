import type { Context } from '../context.ts'
import { messageOf } from '../errors.ts'
import { pause } from '../waiting.ts'

const pauseMs = 5 * 60_000

/**
 * Has channels ask for what the settings leave out of their accounts, until `signal` aborts. Every process does: only one reads
 * what comes in, and any may draw its cards. Never rejects.
 */
export async function learnAccounts(
  { channels, log }: Pick<Context, 'channels' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    [...channels.values()].map(async ({ id, open }) => {
      while (open.learnAccounts && !signal.aborted) {
        await open.learnAccounts(signal).catch((error: unknown) => {
          if (!signal.aborted)
            log.warn('the names of accounts could not be had', { channel: id, error: messageOf(error) })
        })
        await pause(pauseMs, signal)
      }
    }),
  )
}
