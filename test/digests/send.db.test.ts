import { asc, eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '../../src/context.ts'
import { posts, reports } from '../../src/db/schema.ts'
import { claimDigests, sendDigest } from '../../src/digests/send.ts'
import { withPlans } from '../../src/digests/schedule.ts'
import { readStored } from '../../src/digests/stored.ts'
import { addDays, momentOf } from '../../src/settings/hours.ts'
import { roomsOf, usualHours, withRooms, type Tuning } from '../../src/settings/tuning.ts'
import { updateTuning } from '../../src/settings/update.ts'
import { testClock } from '../support/clock.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace } from '../support/workspace.ts'
import { random } from './support.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk({ rooms: [fakeWorkspace('fake', { room: null }), fakeWorkspace('web')] })
})
afterEach(() => desk.close())

const tune = (change: (tuning: Tuning) => Tuning) => updateTuning(desk.ctx, change, 'fake:ana')
const useRoom = (room: string) => tune((now) => withRooms(now, 'fake', { ...roomsOf(now, 'fake'), default: room }))

/** Every minute in which somebody looks. */
async function look(...times: string[]): Promise<void> {
  for (const time of times) {
    desk.clock.set(new Date(time))
    await claimDigests(desk.ctx)
  }
}

async function keys(): Promise<string[]> {
  const rows = await desk.ctx.db.select({ key: reports.key }).from(reports).orderBy(asc(reports.key))
  return rows.map(({ key }) => key ?? '')
}

describe('digests that fall due', () => {
  it('are claimed for every workspace and room', async () => {
    await useRoom('T1/C1')
    await look('2026-11-19T08:00:00Z', '2026-11-20T08:59:00Z')
    expect(await keys()).toEqual([])
    await look('2026-11-20T09:00:00Z', '2026-11-20T09:01:00Z')
    expect(await keys()).toEqual(['digest:fake:T1/C1:day:2026-11-20', 'digest:web:room:day:2026-11-20'])
    expect(await desk.pending()).toMatchObject([{ name: 'send-digest' }, { name: 'send-digest' }])
  })

  it('have nothing to tell of the days before Deskbell was there', async () => {
    await look('2026-11-20T08:00:00Z', '2026-11-20T09:00:00Z')
    expect(await keys()).toEqual([])
    await look('2026-11-23T09:00:00Z')
    expect(await keys()).toEqual(['digest:web:room:day:2026-11-23'])
  })

  it('begin with the next time when a room or a time is chosen later on the day', async () => {
    await look('2026-11-18T12:00:00Z', '2026-11-20T10:00:00Z')
    await useRoom('T1/C1')
    await tune((now) => withPlans(now, 'web', [{ room: 'room', every: 'day', at: '09:30' }]))
    await look('2026-11-20T10:01:00Z')
    expect(await keys()).toEqual(['digest:web:room:day:2026-11-20'])
    await look('2026-11-23T09:15:00Z')
    expect(await keys()).toEqual(['digest:fake:T1/C1:day:2026-11-23', 'digest:web:room:day:2026-11-20'])
  })

  it('come once when their time is moved on the same day, and not at all once they are off', async () => {
    await look('2026-11-18T12:00:00Z', '2026-11-20T09:00:00Z')
    await tune((now) => withPlans(now, 'web', [{ room: 'room', every: 'day', at: '11:00' }]))
    await look('2026-11-20T11:00:00Z')
    expect(await keys()).toEqual(['digest:web:room:day:2026-11-20'])
    await tune((now) => withPlans(now, 'web', []))
    await look('2026-11-23T11:00:00Z')
    expect(await keys()).toHaveLength(1)
  })

  it('come although a clock was wrong for a while', async () => {
    // A day ahead, from before nine until after.
    await look('2026-11-18T12:00:00Z', '2026-11-19T08:58:00Z', '2026-11-20T08:59:00Z', '2026-11-19T09:02:00Z')
    expect(await keys()).toEqual(['digest:web:room:day:2026-11-19'])
    // Years ahead.
    await look('2031-01-01T00:00:00Z', '2026-11-19T09:04:00Z', '2026-11-20T09:00:00Z')
    expect(await keys()).toContain('digest:web:room:day:2026-11-20')
    expect((await keys()).filter((key) => key.includes('2026-11-19'))).toHaveLength(1)
  })

  it('are claimed by the next look when one fails', async () => {
    await look('2026-11-18T12:00:00Z')
    const queue: Context['queue'] = { ...desk.ctx.queue, add: () => Promise.reject(new Error('No queue')) }
    desk.clock.set(new Date('2026-11-19T09:00:00Z'))
    await expect(claimDigests({ ...desk.ctx, queue })).rejects.toThrow('No queue')
    expect(await keys()).toEqual([])
    await look('2026-11-19T09:01:00Z')
    expect(await keys()).toEqual(['digest:web:room:day:2026-11-19'])
  })
})

