import { PermanentError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Assistant, Written } from './assistant.ts'

/**
 * Lets `second` do what `first` could not: PermanentError's message becomes `Written.fallback`.
 * Anything else is thrown on, an abort by the caller too.
 */
export function withFallback(first: Assistant, second: Assistant, log: Log): Assistant {
  async function attempt<T>(
    purpose: string,
    signal: AbortSignal,
    work: (assistant: Assistant) => Promise<Written<T>>,
  ): Promise<Written<T>> {
    try {
      return await work(first)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof PermanentError)) throw error
      log.warn('the offline assistant took over', { purpose, reason: error.message })
      return { ...(await work(second)), fallback: error.message }
    }
  }
  return {
    triage: (conversation, signal) => attempt('triage', signal, (assistant) => assistant.triage(conversation, signal)),
    draft: (conversation, brief, signal) =>
      attempt('draft', signal, (assistant) => assistant.draft(conversation, brief, signal)),
    check: async () => [...(await first.check()), ...(await second.check())],
  }
}
