import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sql } from 'drizzle-orm'
import { joinCustomers } from '../../src/customers/join.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { question } from '../support/assistant.ts'
import { rowsOf } from '../../src/db/client.ts'
import { record } from '../../src/interactions/record.ts'

let desk: Desk
let id: string
beforeEach(async () => {
  desk = await openDesk()
  id = await desk.hearOne(inbound('a'))
  await desk.work()
})
afterEach(() => desk.close())
const reply = async () => (await desk.conversation(id)).reply

describe('a draft that comes late', () => {
  it('does not replace what a teammate wrote and took back', async () => {
    desk.assistant.onDraft = async () => {
      await desk.decide(id, { kind: 'edit', draftId: null, seenSeq: 1, text: 'My own words' })
      await desk.decide(id, { kind: 'undo', replyId: (await reply())?.id ?? '' })
      return { text: 'Late', evidence: [] }
    }
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'x' })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ draft: { text: 'My own words', state: 'proposed' } })
  })
})

describe('a request for another draft', () => {
  it('is refused while one is being written, so that no instruction is lost unnoticed', async () => {
    await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'shorter' })
    expect(await desk.decide(id, { kind: 'redraft', seenSeq: 1, instruction: 'longer' }, 'ben')).toMatchObject({
      isDone: false,
      reason: 'Another draft is being written. Nothing was changed',
    })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ draft: { revision: 2, instruction: 'shorter' } })
  })
})

describe('a draft that everybody will read', () => {
  it('is written without anything of what the same person is known by elsewhere', async () => {
    await desk.close()
    const stars = fakeChannel('stars', {}, { isPublic: true })
    desk = await openDesk({ channels: [stars, fakeChannel('mail')] })
    const { ctx } = desk
    const email = {
      externalId: 'mia@home.example',
      name: 'Mia Maria Okafor',
      email: 'mia@home.example',
      phone: '+49301234567',
    }
    const mail = inbound('m', {
      customer: email,
      text: 'My order 1042 is broken',
      conversation: { externalId: 'mail-1' },
    })
    const channel = ctx.channels.get('mail')
    if (!channel) throw new Error('There is no mail')
    await record(ctx, [{ channel, delivery: { interactions: [mail] } }])
    const review = await desk.hearOne(
      inbound('r', { kind: 'review', rating: 1, text: 'Never again', customer: { externalId: 'g1', name: 'Teafan' } }),
    )
    const people = await rowsOf<{ id: string }>(
      ctx.db,
      sql`select customer_id as id from conversations order by channel desc`,
    )
    const [customerId = '', otherId = ''] = people.map(({ id: one }) => one)
    await ctx.db.transaction((tx) =>
      joinCustomers(ctx, tx, { customerId: otherId, otherId: customerId, reason: 'The same person', by: 'fake:ana' }),
    )
    desk.assistant.onTriage = () => ({ ...question, theme: 'complaint' })
    await desk.work()
    const views = [...desk.assistant.triages, ...desk.assistant.drafts.map(({ view }) => view)].filter(
      (view) => view.channel.isPublic,
    )
    expect(views).toHaveLength(2)
    for (const view of views) {
      expect(view).toMatchObject({ customerName: 'Teafan', turns: [{ text: 'Never again' }] })
      expect(JSON.stringify(view)).not.toMatch(/Okafor|home\.example|1042|4930/)
    }
    expect(await desk.conversation(review)).toMatchObject({
      draft: { flags: [{ code: 'no-private-channel', text: 'Offers no private channel' }] },
    })
  })
})
