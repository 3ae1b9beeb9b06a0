import { sql, type SQL } from 'drizzle-orm'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowsOf, type Db } from '../../src/db/client.ts'
import { conversations, exchanges, terms } from '../../src/db/schema.ts'
import { readCounts } from '../../src/history/dictionary.ts'
import { dropExchanges } from '../../src/history/drop.ts'
import { followHistory } from '../../src/history/follow.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { readPassages } from '../../src/history/passages.ts'
import { quoted } from '../../src/history/terms.ts'
import { question } from '../support/assistant.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { record } from '../../src/interactions/record.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { PermanentError } from '../../src/errors.ts'
import type { Log } from '../../src/log.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk({ channels: [fakeChannel('fake', { isHosted: true }, { quietSeconds: 5 })] })
})
afterEach(() => desk.close())

const catchUp = async () => {
  while ((await indexHistory(desk.ctx)) > 0);
}

const rows = async () => desk.ctx.db.select().from(exchanges).orderBy(exchanges.at, exchanges.interactionId)

const having = async (...words: string[]) => {
  const query = words.map(quoted).join(' & ')
  return (
    await rowsOf<{ id: string }>(
      desk.ctx.db,
      sql`select interaction_id as id from exchanges where terms @@ ${query}::tsquery`,
    )
  ).length
}

/** Terms of which the dictionary doesn't know in how many exchanges they are. */
const miscounted = async () =>
  rowsOf(
    desk.ctx.db,
    sql`select * from (select term, count(*)::int as count from exchanges, unnest(tsvector_to_array(terms)) term group by term) e
        full join terms t using (term, count) where e.term is null or t.term is null`,
  )

let said = 0

async function write(text: string, thread = 'thread-1', over: Parameters<typeof inbound>[1] = {}): Promise<string> {
  const occurredAt = desk.clock.now()
  return desk.hearOne(inbound(`said-${++said}`, { text, conversation: { externalId: thread }, occurredAt, ...over }))
}

async function decide(id: string, does: 'approve' | 'spam' | 'duplicate' | 'reopen' | 'snooze'): Promise<void> {
  const { inboundSeq: seenSeq, draft } = await desk.conversation(id)
  const until = new Date(desk.clock.now().getTime() + 60_000)
  if (does === 'approve') await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? id, seenSeq })
  else if (does === 'reopen') await desk.decide(id, { kind: 'reopen' })
  else if (does === 'snooze') await desk.decide(id, { kind: 'snooze', seenSeq, until })
  else await desk.decide(id, { kind: 'dismiss', seenSeq, reason: does })
}

