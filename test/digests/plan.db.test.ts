import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planDigest } from '../../src/digests/plan.ts'
import { plansOf, withPlans } from '../../src/digests/schedule.ts'
import { readTuning } from '../../src/settings/queries.ts'
import { roomsOf, usualHours, withRooms } from '../../src/settings/tuning.ts'
import { updateTuning } from '../../src/settings/update.ts'
import { parseCommand, type Command } from '../../src/workspaces/command.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace } from '../support/workspace.ts'

let desk: Desk
const ana = { id: 'ana', name: 'Ana' }

beforeEach(async () => {
  desk = await openDesk({ rooms: [fakeWorkspace('fake', { room: null }), fakeWorkspace('web')] })
  for (const workspace of desk.ctx.workspaces.values())
    workspace.membershipOf = async (who) => ({ groups: [], isAdmin: who === 'ana' })
  await updateTuning(
    desk.ctx,
    (now) => ({
      ...withRooms(now, 'fake', { ...roomsOf(now, 'fake'), default: 'T1/C1' }),
      hours: { ...usualHours, timeZone: 'Europe/Berlin' },
    }),
    'fake:ana',
  )
  // A Friday, 11:00 in Berlin.
  desk.clock.set(new Date('2026-11-20T10:00:00Z'))
})
afterEach(() => desk.close())

function say(text: string, room: string | null = 'T1/C1', by = ana, workspaceId = 'fake') {
  const command: Command = parseCommand(`digest ${text}`)
  if (command.kind !== 'digest-at' && command.kind !== 'digest-off') throw new Error(`${text} plans nothing`)
  return planDigest(desk.ctx, workspaceId, command, by, room)
}
const plans = async (workspaceId = 'fake', only: string | null = null) =>
  plansOf(await readTuning(desk.ctx.db), workspaceId, only)

describe('/desk digest at', () => {
  it('replaces the daily one of the room, and says what comes when', async () => {
    expect(await say('at 08:30')).toEqual({
      title: 'Every working day at 08:30 (Europe/Berlin), here',
      lines: [{ text: 'Next: Monday 08:30, about Friday 20 – Sunday 22 November 2026' }],
    })
    expect(await plans()).toEqual([{ room: 'T1/C1', every: 'day', at: '08:30' }])
    expect((await say('at 17:00')).lines).toEqual([{ text: 'Next: today 17:00, about Thursday 19 November 2026' }])
    expect(await plans()).toHaveLength(1)
  })

  it('adds one in another room, which is named, and tells of those that come elsewhere', async () => {
    expect(await say('at 08:30 in T1/C2')).toEqual({
      title: 'Every working day at 08:30 (Europe/Berlin), in T1/C2',
      lines: [
        { text: 'Next: Monday 08:30, about Friday 20 – Sunday 22 November 2026' },
        { text: 'Still: Every working day at 09:00, here' },
      ],
    })
    expect((await say('at 08:30 in T1/C2', 'T1/C2')).title).toContain(', here')
    expect(await plans()).toEqual([
      { room: 'T1/C1', every: 'day', at: '09:00' },
      { room: 'T1/C2', every: 'day', at: '08:30' },
    ])
  })

  it('needs a room, and takes the only one there is', async () => {
    expect(await say('at 08:30', null)).toEqual({ title: expect.stringContaining('name that room'), lines: [] })
    expect((await say('at 08:30', null, ana, 'web')).title).toBe('Every working day at 08:30 (Europe/Berlin), here')
    expect(await plans('web', 'room')).toEqual([{ room: 'room', every: 'day', at: '08:30' }])
  })

  it('is for managers', async () => {
    const answer = await say('at 08:30', 'T1/C1', { id: 'ben', name: 'Ben' })
    expect(answer).toEqual({ title: expect.stringContaining('Only managers'), lines: [] })
    expect(await plans()).toMatchObject([{ at: '09:00' }])
  })

  it('says when there are too many', async () => {
    const many = Array.from({ length: 20 }, (_, n) => ({ room: `T1/D${n}`, every: 'day' as const, at: '09:00' }))
    await updateTuning(desk.ctx, (now) => withPlans(now, 'fake', many), 'fake:ana')
    expect(await say('at 08:30')).toEqual({ title: 'There are 20 digests already. Remove one first', lines: [] })
  })
})

describe('/desk digest off', () => {
  it('switches off what comes into a room, also what comes before anybody chose', async () => {
    await say('at 08:30 in T1/C2')
    expect(await say('off')).toEqual({
      title: 'No digest comes here any more',
      lines: [{ text: 'Still: Every working day at 08:30, in T1/C2' }],
    })
    expect(await say('off in T1/C2')).toEqual({ title: 'No digest comes in T1/C2 any more', lines: [] })
    expect(await plans()).toEqual([])
    expect((await readTuning(desk.ctx.db)).digests.plans).toEqual({ fake: [] })
  })

  it('changes nothing where none came', async () => {
    expect((await say('off', 'T1/C9')).title).toBe('No digest came here')
    expect((await readTuning(desk.ctx.db)).digests.plans).toEqual({})
  })
})
