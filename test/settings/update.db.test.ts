import { asc } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { events } from '../../src/db/schema.ts'
import { ConflictError } from '../../src/errors.ts'
import { offerRoom } from '../../src/settings/offer-room.ts'
import { readTuning } from '../../src/settings/queries.ts'
import { defaultTuning, roomsOf, withRooms, type Target } from '../../src/settings/tuning.ts'
import { updateTuning, writeTuning } from '../../src/settings/update.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace } from '../support/workspace.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk({ rooms: [fakeWorkspace('fake', { room: null, hasThreads: true }), fakeWorkspace('web')] })
})
afterEach(() => desk.close())

const tuning = () => readTuning(desk.ctx.db)
const ana = { id: 'ana', name: 'Ana' }
const target = (minutes: number): Target => ({
  channels: [`c${minutes}`],
  themes: [],
  urgencies: [],
  minutes,
  isBusinessTime: true,
})
const changes = () =>
  desk.ctx.db.select({ actor: events.actor, type: events.type, data: events.data }).from(events).orderBy(asc(events.at))

describe('what the team tunes', () => {
  it('has defaults, and is what was written last; who changed what is kept', async () => {
    expect(await tuning()).toEqual(defaultTuning)
    await writeTuning(desk.ctx, { ...defaultTuning, graceSeconds: { email: 30 } }, 'web:ana')
    desk.clock.advance(1000)
    await writeTuning(desk.ctx, { graceSeconds: { email: 60 }, language: 'de' }, 'web:ben')
    expect(await tuning()).toEqual({ ...defaultTuning, graceSeconds: { email: 60 }, language: 'de' })
    const type = 'settings.changed'
    expect(await changes()).toEqual([
      { type, actor: 'web:ana', data: { sections: ['graceSeconds'] } },
      { type, actor: 'web:ben', data: { sections: ['language', 'graceSeconds'] } },
    ])
  })

  it('keeps the sections that are left out, and tells nobody of a change that is none', async () => {
    await updateTuning(desk.ctx, (now) => ({ ...now, targets: [target(5)] }), 'web:ana')
    await writeTuning(desk.ctx, { language: 'fr' }, 'web:ana')
    await writeTuning(desk.ctx, { language: 'fr' }, 'web:ana')
    expect(await tuning()).toMatchObject({ language: 'fr', targets: [target(5)] })
    expect(await changes()).toHaveLength(2)
  })

  it('refuses what makes no sense, naming the field, and keeps what was there', async () => {
    const bad = { ...defaultTuning, graceSeconds: { email: -1 }, surprise: true }
    await expect(writeTuning(desk.ctx, bad, 'web:ana')).rejects.toThrow(/graceSeconds\.email: .*surprise/s)
    const template = { ...defaultTuning, brand: { ...defaultTuning.brand, templates: { question: 'Dear {nmae}' } } }
    await expect(writeTuning(desk.ctx, template, 'web:ana')).rejects.toThrow(
      '"question" has the unknown placeholder {nmae}',
    )
    const refuse = () => {
      throw new ConflictError('Too late')
    }
    await expect(updateTuning(desk.ctx, refuse, 'web:ana')).rejects.toThrow('Too late')
    expect(await tuning()).toEqual(defaultTuning)
    expect(await changes()).toEqual([])
  })

  it('loses nothing of what many change at once', async () => {
    const minutes = Array.from({ length: 20 }, (_, n) => n + 1)
    await Promise.all(
      minutes.map((one) =>
        updateTuning(desk.ctx, (now) => ({ ...now, targets: [...now.targets, target(one)] }), 'web:ana'),
      ),
    )
    const { targets } = await tuning()
    expect(targets.map((one) => one.minutes).toSorted((a, b) => a - b)).toEqual(minutes)
  })

  it('brings the cards that waited for a room', async () => {
    const id = await desk.hearOne(inbound('a'))
    await desk.work()
    expect(desk.room.shown.size).toBe(0)
    const rooms = { ...roomsOf(defaultTuning, 'fake'), default: 'C1' }
    await updateTuning(desk.ctx, (now) => withRooms(now, 'fake', rooms), 'fake:ana')
    await desk.work()
    expect([...desk.room.shown.keys()]).toEqual([id])
    expect(desk.room.roots('C1')).toHaveLength(1)
  })
})

describe('a room that the bot was let into', () => {
  it('is taken where none was chosen: the first of many', async () => {
    const offered = ['C1', 'C2', 'C3', 'C4', 'C5']
    const taken = await Promise.all(offered.map((room) => offerRoom(desk.ctx, 'fake', room, ana)))
    expect(taken.filter(Boolean)).toHaveLength(1)
    const chosen = offered[taken.indexOf(true)]
    expect(roomsOf(await tuning(), 'fake')).toMatchObject({ default: chosen, rules: [] })
    expect(await offerRoom(desk.ctx, 'fake', 'C6', ana)).toBe(false)
    expect(await changes()).toMatchObject([{ actor: 'fake:ana', data: { sections: ['rooms'] } }])
  })

  it('keeps the rules that were there, and is not wanted where there is one room only', async () => {
    const rule = { channels: ['email'], accounts: [], themes: [], urgencies: [], languages: [], room: 'C9' }
    const rooms = { default: null, escalation: 'C8', rules: [rule] }
    await updateTuning(desk.ctx, (now) => withRooms(now, 'fake', rooms), 'fake:ana')
    expect(await offerRoom(desk.ctx, 'fake', 'C1', ana)).toBe(true)
    expect(roomsOf(await tuning(), 'fake')).toEqual({ ...rooms, default: 'C1' })
    expect(await offerRoom(desk.ctx, 'web', 'C1', ana)).toBe(false)
    expect(await offerRoom(desk.ctx, 'nowhere', 'C1', ana)).toBe(false)
  })
})
