import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { reports } from '../../src/db/schema.ts'
import { runHourly, runMinutely } from '../../src/jobs/schedule.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
beforeEach(async () => void (desk = await openDesk()))
afterEach(() => desk.close())

describe('the schedule', () => {
  it('has a digest posted in the minute in which it falls due', async () => {
    // Monday evening; the team works from nine, UTC.
    desk.clock.set(new Date('2026-03-02T18:00:00Z'))
    for (let minute = 0; minute <= 15 * 60; minute += 30) {
      await runMinutely(desk.ctx)
      desk.clock.advance(30 * 60_000)
    }
    await desk.work()
    await desk.pass(5)
    expect(desk.room.standing.map(({ message }) => message.kind === 'report' && message.report.title)).toEqual([
      'Monday 2 March 2026',
    ])
    expect(await desk.ctx.db.select().from(reports)).toHaveLength(1)
  })

  it('goes on with the next task when one fails', async () => {
    const warn = vi.spyOn(desk.ctx.log, 'warn')
    const broken = (): never => {
      throw new Error('No channels')
    }
    const channels = Object.assign(new Map(), { values: broken })
    const deleted = vi.spyOn(desk.ctx.db, 'delete')
    await runHourly({ ...desk.ctx, channels })
    expect(warn.mock.calls).toEqual([
      ['a task of the schedule failed', { task: 'read-audiences', error: 'No channels' }],
    ])
    expect(deleted).toHaveBeenCalledTimes(4)
  })

  it('has one replica do in a minute what one is enough for', async () => {
    const warn = vi.spyOn(desk.ctx.log, 'warn')
    const read = vi.fn<() => IterableIterator<never>>(() => [].values())
    const channels = Object.assign(new Map(), { values: read })
    await Promise.all([1, 2, 3].map(() => runHourly({ ...desk.ctx, channels })))
    expect(read).toHaveBeenCalledTimes(1)
    expect(warn).not.toHaveBeenCalled()
  })
})
