import { eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { InboundInteraction } from '../../src/channels/channel.ts'
import { viewOf } from '../../src/conversations/view.ts'
import { addNote } from '../../src/customers/notes.ts'
import { joinCustomers } from '../../src/customers/join.ts'
import { readCustomerPage } from '../../src/customers/page.ts'
import { conversations, lists } from '../../src/db/schema.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { record } from '../../src/interactions/record.ts'
import type { Triage } from '../../src/interactions/interaction.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import { knowTeammate } from '../../src/teammates/know.ts'
import type { CustomerPage } from '../../src/workspaces/found.ts'
import { question } from '../support/assistant.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
const reviews = () => fakeChannel('reviews', {}, { isPublic: true })
const ana = { id: 'ana', name: 'Ana' }
const complaint: Triage = { ...question, theme: 'complaint', sentiment: 'negative' }

beforeEach(async () => {
  desk = await openDesk({ channels: [fakeChannel(), reviews()] })
})
afterEach(() => desk.close())

/** In a conversation of its own, which is looked at. */
async function hear(id: string, over: Partial<InboundInteraction> = {}, channel = 'fake'): Promise<string> {
  const on = desk.ctx.channels.get(channel)
  if (!on) throw new Error(`There is no channel ${channel}`)
  const one = inbound(id, { conversation: { externalId: id }, occurredAt: desk.clock.now(), ...over })
  const [recorded] = await record(desk.ctx, [{ channel: on, delivery: { interactions: [one] } }])
  const conversationId = recorded?.interactions[0]?.conversationId
  if (!conversationId) throw new Error('Nothing was recorded')
  await desk.work()
  return conversationId
}

async function answer(id: string, text: string, minutes = 12, by = 'ana'): Promise<void> {
  desk.clock.advance(minutes * 60_000)
  const { inboundSeq: seenSeq } = await desk.conversation(id)
  const outcome = await desk.decide(id, { kind: 'edit', draftId: null, seenSeq, text }, by)
  if (!outcome.isDone) throw new Error(outcome.reason)
  await desk.work()
}

async function index(): Promise<void> {
  while ((await indexHistory(desk.ctx)) > 0) continue
}

async function customerOf(conversationId: string): Promise<string> {
  const [row] = await desk.ctx.db.select().from(conversations).where(eq(conversations.id, conversationId))
  return row?.customerId ?? ''
}

async function join(one: string, other: string): Promise<void> {
  const [customerId, otherId] = [await customerOf(one), await customerOf(other)]
  const by = await knowTeammate(desk.ctx, 'fake', ana)
  await desk.ctx.db.transaction(async (tx) => {
    await joinCustomers(desk.ctx, tx, { customerId, otherId, reason: 'By hand', by })
  })
  await index()
}

async function pageOf(conversationId: string, teammate = ana): Promise<CustomerPage> {
  const page = await readCustomerPage(desk.ctx, 'fake', await customerOf(conversationId), teammate, defaultTuning)
  if (!page) throw new Error('There is no page')
  return page
}

const historyOf = async (id: string) => (await desk.conversation(id)).customer.history

describe('the short form on a card', () => {
  it('tells what there was before: complaints, and who answered last', async () => {
    desk.assistant.onTriage = () => complaint
    const first = await hear('a')
    expect(await historyOf(first)).toBe('first time')
    await answer(first, 'Sorry.', 30)
    await answer(await hear('b'), 'Sorry again.', 12, 'ben')
    const third = await hear('c')
    // Until history has heard of it.
    expect(await historyOf(third)).toBe('3rd time')
    await index()
    expect(await historyOf(third)).toBe('3rd time; 2 complaints about delivery; last answered by @Ben in 12 min')
    expect(await historyOf(first)).toBe('first time')
    expect(desk.room.shown.get(third)?.customer.history).toBe('3rd time')
  })

  it('on a public channel, tells only of what was said on public channels', async () => {
    desk.assistant.onTriage = () => complaint
    await answer(await hear('a'), 'Sorry.')
    const old = await hear('old', { customer: { externalId: 'mj', name: 'M. J.' } }, 'reviews')
    await answer(old, 'Thank you.', 5)
    desk.clock.advance(60_000)
    const newest = await hear('r', { customer: { externalId: 'mj', name: 'M. J.' } }, 'reviews')
    desk.clock.advance(60_000)
    const letter = await hear('b')
    await join(newest, letter)
    expect(await historyOf(newest)).toBe('2nd time; 1 complaint about delivery; last answered by @Ana in 5 min')
    expect(await historyOf(letter)).toBe('4th time; 3 complaints about delivery; last answered by @Ana in 5 min')
  })
})

describe('what the assistant sees', () => {
  it('holds nothing of other conversations, other names and notes, whoever was joined', async () => {
    desk.assistant.onTriage = () => complaint
    const letter = await hear('a', {
      text: 'SECRET-WORDS',
      customer: { externalId: 'mia', name: 'Mia SECRET-NAME', email: 'secret-address@example.com', handle: '@secret' },
    })
    await answer(letter, 'SECRET-ANSWER')
    const review = await hear('r', { text: 'Bad lamp', customer: { externalId: 'mj' } }, 'reviews')
    const chat = await hear('c', { text: 'Hello?', customer: { externalId: 'visitor-1' } })
    await join(letter, review)
    await join(letter, chat)
    const by = await knowTeammate(desk.ctx, 'fake', ana)
    await addNote(desk.ctx, { customerId: await customerOf(letter), text: 'SECRET-NOTE', by })
    for (const id of [review, chat]) {
      const conversation = await desk.conversation(id)
      expect(JSON.stringify(viewOf(conversation, 'en'))).not.toMatch(/secret/i)
      expect(viewOf(conversation, 'en').customerName).toBeNull()
      const { turns, customer } = conversation
      expect(JSON.stringify([turns, customer.name, customer.handle])).not.toMatch(/secret/i)
    }
  })
})

describe('a customer’s page', () => {
  it('tells who they are, what they did, what they wait for, and what was promised', async () => {
    desk.assistant.onTriage = () => complaint
    const first = await hear('a', { customer: { externalId: 'mia', name: 'Mia', email: 'mia@example.com' }, rating: 2 })
    await answer(first, 'Hello Mia,\n\nsorry! Your refund will arrive by Friday. Is the address right?', 12)
    desk.clock.advance(20 * 86_400_000)
    desk.assistant.onTriage = () => question
    await answer(await hear('b', { text: 'Which lamp fits?' }), 'The small one.', 20)
    const third = await hear('c', { text: 'Where is it?', rating: 4 })
    await index()
    desk.clock.advance(3_600_000)
    const page = await pageOf(third)
    expect(page).toMatchObject({
      name: 'Mia',
      summary: '3rd time; 1 complaint about delivery; last answered by @Ana in 20 min',
      identities: [{ channel: 'Fake', text: 'Mia · mia@example.com', isVerified: false, isPublic: false }],
      facts: [
        { label: 'First heard from', value: '2 March 2026' },
        { label: 'Messages', value: '3 in 3 conversations' },
        { label: 'Themes', value: '2 questions, 1 complaint' },
        { label: 'Topics', value: 'delivery (3)' },
        { label: 'Satisfaction', value: '★ 3 of 5 (2)' },
        { label: 'Answered in', value: '16 min (the median of 2)' },
        { label: 'Languages', value: 'English' },
      ],
      waiting: [{ text: '1 h · Fake · Asks where the parcel is', conversationId: third }],
      promises: [{ text: '2 Mar · Ana · “Your refund will arrive by Friday.”', conversationId: first }],
      notes: [],
      journey: [
        { text: '★★★★☆ Where is it?', state: 'waiting for 1 h', conversationId: third },
        { text: 'Which lamp fits?', state: 'answered in 20 min by Ana' },
        { state: 'answered in 12 min by Ana', conversationId: first },
      ],
      picture: {
        id: 'journey',
        categories: ['2 Mar', '9 Mar', '16 Mar'],
        series: [{ name: 'Fake', values: [1, 0, 2] }],
      },
      alike: [],
      joined: [],
      isManager: false,
    })
    expect(page.journey[0]?.about).toBe('Fake · main · question · delivery')
    const [list] = await desk.ctx.db.select().from(lists)
    expect(list).toMatchObject({ id: page.history.listId, ask: { customerId: page.customerId } })
  })

  it('holds what was said everywhere, once they were joined', async () => {
    const letter = await hear('a')
    const review = await hear('r', { customer: { externalId: 'mj', name: 'M. J.' } }, 'reviews')
    await join(letter, review)
    const page = await pageOf(review)
    expect(page.identities).toMatchObject([
      { channel: 'Fake', isPublic: false },
      { channel: 'reviews', text: 'M. J.', isPublic: true },
    ])
    expect(page.journey.map(({ conversationId }) => conversationId).toSorted()).toEqual([letter, review].toSorted())
    expect(page.joined).toHaveLength(1)
    expect(await pageOf(letter)).toMatchObject({ customerId: page.customerId })
  })

  it('is one of a stranger, before history has heard of them', async () => {
    const page = await pageOf(await hear('a'))
    expect(page).toMatchObject({ name: 'Mia', summary: 'first time', facts: [], journey: [], picture: null })
    expect(page.waiting).toHaveLength(1)
  })

  it('is none of nobody', async () => {
    for (const id of ['nobody', '00000000-0000-4000-8000-000000000000'])
      expect(await readCustomerPage(desk.ctx, 'fake', id, ana, defaultTuning)).toBeNull()
  })

  it('never looks at more than the newest of a very long history', async () => {
    const id = await hear('a')
    await index()
    await desk.ctx.db.execute(sql`
      insert into exchanges (interaction_id, conversation_id, customer_id, channel, at, theme, topics, state, terms)
      select gen_random_uuid(), conversation_id, customer_id, channel, at - n * interval '1 hour', 'complaint', '["delivery"]', 'spam', ''
      from exchanges, generate_series(1, 600) n`)
    const messages = async () => (await pageOf(id)).facts.find(({ label }) => label === 'Messages')?.value
    expect(await messages()).toBe('over 500 in 1 conversation; told here of the newest 500')
    await desk.ctx.db.execute(
      sql`delete from exchanges where at < (select max(at) from exchanges) - interval '200 hours'`,
    )
    // Nobody counts spam.
    expect(await messages()).toBe('1 in 1 conversation')
  })
})
