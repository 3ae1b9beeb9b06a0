import { z } from 'zod'
import { BadInputError } from '../../../errors.ts'
import type { FormAbout, FormId, FormValue, FormValues } from '../../form.ts'
import { aboutSchema, fieldKindSchema, formIdSchema } from '../../kit/form-schemas.ts'
import { fieldAction, fieldBlock, type FieldNote } from './fields.ts'
import type { ModalNote } from './modal.ts'
import { join } from '../../kit/split.ts'

const noteSchema: z.ZodType<ModalNote> = z.object({
  form: formIdSchema,
  about: aboutSchema,
  digest: z.string(),
  fields: z.array(
    z.object({
      id: z.string(),
      kind: fieldKindSchema,
      joins: z.array(z.string()).exactOptional(),
      long: z.array(z.string()).exactOptional(),
    }),
  ),
})

const chosen = z.object({ value: z.string() }).nullish()
const stateSchema = z.object({
  value: z.string().nullish(),
  selected_option: chosen,
  selected_options: z.array(z.object({ value: z.string() })).nullish(),
  selected_date_time: z.number().nullish(),
  selected_user: z.string().nullish(),
  selected_conversation: z.string().nullish(),
})
const viewSchema = z.object({
  private_metadata: z.string(),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), stateSchema)) }),
})
type State = z.infer<typeof stateSchema>

export interface SubmittedForm {
  form: FormId
  about: FormAbout
  values: FormValues
  note: ModalNote
  /** The ids of the inputs that it has. */
  inputs: string[]
}

/**
 * What a submitted modal says. People and rooms come with `team` in front: `T1/U1`; the names of teammates are for the
 * caller to fill in. Throws BadInputError for what is none of Deskbell's.
 */
export function readModal(view: unknown, team: string): SubmittedForm {
  const parsed = viewSchema.safeParse(view)
  const note = parsed.success ? noteSchema.safeParse(jsonOf(parsed.data.private_metadata)).data : undefined
  if (!parsed.success || !note) throw new BadInputError('This form is not one of ours. Close it, and open it again.')
  const { values } = parsed.data.state
  const read = note.fields.map((field, index): [string, FormValue] => {
    const parts = Array.from(
      { length: (field.joins?.length ?? 0) + 1 },
      (_, part) => values[fieldBlock(index, part, note.digest)]?.[fieldAction],
    )
    return [field.id, valueOf(field, parts, team)]
  })
  return { form: note.form, about: note.about, values: Object.fromEntries(read), note, inputs: Object.keys(values) }
}

function valueOf(field: FieldNote, parts: (State | undefined)[], team: string): FormValue {
  const state = parts[0]
  const own = (value: string) => (value.startsWith('#') ? (field.long?.[Number(value.slice(1))] ?? value) : value)
  const qualified = (id: string) => (id.includes('/') ? id : `${team}/${id}`)
  switch (field.kind) {
    case 'text':
      return join(
        parts.map((part) => part?.value ?? ''),
        field.joins ?? [],
      )
    case 'choice':
    case 'group':
      return state?.selected_option ? own(state.selected_option.value) : null
    case 'choices':
      return (state?.selected_options ?? []).map(({ value }) => own(value))
    case 'moment':
      return state?.selected_date_time ? new Date(state.selected_date_time * 1000) : null
    case 'teammate':
      return state?.selected_user ? { id: qualified(state.selected_user), name: '' } : null
    case 'room':
      return state?.selected_conversation ? qualified(state.selected_conversation) : null
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
