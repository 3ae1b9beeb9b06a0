import { asc, eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '../../src/context.ts'
import { posts, reports, rooms } from '../../src/db/schema.ts'
import { retryDigests } from '../../src/digests/retry.ts'
import { claimDigests, sendDigest } from '../../src/digests/send.ts'
import { withPlans } from '../../src/digests/schedule.ts'
import { readStored } from '../../src/digests/stored.ts'
import { addDays, momentOf } from '../../src/settings/hours.ts'
import { roomsOf, usualHours, withRooms, type Tuning } from '../../src/settings/tuning.ts'
import { updateTuning } from '../../src/settings/update.ts'
import { testClock } from '../support/clock.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace, type FakeWorkspace } from '../support/workspace.ts'
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
  /** Clocks change at night, between two and three in two of them. */
  const time = '02:30'
  const always = usualHours.week.map((): [string, string][] => [['00:00', '24:00']])

  it.each(zones)(
    'claims each day’s digest once in %s, and none that is long gone',
    { timeout: 120_000 },
    async (timeZone) => {
      const other = testClock()
      const second: Context = { ...desk.ctx, clock: other }
      const next = random(5)
      const expected: string[] = []
      await tune((now) =>
        withPlans({ ...now, hours: { timeZone, week: always, holidays: [] } }, 'web', [
          { room: 'room', every: 'day', at: time },
        ]),
      )
      await look('2025-12-30T12:00:00Z')
      for (let date = '2026-01-01'; date < '2027-01-01'; date = addDays(date, 1)) {
        const falls = momentOf(date, time, timeZone).getTime()
        const gone = momentOf(addDays(date, 1), '00:00', timeZone).getTime()
        const kept = gone - falls
        // Down until it is long gone, or for hours, or there in time.
        const chance = next()
        const downMs = chance < 0.1 ? kept + 3_600_000 : chance < 0.3 ? next() * (kept - 60_000) : next() * 300_000
        const first = falls + downMs
        // Set back and forth again; the other's clock goes a little wrong.
        const times = chance > 0.9 ? [first, first - 5_400_000, first + 60_000] : [first]
        const looked: number[] = []
        for (const ms of times) {
          const wrong = ms + (next() - 0.5) * 60_000
          looked.push(ms, wrong)
          desk.clock.set(new Date(ms))
          other.set(new Date(wrong))
          await Promise.all([claimDigests(desk.ctx), claimDigests(second)])
        }
        if (looked.some((ms) => ms >= falls && ms < gone)) expected.push(`digest:web:room:day:${date}`)
      }
      expect(await keys()).toEqual(expected)
      expect(expected.length).toBeGreaterThan(300)
      expect(expected.length).toBeLessThan(350)
      expect(await desk.pending()).toHaveLength(expected.length)
    },
  )
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

  it('is tried again every hour when writing it failed for good, and its room is told once', async () => {
    const reportId = await claimed('2026-11-20T09:00:00Z')
    await desk.ctx.db.execute(sql`delete from pgboss.job`)
    const retry = async (time: string) => {
      desk.clock.set(new Date(time))
      await retryDigests(desk.ctx)
    }
    await retry('2026-11-20T09:05:00Z')
    expect(await desk.pending()).toEqual([])
    await retry('2026-11-20T09:17:00Z')
    await retry('2026-11-20T10:17:00Z')
    expect((await posted()).map(({ room, body }) => [room, body])).toEqual([
      ['room', expect.objectContaining({ title: 'The digest of Thursday 19 November 2026 could not be written yet' })],
    ])
    await desk.work()
    expect((await readStored(desk.ctx.db, reportId))?.report.note).toBe('Sent late: it was due at 09:00')
    await desk.ctx.db.execute(sql`delete from pgboss.job`)
    await retry('2026-11-20T11:17:00Z')
    expect(await desk.pending()).toEqual([])
    expect(await posted()).toHaveLength(2)
  })

  it('takes the place of earlier ones that could not be posted, and goes to the room that is left', async () => {
    const room = desk.ctx.workspaces.get('fake') as FakeWorkspace
    room.gone.set('T1/C1', 'archived')
    await useRoom('T1/C1')
    for (const day of ['18', '19', '20']) {
      await look(`2026-11-${day}T08:59:00Z`, `2026-11-${day}T09:00:00Z`)
      await desk.work()
    }
    const waiting = await desk.ctx.db.select().from(posts).where(eq(posts.workspace, 'fake'))
    expect(waiting.map(({ ref }) => ref)).toEqual([null])
    await tune((now) => withRooms(now, 'fake', { ...roomsOf(now, 'fake'), escalation: 'T1/C2' }))
    await desk.pass(600)
    const told = () =>
      room.roots('T1/C2').map(({ message }) => (message.kind === 'report' ? message.report.title : message.kind))
    expect(told().toSorted()).toEqual(['Thursday 19 November 2026', 'notice'])
    // While the room is known to be lost, the next one goes there at once, and why is not said again.
    await look('2026-11-23T08:59:00Z')
    await desk.ctx.db
      .update(rooms)
      .set({ nextAt: new Date('2026-11-23T09:30:00Z') })
      .where(eq(rooms.room, 'T1/C1'))
    await look('2026-11-23T09:00:00Z')
    await desk.work()
    expect(told().slice(2)).toEqual(['Friday 20 – Sunday 22 November 2026'])
  })
})
