import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { businessTime } from '../../src/digests/business-time.ts'
import {
  fatesOf,
  firstResponseMs,
  quantile,
  resolutionMs,
  type Fate,
  type Heard,
  type Sent,
  type Timeline,
} from '../../src/digests/measures.ts'
import type { Hours } from '../../src/settings/tuning.ts'

/** Monday 2 March 2026; the team works from 9 to 17, Berlin time, which is 8 to 16 UTC. */
const at = (time: string, day = 2) => new Date(`2026-03-${String(day).padStart(2, '0')}T${time}:00Z`)
const nine: [string, string][] = [['09:00', '17:00']]
const hours: Hours = { timeZone: 'Europe/Berlin', week: [nine, nine, nine, nine, nine, [], []], holidays: [] }
const time = businessTime(hours, at('00:00', 1), new Date('2026-12-31T00:00Z'))
const minutes = (ms: number | null) => (ms === null ? null : ms / 60_000)

const heard = (seq: number, when: Date, changes: Partial<Heard> = {}): Heard => ({
  id: `i${seq}`,
  seq,
  at: when,
  isAutomatic: false,
  ...changes,
})
const sent = (answersSeq: number, acceptedAt: Date, changes: Partial<Sent> = {}): Sent => ({
  replyId: `r${answersSeq}`,
  answersSeq,
  draftedAt: null,
  approvedAt: acceptedAt,
  approvedBy: 'slack:T1/U1',
  acceptedAt,
  failedAt: null,
  ...changes,
})
const timeline = (parts: Partial<Timeline>): Timeline => ({
  heard: [],
  sent: [],
  dismissals: [],
  reopenings: [],
  ...parts,
})

/** "answered 12", "waiting 30", "dismissed spam": what became of each, in minutes. */
function told(parts: Partial<Timeline>, until: Date): string[] {
  return fatesOf(timeline(parts), until, time).map((fate) => {
    if (fate.kind === 'dismissed') return `dismissed ${fate.reason}`
    return fate.kind === 'automatic' ? 'automatic' : `${fate.kind} ${minutes(fate.ms)}`
  })
}

describe('what became of what a customer did', () => {
  it('is answered once the provider took the reply, and took from their moment to its acceptance, in parts', () => {
    const answer = sent(1, at('09:12'), { draftedAt: at('09:01'), approvedAt: at('09:11') })
    const [fate] = fatesOf(timeline({ heard: [heard(1, at('09:00'))], sent: [answer] }), at('18:00'), time)
    expect(fate).toMatchObject({
      kind: 'answered',
      ms: 12 * 60_000,
      openMs: 12 * 60_000,
      draftingMs: 60_000,
      waitingMs: 10 * 60_000,
      deliveryMs: 60_000,
    })
  })

  it('waits until then, for as long as it has waited', () => {
    expect(told({ heard: [heard(1, at('09:00'))] }, at('09:30'))).toEqual(['waiting 30'])
  })

  it('is each its own: two that are answered by one reply have waited for each their time', () => {
    const both = { heard: [heard(1, at('09:00')), heard(2, at('09:20'))], sent: [sent(2, at('09:30'))] }
    expect(told(both, at('18:00'))).toEqual(['answered 30', 'answered 10'])
  })

  it('still waits where the reply was approved before they wrote again', () => {
    const crossed = { heard: [heard(1, at('09:00')), heard(2, at('09:09'))], sent: [sent(1, at('09:10'))] }
    expect(told(crossed, at('10:00'))).toEqual(['answered 10', 'waiting 51'])
  })

  it('is answered by the first reply that did, however many follow', () => {
    expect(
      told({ heard: [heard(1, at('09:00'))], sent: [sent(1, at('11:00')), sent(1, at('09:30'))] }, at('18:00')),
    ).toEqual(['answered 30'])
  })

  it('waits again when the reply turns out not to have arrived', () => {
    const bounced = { heard: [heard(1, at('09:00'))], sent: [sent(1, at('09:10'), { failedAt: at('09:20') })] }
    expect(told(bounced, at('09:15'))).toEqual(['answered 10'])
    expect(told(bounced, at('10:00'))).toEqual(['waiting 60'])
  })

  it('is dismissed with its reason, unless somebody reopens it', () => {
    const dismissed = {
      heard: [heard(1, at('09:00'))],
      dismissals: [{ at: at('09:05'), reason: 'spam' as const, seq: 1 }],
    }
    expect(told(dismissed, at('10:00'))).toEqual(['dismissed spam'])
    const reopened = { ...dismissed, reopenings: [at('09:30')] }
    expect(told(reopened, at('10:00'))).toEqual(['waiting 60'])
    expect(told({ ...reopened, sent: [sent(1, at('09:40'))] }, at('10:00'))).toEqual(['answered 40'])
  })

  it('stays dismissed when they write again, and that is answered', () => {
    const later = {
      heard: [heard(1, at('09:00')), heard(2, at('11:00'))],
      dismissals: [{ at: at('09:05'), reason: 'no-reply-needed' as const, seq: 1 }],
      sent: [sent(2, at('11:06'))],
    }
    expect(told(later, at('18:00'))).toEqual(['dismissed no-reply-needed', 'answered 6'])
  })

  it('stays answered when the conversation is dismissed afterwards', () => {
    const closed = {
      heard: [heard(1, at('09:00')), heard(2, at('12:00'))],
      sent: [sent(1, at('09:10'))],
      dismissals: [{ at: at('12:01'), reason: 'no-reply-needed' as const, seq: 2 }],
    }
    expect(told(closed, at('18:00'))).toEqual(['answered 10', 'dismissed no-reply-needed'])
  })

  it('counts apart what a machine wrote', () => {
    expect(
      told({ heard: [heard(1, at('09:00'), { isAutomatic: true })], sent: [sent(1, at('09:10'))] }, at('10:00')),
    ).toEqual(['automatic'])
  })

  it('is told as it was known at the moment that is asked about', () => {
    const parts = { heard: [heard(1, at('09:00')), heard(2, at('11:00'))], sent: [sent(2, at('12:00'))] }
    expect(told(parts, at('10:00'))).toEqual(['waiting 60'])
    expect(told(parts, at('12:01'))).toEqual(['answered 180', 'answered 60'])
  })

  it('counts the team’s hours only in business time: over night, and over a weekend with a change of the clock', () => {
    const overNight = timeline({ heard: [heard(1, at('15:50'))], sent: [sent(1, at('08:20', 3))] })
    expect(fatesOf(overNight, at('12:00', 3), time)).toMatchObject([{ ms: 990 * 60_000, openMs: 30 * 60_000 }])
    // Friday 16:50 to Monday 9:10 by the clock on the wall, an hour less in between.
    const weekend = timeline({ heard: [heard(1, at('15:50', 27))], sent: [sent(1, at('07:10', 30))] })
    expect(fatesOf(weekend, at('12:00', 30), time)).toMatchObject([{ ms: 3800 * 60_000, openMs: 20 * 60_000 }])
  })

  it('never takes less than no time, though the provider’s clock is ahead of ours', () => {
    const early = sent(1, at('09:00'), { draftedAt: at('08:58'), approvedAt: at('08:59') })
    expect(fatesOf(timeline({ heard: [heard(1, at('09:01'))], sent: [early] }), at('10:00'), time)).toMatchObject([
      { ms: 0, openMs: 0, draftingMs: 0, waitingMs: 0, deliveryMs: 0 },
    ])
  })
})