describe('history', () => {
  it('finds words that were changed only where they were answered as they stood, and none that were taken back', async () => {
    await desk.close()
    desk = await openDesk()
    const change = (name: string, text: string, minutes: number) =>
      write(text, 'thread-1', {
        externalId: name,
        occurredAt: new Date(desk.clock.now().getTime() + minutes * 60_000),
        ...(name === 'first' ? {} : { versionOf: 'first' }),
      })
    const id = await change('first', 'Avocado', 0)
    await catchUp()
    await change('second', 'Broccoli', 1)
    await desk.work()
    await decide(id, 'approve')
    await desk.work()
    await change('third', 'Celery', 2)
    await catchUp()
    expect([await having('avocado'), await having('broccoli'), await having('celery')]).toEqual([0, 1, 1])
    expect(await miscounted()).toEqual([])
    const ids = (await rows()).map(({ interactionId }) => interactionId)
    const removal = { account: 'main', externalId: 'first', at: new Date(desk.clock.now().getTime() + 600_000) }
    await record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [], removals: [removal] } }])
    // Also in the moment until history has followed.
    expect(await readPassages(desk.ctx, 'fake', ids, null)).toEqual([])
    await catchUp()
    expect(await rows()).toEqual([])
    expect(await miscounted()).toEqual([])
  })

  it('follows what the customer wrote and what the team answered', async () => {
    desk.assistant.onTriage = () => ({
      ...question,
      theme: 'complaint',
      topics: ['Late parcel'],
      summary: 'Wo bleibt es?',
    })
    desk.assistant.onDraft = () => ({ text: 'Tomorrow for sure', evidence: [] })
    const id = await write('Where’s my Päckchen?', 'thread-1', {
      rating: 2,
      customer: { externalId: 'mia', name: 'Mia Jansen', email: 'mia@example.com' },
    })
    await catchUp()
    expect(await rows()).toMatchObject([
      { conversationId: id, state: 'waiting', theme: null, rating: 2, replyId: null },
    ])
    await desk.pass(10)
    await catchUp()
    expect(
      await having(
        'packchen',
        'bleibt',
        'theme=complaint',
        'topic=late parcel',
        'name=jansen',
        'name=mia@example.com',
        'state=waiting',
      ),
    ).toBe(1)
    expect(await having('tomorrow')).toBe(0)
    await decide(id, 'approve')
    await catchUp()
    expect(await rows()).toMatchObject([{ state: 'sending' }])
    await desk.pass(10)
    await catchUp()
    const [row] = await rows()
    expect(row).toMatchObject({ state: 'answered', answeredBy: 'fake:ana', topics: ['Late parcel'] })
    expect(row?.replyId).not.toBeNull()
    expect(await having('tomorrow', 'packchen', 'teammate=fake:ana', 'state=answered')).toBe(1)
    expect(await readCounts(desk.ctx.db, ['state=waiting', 'state=sending', 'state=answered', 'mia'])).toEqual(
      new Map([
        ['state=answered', 1],
        ['mia', 1],
      ]),
    )
    expect(await indexHistory(desk.ctx)).toBe(0)
  })

  it('keeps what became of each, and has a reply’s words where it was written to', async () => {
    desk.assistant.onDraft = () => ({ text: 'Reply', evidence: [] })
    const id = await write('first')
    await desk.pass(10)
    await write('second')
    await desk.pass(10)
    await decide(id, 'approve')
    await desk.pass(10)
    await write('third')
    await desk.pass(10)
    await decide(id, 'duplicate')
    await write('fourth')
    await desk.pass(10)
    await write('Out of office', 'thread-1', { automatic: 'auto-reply' })
    const spam = await write('Buy now', 'spam')
    await desk.pass(10)
    await decide(spam, 'spam')
    await catchUp()
    expect((await rows()).map(({ state }) => state)).toEqual([
      'answered',
      'answered',
      'dismissed',
      'waiting',
      'received',
      'spam',
    ])
    expect([await having('reply', 'second'), await having('reply')]).toEqual([1, 1])
    const [first, second] = await rows()
    expect(first?.replyId).toBe(second?.replyId)
  })

  it('forgets what is erased, in the dictionary too', async () => {
    const id = await write('Secret word')
    await write('Common word', 'thread-2')
    await catchUp()
    await desk.ctx.db.transaction((tx) => dropExchanges(tx, [id]))
    expect(await rows()).toHaveLength(1)
    expect(await readCounts(desk.ctx.db, ['secret', 'word'])).toEqual(new Map([['word', 1]]))
  })

  it('is not held up by a conversation that can’t be indexed', async () => {
    const broken = await write('Broken')
    const ids = [broken, await write('Fine', 'thread-2'), await write('Fine', 'thread-3')]
    await desk.ctx.db.execute(
      sql`alter table exchanges add constraint never check (conversation_id <> ${sql.raw(`'${broken}'`)})`,
    )
    const warned: unknown[] = []
    const log: Log = { ...desk.ctx.log, warn: (_fact, about) => void warned.push(about) }
    expect(await indexHistory({ ...desk.ctx, log })).toBe(3)
    expect(await indexHistory({ ...desk.ctx, log })).toBe(0)
    expect((await rows()).map(({ conversationId }) => conversationId)).toEqual(ids.slice(1))
    expect(warned).toMatchObject([{ conversationId: broken }])
    await desk.ctx.db.execute(sql`alter table exchanges drop constraint never`)
    await write('Mended')
    await catchUp()
    expect(await rows()).toHaveLength(ids.length)
  })

  it('is followed by indexes, also in a new database, whose plans may stay while it fills', async () => {
    const plans: string[] = []
    const explaining = (tx: Db): Db =>
      new Proxy(tx, {
        get: (target, key) =>
          key === 'execute'
            ? async (query: SQL) => {
                const plan = await rowsOf<Record<string, string>>(tx, sql`explain ${query}`)
                plans.push(plan.map((row) => Object.values(row).join()).join('\n'))
                return tx.execute(query)
              }
            : (Reflect.get(target, key) as unknown),
      })
    const transaction = (run: (tx: Db) => Promise<unknown>) => desk.ctx.db.transaction((tx) => run(explaining(tx)))
    const db = Object.assign(Object.create(desk.ctx.db), { transaction }) as Db
    const id = await write('Where is it?')
    await desk.pass(10)
    await decide(id, 'approve')
    await desk.pass(10)
    expect(await indexHistory({ ...desk.ctx, db })).toBe(1)
    await write('And now?')
    expect(await indexHistory({ ...desk.ctx, db })).toBe(1)
    await db.transaction((tx) => dropExchanges(tx, [id]))
    expect(plans.length).toBeGreaterThan(15)
    const large = /Seq Scan on (exchanges|terms|interactions|replies|outcomes|identities)/
    expect(plans.filter((plan) => large.test(plan))).toEqual([])
  })

  it('is the same when several index, erase and hear at once', async () => {
    const ids: string[] = []
    for (let n = 0; n < 30; n++) ids.push(await write(`Common words, and some of ${n % 7}`, `thread-${n}`))
    const index = async () => {
      for (let round = 0; round < 12; round++) await indexHistory(desk.ctx, 3)
    }
    const erase = async () => {
      for (const id of ids.slice(0, 5)) await desk.ctx.db.transaction((tx) => dropExchanges(tx, [id]))
    }
    const hear = async () => {
      for (let n = 0; n < 10; n++) await write('Common, and once more', `thread-${n * 3}`)
    }
    await Promise.all([index(), index(), index(), erase(), hear()])
    await catchUp()
    expect(await miscounted()).toEqual([])
  })

  it('goes on when the database is back, and ends when it is told to', async () => {
    const told: string[] = []
    const log: Log = { ...desk.ctx.log, warn: (fact) => void told.push(fact), info: (fact) => void told.push(fact) }
    let isDown = true
    const db = new Proxy(desk.ctx.db, {
      get: (target, key) =>
        key === 'transaction' && isDown
          ? () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }))
          : (Reflect.get(target, key) as unknown),
    })
    await write('Hello')
    const stop = new AbortController()
    const following = followHistory({ ...desk.ctx, db, log }, stop.signal, async () => {})
    await eventually(async () => expect(told).toEqual(['history is not indexed']))
    isDown = false
    await eventually(async () => expect(await rows()).toHaveLength(1))
    stop.abort()
    await following
    expect(told).toEqual(['history is not indexed', 'history is indexed again'])
  })
})

