import { eq, sql, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowsOf } from '../../src/db/client.ts'
import {
  conversations,
  countedPeriods,
  customers,
  erasures,
  events,
  identities,
  merges,
  posts,
  removals,
  tombstones,
} from '../../src/db/schema.ts'
import { joinCustomers } from '../../src/customers/join.ts'
import { readCustomerPage } from '../../src/customers/page.ts'
import { forgetCustomer } from '../../src/erasures/forget.ts'
import { customerFile } from '../../src/erasures/export-customer.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { readNumbers } from '../../src/measures/read-numbers.ts'
import { defaultTuning } from '../../src/settings/tuning.ts'
import type { Log } from '../../src/log.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { answerAudit } from '../../src/audit/answer.ts'
import { fakeWorkspace } from '../support/workspace.ts'
import { ana, livePerson, markers, zyx } from './person.ts'
import { tracesOf } from './traces.ts'

let desk: Desk
let logged: string[]
beforeEach(async () => {
  const room = fakeWorkspace('fake', { hasThreads: true })
  room.membershipOf = async () => ({ groups: [], isAdmin: true })
  desk = await openDesk({ rooms: [room] })
  logged = []
  const note = (fact: string, ids?: object) => void logged.push(JSON.stringify([fact, ids]))
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log }
  Object.assign(desk.ctx, { log })
})
afterEach(() => desk.close())

const standing = () => JSON.stringify(desk.room.standing.filter(({ isDeleted }) => !isDeleted)).toLowerCase()
const inRoom = () => markers.filter((word) => standing().includes(word))
const traces = () => tracesOf(desk.ctx.db, markers)

const crash = () => Promise.reject(new Error('The process died'))

