import { ComponentType, type APIModalInteractionResponseCallbackData, type APITextDisplayComponent } from 'discord.js'
import { z } from 'zod'
import type { Form, FormAbout, FormId, FormValue, FormValues } from '../../form.ts'
import { aboutSchema, formIdSchema } from '../../kit/form-schemas.ts'
import { fitted } from '../../kit/said.ts'
import { isBlank, oneLine } from '../../kit/text.ts'
import { text } from './elements.ts'
import { fieldNote, fieldParts, inputsFor, type FieldNote, type ModalPart } from './fields.ts'
import { formPrefix } from './ids.ts'
import { bold, fitting, quoted, short } from './markdown.ts'

/**
 * A form that is open, or is to be opened again: a modal has room for an id only, so this lies on the shelf. To open it
 * again, make the form anew and give `typed` and `errors` to its look.
 */
export interface ShelvedForm {
  form: FormId
  about: FormAbout
  fields: FieldNote[]
  timeZone: string
  /** What was typed, when it comes back; by field. */
  typed: Record<string, Exclude<FormValue, Date>> | null
  /** What is wrong with it; by field. */
  errors: Record<string, string>
}

export const shelvedForm: z.ZodType<ShelvedForm> = z.object({
  form: formIdSchema,
  about: aboutSchema,
  fields: z.array(fieldNote),
  timeZone: z.string(),
  typed: z
    .record(
      z.string(),
      z.union([z.string(), z.array(z.string()), z.object({ id: z.string(), name: z.string() }), z.null()]),
    )
    .nullable(),
  errors: z.record(z.string(), z.string()),
})

export interface FormLook {
  guild: string
  /** Moments are shown and read by its clock. */
  timeZone: string
  /** What was typed, when the form comes back; by field. Texts that are no moment stand there as they were typed. */
  values?: FormValues | null
  /** What is wrong with it; by field. */
  errors?: Record<string, string>
}

/** https://docs.discord.com/developers/interactions/receiving-and-responding: what a modal holds. */
const maxParts = 5
const maxTitle = 45
/** Of what stands above the fields. */
const maxAbove = 3000
const maxContexts = 10
const maxErrors = 3

/** A form's look in Discord. `note` goes on the shelf; `modal` takes the id that it has there. */
export function modalOf(
  form: Form,
  { guild, timeZone, values, errors = {} }: FormLook,
): { note: ShelvedForm; modal(shelfId: string): APIModalInteractionResponseCallbackData } {
  const isBack = (id: string) => values != null && Object.hasOwn(values, id)
  const asked = form.fields.slice(0, maxParts).map((field) => {
    const value = isBack(field.id) ? (values?.[field.id] ?? null) : field.value
    return { field, value, ...inputsFor(field, value), inputs: 1 }
  })
  let room = maxParts - Math.max(asked.length, 1)
  // Words that are to be edited come first: whoever can't see them would lose them.
  for (const one of asked) room -= widened(one, one.needed, room)
  const known = new Set(asked.map(({ field }) => field.id))
  const others = Object.entries(errors).flatMap(([id, error]) => (known.has(id) ? [] : [error]))
  const above = room > 0 ? aboveOf(form.context, others) : null
  if (above) room -= 1
  for (const one of asked) room -= widened(one, one.wanted, room)
  const made = asked.map(({ field, value, inputs }, index) => {
    const own = Object.hasOwn(errors, field.id) ? [errors[field.id] ?? ''] : []
    const told = index === 0 && !above ? [...own, ...others] : own
    const error = told.length > 0 ? told.join(' · ') : null
    return fieldParts(field, index, value, { guild, timeZone, error, isBack: isBack(field.id), inputs })
  })
  const components: ModalPart[] = [...(above ? [above] : []), ...made.flatMap(({ parts }) => parts)]
  const asksNothing = components.every(({ type }) => type === ComponentType.TextDisplay)
  if (asksNothing && components.length < maxParts) components.push(toConfirm(form.submit))
  return {
    note: {
      form: form.id,
      about: form.about,
      fields: made.map(({ note }) => note),
      timeZone,
      typed: values ? shelvable(values) : null,
      errors,
    },
    modal: (shelfId) => ({
      custom_id: `${formPrefix}${shelfId}`,
      title: isBlank(form.title) ? 'Deskbell' : oneLine(form.title, maxTitle),
      components,
    }),
  }
}

/** Gives a field as many inputs as it wants and there is room for. Returns how many it got. */
function widened(one: { inputs: number }, wanted: number, room: number): number {
  const more = Math.max(0, Math.min(wanted - one.inputs, room))
  one.inputs += more
  return more
}

function shelvable(values: FormValues): ShelvedForm['typed'] {
  const entries = Object.entries(values).map(([id, value]): [string, Exclude<FormValue, Date>] => [
    id,
    value instanceof Date ? value.toISOString() : value,
  ])
  return Object.fromEntries(entries)
}

/** What is wrong with the whole, and the customer's words. Null where there is neither. */
function aboveOf(context: Form['context'], errors: string[]): APITextDisplayComponent | null {
  const lines = errors
    .slice(0, maxErrors)
    .map((error) => `⚠️ ${bold(short(isBlank(error) ? 'This is not right.' : error, 400))}`)
  const parts = context.filter((part) => !isBlank(part.title) || !isBlank(part.text)).slice(0, maxContexts)
  for (const [index, part] of parts.entries()) {
    const room = (maxAbove - lines.join('\n').length) / (parts.length - index)
    if (lines.length > 0) lines.push('')
    if (!isBlank(part.title)) lines.push(bold(short(part.title, Math.min(160, room / 2))))
    lines.push(quotation(part.text, Math.max(room - 170, room / 2)))
  }
  return lines.length > 0 ? text(lines.join('\n')) : null
}

function quotation(words: string, room: number): string {
  return fitting(room, (characters) => {
    const { text: shown, isCut } = fitted(words, characters)
    return { text: quoted(shown), isCut }
  }).text
}

/** A modal must ask something. */
function toConfirm(submit: string): ModalPart {
  const label = isBlank(submit) ? 'Do it' : oneLine(submit, 100)
  return {
    type: ComponentType.Label,
    label: 'Are you sure?',
    component: {
      type: ComponentType.StringSelect,
      custom_id: 'sure',
      required: true,
      options: [{ label, value: 'yes', default: true }],
    },
  }
}
