import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { customers, interactions, outcomes } from '../../src/db/schema.ts'
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

  it('is gone from the thread, and what others said in the same post is told anew', async () => {
    const id = await desk.hearOne(inbound('a', { customer: mia, text: 'Where is it?' }))
    await desk.work()
    const here = { conversation: { externalId: 'x', references: ['a'] } }
    await desk.hear(
      inbound('b', { ...here, customer: eve, text: 'A wampeter, I say' }),
      inbound('c', { ...here, customer: mia, text: 'It was blue' }),
    )
    await desk.work()
    expect(desk.room.thread(id)).toHaveLength(1)
    const all = await desk.ctx.db.select().from(customers)
    await forgetCustomer(desk.ctx, all.find(({ name }) => name === 'Quillon')?.id ?? '', 'fake:ana')
    await desk.work()
    const standing = desk.room.standing.filter(({ isDeleted, place }) => !isDeleted && place.thread)
    expect(standing.map(({ message }) => message.kind === 'entry' && message.entry)).toMatchObject([
      { kind: 'said', turns: [{ text: 'It was blue' }] },
    ])
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

  it('is in nothing that was being written of it at that very moment', async () => {
    const { id, eveId } = await together()
    const { assistant } = desk
    const quoting = { text: 'Your wampeter is here', evidence: ['A wampeter, I say'] }
    let isForgotten = false
    Object.assign(desk.ctx, {
      assistant: {
        ...assistant,
        draft: async (...asked: Parameters<typeof assistant.draft>) => {
          const written = await assistant.draft(...asked)
          if (isForgotten) return written
          isForgotten = true
          await forgetCustomer(desk.ctx, eveId, 'fake:ana')
          return { ...written, value: { ...written.value, ...quoting } }
        },
      },
    })
    const seen = await desk.conversation(id)
    await desk.decide(id, { kind: 'redraft', seenSeq: seen.inboundSeq, instruction: 'mention the wampeter' })
    await desk.work()
    await indexHistory(desk.ctx)
    expect(isForgotten).toBe(true)
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', draft: { state: 'proposed' } })
    expect(await tracesOf(desk.ctx.db, words)).toEqual([])
  })

  it('takes back what was to be sent there later, and has it written anew', async () => {
    const { id, eveId } = await together()
    const { draft, inboundSeq } = await desk.conversation(id)
    const sendAt = new Date(desk.clock.now().getTime() + 3_600_000)
    await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: inboundSeq, sendAt })
    await forgetCustomer(desk.ctx, eveId, 'fake:ana')
    await desk.work()
    const after = await desk.conversation(id)
    expect(after).toMatchObject({ state: 'waiting', reply: null, draft: { state: 'proposed' } })
    expect(after.draft?.id).not.toBe(draft?.id)
    await desk.pass(7200)
    expect(desk.channel.sent).toEqual([])
  })

  it('takes along what only they were about, out of the numbers too', async () => {
    desk.assistant.onTriage = (view) => ({
      theme: 'question',
      sentiment: 'neutral',
      urgency: 'normal',
      language: 'en',
      topics: view.turns.at(-1)?.text.includes('wampeter') ? ['wampeter', 'delivery'] : ['delivery'],
      summary: '',
      translation: null,
      needsReply: true,
    })
    const { eveId } = await together()
    const topics = async () => (await desk.ctx.db.select().from(outcomes)).map((row) => row.topics)
    expect(await topics()).toContainEqual(['wampeter', 'delivery'])
    await forgetCustomer(desk.ctx, eveId, 'fake:ana')
    expect(await topics()).toEqual([['delivery'], ['delivery']])
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
