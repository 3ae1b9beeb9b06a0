import fc from 'fast-check'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InboundInteraction } from '../../src/channels/channel.ts'
import { viewOf } from '../../src/conversations/view.ts'
import { conversations, interactions, outcomes } from '../../src/db/schema.ts'
import { forgetCustomer } from '../../src/erasures/forget.ts'
import { record } from '../../src/interactions/record.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

let threads = 0
const minute = (count: number) => new Date(Date.UTC(2026, 2, 2, 9, count))

/** The nth version of one thing, as a messenger has it: the first has an id of its own, which later ones name. */
function thing(thread = `thread-${++threads}`): (n: number, over?: Partial<InboundInteraction>) => InboundInteraction {
  return (n, over = {}) => ({
    ...inbound(n === 1 ? `${thread}-first` : `${thread}-${n}`, {
      conversation: { externalId: thread },
      customer: { externalId: thread, name: 'Mia' },
      text: `Version ${n}`,
      occurredAt: minute(n),
    }),
    ...(n === 1 ? {} : { versionOf: `${thread}-first` }),
    ...over,
  })
}

const approve = async (id: string) => {
  const { draft, inboundSeq: seenSeq } = await desk.conversation(id)
  await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq })
  await desk.work()
}
const turnsOf = async (id: string) =>
  (await desk.conversation(id)).turns.map(({ text, notes }) => [text, ...notes].join(' · '))

describe('a later version', () => {
  it('takes the place of the one before it, and has a draft of its own', async () => {
    const version = thing()
    const id = await desk.hearOne(version(1))
    await desk.work()
    const before = await desk.conversation(id)
    await desk.hear(version(2))
    expect(await desk.decide(id, { kind: 'approve', draftId: before.draft?.id ?? '', seenSeq: 1 })).toMatchObject({
      isDone: false,
    })
    await desk.work()
    const after = await desk.conversation(id)
    expect(await turnsOf(id)).toEqual(['Version 2 · They changed what they wrote'])
    expect(after).toMatchObject({ state: 'waiting', waitingSince: minute(1), draft: { answersSeq: 2 } })
    expect(after.draft?.id).not.toBe(before.draft?.id)
  })

  it('reopens what was answered, and what was answered stays as it stood then', async () => {
    const version = thing()
    const review = { kind: 'review' as const }
    const id = await desk.hearOne(version(1, { ...review, rating: 2 }))
    await desk.work()
    await approve(id)
    await desk.hear(version(3, { ...review, rating: 5 }))
    await desk.work()
    const conversation = await desk.conversation(id)
    expect(await turnsOf(id)).toEqual([
      'Version 1 · They changed this later',
      expect.stringContaining('Answer'),
      'Version 3 · They changed their review',
    ])
    expect(conversation).toMatchObject({ state: 'waiting', waitingSince: minute(3) })
    expect(viewOf(conversation, 'en').turns.map(({ text }) => text)).toEqual([
      expect.stringContaining('Answer'),
      'Version 3',
    ])
    // Between them lies nothing of the team.
    await desk.hear(version(4, { ...review, rating: 5 }))
    expect((await turnsOf(id)).map((turn) => turn.slice(0, 9))).toEqual([
      'Version 1',
      expect.stringContaining('Answer'),
      'Version 4',
    ])
    // An old one that comes late reopens nothing.
    await desk.work()
    await approve(id)
    await desk.hear(version(2, { ...review, rating: 3 }))
    expect(await desk.conversation(id)).toMatchObject({ state: 'answered', waitingSince: null })
    const waiting = (await desk.ctx.db.select().from(outcomes).where(eq(outcomes.conversationId, id))).filter(
      ({ settledAt }) => settledAt === null,
    )
    expect(waiting).toEqual([])
  })

  it('that says the same is a duplicate, other stars are not', async () => {
    const version = thing()
    const [first] = await desk.hear(version(1, { text: 'Fine', rating: 4 }))
    const [same] = await desk.hear(version(2, { text: 'Fine', rating: 4 }))
    expect(same?.interactions[0]).toEqual({ ...first?.interactions[0], isDuplicate: true })
    const [other] = await desk.hear(version(3, { text: 'Fine', rating: 1 }))
    expect(other?.interactions[0]).toMatchObject({ isDuplicate: false })
    const { turns } = await desk.conversation(first?.interactions[0]?.conversationId ?? '')
    expect(turns.map(({ rating }) => rating)).toEqual([1])
  })

  it('is stored once when two replicas hear it at once, and one of two that come at once is the newest', async () => {
    const version = thing()
    const id = await desk.hearOne(version(1))
    const heard = await Promise.all([desk.hear(version(2)), desk.hear(version(2)), desk.hear(version(3))])
    expect(heard.flatMap((one) => one[0]?.interactions ?? []).filter(({ isDuplicate }) => !isDuplicate).length).toBe(2)
    expect((await turnsOf(id)).map((turn) => turn.slice(0, 9))).toEqual(['Version 3'])
  })

  it('of something that was erased comes in when it was written since, and not when it only comes again', async () => {
    const version = thing()
    const id = await desk.hearOne(version(1))
    await desk.work()
    const { customer } = await desk.conversation(id)
    desk.clock.set(minute(30))
    await forgetCustomer(desk.ctx, customer.id, 'fake:ana')
    const nowhere = '00000000-0000-0000-0000-000000000000'
    const [late] = await desk.hear(version(2))
    expect(late?.interactions).toEqual([{ id: nowhere, conversationId: nowhere, isDuplicate: true }])
    const again = await desk.hearOne(version(40))
    expect(await turnsOf(again)).toEqual(['Version 40'])
  })

  it('of a reaction takes its place and disturbs nobody', async () => {
    const version = thing()
    const id = await desk.hearOne(inbound('said', { conversation: version(1).conversation }))
    await desk.work()
    const before = await desk.conversation(id)
    await desk.hear(
      version(1, { automatic: 'reaction', text: '👍' }),
      version(2, { automatic: 'reaction', text: '❤️' }),
    )
    await desk.work()
    const after = await desk.conversation(id)
    expect(after.turns.map(({ text }) => text)).toEqual(['Text of said', '❤️'])
    expect(after).toMatchObject({ state: 'waiting', inboundSeq: before.inboundSeq, draft: { id: before.draft?.id } })
  })
})

