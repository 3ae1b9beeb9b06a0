import { randomInt } from 'node:crypto'
import { count } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { record } from '../../src/interactions/record.ts'
import { createIntake } from '../../src/interactions/intake.ts'
import { customers, events, interactions, lines } from '../../src/db/schema.ts'
import { delivery, fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const rows = async (table: typeof interactions | typeof customers | typeof events | typeof lines) =>
  (await desk.ctx.db.select({ count: count() }).from(table))[0]?.count

describe('record', () => {
  it('counts the wait from the oldest words, in whatever order they arrive', async () => {
    const id = await desk.hearOne(inbound('a'))
    await desk.hear(inbound('older', { occurredAt: new Date('2026-03-02T08:00:00Z') }))
    expect(await desk.conversation(id)).toMatchObject({ waitingSince: new Date('2026-03-02T08:00:00Z') })
    const [row] = await desk.ctx.db.query.conversations.findMany()
    expect(row?.lastInboundAt).toEqual(new Date('2026-03-02T09:00:00Z'))
  })

  it('stores long external ids in any script, and tells them apart', async () => {
    const long = Array.from({ length: 1200 }, () => String.fromCodePoint(randomInt(0x4e00, 0x9000))).join('')
    const recorded = await record(desk.ctx, [
      { channel: desk.channel, delivery: { interactions: [inbound(`${long}1`), inbound(`${long}2`)] } },
    ])
    expect(recorded[0]?.interactions.map((one) => one.isDuplicate)).toEqual([false, false])
  })

  it('stores an interaction once, however often and however concurrently it is delivered', async () => {
    const first = await desk.hear(inbound('a'))
    const again = await desk.hear(inbound('a'))
    expect(again[0]?.interactions[0]).toEqual({ ...first[0]?.interactions[0], isDuplicate: true })
    const many = await Promise.all(Array.from({ length: 20 }, () => desk.hear(inbound('b'), inbound('b'))))
    const outcomes = many.flatMap((one) => one.flatMap(({ interactions: all }) => all))
    expect(outcomes.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1)
    expect(new Set(outcomes.map(({ id }) => id)).size).toBe(1)
    expect(await rows(interactions)).toBe(2)
    expect(await rows(customers)).toBe(1)
    expect(await rows(events)).toBe(2)
  })

  it('keeps the same external id apart on another account and another channel', async () => {
    const other = fakeChannel('other')
    await record(desk.ctx, [
      { channel: desk.channel, delivery: delivery(inbound('a'), inbound('a', { account: 'second' })) },
      { channel: other, delivery: delivery(inbound('a')) },
    ])
    expect(await rows(interactions)).toBe(3)
  })

  it('puts a follow-up into the conversation that it refers to, whether to their words or to ours', async () => {
    const [first] = await desk.hear(inbound('a'))
    const id = first?.interactions[0]?.conversationId ?? ''
    await desk.hear(inbound('b', { conversation: { externalId: 'elsewhere', references: ['unknown', 'a'] } }))
    await desk.work()
    const { draft, inboundSeq } = await desk.conversation(id)
    await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: inboundSeq })
    await desk.work()
    const { reply } = await desk.conversation(id)
    await desk.hear(inbound('c', { conversation: { externalId: 'new', references: [reply?.externalId ?? ''] } }))
    expect((await desk.conversation(id)).turns.map(({ text }) => text)).toEqual([
      'Text of a',
      'Text of b',
      'Answer 1',
      'Text of c',
    ])
  })

  it('says who writes when a stranger refers to a conversation, and does not take them for the customer', async () => {
    const mia = { externalId: 'mia@example.com', name: 'Mia', handle: 'mia@example.com' }
    const eve = { externalId: 'eve@example.com', name: 'Mia', handle: 'eve@example.com' }
    const [first] = await desk.hear(inbound('a', { customer: mia }))
    const id = first?.interactions[0]?.conversationId ?? ''
    await desk.hear(inbound('b', { customer: mia, conversation: { externalId: 'x', references: ['a'] } }))
    await desk.hear(inbound('c', { customer: eve, conversation: { externalId: 'y', references: ['b'] } }))
    expect((await desk.conversation(id)).turns.map(({ notes }) => notes)).toEqual([
      [],
      [],
      [
        'Written by eve@example.com, not by the customer who began this conversation. The answer goes to whoever wrote last',
      ],
    ])
    await desk.hear(inbound('d', { customer: { ...eve, name: 'Mallory' }, conversation: { externalId: 'z' } }))
    const names = (await desk.ctx.db.select({ name: customers.name }).from(customers)).map(({ name }) => name)
    expect(names.toSorted()).toEqual(['Mallory', 'Mia'])
  })

  it('does not follow a reference into another account', async () => {
    const [first] = await desk.hear(inbound('a'))
    const [second] = await desk.hear(
      inbound('b', { account: 'second', conversation: { externalId: 'x', references: ['a'] } }),
    )
    expect(second?.interactions[0]?.conversationId).not.toBe(first?.interactions[0]?.conversationId)
  })

  it('lets no poison take others with it, and stores nothing of the poison', async () => {
    const { deliver } = createIntake(desk.ctx)
    const poison = { ...inbound('poison'), occurredAt: new Date(NaN) }
    const results = await Promise.allSettled([
      deliver('fake', delivery(inbound('a'))),
      deliver('fake', delivery(poison)),
      deliver('fake', delivery(inbound('b'))),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await rows(interactions)).toBe(2)
  })

  it('keeps the order of what each writer sends, and loses nothing, however it falls into batches', async () => {
    const { deliver, idle } = createIntake(desk.ctx)
    const writers = Array.from({ length: 5 }, (_, index) => `writer-${index}`)
    const sent: Promise<unknown>[] = []
    for (let line = 0; line < 12; line++) {
      for (const writer of writers) {
        const externalId = `${writer}-${line}`
        const one = inbound(externalId, { conversation: { externalId: writer }, customer: { externalId: writer } })
        sent.push(deliver('fake', delivery(one)))
        if (line % 3 === 0) sent.push(deliver('fake', delivery(one)))
      }
      // So that some fall into a batch with others, and some wait for one that is under way.
      await new Promise((resolve) => setImmediate(resolve))
    }
    await idle()
    await Promise.all(sent)
    const stored = await desk.ctx.db.select().from(interactions).orderBy(interactions.seq)
    for (const writer of writers) {
      const mine = stored.filter(({ externalId }) => externalId.startsWith(`${writer}-`))
      expect(mine.map(({ externalId }) => externalId)).toEqual(
        Array.from({ length: 12 }, (_, line) => `${writer}-${line}`),
      )
      expect(mine.map(({ seq }) => seq)).toEqual(Array.from({ length: 12 }, (_, line) => line + 1))
    }
  })

  it('stores what Postgres would refuse: NUL characters and lone surrogates', async () => {
    const [recorded] = await desk.hear(
      inbound('a\0', { text: 'zero\0 lone\ud800 end', customer: { externalId: 'm\0', name: 'M\0ia' } }),
    )
    const conversation = await desk.conversation(recorded?.interactions[0]?.conversationId ?? '')
    expect(conversation.turns[0]?.text).toBe('zero lone\ufffd end')
    expect(conversation.customer.name).toBe('Mia')
  })

  it('moves a cursor with what it fetched, and not without it', async () => {
    const cursor = { key: 'box', value: { uid: 7 } }
    await record(desk.ctx, [{ channel: desk.channel, delivery: { ...delivery(inbound('a')), cursor } }])
    const bad = record(desk.ctx, [
      {
        channel: desk.channel,
        delivery: {
          interactions: [{ ...inbound('b'), occurredAt: new Date(NaN) }],
          cursor: { key: 'box', value: { uid: 8 } },
        },
      },
    ])
    await expect(bad).rejects.toThrow()
    expect(await desk.ctx.db.query.cursors.findMany()).toEqual([{ channel: 'fake', ...cursor }])
  })

  it('keeps suspected spam out of the room until a teammate releases it', async () => {
    const id = await desk.hearOne(inbound('a', { suspicion: ['Filled in within 1 s'] }))
    await desk.work()
    expect(desk.room.posts).toEqual([])
    expect(await desk.conversation(id)).toMatchObject({
      state: 'quarantined',
      suspicion: ['Filled in within 1 s'],
      waitingSince: null,
    })
    await desk.decide(id, { kind: 'reopen' })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({
      state: 'waiting',
      suspicion: [],
      waitingSince: new Date('2026-03-02T09:00:00Z'),
    })
    expect(desk.room.shown.get(id)?.draft?.text).toBe('Answer 1')
  })

  it('stores automatic mail without a card or a draft, and without disturbing a conversation', async () => {
    const [bulk] = await desk.hear(inbound('news', { automatic: 'bulk' }))
    const id = await desk.hearOne(inbound('a', { conversation: { externalId: 'thread-2' } }))
    await desk.work()
    const before = await desk.conversation(id)
    await desk.hear(inbound('ooo', { automatic: 'auto-reply', conversation: { externalId: 'thread-2' } }))
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({
      state: 'waiting',
      inboundSeq: before.inboundSeq,
      isDrafting: false,
    })
    expect(await desk.conversation(bulk?.interactions[0]?.conversationId ?? '')).toMatchObject({
      state: 'dismissed',
      dismissed: { reason: 'automatic' },
    })
    expect(desk.room.posts.map(({ conversationId }) => conversationId)).toEqual([id])
    expect(desk.assistant.triages).toHaveLength(1)
  })

  it('answers the person, not the machine that wrote last', async () => {
    const id = await desk.hearOne(inbound('a'))
    await desk.work()
    await desk.hear(
      inbound('daemon', { automatic: 'bounce', customer: { externalId: 'mailer-daemon', name: 'Mail Delivery' } }),
    )
    const { draft, customer } = await desk.conversation(id)
    expect(customer.name).toBe('Mia')
    await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: 1 })
    await desk.work()
    expect(desk.channel.sent.map(({ to }) => to.externalId)).toEqual(['mia'])
  })

  it('gives automatic mail a draft when a teammate reopens it', async () => {
    const id = await desk.hearOne(inbound('news', { automatic: 'bulk' }))
    await desk.decide(id, { kind: 'reopen' })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({
      state: 'waiting',
      isDrafting: false,
      draft: { text: 'Answer 1' },
    })
  })
})

