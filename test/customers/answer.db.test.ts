import { eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { InboundInteraction } from '../../src/channels/channel.ts'
import { answerCustomer, changeCustomer, openCustomer } from '../../src/customers/answer.ts'
import { conversations, events, notes } from '../../src/db/schema.ts'
import { openForm } from '../../src/forms/open-form.ts'
import { submitForm } from '../../src/forms/submit-form.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { updateTuning } from '../../src/settings/update.ts'
import type { CustomerChange, CustomerRef } from '../../src/workspaces/found.ts'
import { inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
const ana = { id: 'ana', name: 'Ana' }
const ben = { id: 'ben', name: 'Ben' }
const nobody = '00000000-0000-4000-8000-000000000000'

beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

/** A conversation of somebody else each time; returns its customer. */
async function meet(id: string, customer: Partial<InboundInteraction['customer']>): Promise<string> {
  const conversation = await desk.hearOne(
    inbound(id, { conversation: { externalId: id }, customer: { externalId: id, ...customer } }),
  )
  desk.clock.advance(60_000)
  const [row] = await desk.ctx.db.select().from(conversations).where(eq(conversations.id, conversation))
  return row?.customerId ?? ''
}

async function index(): Promise<void> {
  while ((await indexHistory(desk.ctx)) > 0) continue
}

const ask = (customer: string, by = ana) => answerCustomer(desk.ctx, 'fake', customer, by)
const open = (ref: CustomerRef, by = ana) => openCustomer(desk.ctx, 'fake', ref, by)
const change = (what: CustomerChange, by = ana) => changeCustomer(desk.ctx, 'fake', what, by)

async function logged(): Promise<[type: string, actor: string, data: unknown][]> {
  const rows = await desk.ctx.db
    .select()
    .from(events)
    .where(sql`${events.type} like 'customer.%'`)
    .orderBy(events.at, events.id)
  return rows.map(({ type, actor, data }) => [type, actor, data])
}

describe('/desk customer', () => {
  it('opens who is meant by a name, a part of it, an address however written, a number, or an id', async () => {
    const mia = await meet('a', { name: 'Mia Jansen', email: 'mia@example.com', phone: '+49 30 1234567' })
    await meet('b', { name: 'Ben Weber', email: 'ben@example.com' })
    await index()
    const typed = ['Mia Jansen', 'jans', 'MIA jansen', ' Mia@Example.com ', '<mailto:mia@example.com|mia@example.com>']
    for (const one of [...typed, '0049 (0)30 1234567', mia, mia.toUpperCase()])
      expect(await ask(one)).toMatchObject({ title: 'Mia Jansen', customer: { customerId: mia } })
    expect(await logged()).toEqual(Array.from({ length: 8 }, () => ['customer.read', 'fake:ana', { customerId: mia }]))
  })

  it('lists several, those heard from last first, each to be opened', async () => {
    const first = await meet('a', { name: 'Mia Jansen' })
    const second = await meet('b', { name: 'Mia Weber' })
    await index()
    const answer = await ask('mia')
    expect(answer).toMatchObject({
      title: '2 customers are called “mia”',
      lines: [{ customerId: second }, { customerId: first }],
    })
    expect(answer.lines.map(({ text }) => text.replace(/[\u2068\u2069]/g, ''))).toEqual([
      'Mia Weber · Fake · last heard from on 2 March 2026',
      'Mia Jansen · Fake · last heard from on 2 March 2026',
    ])
    expect(answer.customer).toBeUndefined()
    expect(await logged()).toEqual([])
  })

  it('lists at most ten, and says how to find the others', async () => {
    for (let count = 0; count < 12; count += 1) await meet(`m${count}`, { name: `Mia ${count}` })
    await index()
    const { title, lines } = await ask('mia')
    expect(title).toBe('More than 10 customers are called “mia”. Those heard from last:')
    expect(lines.filter(({ customerId }) => customerId)).toHaveLength(10)
    expect(lines.at(-1)?.text).toContain('/desk customer mia@example.com')
  })

  it('says how it is used, and the nearest name where nobody is called so', async () => {
    await meet('a', { name: 'Mia Jansen' })
    await index()
    expect(await ask('  ')).toMatchObject({ title: '/desk customer shows who a customer is' })
    expect(await ask('mia jnasen')).toEqual({
      title: 'Nobody who wrote is called “mia jnasen”',
      lines: [{ text: 'Did you mean /desk customer mia jansen?' }],
    })
    const answer = await ask('Zacharias')
    expect(answer.lines.map(({ text }) => text).join()).toContain('/desk customer mia@example.com')
    expect((await ask(nobody)).title).toMatch(/not there any more/)
  })

  it('takes whatever is typed for a name', async () => {
    await meet('a', { name: "O'Brien & 'Co' \\ :*" })
    await index()
    for (const typed of ["'", '\\', 'a & b | !c', '%', '\0', '\ud800', 'x'.repeat(10_000), '@', '+', '<mailto:|>'])
      expect((await ask(typed)).title).not.toBe('')
    expect(await ask("O'Brien & 'Co'")).toMatchObject({ customer: { name: "O'Brien & 'Co' \\ :*" } })
  })

  it('is for members only, where there is such a group', async () => {
    const mia = await meet('a', { name: 'Mia' })
    const roles = { fake: { agents: 'team', managers: null } }
    await updateTuning(desk.ctx, (now) => ({ ...now, roles }), 'fake:ben')
    for (const answer of [
      await ask('Mia'),
      await open({ customerId: mia }),
      await change({ kind: 'remove-note', customerId: mia, noteId: nobody }),
    ])
      expect(answer).toEqual({ title: expect.stringMatching(/Only members of the group team/), lines: [] })
  })
})

describe('opening a customer', () => {
  it('goes by the conversation on whose card it was asked', async () => {
    const id = await desk.hearOne(inbound('a'))
    expect(await open({ conversationId: id })).toMatchObject({ title: 'Mia', customer: { name: 'Mia' } })
    for (const gone of [
      { conversationId: nobody },
      { conversationId: 'x' },
      { customerId: nobody },
      { customerId: '' },
    ])
      expect(await open(gone)).toEqual({ title: expect.stringMatching(/not there any more/), lines: [] })
  })

  it('leads to whom they were joined into', async () => {
    const [older, younger] = [await meet('a', { name: 'Mia' }), await meet('b', { name: 'M. Jansen' })]
    await change({ kind: 'join', customerId: younger, otherId: older })
    for (const customerId of [older, younger])
      expect(await open({ customerId })).toMatchObject({ customer: { customerId: older } })
    expect(await ask(younger)).toMatchObject({ customer: { customerId: older } })
  })
})

describe('what a teammate decides about a customer', () => {
  it('joins, and undoes it', async () => {
    const [older, younger] = [await meet('a', { name: 'Mia' }), await meet('b', { name: 'M. Jansen' })]
    const joined = await change({ kind: 'join', customerId: younger, otherId: older })
    expect(joined).toMatchObject({
      title: 'They are one customer now. This can be undone below',
      customer: { customerId: older, identities: [{ text: 'Mia' }, { text: 'M. Jansen' }] },
    })
    const mergeId = joined.customer?.joined[0]?.mergeId ?? ''
    expect(await change({ kind: 'join', customerId: older, otherId: younger })).toMatchObject({
      title: 'These two were joined already',
      customer: { customerId: older },
    })
    const parted = await change({ kind: 'part', customerId: older, mergeId })
    expect(parted).toMatchObject({
      title: 'They are two customers again',
      customer: { customerId: older, identities: [{ text: 'Mia' }], joined: [] },
    })
    const again = await change({ kind: 'part', customerId: older, mergeId }, ben)
    expect(again).toMatchObject({ title: 'This join was undone already', customer: { customerId: older } })
    const types = (await logged()).map(([type, actor]) => `${type} ${actor}`).filter((one) => !one.includes('read'))
    expect(types).toEqual(['customer.joined fake:ana', 'customer.parted fake:ana'])
  })

  it('happens once, when two do it at the same time', async () => {
    const [older, younger] = [await meet('a', { name: 'Mia' }), await meet('b', { name: 'M. Jansen' })]
    const what = { kind: 'join', customerId: younger, otherId: older } as const
    const answers = await Promise.all([change(what), change(what, ben)])
    expect(answers.map(({ title }) => title).toSorted()).toEqual([
      'These two were joined already',
      'They are one customer now. This can be undone below',
    ])
    for (const { customer } of answers) expect(customer?.customerId).toBe(older)
  })

  it('tells apart whom was suggested', async () => {
    const mia = await meet('a', { name: 'Mia Jansen' })
    const other = await meet('b', { name: 'Mia Jansen' })
    expect((await open({ customerId: mia })).customer?.alike).toMatchObject([{ customerId: other }])
    const answer = await change({ kind: 'distinguish', customerId: mia, otherId: other })
    expect(answer.title.replace(/[\u2068\u2069]/g, '')).toBe('Kept: Mia Jansen is somebody else')
    expect(answer.customer?.alike).toEqual([])
  })

  it('says what was wrong with what is no customer', async () => {
    const mia = await meet('a', { name: 'Mia' })
    for (const otherId of [nobody, 'x', mia])
      for (const kind of ['join', 'distinguish'] as const)
        expect(await change({ kind, customerId: mia, otherId })).toMatchObject({ customer: { customerId: mia } })
    for (const customerId of ['x', nobody])
      expect(await change({ kind: 'join', customerId, otherId: mia })).toEqual({
        title: expect.stringMatching(/not there any more/),
        lines: [],
      })
    expect(await change({ kind: 'part', customerId: mia, mergeId: 'x' })).toMatchObject({
      title: 'There is no such join any more',
    })
  })
})

describe('a note', () => {
  it('is written by a form, read on the page, and taken back by who wrote it or a manager', async () => {
    const mia = await meet('a', { name: 'Mia' })
    const form = await openForm(desk.ctx, 'fake', 'note', { customerId: mia }, ana)
    expect(form).toMatchObject({ id: 'note', context: [{ text: 'Mia' }], fields: [{ id: 'text', maxLength: 2000 }] })
    const submit = (text: string, by = ana, customerId = mia) =>
      submitForm(desk.ctx, 'fake', 'note', { customerId }, { text }, by)
    expect(await submit(' ')).toEqual({ kind: 'invalid', errors: { text: 'Write something' } })
    expect(await submit('x'.repeat(2001))).toMatchObject({ kind: 'invalid' })
    expect(await submit('Runs the café at the corner.')).toMatchObject({ kind: 'done' })
    desk.clock.advance(1000)
    expect(await submit('Calls rather than writes.\0', ben)).toMatchObject({ kind: 'done' })
    expect(await submit('x', ana, nobody)).toMatchObject({ kind: 'refused' })

    const { customer } = await open({ customerId: mia })
    expect(customer?.notes).toMatchObject([
      { text: 'Calls rather than writes.', by: 'Ben', canRemove: false },
      { text: 'Runs the café at the corner.', by: 'Ana', canRemove: true },
    ])
    const [bens, anas] = (customer?.notes ?? []).map(({ noteId }) => noteId)
    const remove = (noteId = '', by = ana) => change({ kind: 'remove-note', customerId: mia, noteId }, by)
    expect((await remove(bens)).title).toBe('Only who wrote a note, or a manager, can remove it')
    expect(await remove(anas)).toMatchObject({ title: 'The note was removed', customer: { notes: [{ by: 'Ben' }] } })
    expect((await remove(anas)).title).toBe('This note was removed already')
    desk.room.membershipOf = async () => ({ groups: [], isAdmin: true })
    expect((await open({ customerId: mia })).customer?.notes).toMatchObject([{ canRemove: true }])
    expect((await remove(bens)).title).toBe('The note was removed')
    expect(await desk.ctx.db.select().from(notes)).toEqual([])
    const noted = (await logged()).filter(([type]) => type === 'customer.noted')
    expect(noted.map(([, actor]) => actor)).toEqual(['fake:ana', 'fake:ben', 'fake:ana', 'fake:ana'])
    expect(noted[0]?.[2]).toEqual({ customerId: mia, noteId: anas })
    expect(JSON.stringify(noted)).not.toContain('café')
  })

  it('goes to whom they were joined into meanwhile', async () => {
    const [older, younger] = [await meet('a', { name: 'Mia' }), await meet('b', { name: 'M. Jansen' })]
    await change({ kind: 'join', customerId: younger, otherId: older })
    await submitForm(desk.ctx, 'fake', 'note', { customerId: younger }, { text: 'Tall' }, ana)
    expect((await open({ customerId: older })).customer?.notes).toMatchObject([{ text: 'Tall' }])
  })

  it('can’t be written about nobody', async () => {
    for (const about of [{}, { customerId: nobody }, { customerId: 'x' }, { customerId: 7 }]) {
      expect(await openForm(desk.ctx, 'fake', 'note', about, ana)).toMatchObject({ refused: expect.any(String) })
      expect(await submitForm(desk.ctx, 'fake', 'note', about, { text: 'x' }, ana)).toMatchObject({ kind: 'refused' })
    }
  })
})

describe('what is decided about a customer', () => {
  it('is carried out again where something else was in its way', async () => {
    const [mia, other] = [await meet('a', { name: 'Mia Jansen' }), await meet('b', { name: 'M. Jansen' })]
    const { db } = desk.ctx
    let calls = 0
    const deadlocked = () => Promise.reject(Object.assign(new Error('deadlock detected'), { code: '40P01' }))
    const raced = new Proxy(db, {
      get: (target, key) => (key === 'transaction' && ++calls === 1 ? deadlocked : Reflect.get(target, key)),
    })
    const answer = await changeCustomer(
      { ...desk.ctx, db: raced },
      'fake',
      { kind: 'join', customerId: mia, otherId: other },
      ana,
    )
    expect(answer.title).toBe('They are one customer now. This can be undone below')
    expect(calls).toBeGreaterThan(1)
  })
})
