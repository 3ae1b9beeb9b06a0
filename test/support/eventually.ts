import { setTimeout as pause } from 'node:timers/promises'

/**
 * Tries until `look` no longer throws; after 15 s it throws what `look` threw last. For what happens in another process or loop.
 * It looks a fourth of the time at most: what is waited for needs the machine, too.
 */
export async function eventually<T>(look: () => Promise<T> | T, patienceMs = 15_000): Promise<T> {
  const until = performance.now() + patienceMs
  for (;;) {
    const startedAt = performance.now()
    try {
      return await look()
    } catch (error) {
      const now = performance.now()
      if (now > until) throw error
      await pause(Math.max(25, 3 * (now - startedAt)))
    }
  }
}
