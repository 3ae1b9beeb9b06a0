import { describe, expect, it } from 'vitest'
import { businessTime } from '../../src/measures/business-time.ts'
import { fatesOf, firstResponseMs, quantile, resolutionMs, type Fate } from '../../src/measures/measures.ts'
import { timelineOf, type LoggedEvent } from '../../src/measures/timeline.ts'
import type { Hours } from '../../src/settings/tuning.ts'
import { createRandom } from '../chaos/random.ts'
import { randomLogs } from './random-log.ts'

/** Monday 2 March 2026; the team works from 9 to 17, Berlin time, which is 8 to 16 UTC. */
const at = (time: string, day = 2) => new Date(`2026-03-${String(day).padStart(2, '0')}T${time}:00Z`)
const nine: [string, string][] = [['09:00', '17:00']]
const hours: Hours = { timeZone: 'Europe/Berlin', week: [nine, nine, nine, nine, nine, [], []], holidays: [] }
const time = businessTime(hours, at('00:00', 1), new Date('2026-12-31T00:00Z'))
const minutes = (ms: number | null) => (ms === null ? null : ms / 60_000)

const event = (when: Date, type: string, data: object, ids: Partial<LoggedEvent> = {}): LoggedEvent => ({
  at: when,
  type,
  interactionId: null,
  replyId: null,
  data,
  ...ids,
})
const heard = (seq: number, when: Date, data: object = {}) =>
  event(when, 'interaction.received', { seq, occurredAt: when.toISOString(), ...data }, { interactionId: `i${seq}` })
const drafted = (answersSeq: number, when: Date) => event(when, 'draft.proposed', { answersSeq })
const approved = (replyId: string, when: Date) => event(when, 'draft.approved', {}, { replyId })
/** A reply; its name is `r` and what it answers, unless it is told. */
const accepted = (answersSeq: number, when: Date, data: object = {}, replyId = `r${answersSeq}`) =>
  event(
    when,
    'reply.accepted',
    { answersSeq, acceptedAt: when.toISOString(), approvedBy: 'slack:T1/U1', ...data },
    { replyId },
  )
const failed = (replyId: string, when: Date) => event(when, 'reply.failed', { reason: 'It bounced' }, { replyId })
const dismissed = (seq: number, when: Date, reason = 'no-reply-needed') =>
  event(when, 'conversation.dismissed', { seq, reason })
const reopened = (when: Date, from = 'dismissed') => event(when, 'conversation.reopened', { from })

const fates = (log: LoggedEvent[], until = at('18:00')): Fate[] => fatesOf(timelineOf(log), until, time)

/** "answered 12", "waiting 30", "dismissed spam": what became of each, in minutes. */
function told(log: LoggedEvent[], until = at('18:00')): string[] {
  return fates(log, until).map((fate) => {
    if (fate.kind === 'dismissed') return `dismissed ${fate.reason}`
    return fate.kind === 'automatic' ? 'automatic' : `${fate.kind} ${minutes(fate.ms)}`
  })
}

