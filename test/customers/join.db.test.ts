import { asc, eq, isNull, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { distinguishCustomers } from '../../src/customers/distinguish.ts'
import { joinCustomers } from '../../src/customers/join.ts'
import { partCustomers } from '../../src/customers/part.ts'
import { rowsOf } from '../../src/db/client.ts'
import {
  conversations,
  customers,
  distinctions,
  events,
  exchanges,
  identities,
  merges,
  notes,
  teammates,
} from '../../src/db/schema.ts'
import { ConflictError, NotFoundError } from '../../src/errors.ts'
import { newId } from '../../src/id.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

const by = 'fake:ana'
let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())
beforeEach(() => empty())

const empty = () =>
  desk.ctx.db.execute(
    sql`truncate customers, identities, conversations, interactions, merges, distinctions, notes, exchanges, posts, drafts,
        replies, events, outcomes, pgboss.job cascade`,
  )

let count = 0
/** One message; in a conversation of its own unless told otherwise. Returns the conversation's id. */
async function hear(who: string, thread = `thread-${++count}`): Promise<string> {
  const id = await desk.hearOne(
    inbound(`m${++count}`, { conversation: { externalId: thread }, customer: { externalId: who, name: who } }),
  )
  // As the index does later.
  await desk.ctx.db.execute(sql`
    insert into exchanges (interaction_id, conversation_id, customer_id, channel, at, topics, state, terms)
    select i.id, c.id, c.customer_id, c.channel, i.occurred_at, '[]', 'waiting', ''
    from interactions i join conversations c on c.id = i.conversation_id where c.id = ${id}
    on conflict do nothing`)
  return id
}

const join = (customerId: string, otherId: string, reason = 'A teammate joined them', who = by) =>
  desk.ctx.db.transaction((tx) => joinCustomers(desk.ctx, tx, { customerId, otherId, reason, by: who }))
const part = (mergeId: string) => desk.ctx.db.transaction((tx) => partCustomers(desk.ctx, tx, mergeId, by))

/** Whose each identity is. */
async function owners(): Promise<Record<string, string>> {
  const rows = await desk.ctx.db.select().from(identities).orderBy(asc(identities.externalId))
  return Object.fromEntries(rows.map(({ externalId, customerId }) => [externalId, customerId]))
}
const ownerOf = async (who: string) => (await owners())[who] ?? ''
const conversationOf = async (id: string) =>
  (await desk.ctx.db.select().from(conversations).where(eq(conversations.id, id)))[0]

/** Conversations and exchanges that aren't with the customer of the identity that began them. */
const strays = () =>
  rowsOf(
    desk.ctx.db,
    sql`select c.id from conversations c join lateral (
          select identity_id from interactions where conversation_id = c.id order by seq, id limit 1) first on true
        join identities i on i.id = first.identity_id
        left join exchanges e on e.conversation_id = c.id
        where c.customer_id <> i.customer_id or e.customer_id is distinct from i.customer_id`,
  )

