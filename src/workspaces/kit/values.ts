import type { Field, FormValue, FormValues } from '../form.ts'

/** Well-formed; empty for what is no text. */
export const textOf = (value: FormValue): string => (typeof value === 'string' ? value.toWellFormed() : '')

/** Of a teammate, a room or a group; empty for none. */
export const idOf = (value: FormValue): string =>
  typeof value === 'string' ? value : value !== null && 'id' in value ? value.id : ''

/** Every text that somebody wrote into these fields. */
export function writtenIn(fields: Pick<Field, 'id' | 'kind'>[], values: FormValues): string[] {
  return fields.flatMap(({ id, kind }) => {
    const value = values[id]
    return kind === 'text' && typeof value === 'string' && value.trim() !== '' ? [value] : []
  })
}
