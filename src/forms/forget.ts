import { z } from 'zod'
import { heldLines } from '../erasures/answer.ts'
import type { Held } from '../erasures/held.ts'
import type { Form, FormValues } from '../workspaces/form.ts'
import { readValues, words, type Read } from './values.ts'

const longestName = 200

export const customerAbout = z.object({ customerId: z.uuid() })

/** Asks for the customer's name before anything is erased. */
export function makeForgetForm(customerId: string, held: Held, timeZone: string): Form {
  return {
    id: 'forget',
    title: 'Erase a customer',
    submit: 'Erase for good',
    context: [
      {
        title: held.name,
        text: heldLines(held, timeZone)
          .map(({ text }) => text)
          .join('\n'),
      },
    ],
    fields: [
      {
        id: 'name',
        label: 'Type their name to confirm',
        hint: `This can’t be undone. The name is: ${held.name}`.slice(0, 100).toWellFormed(),
        isOptional: false,
        kind: 'text',
        value: '',
        maxLength: longestName,
        isLong: false,
      },
    ],
    about: { customerId },
  }
}

/** True is all that it can be: the customer's name was typed. */
export function readForgetForm(values: FormValues, { name }: Pick<Held, 'name'>): Read<true> {
  const read = readValues(values, { name: words(longestName, `Type the name to confirm: ${name}`) })
  if ('errors' in read) return read
  return plain(read.value.name) === plain(name) || read.value.name === name.trim()
    ? { value: true }
    : { errors: { name: `This is not their name. To erase them for good, type: ${name}` } }
}

/** As people type it: capitals, accents in either form, spaces, and what nobody sees don't matter. */
const plain = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/\p{Cf}+/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
