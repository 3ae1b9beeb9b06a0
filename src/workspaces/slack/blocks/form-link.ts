import type { types } from '@slack/bolt'
import { z } from 'zod'
import type { FormAbout, FormId } from '../../form.ts'
import { aboutSchema, formIdSchema } from '../../kit/form-schemas.ts'
import type { FormLink } from '../../workspace.ts'
import { button, confirm, option, plain } from './elements.ts'
import { isBlank, oneLine } from '../../kit/text.ts'

/** A button that opens a form, and one that submits it without values. */
export type FormClick = { kind: 'open' | 'remove'; form: FormId; about: FormAbout }

const clickSchema = z.tuple([formIdSchema, aboutSchema])

/** Null for what doesn't fit into a button: Slack takes 2,000 characters. `index` makes its id unique. */
export function formButton(formLink: FormLink, kind: FormClick['kind'], index: number): types.Button | null {
  const value = valueOf(formLink)
  if (value.length > 2000) return null
  const label = isBlank(formLink.label) ? 'Open' : oneLine(formLink.label, 75)
  return {
    ...button(kind === 'remove' ? 'Remove' : label, `${kind}:${index}`, value),
    ...(kind === 'remove' ? { confirm: sureOf(), accessibility_label: oneLine(label, 75) } : {}),
  }
}

/** Many to remove: one menu for all. */
export function removeMenu(links: { text: string; remove: FormLink }[], index: number): types.StaticSelect | null {
  const byValue = new Map(links.map(({ text, remove }) => [valueOf(remove), text]))
  const options = [...byValue]
    .filter(([value]) => value.length <= 150)
    .slice(0, 100)
    .map(([value, text]) => option(text, value))
  if (options.length === 0) return null
  return {
    type: 'static_select',
    action_id: `remove:${index}`,
    placeholder: plain('Remove…'),
    options,
    confirm: sureOf(),
  }
}

const valueOf = ({ form, about }: FormLink) => JSON.stringify([form, about])
const sureOf = () => confirm('Remove it?', 'The setting is taken out at once.', 'Remove', true)

/** What such a button or option stands for; null for others. */
export function readFormLink(actionId: string, value: string | null | undefined): FormClick | null {
  const kind = /^(open|remove):\d+$/.exec(actionId)?.[1]
  if (!value || (kind !== 'open' && kind !== 'remove')) return null
  try {
    const parsed = clickSchema.safeParse(JSON.parse(value))
    return parsed.success ? { kind, form: parsed.data[0], about: parsed.data[1] } : null
  } catch {
    return null
  }
}
