import { snoozeTimes, timeLabel } from '../settings/hours.ts'
import type { Field, Option } from '../workspaces/form.ts'
import { customersWords, type CardForm, type Shown } from './card-form.ts'
import { readTime, timeFields, timeOf, timeOptions } from './times.ts'

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
    const [quick, ...others] = timeFields(
      'Until',
      options.map((option) => marked(option, shown)),
      shown,
    )
    return {
      title: 'Snooze',
      submit: 'Snooze',
      context: customersWords(shown.card),
      fields: quick ? [{ ...quick, hint: hintOf(quick, shown) }, ...others] : others,
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

/** Who sleeps longer than the reply window is open can't answer in their own words any more. */
function marked({ value, label }: Option, { card: { replyWindow }, closed, now }: Shown): Option {
  const until = timeOf(value, now)
  const isLate = replyWindow !== null && closed === null && until !== null && until >= replyWindow.closesAt
  return { value, label: isLate ? `${label} (after the reply window)` : label }
}

function hintOf({ hint }: Field, { card: { replyWindow }, closed, hours, now }: Shown): string | null {
  if (!replyWindow || closed !== null) return hint
  return [hint, `Their reply window closes ${timeLabel(replyWindow.closesAt, now, hours.timeZone)}`].join('. ')
}
