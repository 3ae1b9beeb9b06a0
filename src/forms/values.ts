import { z } from 'zod'
import { storable } from '../interactions/clean.ts'

/** What is wrong, by field. */
export type Errors = Record<string, string>
export type Read<Value> = { value: Value } | { errors: Errors }

/** Reads what came back from a form, of which nothing is trusted. Fields that the form doesn't have are left out. */
export function readValues<Shape extends z.ZodRawShape>(
  values: unknown,
  shape: Shape,
): Read<z.output<z.ZodObject<Shape>>> {
  const parsed = z.object(shape).safeParse(values ?? {})
  if (parsed.success) return { value: parsed.data }
  const errors: Errors = {}
  // What is wrong with the whole stands at the first field.
  const [first = 'form'] = Object.keys(shape)
  for (const issue of parsed.error.issues) errors[String(issue.path[0] ?? first)] ??= issue.message
  return { errors }
}

/** Lines of text, trimmed. `missing`: what to say when there is none; null: it may be empty. */
export function words(max: number, missing: string | null) {
  return z
    .string('Write a text')
    .nullish()
    .transform((text) => storable((text ?? '').slice(0, max * 2 + 10_000).replace(/\r\n?/g, '\n')).trim())
    .superRefine((text, issue) => {
      if (text === '' && missing !== null) issue.addIssue(missing)
      if (text.length > max)
        issue.addIssue(`Too long by ${number(text.length - max)}: at most ${number(max)} characters`)
    })
}

/** One of some options. */
export function oneOf<const Value extends string>(options: readonly Value[], missing = 'Choose one') {
  return z.enum(options, missing)
}

/** Any number of some options; each once, in their order. */
export function anyOf<const Value extends string>(options: readonly Value[]) {
  return z
    .array(z.enum(options, 'Choose among the options'), 'Choose among the options')
    .max(500, 'Choose fewer')
    .nullish()
    .transform((chosen) => options.filter((option) => chosen?.includes(option)))
}

/** A date with a time, or null. */
export const moment = z
  .date('Choose a date and a time')
  .nullish()
  .transform((at) => at ?? null)

/** The id of a room or a group. `missing`: as in `words`. */
export function reference(missing: string | null) {
  return z
    .string(missing ?? 'Choose one')
    .max(200, 'Choose one')
    .nullish()
    .transform((id) => storable(id ?? '').trim() || null)
    .superRefine((id, issue) => {
      if (id === null && missing !== null) issue.addIssue(missing)
    })
}

/** Reads a text by a grammar of its own. */
export function readAs<Value>(read: (text: string) => { value: Value } | { error: string }) {
  return (text: string, issue: z.RefinementCtx): Value => {
    const outcome = read(text)
    if ('value' in outcome) return outcome.value
    issue.addIssue(outcome.error)
    return z.NEVER
  }
}

/** "12,000". */
export function number(count: number): string {
  return count.toLocaleString('en')
}