describe('a year with two replicas, restarts, and clocks that jump', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu']
  /** Only on Sundays, when clocks change. */
  const week = usualHours.week.map((_, day): [string, string][] => (day === 6 ? [['09:00', '17:00']] : []))
  const time = '02:30'

  it('claims each digest once in three time zones, and none that is long gone', async () => {
    const other = testClock()
    const second: Context = { ...desk.ctx, clock: other }
    const next = random(5)
    const expected: string[] = []
    await look('2025-12-20T12:00:00Z')
    for (const [index, timeZone] of zones.entries()) {
      const sundays = Array.from({ length: 52 }, (_, n) => addDays('2026-01-04', n * 7 + index * 371))
      await tune((now) =>
        withPlans({ ...now, hours: { timeZone, week, holidays: [] } }, 'web', [
          { room: 'room', every: 'week', at: time },
        ]),
      )
      await look(`${addDays(sundays[0] ?? '', -2)}T12:00:00Z`)
      for (const date of sundays) {
        const falls = momentOf(date, time, timeZone).getTime()
        const gone = momentOf(addDays(date, 3), '00:00', timeZone).getTime()
        const kept = gone - falls
        // Down for days, or for hours, or there in time.
        const chance = next()
        const downMs = chance < 0.1 ? kept + 3_600_000 : chance < 0.3 ? next() * (kept - 60_000) : next() * 300_000
        const first = falls + downMs
        // Set back and forth again; the other's clock goes a little wrong.
        const times = chance > 0.8 ? [first, first - 5_400_000, first + 60_000] : [first]
        const looked = times.flatMap((ms) => [ms, ms + (next() - 0.5) * 60_000])
        for (const [at, ms] of looked.entries()) {
          if (at % 2 === 0) continue
          desk.clock.set(new Date(looked[at - 1] ?? 0))
          other.set(new Date(ms))
          await Promise.all([claimDigests(desk.ctx), claimDigests(second)])
        }
        if (looked.some((ms) => ms >= falls && ms < gone)) expected.push(`digest:web:room:week:${date}`)
      }
    }
    expect(await keys()).toEqual(expected)
    expect(expected.length).toBeGreaterThan(125)
    expect(expected.length).toBeLessThan(156)
    expect(await desk.pending()).toHaveLength(expected.length)
  })
})

describe('a digest', () => {
  async function claimed(at: string): Promise<string> {
    await look('2026-11-18T12:00:00Z', '2026-11-20T08:59:00Z', at)
    const [row] = await desk.ctx.db.select().from(reports)
    if (!row) throw new Error('Nothing is due')
    return row.id
  }
  const posted = () => desk.ctx.db.select().from(posts).where(eq(posts.workspace, 'web'))

  it('is written and posted once, however often it is tried', async () => {
    const reportId = await claimed('2026-11-20T09:00:00Z')
    await Promise.all([sendDigest(desk.ctx, { reportId }), sendDigest(desk.ctx, { reportId })])
    const before = await readStored(desk.ctx.db, reportId)
    desk.clock.advance(3_600_000)
    await sendDigest(desk.ctx, { reportId })
    expect(await readStored(desk.ctx.db, reportId)).toEqual(before)
    expect(before?.report).toMatchObject({ id: reportId, note: null })
    expect(before?.report.title).toContain('Thursday 19 November 2026')
    expect(await posted()).toMatchObject([
      { key: `report:${reportId}`, room: 'room', rank: 1, body: { kind: 'report', reportId } },
    ])
  })

  it('says that it comes late, and why', async () => {
    const noteAt = async (claimedAt: string, sentAt: string) => {
      const reportId = await claimed(claimedAt)
      desk.clock.set(new Date(sentAt))
      await sendDigest(desk.ctx, { reportId })
      return (await readStored(desk.ctx.db, reportId))?.report.note
    }
    expect(await noteAt('2026-11-20T11:00:00Z', '2026-11-20T11:00:00Z')).toBe(
      'Sent late: Deskbell was not running at 09:00',
    )
    await desk.ctx.db.delete(reports)
    expect(await noteAt('2026-11-20T09:00:00Z', '2026-11-20T10:00:00Z')).toBe('Sent late: it was due at 09:00')
    await desk.ctx.db.delete(reports)
    expect(await noteAt('2026-11-20T12:00:00Z', '2026-11-21T00:00:00Z')).toBe(
      'Sent late: Deskbell was not running at 09:00 on Friday 20 November 2026',
    )
  })

  it('is forgotten without a word when it was swept away', async () => {
    const reportId = await claimed('2026-11-20T09:00:00Z')
    await desk.ctx.db.delete(reports)
    await sendDigest(desk.ctx, { reportId })
    expect(await posted()).toEqual([])
  })
})
