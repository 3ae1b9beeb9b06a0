import { z } from 'zod'
import { storable } from '../interactions/clean.ts'
import type { CardForm } from './card-form.ts'
import { readValues } from './values.ts'

const teammate = z
  .object({ id: z.string(), name: z.string() }, 'Choose a teammate')
  .transform(({ id, name }) => ({ id: storable(id).trim(), name: storable(name).trim().slice(0, 200) }))
  .refine(({ id }) => id !== '' && id.length <= 200, 'Choose a teammate')
  .transform(({ id, name }) => ({ id, name: name || id }))

/** Gives a conversation to a teammate. */
export const assign: CardForm = {
  action: 'assign-to',
  make: () => ({
    title: 'Assign',
    submit: 'Assign',
    context: [],
    fields: [{ id: 'to', label: 'To', hint: null, isOptional: false, kind: 'teammate', value: null }],
  }),
  read(values) {
    const read = readValues(values, { to: teammate })
    return 'errors' in read ? read : { value: { kind: 'assign', to: read.value.to } }
  },
}
