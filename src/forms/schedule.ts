import { sendTimes } from '../settings/hours.ts'
import { customersWords, draftWords, secondChooses, type CardForm, type Shown } from './card-form.ts'
import { readTime, sendableTimes, sendProblem, timeFields, timeOptions } from './times.ts'

/** Approves the draft as it is, to be sent at a time. */
export const schedule: CardForm = {
  action: 'schedule',
  make(shown) {
    const options = timeOptions(sendableTimes(sendTimes(shown.hours, shown.now), shown), shown)
    return {
      title: 'Send later',
      submit: 'Approve',
      context: [...customersWords(shown.card), ...draftWords(shown.card)],
      fields: timeFields('Send', options, shown),
    }
  },
  read(values, shown, { seenSeq, draftId }) {
    const read = readTime(values, shown, (at) => sendProblem(at, shown))
    if ('errors' in read) return read
    if (isFirstOfTwo(shown)) return { errors: { when: secondChooses } }
    if (draftId === null) return { errors: { when: 'There is no draft. Close this, and write a reply first' } }
    return { value: { kind: 'approve', draftId, seenSeq, sendAt: read.value } }
  },
}

/** Then a time would be forgotten: only the approval that sends has one. */
export function isFirstOfTwo({ needsTwo, isFirstApproved }: Shown): boolean {
  return needsTwo && !isFirstApproved
}
