import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  conversations,
  customers,
  erasures,
  events,
  identities,
  interactions,
  lists,
  notes,
  posts,
} from '../../src/db/schema.ts'
import { addNote } from '../../src/customers/notes.ts'
import { eraseOld } from '../../src/erasures/retention.ts'
import { keepList } from '../../src/history/lists.ts'
import { askAbout } from '../../src/history/query.ts'
import { updateTuning } from '../../src/settings/update.ts'
import { knowTeammate } from '../../src/teammates/know.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const day = 86_400
const keep = (retentionDays: Record<string, number>) =>
  updateTuning(desk.ctx, (now) => ({ ...now, retentionDays }), 'fake:ana')
const hear = (name: string, thread = name) =>
  desk.hearOne(inbound(thread, { conversation: { externalId: thread }, customer: { externalId: name, name } }))
async function dismiss(id: string): Promise<void> {
  await desk.work()
  await desk.decide(id, {
    kind: 'dismiss',
    seenSeq: (await desk.conversation(id)).inboundSeq,
    reason: 'no-reply-needed',
  })
  await desk.work()
}
const kept = async () => (await desk.ctx.db.select().from(conversations)).map(({ id }) => id)
const names = async () => (await desk.ctx.db.select().from(customers)).map(({ name }) => name).toSorted()

describe('retention', () => {
  it('erases what nobody waits in once its days are over, and keeps the rest', async () => {
    const old = await hear('mia')
    const open = await hear('ben')
    await dismiss(old)
    await keep({ fake: 30, other: 1 })
    await desk.pass(29 * day)
    const newer = await hear('eve')
    await dismiss(newer)
    expect(await eraseOld(desk.ctx)).toBe(0)
    expect(await desk.ctx.db.select().from(erasures)).toEqual([])
    await desk.pass(2 * day)
    expect(await eraseOld(desk.ctx)).toBe(1)
    expect(await eraseOld(desk.ctx)).toBe(0)
    expect((await kept()).toSorted()).toEqual([open, newer].toSorted())
    await desk.work()
    expect(desk.room.roots()).toHaveLength(2)
    const receipts = await desk.ctx.db.select().from(erasures)
    expect(receipts).toMatchObject([{ kind: 'retention', by: 'deskbell', counts: { conversations: 1, customers: 1 } }])
    expect(receipts[0]?.doneAt).not.toBeNull()
    const told = (await desk.ctx.db.select().from(events)).filter(({ type }) => type === 'history.erased')
    expect(told).toMatchObject([{ data: { erasureId: receipts[0]?.id } }])
  })

  it('erases nothing where no days are set', async () => {
    await dismiss(await hear('mia'))
    await desk.pass(4000 * day)
    expect(await eraseOld(desk.ctx)).toBe(0)
    expect(await kept()).toHaveLength(1)
  })

  it('keeps who has something newer, and erases whom nothing is left of with what is known of them', async () => {
    const by = await knowTeammate(desk.ctx, 'fake', { id: 'ana', name: 'Ana' })
    const [mia, ben] = [await hear('mia', 'mia-old'), await hear('ben')]
    for (const id of [mia, ben]) {
      await dismiss(id)
      const { id: customerId } = (await desk.conversation(id)).customer
      await addNote(desk.ctx, { customerId, text: 'Regular', by })
    }
    await desk.pass(20 * day)
    await dismiss(await hear('mia', 'mia-new'))
    await keep({ fake: 10 })
    expect(await eraseOld(desk.ctx)).toBe(2)
    expect(await names()).toEqual(['mia'])
    expect(await desk.ctx.db.select().from(identities)).toHaveLength(1)
    expect(await desk.ctx.db.select().from(notes)).toHaveLength(1)
  })

  it('keeps no search of whom it erased', async () => {
    const id = await hear('mia')
    await dismiss(id)
    const about = async (customerId: string) => {
      const listId = desk.ctx.newId()
      const ask = askAbout(customerId, 'mia', desk.clock.now())
      await keepList(desk.ctx, 'fake', { id: 'ana', name: 'Ana' }, { id: listId, ask, starts: [] })
      return listId
    }
    await about((await desk.conversation(id)).customer.id)
    const other = await about(desk.ctx.newId())
    await keep({ fake: 10 })
    await desk.pass(12 * day)
    expect(await eraseOld(desk.ctx)).toBe(1)
    expect((await desk.ctx.db.select().from(lists)).map((list) => list.id)).toEqual([other])
  })

  it('goes through more than one batch, passing over what another channel keeps', async () => {
    const many = Array.from({ length: 230 }, (_, index) =>
      inbound(`m${index}`, {
        conversation: { externalId: `m${index}` },
        customer: { externalId: `c${index}`, name: `c${index}` },
        suspicion: ['Looks like spam'],
      }),
    )
    await desk.hear(...many)
    await keep({ fake: 1 })
    await desk.pass(3 * day)
    expect(await eraseOld(desk.ctx)).toBe(230)
    for (const table of [conversations, interactions, customers, posts]) expect(await desk.ctx.db.$count(table)).toBe(0)
    expect(await desk.ctx.db.select().from(erasures)).toHaveLength(1)
  })
})
