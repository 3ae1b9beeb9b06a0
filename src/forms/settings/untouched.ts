import { createHash } from 'node:crypto'
import type { Field, FormValue, FormValues } from '../../workspaces/form.ts'

/** What a form showed when it was opened, by field; it travels with the form. */
export function marksOf(fields: Field[]): string {
  return fields.map(markOf).join(' ')
}

/**
 * What came back, but what was left as `seen` shows it is taken as it stands now: of two who change different fields
 * at once, both are heard.
 */
export function withUntouched(values: FormValues, fields: Field[], seen: unknown): FormValues {
  const marks = new Set(typeof seen === 'string' ? seen.split(' ') : [])
  const untouched = fields.filter(({ id }) => marks.has(markOf({ id, value: values[id] ?? null })))
  return { ...values, ...Object.fromEntries(untouched.map(({ id, value }) => [id, value])) }
}

function markOf({ id, value }: { id: string; value: FormValue }): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(plain(value)))
    .digest('hex')
  return `${id}:${digest.slice(0, 12)}`
}

/** Platforms bring an empty field as null or as an empty text, choices in any order, and lines with other ends. */
function plain(value: FormValue): unknown {
  if (Array.isArray(value)) return value.toSorted()
  return typeof value === 'string' ? value.replace(/\r\n?/g, '\n').trim() : (value ?? '')
}
