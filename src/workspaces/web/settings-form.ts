import { tuningSchema, type Tuning } from '../../settings/tuning.ts'

/** The settings page's fields by name, as they were typed. */
export type SettingsFields = Record<string, string>

/** A template of the team's own that overrides none of the built-in ones. */
export const newTemplate = { key: 'new-template-key', text: 'new-template' }

export function toFields(tuning: Tuning): SettingsFields {
  const { name, voice, signature, facts, templates } = tuning.brand
  return {
    language: tuning.language,
    name,
    voice,
    signature,
    facts,
    ...prefixed('template:', templates),
    ...prefixed('grace:', tuning.graceSeconds),
  }
}

/**
 * Reads the form; a text or a number that was emptied is taken out. What it doesn't ask stays as in `current`.
 * `errors` are by field.
 */
export function fromFields(
  fields: SettingsFields,
  current: Tuning,
): { tuning: Tuning; errors: null } | { tuning: null; errors: Record<string, string> } {
  const field = (name: string) => (fields[name] ?? '').replace(/\r\n?/g, '\n')
  const errors: Record<string, string> = {}
  const entries = (prefix: string) =>
    Object.keys(fields)
      .filter((name) => name.startsWith(prefix))
      .map((name) => ({ name, key: name.slice(prefix.length), value: field(name).trim() }))
  const added = { name: newTemplate.text, key: field(newTemplate.key).trim(), value: field(newTemplate.text).trim() }
  if (added.key === '' && added.value !== '') errors[newTemplate.key] = 'Say what this is for.'
  if (added.key !== '' && added.value === '') errors[newTemplate.text] = 'Write the text.'
  const isFilled = (entry: typeof added) => entry.key !== '' && entry.value !== ''
  const templates = [...entries('template:'), added].filter(isFilled)
  const grace = entries('grace:').filter(isFilled)
  for (const { name, value } of grace) if (!/^\d+$/.test(value)) errors[name] = 'Write a whole number of seconds.'

  const parsed = tuningSchema.safeParse({
    ...current,
    brand: {
      name: field('name'),
      voice: field('voice'),
      signature: field('signature'),
      facts: field('facts'),
      templates: Object.fromEntries(templates.map(({ key, value }) => [key, value])),
    },
    language: field('language') || undefined,
    graceSeconds: Object.fromEntries(grace.map(({ key, value }) => [key, Number(value)])),
  })
  for (const issue of parsed.error?.issues ?? []) {
    const [section, key, entry] = issue.path.map(String)
    const name =
      section === 'graceSeconds'
        ? grace.find((one) => one.key === key)?.name
        : key === 'templates'
          ? templates.find((one) => one.key === entry)?.name
          : key
    errors[name ?? 'form'] ??= sentence(issue)
  }
  if (parsed.success && Object.keys(errors).length === 0) return { tuning: parsed.data, errors: null }
  return { tuning: null, errors }
}

/** Marks the templates that a refusal of the core names in quotes. */
export function mentionedTemplates(fields: SettingsFields, refusal: string): Record<string, string> {
  const names = Object.keys(fields).filter((name) => refusal.includes(`"${name.replace(/^template:/, '')}"`))
  return Object.fromEntries(names.map((name) => [name, 'It was refused: the reason stands at the top.']))
}

function sentence(issue: { code: string; message: string; maximum?: unknown }): string {
  if (issue.code !== 'too_big') return `${issue.message}.`
  const unit = 'origin' in issue && issue.origin === 'string' ? ' characters' : ' seconds'
  return `At most ${Number(issue.maximum).toLocaleString('en')}${unit}.`
}

function prefixed(prefix: string, record: Record<string, string | number>): SettingsFields {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [prefix + key, String(value)]))
}
