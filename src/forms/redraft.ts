import { customersWords, draftWords, type CardForm } from './card-form.ts'
import { readValues, words } from './values.ts'

const longest = 1000

/** Has the draft written anew, as the teammate asks. */
export const redraft: CardForm = {
  action: 'redraft',
  make: ({ card }) => ({
    title: card.draft ? 'Redraft' : 'Draft a reply',
    submit: card.draft ? 'Redraft' : 'Draft',
    context: [...customersWords(card), ...draftWords(card)],
    fields: [
      {
        id: 'instruction',
        label: 'What should it say, or be like?',
        hint: 'For example: shorter · warmer · offer a voucher · ask for the order number',
        isOptional: true,
        kind: 'text',
        value: '',
        maxLength: longest,
        isLong: true,
      },
    ],
  }),
  read(values, _shown, { seenSeq }) {
    const read = readValues(values, { instruction: words(longest, null) })
    return 'errors' in read ? read : { value: { kind: 'redraft', seenSeq, instruction: read.value.instruction } }
  },
}