describe('messages that come within the quiet time', () => {
  it('stay what they are, and get one draft once the customer is done', async () => {
    await desk.close()
    desk = await openDesk({ channels: [fakeChannel('fake', {}, { quietSeconds: 6 })] })
    const id = await desk.hearOne(inbound('1'))
    for (const name of ['2', '3', '4', '5']) {
      await desk.pass(4)
      await desk.hear(inbound(name))
    }
    expect(desk.assistant.triages).toEqual([])
    await desk.pass(10)
    expect((await desk.conversation(id)).turns).toHaveLength(5)
    expect(desk.assistant.triages).toHaveLength(1)
    expect(await desk.conversation(id)).toMatchObject({ draft: { text: 'Answer 1', answersSeq: 5 } })
  })

  it('stay one each also when they come in together: each is known again', async () => {
    await desk.close()
    desk = await openDesk({ channels: [fakeChannel('fake', {}, { quietSeconds: 6 })] })
    const told = [inbound('1', { text: 'Hello' }), inbound('2', { text: 'Are you open?' })]
    const stored = async () => (await desk.hear(...told)).flatMap((one) => one.interactions)
    const first = await stored()
    expect(new Set(first.map(({ id }) => id)).size).toBe(2)
    expect(await stored()).toEqual(first.map((one) => ({ ...one, isDuplicate: true })))
  })
})

