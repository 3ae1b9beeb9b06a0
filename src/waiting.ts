import { setTimeout as sleep } from 'node:timers/promises'

/** What comes of `work`, or null when it takes longer than `ms`; it goes on all the same. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => void (timer = setTimeout(() => resolve(null), ms)))
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The lines of all checks, in their order. Throws one problem as itself, several as AggregateError. */
export async function allOf(checks: Promise<string[]>[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(checks)
  const problems = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? problemsOf(outcome.reason) : []))
  if (problems.length > 0) throw problems.length === 1 ? problems[0] : new AggregateError(problems)
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []))
}

/** What went wrong in checks of which several may have failed. */
export function problemsOf(error: unknown): unknown[] {
  return error instanceof AggregateError ? error.errors : [error]
}

/** Waits for so long, or until `signal` aborts. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}

/**
 * True once `at`, in milliseconds, has come; undefined: it always has. A time that is further ahead than it is ever set,
 * `longestMs`, is from before the clock was set back.
 */
export function isDue(at: number | undefined, now: Date, longestMs: number): boolean {
  const leftMs = (at ?? 0) - now.getTime()
  return leftMs <= 0 || leftMs > longestMs
}
