import { planText, plansOf, putPlan, withPlans } from '../../digests/schedule.ts'
import { removeEntry } from '../../settings/entries.ts'
import { readTime, type ReadText } from '../../settings/hours-text.ts'
import { reportIntervals, roomsOf } from '../../settings/tuning.ts'
import type { Field } from '../../workspaces/form.ts'
import { oneOf, readAs, readValues, reference, words } from '../values.ts'
import type { SettingsForm } from './settings-form.ts'

const longestTime = 20
const intervalOptions = [
  { value: 'day', label: 'Every working day, about the day before' },
  { value: 'week', label: 'Every week, about the week before' },
  { value: 'month', label: 'Every month, about the month before' },
]

/** Adds a digest, or changes when it comes: a room has one of each kind. */
export const digest: SettingsForm = {
  make({ tuning, workspaceId, room }) {
    const where: Field = {
      id: 'room',
      label: 'Room',
      hint: null,
      isOptional: false,
      kind: 'room',
      value: roomsOf(tuning, workspaceId).default,
    }
    return {
      title: 'Add a digest',
      submit: 'Add',
      context: [],
      fields: [
        ...(room === null ? [where] : []),
        {
          id: 'every',
          label: 'How often',
          hint: null,
          isOptional: false,
          kind: 'choice',
          value: 'day',
          options: intervalOptions,
        },
        {
          id: 'at',
          label: 'Time',
          hint: `Such as 09:00, by the team's clock (${tuning.hours.timeZone})`,
          isOptional: false,
          kind: 'text',
          value: '09:00',
          maxLength: longestTime,
          isLong: false,
        },
      ],
    }
  },
  read(values, { workspaceId, room: only }) {
    const read = readValues(values, {
      room: only === null ? reference('Choose a room') : reference(null).transform(() => only),
      every: oneOf(reportIntervals),
      at: words(longestTime, 'Write a time such as 09:00').transform(readAs(readTimeOfDay)),
    })
    if ('errors' in read) return read
    const plan = { ...read.value, room: read.value.room ?? '' }
    return {
      value: (tuning) => withPlans(tuning, workspaceId, putPlan(plansOf(tuning, workspaceId, only), plan)),
    }
  },
}

/** Takes one out, also the one that there is before anybody chose. */
export const removeDigest: SettingsForm = {
  make({ tuning, workspaceId, room }, about) {
    const plan = plansOf(tuning, workspaceId, room)[Number(about['index'])]
    const text = plan ? `${planText(plan)}${room === null ? ` → ${plan.room}` : ''}` : ''
    return {
      title: 'Remove the digest',
      submit: 'Remove',
      context: text ? [{ title: 'Digest', text }] : [],
      fields: [],
    }
  },
  read: (_values, { workspaceId, room }, about) => ({
    value: (tuning) => withPlans(tuning, workspaceId, removeEntry(plansOf(tuning, workspaceId, room), about)),
  }),
}

/** What digests say. */
export const digestContent: SettingsForm = {
  make: ({ tuning }) => ({
    title: 'What the digest says',
    submit: 'Save',
    context: [],
    fields: [
      {
        id: 'teammates',
        label: 'Who answered how much',
        hint: null,
        isOptional: false,
        kind: 'choice',
        value: tuning.digests.namesTeammates ? 'shown' : 'hidden',
        options: [
          { value: 'shown', label: 'Shown' },
          { value: 'hidden', label: 'Not shown' },
        ],
      },
    ],
  }),
  read(values) {
    const read = readValues(values, { teammates: oneOf(['shown', 'hidden']) })
    if ('errors' in read) return read
    const namesTeammates = read.value.teammates === 'shown'
    return { value: (tuning) => ({ ...tuning, digests: { ...tuning.digests, namesTeammates } }) }
  },
}

function readTimeOfDay(text: string): ReadText<string> {
  const value = readTime(text)
  return value === null || value === '24:00' ? { error: 'Write a time such as 09:00' } : { value }
}
