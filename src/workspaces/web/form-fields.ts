import { BadInputError } from '../../errors.ts'
import { clockText, momentOf } from '../../settings/hours.ts'
import type { Field, FormValue, FormValues } from '../form.ts'
import type { Posted } from './request.ts'
import { teammateNamed } from './teammate.ts'

/** What a person typed or chose, by the names of the page's fields. */
export type Typed = Record<string, string[]>

/** A page's field is named by its kind and its id: what comes back is read without knowing the form. */
export function nameOf({ kind, id }: Pick<Field, 'kind' | 'id'>): string {
  return `${kind}:${id}`
}

/** Reads a form's fields; what can't be read is told by field. Moments are by the clock of `timeZone`. */
export function readFields(
  posted: Posted,
  timeZone: string,
): { values: FormValues; typed: Typed; errors: Record<string, string> } {
  const values: [id: string, value: FormValue][] = []
  const errors: [id: string, problem: string][] = []
  const typed: [name: string, texts: string[]][] = []
  for (const [name, given] of Object.entries(posted)) {
    const [, kind, id] = /^(text|choice|choices|moment|teammate|room|group):(.+)$/s.exec(name) ?? []
    if (kind === undefined || id === undefined) continue
    // A form sends every line break as CR LF.
    const texts = [given].flat().flatMap((one) => (typeof one === 'string' ? [one.replace(/\r\n?/g, '\n')] : []))
    typed.push([name, texts])
    try {
      values.push([id, readField(kind, texts, timeZone)])
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error
      errors.push([id, error.message])
    }
  }
  return {
    values: Object.fromEntries(values),
    typed: Object.fromEntries(typed),
    errors: Object.fromEntries(errors),
  }
}

function readField(kind: string, texts: string[], timeZone: string): FormValue {
  const [text = ''] = texts
  if (kind === 'choices') return texts.filter((one) => one !== '')
  if (kind === 'text') return text
  if (text.trim() === '') return null
  if (kind === 'moment') return readMoment(text, timeZone)
  return kind === 'teammate' ? teammateNamed(text) : text
}

/** `2026-03-02T09:00`, as a browser's field for a date with a time has it. */
function readMoment(text: string, timeZone: string): Date {
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::00)?$/.exec(text.trim()) ?? []
  if (!date || !time || Number.isNaN(Date.parse(`${date}T${time}Z`)))
    throw new BadInputError('Write a day and a time: 2026-03-02T09:00.')
  return momentOf(date, time, timeZone)
}

/** As a browser's field for a date with a time takes it. */
export function localText(at: Date, timeZone: string): string {
  return clockText(at, timeZone).replace(' ', 'T')
}

/** The time zone of the reader's browser, where the script told it. */
export function zoneOf(text: string, otherwise: string): string {
  try {
    return text === '' ? otherwise : new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    return otherwise
  }
}
