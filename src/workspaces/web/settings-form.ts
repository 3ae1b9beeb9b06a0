import { tuningSchema, type Tuning } from '../../settings/tuning.ts'

/** The settings page's fields by name, as they were typed. */
export type SettingsFields = Record<string, string>

/** The last row of each list is empty, for a new entry. */
export const newEntry = {
  template: { key: 'new-template-key', value: 'new-template' },
  grace: { key: 'new-grace-key', value: 'new-grace' },
}

export function toFields(tuning: Tuning): SettingsFields {
  const { name, voice, signature, facts, templates } = tuning.brand
  return {
    name,
    voice,
    signature,
    facts,
    ...prefixed('template:', templates),
    ...prefixed('grace:', tuning.graceSeconds),
  }
}

/** Reads the form; a text or a number that was emptied is taken out. `errors` are by field. */
export function fromFields(
  fields: SettingsFields,
): { tuning: Tuning; errors: null } | { tuning: null; errors: Record<string, string> } {
  const field = (name: string) => (fields[name] ?? '').replace(/\r\n?/g, '\n')
  const errors: Record<string, string> = {}
  const entries = (prefix: string, added: { key: string; value: string }) => {
    const key = field(added.key).trim()
    if (key === '' && field(added.value).trim() !== '') errors[added.key] = 'Say what this is for.'
    const names = Object.keys(fields).filter((name) => name.startsWith(prefix))
    return [
      ...names.map((name) => ({ name, key: name.slice(prefix.length), value: field(name).trim() })),
      { name: added.value, key, value: field(added.value).trim() },
    ].filter((entry) => entry.key !== '' && entry.value !== '')
  }
  const templates = entries('template:', newEntry.template)
  const grace = entries('grace:', newEntry.grace)
  for (const { name, value } of grace) if (!/^\d+$/.test(value)) errors[name] = 'Write a whole number of seconds.'

  const parsed = tuningSchema.safeParse({
    brand: {
      name: field('name'),
      voice: field('voice'),
      signature: field('signature'),
      facts: field('facts'),
      templates: Object.fromEntries(templates.map(({ key, value }) => [key, value])),
    },
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

function sentence(issue: { code: string; message: string; maximum?: unknown }): string {
  if (issue.code !== 'too_big') return `${issue.message}.`
  const unit = 'origin' in issue && issue.origin === 'string' ? ' characters' : ' seconds'
  return `At most ${Number(issue.maximum).toLocaleString('en')}${unit}.`
}

function prefixed(prefix: string, record: Record<string, string | number>): SettingsFields {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [prefix + key, String(value)]))
}