describe('a join', () => {
  it('gives all that the younger has to the older, whichever was named first', async () => {
    const first = await hear('mia')
    await desk.pass(60)
    const second = await hear('mia-2')
    const [mia, other] = [await ownerOf('mia'), await ownerOf('mia-2')]
    await desk.ctx.db
      .insert(teammates)
      .values({ id: by, workspace: 'fake', name: 'Ana', seenAt: desk.clock.now() })
      .onConflictDoNothing()
    const note = { id: newId(0), customerId: other, teammateId: by, text: 'Calls herself Mia', at: desk.clock.now() }
    await desk.ctx.db.insert(notes).values(note)
    const before = await desk.conversation(first)

    const mergeId = await join(other, mia, 'The same name')
    expect(await owners()).toEqual({ mia, 'mia-2': mia })
    expect(await conversationOf(second)).toMatchObject({ customerId: mia })
    expect(await desk.ctx.db.select().from(notes)).toMatchObject([{ customerId: mia }])
    expect(await desk.ctx.db.select().from(exchanges)).toMatchObject([{ customerId: mia }, { customerId: mia }])
    expect(await desk.ctx.db.select().from(merges)).toMatchObject([
      { id: mergeId, customerId: mia, joinedId: other, reason: 'The same name', by, undoneAt: null },
    ])
    expect(await desk.ctx.db.select().from(events).where(eq(events.type, 'customer.joined'))).toMatchObject([
      { actor: by, conversationId: null, data: { customerId: mia, otherId: other, mergeId } },
    ])
    // Both cards are open, and the younger one's now tells of an earlier conversation.
    expect((await desk.conversation(first)).version).toBe(before.version + 1)
    const synced = (await desk.pending()).filter(({ name }) => name === 'sync-card').map(({ data }) => data)
    expect(synced).toEqual(expect.arrayContaining([{ conversationId: first }, { conversationId: second }]))
    expect((await desk.conversation(second)).customer).toMatchObject({ id: mia })
  })

  it('leaves the cards of closed conversations alone', async () => {
    const [first, second] = [await hear('mia'), await hear('mia-2')]
    await desk.work()
    const { inboundSeq: seenSeq } = await desk.conversation(first)
    await desk.decide(first, { kind: 'dismiss', seenSeq, reason: 'no-reply-needed' })
    await desk.work()
    const version = (await desk.conversation(first)).version
    await join(await ownerOf('mia'), await ownerOf('mia-2'))
    expect((await desk.conversation(first)).version).toBe(version)
    expect((await desk.pending()).map(({ data }) => data)).toEqual([{ conversationId: second }])
  })

  it('is refused with oneself, with whom is gone, and twice', async () => {
    await hear('a')
    await hear('b')
    await hear('c')
    const { a = '', b = '', c = '' } = await owners()
    await expect(join(a, a)).rejects.toThrow(
      new ConflictError('This is one customer: choose another one to join them with'),
    )
    await expect(join(a, newId(0))).rejects.toThrow('was erased')
    await join(a, b)
    await expect(join(b, a)).rejects.toThrow('joined already')
    await expect(join(b, c)).rejects.toThrow('joined with somebody else meanwhile')
    expect(await desk.ctx.db.select().from(merges)).toHaveLength(1)
  })

  it('by itself respects what a teammate said; a teammate may think again', async () => {
    for (const who of ['a', 'b', 'c', 'd']) await hear(who)
    const { a = '', b = '', c = '', d = '' } = await owners()
    await desk.ctx.db.transaction((tx) => distinguishCustomers(desk.ctx, tx, { customerId: c, otherId: b, by }))
    const distinguished = { customerId: c, otherId: b }
    expect(await desk.ctx.db.select().from(events).where(eq(events.type, 'customer.distinguished'))).toMatchObject([
      { actor: by, data: distinguished },
    ])
    expect(await join(b, c, 'The same verified email address', 'deskbell')).toBeNull()
    // It holds for whomever they were joined with, too.
    await join(a, b)
    await join(c, d)
    expect(await join(a, c, 'The same verified email address', 'deskbell')).toBeNull()
    expect(new Set(Object.values(await owners()))).toEqual(new Set([a, c]))
    expect(await join(a, c)).not.toBeNull()
    expect(await desk.ctx.db.select().from(distinctions)).toEqual([])
    const telling = desk.ctx.db.transaction((tx) =>
      distinguishCustomers(desk.ctx, tx, { customerId: d, otherId: b, by }),
    )
    await expect(telling).rejects.toThrow('one customer now')
  })

  it('happens once, when two teammates join in a circle at the same moment', async () => {
    for (let round = 0; round < 3; round++) {
      await empty()
      for (const who of ['a', 'b', 'c']) await hear(who)
      const { a = '', b = '', c = '' } = await owners()
      const outcomes = await Promise.allSettled([join(a, b), join(b, c), join(c, a)])
      // Each went through, came too late, or met a deadlock: nothing is left in between.
      expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true)
      expect(await strays()).toEqual([])
      for (const { id } of (await desk.ctx.db.select().from(merges)).toReversed()) await part(id)
      expect(await owners()).toEqual({ a, b, c })
    }
  })

  it('misses nothing that comes in at the same moment', async () => {
    for (let round = 0; round < 4; round++) {
      await hear(`a${round}`)
      await hear(`b${round}`)
      const [a, b] = [await ownerOf(`a${round}`), await ownerOf(`b${round}`)]
      const [, mergeId] = await Promise.all([
        hear(`b${round}`),
        join(a, b),
        hear(`b${round}`),
        hear(`b${round}`, `thread-of-a${round}`),
        hear(`a${round}`),
      ])
      const wrong = await rowsOf(desk.ctx.db, sql`select 1 from conversations where customer_id = ${b}`)
      expect(wrong).toEqual([])
      await Promise.all([hear(`b${round}`), part(mergeId ?? ''), hear(`b${round}`), hear(`a${round}`)])
      expect(await ownerOf(`b${round}`)).toBe(b)
    }
    const wrong = await rowsOf(
      desk.ctx.db,
      sql`select 1 from conversations c join interactions i on i.conversation_id = c.id
          join identities d on d.id = i.identity_id where d.customer_id <> c.customer_id`,
    )
    expect(wrong).toEqual([])
  })
})

