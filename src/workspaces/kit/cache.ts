import type { Clock } from '../../clock.ts'

const maxKept = 5000

/** Remembers answers, asks once for many who want to know at the same time, and never remembers a failure. */
export interface Cache<T> {
  /** An answer that is no older than `freshMs`. Rejects as `read` does. */
  get(key: string, freshMs: number): Promise<T>
  /** It became known in another way. */
  put(key: string, answer: T): void
}

export function createCache<T>(clock: Clock, read: (key: string) => Promise<T>): Cache<T> {
  const kept = new Map<string, { answer: Promise<T>; at: number }>()
  function keep(key: string, answer: Promise<T>): void {
    if (kept.size >= maxKept) kept.clear()
    kept.set(key, { answer, at: clock.now().getTime() })
  }
  return {
    async get(key, freshMs) {
      const known = kept.get(key)
      if (known && clock.now().getTime() - known.at < freshMs) return known.answer
      const answer = read(key)
      keep(key, answer)
      try {
        return await answer
      } catch (error) {
        if (kept.get(key)?.answer === answer) kept.delete(key)
        throw error
      }
    },
    put: (key, answer) => keep(key, Promise.resolve(answer)),
  }
}
