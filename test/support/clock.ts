import type { Clock } from '../../src/clock.ts'

export interface TestClock extends Clock {
  advance(ms: number): void
  set(at: Date): void
}

/** A clock that stands still until it is moved. */
export function testClock(start = '2026-03-02T09:00:00Z'): TestClock {
  let at = new Date(start)
  return {
    now: () => new Date(at),
    advance: (ms) => void (at = new Date(at.getTime() + ms)),
    set: (to) => void (at = to),
  }
}