type Step =
  | { kind: 'write'; thread: number; text: string; automatic: boolean }
  | { kind: 'decide'; thread: number; does: Parameters<typeof decide>[1] }
  | { kind: 'pass'; seconds: number }
  | { kind: 'receipt' }
  | { kind: 'fail' }
  | { kind: 'index'; limit: number }
  | { kind: 'index twice' }

const thread = fc.nat(2)
const text = fc.constantFrom(
  'Where is my parcel?',
  "It's late",
  '返金してください',
  'mia@example.com',
  'x',
  "'\\ & |",
  '🎉',
)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      thread,
      text,
      automatic: fc.nat(5).map((n) => n === 0),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      thread,
      does: fc.constantFrom(
        'approve' as const,
        'approve' as const,
        'spam' as const,
        'duplicate' as const,
        'reopen' as const,
        'snooze' as const,
      ),
    }),
  },
  { weight: 5, arbitrary: fc.constantFrom(1, 7, 70).map((seconds): Step => ({ kind: 'pass', seconds })) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'receipt' }, { kind: 'fail' }, { kind: 'index twice' }) },
  { weight: 4, arbitrary: fc.constantFrom(1, 2, 50).map((limit): Step => ({ kind: 'index', limit })) },
)

describe('history, whatever customers and teammates do, and whenever it is indexed', () => {
  async function take(one: Step, ids: Map<number, string>): Promise<unknown> {
    switch (one.kind) {
      case 'pass':
        return desk.pass(one.seconds)
      case 'index':
        return indexHistory(desk.ctx, one.limit)
      case 'index twice':
        return Promise.all([indexHistory(desk.ctx), indexHistory(desk.ctx)])
      case 'fail':
        desk.channel.onSend = async (reply) => {
          desk.channel.onSend = async ({ id, approvedAt }) => ({ externalId: `sent-${id}`, at: new Date(approvedAt) })
          throw new PermanentError(`No such address: ${reply.to.externalId}`)
        }
        return
      case 'receipt': {
        const externalId = `sent-${desk.channel.sent.at(-1)?.id}`
        const receipt = { externalId, state: 'failed' as const, at: desk.clock.now() }
        return record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [], receipts: [receipt] } }])
      }
      case 'write':
        return ids.set(
          one.thread,
          await write(one.text, `thread-${one.thread}`, one.automatic ? { automatic: 'auto-reply' } : {}),
        )
      case 'decide': {
        const id = ids.get(one.thread)
        if (id) await decide(id, one.does)
      }
    }
  }

  const everything = async () => {
    const [all, words] = await Promise.all([
      desk.ctx.db.select().from(exchanges).orderBy(exchanges.interactionId),
      desk.ctx.db.select().from(terms).orderBy(terms.term),
    ])
    return { all, words }
  }

  it('is the same as if it were indexed at the end', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (plan) => {
        const { db } = desk.ctx
        await db.execute(
          sql`truncate posts, rooms, problems, replies, drafts, lines, attachments, interactions, conversations, identities, customers,
              events, outcomes, exchanges, terms cascade`,
        )
        await db.execute(sql`delete from pgboss.job`)
        const ids = new Map<number, string>()
        for (const one of plan) await take(one, ids)
        await catchUp()
        const followed = await everything()
        const behind = await db
          .select()
          .from(conversations)
          .where(sql`indexed_version <> version`)
        expect(behind).toEqual([])
        await db.execute(sql`truncate exchanges, terms`)
        await db.update(conversations).set({ indexedVersion: 0 })
        await catchUp()
        expect(followed).toEqual(await everything())
        expect(await miscounted()).toEqual([])
      }),
      { numRuns: 10 },
    )
  })
})
