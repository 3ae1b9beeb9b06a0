import { baselineOf, surprise, type Baseline, type Compared } from './compare.ts'
import type { Numbers } from '../measures/numbers.ts'
import * as say from './words.ts'

/** Of fewer, a median or a share says little. */
export const fewestAnswers = 10
const minuteMs = 60_000

/** Reads the same off a period, but null where few were answered. */
export function ofEnough(pick: (numbers: Numbers) => number | null): typeof pick {
  return (numbers) => (numbers.answered >= fewestAnswers ? pick(numbers) : null)
}

/** Whether there are enough answers, and a difference that is felt, to speak of how long they took. */
export function isSlower(all: Compared): boolean {
  const pace = paceOf(all)
  return pace !== null && pace.median >= pace.baseline.value * 1.5
}

export function paceOf(all: Compared): { median: number; baseline: Baseline } | null {
  const enough = ofEnough(say.medianOf)
  const median = enough(all.now)
  const baseline = baselineOf(all, enough)
  if (median === null || !baseline || Math.abs(median - baseline.value) < 2 * minuteMs) return null
  return { median, baseline }
}

/** Half the answers took about as long as usual. */
export function isUsualPace(all: Compared): boolean {
  const median = say.medianOf(all.now)
  const usual = baselineOf(all, say.medianOf)?.value ?? null
  if (median === null || usual === null || Math.abs(median - usual) < 2 * minuteMs) return true
  return median < usual * 1.5 && median * 1.5 > usual
}

/** The slowest tenth, where it took clearly longer than usual. */
export function longerTail(all: Compared): { slowest: number; baseline: Baseline } | null {
  const enough = ofEnough(say.slowestOf)
  const slowest = enough(all.now)
  const baseline = baselineOf(all, enough)
  if (slowest === null || !baseline || slowest < baseline.value * 2 || slowest - baseline.value < 30 * minuteMs)
    return null
  return { slowest, baseline }
}

/** Which part of the time grew by more than the others together. */
export function growthOf(all: Compared): string | null {
  const causes = {
    drafting: 'drafts took longer',
    person: 'they waited longer for a person',
    delivery: 'delivery took longer',
  }
  const names = ['drafting', 'person', 'delivery'] as const
  const grown = names.map((name) => {
    const baseline = baselineOf(all, ({ parts }) => parts?.[name] ?? null)
    return { name, ms: baseline ? Math.max(0, (all.now.parts?.[name] ?? 0) - baseline.value) : 0 }
  })
  const total = grown.reduce((sum, { ms }) => sum + ms, 0)
  const most = grown.find(({ ms }) => ms * 2 > total && ms >= minuteMs)
  return most ? causes[most.name] : unusual(all, all.now.received, say.receivedOf, 'came in', 1)
}

/** "80 came in, usually 50", where that is clearly more (1) or fewer (-1). */
export function unusual(
  all: Compared,
  count: number,
  pick: (numbers: Numbers) => number,
  did: string,
  direction: 1 | -1,
): string | null {
  const baseline = baselineOf(all, pick)
  if (!baseline || surprise(count, baseline.values) * direction < 2) return null
  return `${say.countText(count)} ${did}${against(baseline, say.countText)}`
}

/** ", usually 14 min"; empty where there is nothing to hold it against. */
export function against(baseline: Baseline | null, format: (value: number) => string): string {
  return baseline ? `, ${baseline.text(format)}` : ''
}
