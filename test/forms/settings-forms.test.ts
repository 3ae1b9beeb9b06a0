import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plansOf } from '../../src/digests/schedule.ts'
import { digest, digestContent, removeDigest } from '../../src/forms/settings/digest.ts'
import { hours } from '../../src/forms/settings/hours.ts'
import { removeRetention, retention } from '../../src/forms/settings/retention.ts'
import { roles } from '../../src/forms/settings/roles.ts'
import { removeRoomRule, roomRule } from '../../src/forms/settings/room-rule.ts'
import { rooms } from '../../src/forms/settings/rooms.ts'
import { secondApproval } from '../../src/forms/settings/second-approval.ts'
import type { SettingsForm, SettingsShown } from '../../src/forms/settings/settings-form.ts'
import { removeTarget, target } from '../../src/forms/settings/target.ts'
import { voice } from '../../src/forms/settings/voice.ts'
import { ConflictError } from '../../src/errors.ts'
import { retentionEntries } from '../../src/settings/retention.ts'
import { entryAbout } from '../../src/settings/entries.ts'
import { defaultTuning, tuningSchema, type Tuning } from '../../src/settings/tuning.ts'
import type { FormAbout, FormValues } from '../../src/workspaces/form.ts'
import { faultsOf, hostileValues, untouched } from './support.ts'

const room = 'T1/C1'
const tuned: Tuning = {
  ...defaultTuning,
  language: 'cy',
  rooms: {
    slack: {
      default: room,
      escalation: null,
      rules: [
        { channels: [], accounts: [], themes: ['complaint'], urgencies: ['high'], languages: [], room: 'T1/C2' },
        { channels: ['form'], accounts: [], themes: [], urgencies: [], languages: [], room: 'T1/C3' },
      ],
    },
  },
  targets: [
    { channels: [], themes: ['complaint'], urgencies: [], minutes: 60, isBusinessTime: true },
    { channels: [], themes: [], urgencies: [], minutes: 240, isBusinessTime: true },
  ],
  roles: { slack: { agents: 'T1/S1', managers: null } },
  secondApproval: { themes: ['complaint'], channels: ['gone'], flags: ['promise'], maxRating: 2, by: 'managers' },
}
const shownOf = (tuning: Tuning): SettingsShown => ({
  tuning,
  workspaceId: 'slack',
  room: null,
  channels: [
    {
      id: 'email',
      name: 'Email',
      accounts: [
        { id: 'support', name: 'support@example.com' },
        { id: 'sales', name: 'sales@example.com' },
      ],
    },
    { id: 'live-chat', name: 'Live chat', accounts: [{ id: 'default', name: 'default' }] },
  ],
})
const forms = {
  voice,
  rooms,
  roomRule,
  removeRoomRule,
  hours,
  target,
  removeTarget,
  roles,
  secondApproval,
  digest,
  removeDigest,
  digestContent,
  retention,
  removeRetention,
}

/** What the settings become; or what is wrong. */
function submit(form: SettingsForm, values: FormValues, tuning = tuned, about: FormAbout = {}) {
  const read = form.read(values, shownOf(tuning), about)
  return 'errors' in read ? read.errors : read.value(tuning)
}

describe('every form of the settings', () => {
  it.each(Object.entries(forms))('%s can be shown by every platform', (_, form) => {
    for (const tuning of [tuned, defaultTuning])
      for (const about of [{}, { index: 0 }, { index: 'x' }])
        expect(faultsOf(form.make(shownOf(tuning), about))).toEqual([])
  })

  it.each(['voice', 'rooms', 'hours', 'roles', 'secondApproval', 'digestContent'] as const)(
    '%s changes nothing untouched',
    (name) => {
      const form = forms[name]
      expect(submit(form, untouched(form.make(shownOf(tuned), {})))).toEqual(tuned)
    },
  )

  it.each(Object.entries(forms))(
    '%s makes settings that are valid, or says what is wrong, whatever comes back',
    (_, form) => {
      const good: FormValues = {
        name: 'Bluebird',
        room,
        default: room,
        themes: ['complaint'],
        time: '2 h',
        clock: 'business',
        timeZone: 'Europe/Berlin',
        week: 'Mon-Fri 9-17',
        language: 'de',
        maxRating: 'none',
        by: 'anybody',
        every: 'week',
        at: '8:30',
        teammates: 'hidden',
      }
      const ids = [...Object.keys(good), ...form.make(shownOf(tuned), {}).fields.map(({ id }) => id)]
      fc.assert(
        fc.property(hostileValues(ids), fc.anything() as fc.Arbitrary<FormAbout>, (some, about) => {
          const read = form.read({ ...good, ...some }, shownOf(tuned), about)
          if ('errors' in read) {
            expect(Object.values(read.errors).every((error) => error !== '')).toBe(true)
            return
          }
          try {
            expect(tuningSchema.safeParse(read.value(tuned)).error?.issues).toBeUndefined()
          } catch (error) {
            if (!(error instanceof ConflictError)) throw error
          }
        }),
      )
    },
  )
})

