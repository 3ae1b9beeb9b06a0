import { setTimeout as pause } from 'node:timers/promises'

/** Tries until `look` no longer throws; after 15 s it throws what `look` threw last. For what happens in another process or loop. */
export async function eventually<T>(look: () => Promise<T> | T, patienceMs = 15_000): Promise<T> {
  const until = performance.now() + patienceMs
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (performance.now() > until) throw error
      await pause(25)
    }
  }
}
