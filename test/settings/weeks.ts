import fc from 'fast-check'
import type { Hours } from '../../src/settings/tuning.ts'

const time = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

const day = fc
  .uniqueArray(fc.integer({ min: 0, max: 1440 }), { maxLength: 10 })
  .map((minutes) => minutes.toSorted((a, b) => a - b))
  .map((minutes) =>
    Array.from({ length: Math.floor(minutes.length / 2) }, (_, n): [string, string] => [
      time(minutes[n * 2] ?? 0),
      time(minutes[n * 2 + 1] ?? 0),
    ]),
  )

/** Any week that the settings take. */
export const weeks: fc.Arbitrary<Hours['week']> = fc
  .tuple(fc.array(day, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(2), { minLength: 7, maxLength: 7 }))
  .map(([days, choices]) => choices.map((choice) => days[choice % days.length] ?? []))