describe('undoing a join', () => {
  it('gives back who came over with all that they began, also since; notes stay', async () => {
    const first = await hear('a')
    await hear('b', 'of-b')
    const { a = '', b = '' } = await owners()
    const mergeId = (await join(a, b)) ?? ''
    const since = await hear('b')
    // Whoever writes in it: it is theirs who began it.
    await hear('b', 'begun-by-a')
    await hear('a', 'of-b')
    await desk.work()
    expect(await part(mergeId)).toEqual({ customerId: a, otherId: b })
    expect(await owners()).toEqual({ a, b })
    expect(await conversationOf(since)).toMatchObject({ customerId: b })
    expect(await conversationOf(first)).toMatchObject({ customerId: a })
    expect(await strays()).toEqual([])
    expect(await desk.ctx.db.select().from(merges)).toMatchObject([{ undoneBy: by }])
    expect(await desk.ctx.db.select().from(events).where(eq(events.type, 'customer.parted'))).toMatchObject([
      { actor: by, data: { customerId: a, otherId: b, mergeId } },
    ])
    await expect(part(mergeId)).rejects.toThrow('undone already')
    await expect(part(newId(0))).rejects.toThrow(NotFoundError)
    await expect(part('nonsense')).rejects.toThrow(NotFoundError)
    expect(await join(a, b, 'The same verified email address', 'deskbell')).toBeNull()
  })

  it('works from within a chain, in any order', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      await empty()
      for (const who of ['a', 'b', 'c']) await hear(who)
      const start = await owners()
      const { a = '', b = '', c = '' } = start
      const ids = [await join(b, c), await join(a, b)]
      expect(new Set(Object.values(await owners()))).toEqual(new Set([a]))
      for (const at of order) await part(ids[at] ?? '')
      expect(await owners()).toEqual(start)
    }
  })

  it('takes nobody along who came back by another join', async () => {
    for (const who of ['a', 'b', 'c']) await hear(who)
    const start = await owners()
    const { a = '', b = '', c = '' } = start
    const inner = await join(b, c)
    const outer = await join(a, b)
    await part(inner ?? '')
    const again = await join(a, c)
    await part(outer ?? '')
    expect(await owners()).toEqual({ a, b, c: a })
    await part(again ?? '')
    expect(await owners()).toEqual(start)
  })

  it(
    'of everything restores the start, whatever was joined, undone and written in between',
    { timeout: 90_000 },
    async () => {
      const people = ['a', 'b', 'c', 'd', 'e']
      const step = fc.oneof(
        fc.record({ kind: fc.constant('join' as const), one: fc.nat(4), other: fc.nat(4) }),
        fc.record({ kind: fc.constant('part' as const), which: fc.nat(9) }),
        fc.record({ kind: fc.constant('hear' as const), who: fc.nat(4), thread: fc.nat(6) }),
      )
      const active = () => desk.ctx.db.select().from(merges).where(isNull(merges.undoneAt)).orderBy(asc(merges.id))
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 4, maxLength: 14 }),
          fc.infiniteStream(fc.nat(9)),
          async (steps, picks) => {
            await empty()
            for (const who of people) await hear(who, `of ${who}`)
            const start = await owners()
            for (const one of steps) {
              const now = await owners()
              if (one.kind === 'hear') await hear(people[one.who] ?? '', `shared ${one.thread}`)
              else if (one.kind === 'part') {
                const all = await active()
                const merge = all[one.which % Math.max(all.length, 1)]
                if (merge) await part(merge.id)
              } else {
                const [x, y] = [now[people[one.one] ?? ''] ?? '', now[people[one.other] ?? ''] ?? '']
                const mergeId = await join(x, y).catch((error: unknown) => {
                  if (!(error instanceof ConflictError)) throw error
                  return null
                })
                // Undone at once, it is as if nothing had been.
                if (mergeId && one.one === 0) {
                  await part(mergeId)
                  expect(await owners()).toEqual(now)
                }
              }
              expect(await strays()).toEqual([])
            }
            for (let all = await active(); all.length > 0; all = await active())
              await part(all[(picks.next().value ?? 0) % all.length]?.id ?? '')
            expect(await owners()).toEqual(start)
            expect(await strays()).toEqual([])
          },
        ),
        { numRuns: 5 },
      )
      expect((await desk.ctx.db.select().from(customers)).length).toBe(people.length)
    },
  )
})