describe('a person who is forgotten', () => {
  it('is in no table, in no room and in no log any more, and the numbers stay', async () => {
    const ben = await desk.hearOne(
      inbound('ben', {
        conversation: { externalId: 'ben' },
        customer: { externalId: 'ben', name: 'Ben' },
        text: 'Hello there',
      }),
    )
    await desk.work()
    const { customerId } = await livePerson(desk)
    const file = await customerFile(desk.ctx, 'fake', customerId, ana)
    expect('refused' in file).toBe(false)
    // What was nowhere before would be found nowhere after.
    const traced = (await traces()).map((trace) => trace.split(': '))
    expect(new Set(traced.map(([, word]) => word))).toEqual(new Set(markers))
    expect([...new Set(traced.map(([table]) => table?.split('.')[1]))]).toEqual(
      expect.arrayContaining([
        'job',
        'attachments',
        'drafts',
        'events',
        'exchanges',
        'lists',
        'notes',
        'problems',
        'shelf',
        'terms',
      ]),
    )
    expect(inRoom()).toEqual(expect.arrayContaining(['zyxwvut', 'flumadiddle', 'octothorpe']))

    desk.clock.advance(86_400_000)
    const yesterday = { from: new Date('2026-03-02T00:00:00Z'), to: new Date('2026-03-03T00:00:00Z') }
    const before = await readNumbers(desk.ctx, defaultTuning, yesterday)
    const receipt = await forgetCustomer(desk.ctx, customerId, 'fake:ana')
    expect(receipt.counts).toMatchObject({
      conversations: 2,
      messages: 2,
      replies: 1,
      files: 2,
      notes: 1,
      customers: 1,
    })
    await desk.work()
    await indexHistory(desk.ctx)
    await desk.work()

    expect(await traces()).toEqual([])
    expect(inRoom()).toEqual([])
    expect(logged.filter((line) => markers.some((word) => line.toLowerCase().includes(word)))).toEqual([])
    const near = await rowsOf(desk.ctx.db, sql`select term from terms where near && array['uillon', 'lumadiddle']`)
    expect(near).toEqual([])
    await desk.ctx.db.delete(countedPeriods)
    // All but the topic that nobody else wrote about.
    const themes = before.themes.map((theme) => ({
      ...theme,
      topics: theme.topics.filter(({ topic }) => topic !== 'brouhaha'),
    }))
    expect(await readNumbers(desk.ctx, defaultTuning, yesterday)).toEqual({ ...before, themes })
    // Who is no part of it stands as before: card, list, report.
    expect(await desk.conversation(ben)).toMatchObject({ state: 'waiting' })
    expect(standing()).toContain('hello there')
    const [kept] = await desk.ctx.db.select().from(erasures)
    expect(kept).toMatchObject({ id: receipt.id, doneAt: desk.clock.now() })
    expect(await desk.ctx.db.select().from(removals)).toEqual([])
    const told = (await desk.ctx.db.select().from(events)).find(({ type }) => type === 'customer.forgotten')
    expect(told).toMatchObject({ actor: 'fake:ana', conversationId: null, data: { erasureId: receipt.id } })
    expect(JSON.stringify(told)).not.toContain(customerId)
  })

  it('does not come back with what a provider delivers again, and is welcome with something new', async () => {
    const { customerId } = await livePerson(desk)
    await forgetCustomer(desk.ctx, customerId, 'fake:ana')
    await desk.work()
    const again = inbound('one', { conversation: { externalId: 'zyx-one' }, customer: zyx, text: 'flumadiddle' })
    const [recorded] = await desk.hear(again, inbound('new', { text: 'Something else' }), again)
    expect(recorded?.interactions.map(({ isDuplicate }) => isDuplicate)).toEqual([true, false, true])
    expect(await traces()).toEqual([])
    expect((await desk.ctx.db.select().from(tombstones)).length).toBeGreaterThanOrEqual(2)
  })

  it('is forgotten once, however often it is asked for', async () => {
    const { customerId } = await livePerson(desk)
    const first = await forgetCustomer(desk.ctx, customerId, 'fake:ana')
    expect(await forgetCustomer(desk.ctx, customerId, 'fake:ben')).toEqual(first)
    expect((await desk.ctx.db.select().from(events)).filter(({ type }) => type === 'customer.forgotten')).toHaveLength(
      1,
    )
  })

  it('is forgotten with everybody they were joined with', async () => {
    const { customerId } = await livePerson(desk)
    const other = await desk.hearOne(
      inbound('three', { conversation: { externalId: 'three' }, customer: { externalId: 'zyx2', name: 'Zyxwvut Q' } }),
    )
    await desk.work()
    const { id: otherId } = (await desk.conversation(other)).customer
    await desk.ctx.db.transaction((tx) =>
      joinCustomers(desk.ctx, tx, { customerId, otherId, reason: 'They said so', by: 'fake:ana' }),
    )
    const receipt = await forgetCustomer(desk.ctx, otherId, 'fake:ana')
    expect(receipt.counts).toMatchObject({ conversations: 3, customers: 2 })
    await desk.work()
    for (const table of [customers, identities, merges, conversations]) expect(await desk.ctx.db.$count(table)).toBe(0)
    expect(await traces()).toEqual([])
  })

  it('is gone at the end, whatever comes in from them at the same time', async () => {
    const { customerId } = await livePerson(desk)
    desk.assistant.onDraft = () => ({ text: 'Here we are', evidence: [] })
    const later = (index: number) =>
      inbound(`late-${index}`, {
        conversation: { externalId: `late-${index % 3}` },
        customer: zyx,
        text: 'Anybody there?',
      })
    const heard = Array.from({ length: 12 }, (_, index) => desk.hear(later(index)))
    await Promise.all([forgetCustomer(desk.ctx, customerId, 'fake:ana'), ...heard])
    expect(await desk.ctx.db.select().from(customers).where(eq(customers.id, customerId))).toEqual([])
    // Whoever was heard after it is a new customer, of whom only what is new is known.
    await desk.work()
    expect((await traces()).filter((trace) => /octothorpe|wampeter|snollygoster/.test(trace))).toEqual([])
  })

  it('is forgotten batch by batch where there is much of them, and a crash in between loses nothing', async () => {
    const many = Array.from({ length: 130 }, (_, index) =>
      inbound(`m${index}`, { conversation: { externalId: `m${index}` }, customer: zyx, suspicion: ['flumadiddle'] }),
    )
    await desk.hear(...many)
    const [person] = await desk.ctx.db.select().from(customers)
    const { newId } = desk.ctx
    let calls = 0
    const dying = {
      ...desk.ctx,
      db: new Proxy(desk.ctx.db, {
        get: (db, key) => (key === 'transaction' && ++calls > 1 ? crash : Reflect.get(db, key)),
      }),
      newId,
    }
    await expect(forgetCustomer(dying, person?.id ?? '', 'fake:ana')).rejects.toThrow('The process died')
    expect(await desk.ctx.db.$count(conversations)).toBe(30)
    const audit = { period: { kind: 'now' as const }, teammate: null, what: 'erased' as const }
    const said = async () => (await answerAudit(desk.ctx, 'fake', audit, ana)).lines.map(({ text }) => text).join()
    expect(await said()).toContain('began to erase a customer, who must be asked for again: 100 conversations')
    const receipt = await forgetCustomer(desk.ctx, person?.id ?? '', 'fake:ana')
    expect(receipt.counts).toMatchObject({ conversations: 130, messages: 130, customers: 1 })
    expect(await desk.ctx.db.select().from(erasures)).toHaveLength(1)
    expect(await traces()).toEqual([])
  })

  it('leaves nobody behind of whom nothing else was known, and nobody half erased, however much there is', async () => {
    const many = Array.from({ length: 130 }, (_, index) =>
      inbound(`m${index}`, { conversation: { externalId: `m${index}` }, customer: zyx, suspicion: ['flumadiddle'] }),
    )
    await desk.hear(...many)
    const [person] = await desk.ctx.db.select().from(customers)
    await desk.hear(
      inbound('eve', {
        conversation: { externalId: 'x', references: ['m0'] },
        customer: { externalId: 'eve', name: 'Eve' },
      }),
    )
    expect(await desk.ctx.db.$count(customers)).toBe(2)
    const last = await desk.hearOne(inbound('last', { conversation: { externalId: 'last' }, customer: zyx }))
    await desk.work()
    const { draft } = await desk.conversation(last)
    await desk.decide(last, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: 1 })
    await expect(forgetCustomer(desk.ctx, person?.id ?? '', 'fake:ana')).rejects.toThrow('on its way')
    expect(await desk.ctx.db.$count(conversations)).toBe(131)
    await desk.pass(60)
    await forgetCustomer(desk.ctx, person?.id ?? '', 'fake:ana')
    expect(await desk.ctx.db.select().from(customers)).toEqual([])
  })

  it('is not forgotten while a reply to them is on its way, and a scheduled one is withdrawn', async () => {
    const { customerId, waiting } = await livePerson(desk)
    const { draft, inboundSeq } = await desk.conversation(waiting)
    const approve = { kind: 'approve' as const, draftId: draft?.id ?? '', seenSeq: inboundSeq }
    await desk.decide(waiting, approve)
    await expect(forgetCustomer(desk.ctx, customerId, 'fake:ana')).rejects.toThrow('A reply to them is on its way')
    expect((await desk.conversation(waiting)).state).toBe('sending')
    const { reply } = await desk.conversation(waiting)
    await desk.decide(waiting, { kind: 'undo', replyId: reply?.id ?? '' })
    const anew = await desk.conversation(waiting)
    const sendAt = new Date(desk.clock.now().getTime() + 3_600_000)
    await desk.decide(waiting, { ...approve, draftId: anew.draft?.id ?? '', sendAt })
    const sent = desk.channel.sent.length
    await forgetCustomer(desk.ctx, customerId, 'fake:ana')
    await desk.pass(7200)
    expect(desk.channel.sent).toHaveLength(sent)
    expect(await traces()).toEqual([])
  })

  it('leaves no search behind with somebody who opens their page at this very moment', async () => {
    const { customerId } = await livePerson(desk)
    let opened = false
    const db = new Proxy(desk.ctx.db, {
      get(target, key) {
        if (key !== 'execute') return Reflect.get(target, key)
        return async (query: SQL) => {
          const isList = new PgDialect().sqlToQuery(query).sql.includes('insert into "lists"')
          if (isList && !opened) {
            opened = true
            await forgetCustomer(desk.ctx, customerId, 'fake:ana')
          }
          return target.execute(query)
        }
      },
    })
    expect(await readCustomerPage({ ...desk.ctx, db }, 'fake', customerId, ana, defaultTuning)).toBeNull()
    expect(opened).toBe(true)
    await desk.work()
    expect(await traces()).toEqual([])
  })

  it('is taken out of what was on its way into the room', async () => {
    const room = desk.room
    let stop = () => {}
    const reached = new Promise<void>((resolve) => {
      room.afterPost = async () => {
        resolve()
        await new Promise<void>((go) => (stop = go))
      }
    })
    const id = await desk.hearOne(inbound('one', { customer: zyx, text: 'flumadiddle' }))
    const working = desk.work()
    await reached
    room.afterPost = async () => {}
    const { customer } = await desk.conversation(id)
    const receipt = await forgetCustomer(desk.ctx, customer.id, 'fake:ana')
    expect(receipt.doneAt).toBeNull()
    stop()
    await working
    expect(inRoom()).not.toEqual([])
    await desk.pass(120)
    expect(inRoom()).toEqual([])
    expect(await traces()).toEqual([])
    expect(await desk.ctx.db.select().from(posts)).toEqual([])
  })
})