describe('what became of what a customer did', () => {
  it('is answered once the provider took the reply, and took from their moment to its acceptance, in parts', () => {
    const log = [
      heard(1, at('09:00')),
      drafted(1, at('09:01')),
      drafted(1, at('09:05')),
      approved('r1', at('09:11')),
      accepted(1, at('09:12')),
    ]
    expect(fates(log)).toMatchObject([
      {
        kind: 'answered',
        settledAt: at('09:12'),
        ms: 12 * 60_000,
        openMs: 12 * 60_000,
        draftingMs: 60_000,
        waitingMs: 10 * 60_000,
        deliveryMs: 60_000,
      },
    ])
  })

  it('waited for no draft where a person wrote from nothing', () => {
    const log = [heard(1, at('09:00')), approved('r1', at('09:11')), accepted(1, at('09:12'))]
    expect(fates(log)).toMatchObject([{ draftingMs: 0, waitingMs: 11 * 60_000, deliveryMs: 60_000 }])
  })

  it('waits until then, for as long as it has waited', () => {
    expect(told([heard(1, at('09:00'))], at('09:30'))).toEqual(['waiting 30'])
  })

  it('is each its own: two that are answered by one reply have waited for each their time', () => {
    const log = [heard(1, at('09:00')), heard(2, at('09:20')), accepted(2, at('09:30'))]
    expect(told(log)).toEqual(['answered 30', 'answered 10'])
  })

  it('still waits where the reply was approved before they wrote again', () => {
    const log = [heard(1, at('09:00')), heard(2, at('09:09')), accepted(1, at('09:10'))]
    expect(told(log, at('10:00'))).toEqual(['answered 10', 'waiting 51'])
  })

  it('is answered by the first reply that did, however many follow', () => {
    const log = [heard(1, at('09:00')), accepted(1, at('09:30'), {}, 'a'), accepted(1, at('11:00'), {}, 'b')]
    expect(told(log)).toEqual(['answered 30'])
  })

  it('counts from when the customer wrote to when the provider took the reply, however late Deskbell heard of either', () => {
    const log = [
      heard(1, at('09:20'), { occurredAt: at('09:00').toISOString() }),
      accepted(1, at('10:00'), { acceptedAt: at('09:40').toISOString() }),
    ]
    expect(told(log, at('09:10'))).toEqual([])
    expect(told(log, at('09:50'))).toEqual(['waiting 50'])
    expect(told(log)).toEqual(['answered 40'])
  })

  it('is not answered by what the team had written before, and is measured from itself', () => {
    const log = [
      approved('r0', at('08:00')),
      accepted(0, at('08:01')),
      heard(1, at('09:00')),
      drafted(1, at('09:01')),
      accepted(1, at('09:07')),
    ]
    expect(told(log, at('09:05'))).toEqual(['waiting 5'])
    expect(told(log)).toEqual(['answered 7'])
    expect(minutes(firstResponseMs(fates(log)))).toBe(7)
  })

  it('waits again when the reply turns out not to have arrived, until another does', () => {
    const log = [
      heard(1, at('09:00')),
      accepted(1, at('09:10'), {}, 'a'),
      failed('a', at('09:20')),
      accepted(1, at('11:00'), {}, 'b'),
    ]
    expect(told(log, at('09:15'))).toEqual(['answered 10'])
    expect(told(log, at('10:00'))).toEqual(['waiting 60'])
    expect(told(log)).toEqual(['answered 120'])
  })

  it('is answered by the same reply once that was sent again', () => {
    const log = [heard(1, at('09:00')), accepted(1, at('09:10')), failed('r1', at('09:20')), accepted(1, at('09:45'))]
    expect(told(log)).toEqual(['answered 45'])
  })

  it('falls to the next reply that answers it when the first did not arrive', () => {
    const log = [
      heard(1, at('09:00')),
      accepted(1, at('09:10')),
      heard(2, at('09:30')),
      accepted(2, at('09:50')),
      failed('r1', at('10:00')),
    ]
    expect(told(log, at('09:55'))).toEqual(['answered 10', 'answered 20'])
    expect(fates(log)).toMatchObject([
      { kind: 'answered', settledAt: at('10:00'), ms: 50 * 60_000, sent: { replyId: 'r2' } },
      { kind: 'answered', settledAt: at('09:50') },
    ])
  })

  it('is dismissed with its reason, unless somebody reopens it', () => {
    const log = [
      heard(1, at('09:00')),
      dismissed(1, at('09:05'), 'duplicate'),
      reopened(at('09:30')),
      accepted(1, at('09:40')),
    ]
    expect(told(log, at('09:10'))).toEqual(['dismissed duplicate'])
    expect(told(log, at('09:35'))).toEqual(['waiting 35'])
    expect(told(log)).toEqual(['answered 40'])
  })

  it('stays dismissed when they write again, and that is put off, taken up, and answered', () => {
    const log = [
      heard(1, at('09:00')),
      dismissed(1, at('09:05')),
      heard(2, at('11:00')),
      reopened(at('11:03'), 'snoozed'),
      accepted(2, at('11:06')),
    ]
    expect(told(log)).toEqual(['dismissed no-reply-needed', 'answered 6'])
  })

  it('stays answered when the conversation is dismissed afterwards', () => {
    const log = [heard(1, at('09:00')), accepted(1, at('09:10')), heard(2, at('12:00')), dismissed(2, at('12:01'))]
    expect(told(log)).toEqual(['answered 10', 'dismissed no-reply-needed'])
  })

  it('stays dismissed when a reply is accepted late, which answers it once it is reopened', () => {
    const log = [heard(1, at('09:00')), dismissed(1, at('09:05')), accepted(1, at('09:10')), reopened(at('10:00'))]
    expect(told(log, at('09:30'))).toEqual(['dismissed no-reply-needed'])
    expect(fates(log)).toMatchObject([{ kind: 'answered', settledAt: at('10:00'), ms: 10 * 60_000 }])
  })

  it('counts apart what a machine wrote, which nobody dismisses or answers', () => {
    const log = [heard(1, at('09:00'), { automatic: 'auto-reply' }), reopened(at('09:05')), accepted(1, at('09:10'))]
    expect(told(log)).toEqual(['automatic'])
  })

  it('is spam while it stays in quarantine, and waits since it was written once it is set free', () => {
    const log = [heard(1, at('09:00'), { isQuarantined: true }), reopened(at('09:30'), 'quarantined')]
    expect(told(log, at('09:10'))).toEqual(['dismissed spam'])
    expect(told(log, at('10:00'))).toEqual(['waiting 60'])
    expect(told([...log, accepted(1, at('10:10'))])).toEqual(['answered 70'])
  })

  it('is one where they went on in the same breath, and only what they had said by then is answered', () => {
    const wentOn = event(at('09:01'), 'interaction.continued', { seq: 2 }, { interactionId: 'i1' })
    expect(told([heard(1, at('09:00')), wentOn, accepted(1, at('09:04'))])).toEqual(['waiting 540'])
    expect(told([heard(1, at('09:00')), wentOn, accepted(2, at('09:06'))])).toEqual(['answered 6'])
  })

  it('is told as it was known at the moment that is asked about', () => {
    const log = [heard(1, at('09:00')), heard(2, at('11:00')), accepted(2, at('12:00'))]
    expect(told(log, at('10:00'))).toEqual(['waiting 60'])
    expect(told(log, at('12:00'))).toEqual(['waiting 180', 'waiting 60'])
    expect(told(log, new Date(at('12:00').getTime() + 1))).toEqual(['answered 180', 'answered 60'])
  })

  it('counts the team’s hours only in business time: over night, and over weekends in which the clocks change', () => {
    const took = (from: Date, to: Date) => fates([heard(1, from), accepted(1, to)], new Date(to.getTime() + 1))
    // Monday 16:50 to Tuesday 9:20 by the clock on the wall.
    expect(took(at('15:50'), at('08:20', 3))).toMatchObject([{ ms: 990 * 60_000, openMs: 30 * 60_000 }])
    // Friday 16:50 to Monday 9:10, with an hour less in between.
    expect(took(at('15:50', 27), at('07:10', 30))).toMatchObject([{ ms: 3800 * 60_000, openMs: 20 * 60_000 }])
    // The same in October, with an hour more.
    const october = [new Date('2026-10-23T14:50Z'), new Date('2026-10-26T08:10Z')] as const
    expect(took(...october)).toMatchObject([{ ms: 3920 * 60_000, openMs: 20 * 60_000 }])
  })

  it('never takes less than no time, though the provider’s clock is ahead of ours', () => {
    const log = [
      heard(1, at('09:00'), { occurredAt: at('09:05').toISOString() }),
      drafted(1, at('09:01')),
      accepted(1, at('09:03'), { approvedAt: at('09:02').toISOString() }),
    ]
    expect(fates(log)).toMatchObject([{ ms: 0, openMs: 0, draftingMs: 0, waitingMs: 0, deliveryMs: 0 }])
    expect(told(log, at('09:02'))).toEqual(['waiting 0'])
  })
})