describe('rules for rooms', () => {
  it('are added at the end, and take the place of one for the same conversations', () => {
    const added = submit(roomRule, {
      room: 'T1/C9',
      themes: ['question'],
      urgencies: [],
      places: ['email/support'],
      languages: ['de'],
    })
    expect(added).toMatchObject({ rooms: { slack: { default: room } } })
    const rules = (added as Tuning).rooms['slack']?.rules
    expect(rules).toHaveLength(3)
    expect(rules?.[2]).toEqual({
      channels: [],
      accounts: ['email/support'],
      themes: ['question'],
      urgencies: [],
      languages: ['de'],
      room: 'T1/C9',
    })
    const replaced = submit(roomRule, { room: 'T1/C9', themes: ['complaint'], urgencies: ['high'] }) as Tuning
    expect(replaced.rooms['slack']?.rules.map((rule) => rule.room)).toEqual(['T1/C9', 'T1/C3'])
  })

  it('need a condition and a room, and take a channel or its accounts', () => {
    expect(submit(roomRule, { room: null })).toEqual({ room: 'Choose a room' })
    expect(submit(roomRule, { room })).toHaveProperty('themes', expect.stringContaining('at least one'))
    expect(submit(roomRule, { room, places: ['live-chat', 'email/sales'] })).toHaveProperty('places')
    expect(submit(roomRule, { room, places: ['nowhere'] })).toHaveProperty('places')
  })

  it('are removed only where they stand as they were seen', () => {
    const rules = tuned.rooms['slack']?.rules ?? []
    const about = entryAbout(rules, 0)
    const removed = submit(removeRoomRule, {}, tuned, about) as Tuning
    expect(removed.rooms['slack']?.rules.map((rule) => rule.room)).toEqual(['T1/C3'])
    expect(() => submit(removeRoomRule, {}, removed, about)).toThrow('Nothing was removed')
    expect(removeRoomRule.make(shownOf(tuned), about).context).toEqual([
      { title: 'Rule', text: 'complaint · high urgency → T1/C2' },
    ])
  })
})

describe('reply targets', () => {
  it('stand before the one for everything, which there is once', () => {
    const minutes = (tuning: unknown) => (tuning as Tuning).targets.map((one) => one.minutes)
    expect(minutes(submit(target, { time: '30 min', clock: 'calendar', urgencies: ['high'] }))).toEqual([60, 30, 240])
    expect(minutes(submit(target, { time: '8 h', clock: 'calendar' }))).toEqual([60, 480])
    expect(minutes(submit(target, { time: '1 h', clock: 'business' }, defaultTuning))).toEqual([60])
    expect(submit(target, { time: '2 d', clock: 'business' })).toHaveProperty('time')
  })

  it('are removed one at a time', () => {
    const removed = submit(removeTarget, {}, tuned, entryAbout(tuned.targets, 1)) as Tuning
    expect(removed.targets).toEqual(tuned.targets.slice(0, 1))
  })

  it('are at most fifty', () => {
    const many = {
      ...tuned,
      targets: Array.from({ length: 50 }, (_, n) => ({
        ...tuned.targets[0],
        channels: [`c${n}`],
      })) as Tuning['targets'],
    }
    expect(() => submit(target, { time: '1 h', clock: 'business' }, many)).toThrow('There are 50 already')
  })
})

describe('hours', () => {
  it('are read as they are written', () => {
    expect(
      submit(hours, { timeZone: 'America/New York', week: 'Mon-Sat 10-18', holidays: '2026-12-25' }),
    ).toMatchObject({
      hours: { timeZone: 'America/New_York', holidays: ['2026-12-25'] },
    })
    expect(submit(hours, { timeZone: 'Mars', week: 'sometimes', holidays: 'soon' })).toEqual({
      timeZone: 'Write a time zone such as Europe/Berlin',
      week: expect.stringContaining("“sometimes” can't be read"),
      holidays: expect.stringContaining('“soon” is no date'),
    })
  })
})

