import { z } from 'zod'
import { ConfigError } from './errors.ts'

/** One environment variable. README's settings table and the boot message are made from this. */
export interface Setting<T = unknown> {
  /** What it is for, in one line. */
  about: string
  /** From the variable's text, or `undefined` when it isn't set. */
  schema: z.ZodType<T>
  example?: string
  /** Never printed. */
  secret?: boolean
}

/** The variables of one part of the program, by name. */
export type EnvSpec = Record<string, Setting>

/** What a spec reads as: the same names, with the schemas' types. */
export type Settings<Spec extends EnvSpec> = { [Name in keyof Spec]: z.infer<Spec[Name]['schema']> }

export type Env = Record<string, string | undefined>

/** Declares a variable; keeps the schema's type. */
export function setting<T>(
  about: string,
  schema: z.ZodType<T>,
  more: Pick<Setting, 'example' | 'secret'> = {},
): Setting<T> {
  return { about, schema, ...more }
}

/** `on` or `off`. */
export const onOff = (fallback: 'on' | 'off'): z.ZodType<boolean> =>
  z
    .enum(['on', 'off'], { error: 'must be "on" or "off"' })
    .default(fallback)
    .transform((value) => value === 'on')

/** Several values, separated by commas or white space. */
export const list: z.ZodType<string[]> = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter(Boolean))

/**
 * Reads one part's variables; an empty variable counts as not set.
 * Throws ConfigError naming every variable that is missing or wrong, and what it should be.
 */
export function readSettings<Spec extends EnvSpec>(
  spec: Spec,
  env: Env,
  rename = (name: string) => name,
): Settings<Spec> {
  const problems: string[] = []
  const entries = Object.entries(spec).map(([name, { schema, about, example }]) => {
    const variable = rename(name)
    const result = schema.safeParse(env[variable] || undefined)
    if (!result.success) {
      const said = env[variable] ? result.error.issues.map((issue) => issue.message).join('; ') : 'is not set'
      problems.push(`${variable} ${said}. ${about.replace(/\.$/, '')}.${example ? ` Example: ${example}` : ''}`)
    }
    return [name, result.data]
  })
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return Object.fromEntries(entries) as Settings<Spec>
}

/**
 * Reads a part that may stand several times: `EMAIL_ADDRESS`, `EMAIL_2_ADDRESS`, `EMAIL_3_ADDRESS` …
 * A number under which nothing is set is skipped; one that is half set throws ConfigError.
 */
export function readAccounts<Spec extends EnvSpec>(prefix: string, spec: Spec, env: Env): Settings<Spec>[] {
  const numbers = new Set<number>()
  for (const name of Object.keys(env)) {
    const match = env[name] ? new RegExp(`^${prefix}_(?:(\\d+)_)?(.+)$`).exec(name) : null
    if (match && `${prefix}_${match[2]}` in spec) numbers.add(Number(match[1] ?? 1))
  }
  return [...numbers]
    .toSorted((a, b) => a - b)
    .map((number) =>
      readSettings(spec, env, (name) => (number === 1 ? name : name.replace(`${prefix}_`, `${prefix}_${number}_`))),
    )
}