describe('a conversation', () => {
  const log = [heard(1, at('09:00')), accepted(1, at('09:25')), heard(2, at('11:00')), accepted(2, at('11:05'))]

  it('has its first response when their first words are answered', () => {
    expect(minutes(firstResponseMs(fates(log)))).toBe(25)
    expect(firstResponseMs(fates(log, at('09:20')))).toBeNull()
  })

  it('is resolved with the last answer, once nobody waits any more', () => {
    expect(minutes(resolutionMs(fates(log, at('10:00'))))).toBe(25)
    expect(resolutionMs(fates(log, at('11:01')))).toBeNull()
    expect(minutes(resolutionMs(fates(log)))).toBe(125)
  })

  it('is not resolved by being dismissed alone', () => {
    const spam = [heard(1, at('09:00')), dismissed(1, at('09:05'), 'spam')]
    expect(resolutionMs(fates(spam))).toBeNull()
    expect(firstResponseMs(fates(spam))).toBeNull()
  })
})

describe('a quantile', () => {
  it('lies between two values where it falls between them', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
    expect(quantile([10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 0.9)).toBe(91)
    expect(quantile([7], 0.9)).toBe(7)
    expect(quantile([], 0.5)).toBeNull()
  })
})

it('accounts for everything that a customer did, whatever happened, and its parts add up', () => {
  const random = createRandom(3)
  for (const { events } of randomLogs(4, 2000)) {
    const until = random.pick(events).at
    const all = fates(events, until)
    const isHeard = ({ type, data }: (typeof events)[number]) => type === 'interaction.received' && !data['isOutdated']
    const before = events.filter((one) => isHeard(one) && one.at < until)
    expect(new Set(all.map((fate) => fate.heard.id))).toEqual(new Set(before.map((one) => one.interactionId)))
    expect(all.length).toBe(before.length)
    for (const fate of all) {
      if (fate.kind !== 'answered') continue
      expect(fate.draftingMs + fate.waitingMs + fate.deliveryMs).toBe(fate.ms)
      expect(Math.min(fate.draftingMs, fate.waitingMs, fate.deliveryMs, fate.openMs)).toBeGreaterThanOrEqual(0)
      expect(fate.openMs).toBeLessThanOrEqual(fate.ms)
      expect(fate.settledAt < until).toBe(true)
    }
  }
})