describe('digests', () => {
  const plansIn = (tuning: unknown, only: string | null = null) => plansOf(tuning as Tuning, 'slack', only)
  const daily = { room, every: 'day', at: '09:00' }

  it('are added to the one that there is before anybody chose, or take its place', () => {
    const weekly = submit(digest, { room: 'T1/C2', every: 'week', at: '8.30' })
    expect(plansIn(weekly)).toEqual([daily, { room: 'T1/C2', every: 'week', at: '08:30' }])
    expect(plansIn(submit(digest, { room, every: 'day', at: '5pm' }))).toEqual([{ ...daily, at: '17:00' }])
  })

  it('need a room, unless there is one only, and a time of the day', () => {
    const wrong = { room: 'Choose a room', every: 'Choose one', at: 'Write a time such as 09:00' }
    expect(submit(digest, { every: 'year', at: '24:00' })).toEqual(wrong)
    expect(submit(digest, { room, every: 'day', at: '' })).toEqual({ at: wrong.at })
    const shown = { ...shownOf(tuned), room: 'room' }
    expect(digest.make(shown, {}).fields.map(({ id }) => id)).toEqual(['every', 'at'])
    const read = digest.read({ room: 'T1/C9', every: 'month', at: '9' }, shown, {})
    expect(plansIn('value' in read ? read.value(tuned) : null, 'room')).toEqual([
      { ...daily, room: 'room' },
      { room: 'room', every: 'month', at: '09:00' },
    ])
  })

  it('are removed one at a time, also the one that there is before anybody chose', () => {
    const about = entryAbout(plansIn(tuned), 0)
    expect(removeDigest.make(shownOf(tuned), about).context).toEqual([
      { title: 'Digest', text: 'Every working day at 09:00 → T1/C1' },
    ])
    const none = submit(removeDigest, {}, tuned, about) as Tuning
    expect(plansIn(none)).toEqual([])
    expect(() => submit(removeDigest, {}, none, about)).toThrow('Nothing was removed')
  })

  it('name teammates, or not', () => {
    expect(submit(digestContent, { teammates: 'hidden' })).toEqual({
      ...tuned,
      digests: { plans: {}, namesTeammates: false },
    })
  })
})

describe('retention', () => {
  it('keeps so many days for each channel, and is removed one at a time', () => {
    const one = submit(retention, { channel: 'email', days: ' 365 ' }) as Tuning
    expect(one).toMatchObject({ retentionDays: { email: 365 } })
    const two = submit(retention, { channel: 'live-chat', days: '1 day' }, one) as Tuning
    expect(submit(retention, { channel: 'email', days: '30' }, two)).toMatchObject({
      retentionDays: { email: 30, 'live-chat': 1 },
    })
    const about = entryAbout(retentionEntries(two), 0)
    expect(removeRetention.make(shownOf(two), about).context).toEqual([
      { title: 'Erased until now', text: 'Email: erased 365 days after the last change' },
    ])
    const left = submit(removeRetention, {}, two, about) as Tuning
    expect(left.retentionDays).toEqual({ 'live-chat': 1 })
    expect(() => submit(removeRetention, {}, left, about)).toThrow('Nothing was removed')
  })

  it('says what can’t be', () => {
    const days = 'Write a number of days from 1 to 3650, such as 365'
    for (const wrong of ['0', '3651', 'a year', '-3', '1.5'])
      expect(submit(retention, { channel: 'email', days: wrong })).toEqual({ days })
    expect(submit(retention, { channel: 'gone', days: '3' })).toEqual({ channel: 'Choose a channel' })
  })
})

it('second approval can be switched off, and keeps a channel that is off', () => {
  const off = { themes: [], channels: [], flags: [], maxRating: 'none', by: 'anybody' }
  expect(submit(secondApproval, off)).toMatchObject({ secondApproval: { themes: [], maxRating: null, by: 'anybody' } })
  expect(submit(secondApproval, { ...off, channels: ['gone', 'email'] })).toMatchObject({
    secondApproval: { channels: ['email', 'gone'] },
  })
})
