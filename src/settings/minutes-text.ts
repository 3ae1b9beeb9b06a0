import type { ReadText } from './hours-text.ts'

const mostMinutes = 43_200

/** "45 min", "2 h", "1 h 30 min". */
export function minutesText(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  return [hours > 0 ? `${hours} h` : '', rest > 0 || hours === 0 ? `${rest} min` : ''].filter(Boolean).join(' ')
}

/** Reads "90", "90 min", "2 h", "1.5 hours", "1 h 30 min" as minutes. */
export function readMinutes(text: string): ReadText<number> {
  const [, hours, minutes] =
    /^(?:(\d{1,4}(?:[.,]\d{1,2})?)\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,6})\s*(?:m|mins?|minutes?)?)?$/i.exec(text.trim()) ??
    []
  if (hours === undefined && minutes === undefined)
    return { error: 'Write minutes or hours, such as 30 min, 2 h or 1 h 30 min' }
  const value = Math.round(Number((hours ?? '0').replace(',', '.')) * 60) + Number(minutes ?? 0)
  return value >= 1 && value <= mostMinutes ? { value } : { error: 'Write a time between 1 min and 720 h' }
}
