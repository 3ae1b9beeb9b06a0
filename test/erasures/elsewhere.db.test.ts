import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { customers, interactions } from '../../src/db/schema.ts'
import { customerFile } from '../../src/erasures/export-customer.ts'
import { forgetCustomer } from '../../src/erasures/forget.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { bytesOf } from '../../src/workspaces/kit/parts.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace } from '../support/workspace.ts'
import { tracesOf } from './traces.ts'

let desk: Desk
beforeEach(async () => {
  const room = fakeWorkspace('fake', { hasThreads: true })
  room.membershipOf = async () => ({ groups: [], isAdmin: true })
  desk = await openDesk({ rooms: [room] })
})
afterEach(() => desk.close())

const mia = { externalId: 'mia@example.com', name: 'Mia', email: 'mia@example.com' }
const eve = { externalId: 'eve@flumadiddle.example', name: 'Quillon', email: 'eve@flumadiddle.example' }
const words = ['flumadiddle', 'quillon', 'wampeter']

/** Mia begins, and somebody to whom it was forwarded writes into it. */
async function together(): Promise<{ id: string; eveId: string }> {
  const id = await desk.hearOne(inbound('a', { customer: mia, text: 'Where is it?' }))
  await desk.work()
  await desk.hear(
    inbound('b', { conversation: { externalId: 'x', references: ['a'] }, customer: eve, text: 'A wampeter, I say' }),
  )
  await desk.work()
  await indexHistory(desk.ctx)
  const all = await desk.ctx.db.select().from(customers)
  return { id, eveId: all.find(({ name }) => name === 'Quillon')?.id ?? '' }
}

describe('who was forwarded into a conversation of another', () => {
  it('is erased from it, and the conversation goes on', async () => {
    const { id, eveId } = await together()
    expect((await desk.conversation(id)).turns).toHaveLength(2)
    await forgetCustomer(desk.ctx, eveId, 'fake:ana')
    await desk.work()
    await indexHistory(desk.ctx)
    const after = await desk.conversation(id)
    expect(after).toMatchObject({ state: 'waiting', customer: { name: 'Mia' } })
    expect(after.turns.map(({ text }) => text)).toEqual(['Where is it?'])
    expect(after.draft?.state).toBe('proposed')
    expect(await tracesOf(desk.ctx.db, words)).toEqual([])
    const shown = JSON.stringify(desk.room.standing.filter(({ isDeleted }) => !isDeleted)).toLowerCase()
    expect(words.filter((word) => shown.includes(word))).toEqual([])
  })

  it('leaves nobody waiting where nothing else was left to answer', async () => {
    const { id, eveId } = await together()
    await forgetCustomer(desk.ctx, (await desk.conversation(id)).customer.id, 'fake:ana')
    expect(await desk.ctx.db.$count(interactions)).toBe(0)
    // Nothing but what she wrote there was known of her.
    expect(await desk.ctx.db.select().from(customers)).toEqual([])
    await expect(forgetCustomer(desk.ctx, eveId, 'fake:ana')).rejects.toThrow('There is no such customer')
  })

  it('is dealt with once the owner was answered and only they wait', async () => {
    const id = await desk.hearOne(inbound('a', { customer: mia, text: 'Where is it?' }))
    await desk.work()
    const { draft } = await desk.conversation(id)
    await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: 1 })
    await desk.work()
    await desk.hear(
      inbound('b', { conversation: { externalId: 'x', references: ['a'] }, customer: eve, text: 'wampeter' }),
    )
    await desk.work()
    const all = await desk.ctx.db.select().from(customers)
    await forgetCustomer(desk.ctx, all.find(({ name }) => name === 'Quillon')?.id ?? '', 'fake:ana')
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ state: 'dismissed', waitingSince: null })
    expect(await tracesOf(desk.ctx.db, words)).toEqual([])
  })

  it('is given what they wrote there, and nothing of the other', async () => {
    const { eveId } = await together()
    const file = await customerFile(desk.ctx, 'fake', eveId, { id: 'ana', name: 'Ana' })
    if ('refused' in file) throw new Error(file.refused)
    const parts: Uint8Array[] = []
    for await (const part of bytesOf(file)) parts.push(part)
    const text = Buffer.concat(parts).toString()
    expect(JSON.parse(text)).toMatchObject({
      customers: [{ name: 'Quillon' }],
      identities: [{ externalId: 'eve@flumadiddle.example' }],
      conversations: [{ ofAnother: true, interactions: [{ text: 'A wampeter, I say', files: [] }] }],
    })
    expect(text).not.toContain('Where is it?')
  })
})
