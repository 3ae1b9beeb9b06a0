import { givenReasons } from '../conversations/conversation.ts'
import { dismissLabels } from '../workspaces/card-words.ts'
import { customersWords, type CardForm } from './card-form.ts'
import { oneOf, readValues } from './values.ts'

/** Spam has a button of its own. */
const reasons = givenReasons.filter((reason) => reason !== 'spam')

/** Closes a conversation without a reply. */
export const dismiss: CardForm = {
  action: 'dismiss',
  make: ({ card }) => ({
    title: 'Dismiss',
    submit: 'Dismiss',
    context: customersWords(card),
    fields: [
      {
        id: 'reason',
        label: 'Why?',
        hint: null,
        isOptional: false,
        kind: 'choice',
        value: 'no-reply-needed',
        options: reasons.map((value) => ({ value, label: dismissLabels[value] })),
      },
    ],
  }),
  read(values, _shown, { seenSeq }) {
    const read = readValues(values, { reason: oneOf(reasons, 'Choose a reason') })
    return 'errors' in read ? read : { value: { kind: 'dismiss', seenSeq, reason: read.value.reason } }
  },
}
