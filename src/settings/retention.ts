import type { Tuning } from './tuning.ts'

/** Channels whose conversations are erased, and after how many days; in one order. */
export function retentionEntries({ retentionDays }: Tuning): [string, number][] {
  return Object.entries(retentionDays).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** "erased 365 days after the last change" */
export const daysText = (days: number): string =>
  `erased ${days.toLocaleString('en')} ${days === 1 ? 'day' : 'days'} after the last change`