describe('a reaction', () => {
  it('alone begins nothing that anybody waits in, and reopens nothing', async () => {
    const reaction = { automatic: 'reaction' as const, text: '👍' }
    const alone = await desk.hearOne(inbound('r', { ...reaction, conversation: { externalId: 'thread-2' } }))
    expect(await desk.conversation(alone)).toMatchObject({ state: 'dismissed', dismissed: { reason: 'automatic' } })
    const id = await desk.hearOne(inbound('a'))
    await desk.work()
    await desk.decide(id, { kind: 'dismiss', seenSeq: 1, reason: 'no-reply-needed' })
    await desk.hear(inbound('s', reaction))
    await desk.work()
    const answered = await desk.conversation(id)
    expect(answered).toMatchObject({ state: 'dismissed', inboundSeq: 1 })
    expect(answered.turns.at(-1)).toMatchObject({ text: '👍', notes: ['Their reaction'] })
    expect(desk.assistant.triages).toHaveLength(1)
  })
})

describe('lines of a typing visitor', () => {
  beforeEach(async () => {
    await desk.close()
    desk = await openDesk({ channels: [fakeChannel('fake', { isHosted: true }, { quietSeconds: 6 })] })
  })

  it('are one interaction and one draft when they come within the quiet time', async () => {
    const [first] = await desk.hear(inbound('1'))
    desk.clock.advance(5000)
    await desk.hear(inbound('2'))
    await desk.work()
    desk.clock.advance(5000)
    await desk.hear(inbound('3'), inbound('2'))
    desk.clock.advance(6000)
    await desk.work()
    const conversation = await desk.conversation(first?.interactions[0]?.conversationId ?? '')
    expect(conversation.turns.map(({ text }) => text)).toEqual(['Text of 1\nText of 2\nText of 3'])
    expect(desk.assistant.triages).toHaveLength(1)
    expect(await rows(interactions)).toBe(1)
    expect(await rows(lines)).toBe(3)
    expect(conversation.inboundSeq).toBe(3)
  })

  it('are two interactions when there was a pause', async () => {
    await desk.hear(inbound('1'))
    desk.clock.advance(7000)
    await desk.hear(inbound('2'))
    expect(await rows(interactions)).toBe(2)
  })
})