describe('a conversation', () => {
  const fates = (parts: Partial<Timeline>, until = at('18:00')): Fate[] => fatesOf(timeline(parts), until, time)

  it('has its first response when their first words are answered', () => {
    const parts = {
      heard: [heard(1, at('09:00')), heard(2, at('11:00'))],
      sent: [sent(1, at('09:25')), sent(2, at('11:05'))],
    }
    expect(minutes(firstResponseMs(fates(parts)))).toBe(25)
    expect(firstResponseMs(fates(parts, at('09:20')))).toBeNull()
  })

  it('is resolved with the last answer, once nobody waits any more', () => {
    const parts = {
      heard: [heard(1, at('09:00')), heard(2, at('11:00'))],
      sent: [sent(1, at('09:25')), sent(2, at('11:05'))],
    }
    expect(minutes(resolutionMs(fates(parts, at('10:00'))))).toBe(25)
    expect(resolutionMs(fates(parts, at('11:01')))).toBeNull()
    expect(minutes(resolutionMs(fates(parts)))).toBe(125)
  })

  it('is not resolved by being dismissed alone', () => {
    const parts = { heard: [heard(1, at('09:00'))], dismissals: [{ at: at('09:05'), reason: 'spam' as const, seq: 1 }] }
    expect(resolutionMs(fates(parts))).toBeNull()
    expect(firstResponseMs(fates(parts))).toBeNull()
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
  const moment = fc
    .integer({ min: 0, max: 20 * 24 * 60 })
    .map((minute) => new Date(at('00:00').getTime() + minute * 60_000))
  const seq = fc.integer({ min: 1, max: 6 })
  const any = fc.record({
    heard: fc
      .array(fc.record({ at: moment, isAutomatic: fc.boolean() }), { maxLength: 6 })
      .map((all) => all.map((one, index) => heard(index + 1, one.at, { isAutomatic: one.isAutomatic }))),
    sent: fc.array(
      fc
        .record({ seq, accepted: moment, approved: moment, drafted: fc.option(moment), failed: fc.option(moment) })
        .map((one) =>
          sent(one.seq, one.accepted, { approvedAt: one.approved, draftedAt: one.drafted, failedAt: one.failed }),
        ),
      { maxLength: 4 },
    ),
    dismissals: fc.array(fc.record({ at: moment, reason: fc.constant('duplicate' as const), seq }), { maxLength: 2 }),
    reopenings: fc.array(moment, { maxLength: 2 }),
  })
  fc.assert(
    fc.property(any, moment, (parts, until) => {
      const fates = fatesOf(parts, until, time)
      expect(fates.map((fate) => fate.heard.id)).toEqual(
        parts.heard.filter((one) => one.at < until).map(({ id }) => id),
      )
      for (const fate of fates) {
        if (fate.kind !== 'answered') continue
        expect(fate.draftingMs + fate.waitingMs + fate.deliveryMs).toBe(fate.ms)
        expect(Math.min(fate.draftingMs, fate.waitingMs, fate.deliveryMs, fate.openMs)).toBeGreaterThanOrEqual(0)
        expect(fate.openMs).toBeLessThanOrEqual(fate.ms)
      }
    }),
  )
})
