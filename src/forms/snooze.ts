import { snoozeTimes } from '../settings/hours.ts'
import { customersWords, type CardForm } from './card-form.ts'
import { readTime, timeFields, timeOptions } from './times.ts'

const longestMs = 90 * 86_400_000

/** Takes a conversation out of the way for a while. */
export const snooze: CardForm = {
  action: 'snooze',
  make(shown) {
    const options = [
      { value: '+1h', label: 'For 1 hour' },
      { value: '+4h', label: 'For 4 hours' },
      ...timeOptions(snoozeTimes(shown.hours, shown.now), shown),
    ]
    return {
      title: 'Snooze',
      submit: 'Snooze',
      context: customersWords(shown.card),
      fields: timeFields('Until', options, shown),
    }
  },
  read(values, shown, { seenSeq }) {
    const read = readTime(values, shown, (at) => {
      const inMs = at.getTime() - shown.now.getTime()
      if (inMs <= 0) return 'This time has passed. Choose a later one'
      return inMs > longestMs ? 'Choose a time within 90 days' : null
    })
    return 'errors' in read ? read : { value: { kind: 'snooze', seenSeq, until: read.value } }
  },
}