interface End {
  shown: (string | number | null)[][]
  state: string
  waitingSince: Date | null
  isSettled: boolean
}

describe('versions in any order, and any number of times', () => {
  const deliveries = fc
    .record({
      texts: fc.array(fc.record({ text: fc.constantFrom('a', 'b', 'c'), rating: fc.constantFrom(null, 1, 5) }), {
        minLength: 2,
        maxLength: 5,
      }),
      // As reviews: every version names the same, the first as well.
      isNamed: fc.boolean(),
    })
    .chain(({ texts, isNamed }) =>
      fc.record({
        texts: fc.constant(texts),
        isNamed: fc.constant(isNamed),
        extra: fc.array(fc.nat(texts.length - 1), { maxLength: 3 }),
        order: fc.shuffledSubarray(
          texts.map((_, index) => index),
          { minLength: texts.length, maxLength: texts.length },
        ),
        isAtOnce: fc.boolean(),
      }),
    )

  it('end the same', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ texts, isNamed, extra, order, isAtOnce }) => {
        const versionsOf = (version: ReturnType<typeof thing>) =>
          texts.map(({ text, rating }, index) =>
            version(index + 1, {
              text,
              ...(rating === null ? {} : { rating }),
              ...(isNamed ? { versionOf: `named-${version(1).conversation.externalId}` } : {}),
            }),
          )
        const inOrder = versionsOf(thing())
        for (const one of inOrder) await desk.hear(one)
        const shuffled = versionsOf(thing())
        const heard = [...order, ...extra].flatMap((index) => shuffled[index] ?? [])
        if (isAtOnce) await desk.hear(...heard)
        else for (const one of heard) await desk.hear(one)
        expect(await endOf(shuffled)).toEqual(await endOf(inOrder))
        expect((await endOf(shuffled)).shown).toEqual([[texts.at(-1)?.text ?? '', texts.at(-1)?.rating ?? null]])
      }),
      { numRuns: 20 },
    )
  })

  async function endOf(versions: InboundInteraction[]): Promise<End> {
    const { db } = desk.ctx
    const externalId = versions[0]?.conversation.externalId ?? ''
    const [row] = await db.select().from(conversations).where(eq(conversations.externalId, externalId))
    const { turns, state, waitingSince } = await desk.conversation(row?.id ?? '')
    const rows = await db
      .select()
      .from(interactions)
      .where(eq(interactions.conversationId, row?.id ?? ''))
    return {
      shown: turns.map(({ text, rating }) => [text, rating]),
      state,
      waitingSince,
      isSettled: rows.filter(({ replacedAt }) => replacedAt === null).length === 1,
    }
  }
})

describe('two accounts', () => {
  it('have nothing to do with each other, whatever their ids', async () => {
    const version = thing()
    const other = { account: 'second' }
    await record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [version(1), version(2, other)] } }])
    const rows = await desk.ctx.db.select().from(interactions).where(eq(interactions.text, 'Version 1'))
    expect(rows.find(({ externalId }) => externalId === version(1).externalId)?.replacedAt).toBeNull()
  })
})
