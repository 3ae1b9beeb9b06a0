import { sendTimes } from '../settings/hours.ts'
import type { Field } from '../workspaces/form.ts'
import { customersWords, secondChooses, type CardForm } from './card-form.ts'
import { choice, sendableTimes, sendProblem, timeOf, timeOptions, zoneHint } from './times.ts'
import { number, readValues, words } from './values.ts'

/** What no channel takes; what a channel takes is said with by how much it is too long. */
const absurdLength = 1_000_000

/** The customer's words above, the teammate's below; submitting it sends. */
export const edit: CardForm = {
  action: 'edit',
  make(shown) {
    const { card, canSend, needsTwo, hours, now } = shown
    const text: Field = {
      id: 'text',
      label: 'Your reply',
      hint: `At most ${number(card.maxLength)} characters`,
      isOptional: false,
      kind: 'text',
      value: card.draft?.text ?? card.replyText ?? '',
      maxLength: card.maxLength,
      isLong: true,
    }
    const later = canSend && !needsTwo ? timeOptions(sendableTimes(sendTimes(hours, now), shown), shown) : []
    const when: Field = {
      id: 'when',
      label: 'Send',
      hint: zoneHint(shown),
      isOptional: true,
      kind: 'choice',
      value: 'now',
      options: [{ value: 'now', label: 'Now' }, ...later],
    }
    return {
      title: card.draft || card.replyText !== null ? 'Edit the reply' : 'Write a reply',
      submit: needsTwo ? 'Approve (1 of 2)' : 'Send',
      context: customersWords(card),
      fields: later.length > 0 ? [text, when] : [text],
    }
  },
  read(values, shown, { seenSeq, draftId }) {
    const read = readValues(values, {
      text: words(absurdLength, 'The reply is empty. Write something, or dismiss the conversation'),
      when: choice,
    })
    if ('errors' in read) return read
    const { text, when } = read.value
    const excess = text.length - shown.card.maxLength
    if (excess > 0) {
      const [has, takes] = [number(text.length), number(shown.card.maxLength)]
      return {
        errors: { text: `This has ${has} characters; the channel takes ${takes}. Shorten it by ${number(excess)}` },
      }
    }
    const intent = { kind: 'edit', draftId, seenSeq, text } as const
    if (when === null || when === 'now') return { value: intent }
    if (shown.needsTwo) return { errors: { when: secondChooses } }
    const sendAt = timeOf(when, shown.now)
    const problem = sendAt ? sendProblem(sendAt, shown) : 'Choose one of the times'
    if (!sendAt || problem !== null) return { errors: { when: problem ?? '' } }
    return { value: { ...intent, sendAt } }
  },
}
