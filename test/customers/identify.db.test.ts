import { asc, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { CustomerIdentity } from '../../src/channels/channel.ts'
import { distinguishCustomers } from '../../src/customers/distinguish.ts'
import { identify } from '../../src/customers/identify.ts'
import { partCustomers } from '../../src/customers/part.ts'
import { rowsOf, type Db } from '../../src/db/client.ts'
import { conversations, customers, events, identities, merges } from '../../src/db/schema.ts'
import type { Item } from '../../src/interactions/arrival.ts'
import { record } from '../../src/interactions/record.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

const mail = fakeChannel('mail')
const chat = fakeChannel('chat')
const reviews = fakeChannel('reviews', {}, { isPublic: true })

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ channels: [mail, chat, reviews] })
})
afterAll(() => desk.close())
beforeEach(async () => {
  await desk.ctx.db.execute(
    sql`truncate customers, identities, conversations, interactions, merges, distinctions, posts, events, outcomes, pgboss.job cascade`,
  )
})

let count = 0
/** Records one message in a conversation of its own, and returns whose it is. */
async function hear(channel: typeof mail, customer: CustomerIdentity): Promise<string> {
  const externalId = `m${++count}`
  const recorded = await record(desk.ctx, [
    {
      channel,
      delivery: { interactions: [inbound(externalId, { conversation: { externalId: `of ${externalId}` }, customer })] },
    },
  ])
  const id = recorded[0]?.interactions[0]?.conversationId
  const row = (await desk.ctx.db.select().from(conversations)).find((one) => one.id === id)
  return row?.customerId ?? ''
}

const verified = (externalId: string, email: string, more: Partial<CustomerIdentity> = {}): CustomerIdentity => ({
  externalId,
  name: 'Mia',
  email,
  verified: ['email'],
  ...more,
})
const typed = (externalId: string, email: string): CustomerIdentity => ({ externalId, name: 'Mia', email })
const identityOf = async (externalId: string) =>
  (await desk.ctx.db.select().from(identities)).find((row) => row.externalId === externalId)
const owners = async () =>
  (await desk.ctx.db.select().from(conversations).orderBy(asc(conversations.id))).map(({ customerId }) => customerId)

describe('who somebody is', () => {
  it('is told by a verified address, on whichever channel', async () => {
    const first = await hear(mail, verified('mia@example.com', 'mia@example.com'))
    expect(await hear(chat, verified('visitor-1', ' Mia@Example.com'))).toBe(first)
    expect(await desk.ctx.db.select().from(merges)).toEqual([])
    expect(await identityOf('visitor-1')).toMatchObject({
      emailKey: 'mia@example.com',
      isEmailVerified: true,
      isPhoneVerified: false,
    })
  })

  it('is told by a verified number, however it is written', async () => {
    const phone = (externalId: string, number: string): CustomerIdentity => ({
      externalId,
      phone: number,
      verified: ['phone'],
    })
    const first = await hear(mail, phone('a', '+49 (0)30 1234567'))
    expect(await hear(chat, phone('b', '0049 30 1234567'))).toBe(first)
    expect(await hear(chat, phone('c', '030 1234567'))).not.toBe(first)
    expect(await identityOf('c')).toMatchObject({ phone: '030 1234567', phoneKey: null, isPhoneVerified: false })
  })

  it('is not told by what was only typed, on either side', async () => {
    const first = await hear(mail, verified('mia@example.com', 'mia@example.com'))
    expect(await hear(chat, typed('visitor-1', 'mia@example.com'))).not.toBe(first)
    const second = await hear(chat, typed('visitor-2', 'ben@example.com'))
    expect(await hear(mail, verified('ben@example.com', 'ben@example.com'))).not.toBe(second)
  })

  it('is never told on a public channel, nor on one that is not known any more', async () => {
    const first = await hear(mail, verified('mia@example.com', 'mia@example.com'))
    const reviewer = await hear(reviews, verified('reviewer', 'mia@example.com'))
    expect(reviewer).not.toBe(first)
    await hear(reviews, verified('other', 'ben@example.com'))
    const ben = await hear(mail, verified('ben@example.com', 'ben@example.com'))
    const gone = fakeChannel('gone')
    const eve = await hear(gone, verified('eve', 'eve@example.com'))
    expect(await hear(mail, verified('eve@example.com', 'eve@example.com'))).not.toBe(eve)
    expect(new Set([first, reviewer, ben, eve]).size).toBe(4)
    expect(await desk.ctx.db.select().from(merges)).toEqual([])
  })

  it('may turn out later: then the two are joined, and the older stays', async () => {
    const older = await hear(chat, typed('visitor-1', 'mia@example.com'))
    const younger = await hear(mail, verified('mia@example.com', 'mia@example.com'))
    expect(younger).not.toBe(older)
    expect(await hear(chat, verified('visitor-1', 'mia@example.com'))).toBe(older)
    expect(new Set(await owners())).toEqual(new Set([older]))
    expect(await desk.ctx.db.select().from(merges)).toMatchObject([
      {
        customerId: older,
        joinedId: younger,
        by: 'deskbell',
        reason: 'The same verified email address',
        undoneAt: null,
      },
    ])
    const joined = (await desk.ctx.db.select().from(events)).filter(({ type }) => type === 'customer.joined')
    expect(joined).toMatchObject([{ actor: 'deskbell', data: { customerId: older, otherId: younger } }])
  })

  it('is one for address and number alike, when somebody has both', async () => {
    const byMail = await hear(mail, verified('mia@example.com', 'mia@example.com'))
    const byPhone = await hear(chat, { externalId: 'w', phone: '+49 30 1234567', verified: ['phone'] })
    expect(byPhone).not.toBe(byMail)
    const both = verified('site', 'mia@example.com', { phone: '+49301234567', verified: ['email', 'phone'] })
    expect(await hear(chat, both)).toBe(byMail)
    expect(new Set(await owners())).toEqual(new Set([byMail]))
  })

  it('is found out within one batch, too', async () => {
    const one = (channel: typeof mail, customer: CustomerIdentity) => {
      const externalId = `m${++count}`
      return {
        channel,
        delivery: { interactions: [inbound(externalId, { conversation: { externalId }, customer })] },
      }
    }
    const phone: CustomerIdentity = { externalId: 'w', phone: '+49301234567', verified: ['phone'] }
    await record(desk.ctx, [
      one(mail, verified('mia@example.com', 'mia@example.com')),
      one(chat, phone),
      one(chat, verified('site', 'mia@example.com', { phone: '+49301234567', verified: ['email', 'phone'] })),
      // What came last was not verified: one proof is enough.
      one(mail, typed('mia@example.com', 'mia@example.com')),
    ])
    expect(new Set(await owners()).size).toBe(1)
    expect(await identityOf('mia@example.com')).toMatchObject({ isEmailVerified: true })
  })

  it('stays verified until the address is another', async () => {
    await hear(chat, verified('v', 'mia@example.com'))
    await hear(chat, typed('v', 'MIA@example.com'))
    expect(await identityOf('v')).toMatchObject({ isEmailVerified: true, email: 'MIA@example.com' })
    await hear(chat, typed('v', 'ben@example.com'))
    expect(await identityOf('v')).toMatchObject({ isEmailVerified: false, emailKey: 'ben@example.com' })
  })
})

describe('whom a teammate told apart', () => {
  const by = 'fake:ana'

  it('is never joined by itself, not even by way of somebody else', async () => {
    const chatting = await hear(chat, typed('visitor-1', 'mia@example.com'))
    const mailing = await hear(mail, verified('mia@example.com', 'mia@example.com'))
    await desk.ctx.db.transaction((tx) =>
      distinguishCustomers(desk.ctx, tx, { customerId: mailing, otherId: chatting, by }),
    )
    expect(await hear(chat, verified('visitor-1', 'mia@example.com'))).toBe(chatting)
    // Nobody knows which of the two this is.
    const third = await hear(chat, verified('visitor-2', 'mia@example.com'))
    expect([chatting, mailing]).not.toContain(third)
    expect(await desk.ctx.db.select().from(merges)).toEqual([])
  })

  it('is whoever was parted', async () => {
    const older = await hear(chat, typed('visitor-1', 'mia@example.com'))
    const younger = await hear(mail, verified('mia@example.com', 'mia@example.com'))
    await hear(chat, verified('visitor-1', 'mia@example.com'))
    const [merge] = await desk.ctx.db.select().from(merges)
    await desk.ctx.db.transaction((tx) => partCustomers(desk.ctx, tx, merge?.id ?? '', by))
    expect(await hear(mail, verified('mia@example.com', 'mia@example.com'))).toBe(younger)
    expect(await hear(chat, verified('visitor-1', 'mia@example.com'))).toBe(older)
    // Proven anew: it was another address for a while.
    await hear(chat, typed('visitor-1', 'ben@example.com'))
    expect(await hear(chat, verified('visitor-1', 'mia@example.com'))).toBe(older)
  })
})

describe('at the same moment', () => {
  it('two messages with one verified address make one customer, and none is lost', async () => {
    for (let round = 0; round < 8; round++) {
      const email = `mia${round}@example.com`
      const heard = await Promise.all([
        hear(mail, verified(email, email)),
        hear(chat, verified(`visitor-${round}`, email)),
        hear(chat, verified(`other-${round}`, email)),
        hear(mail, verified(email, email)),
      ])
      const mine = (await desk.ctx.db.select().from(identities)).filter(({ emailKey }) => emailKey === email)
      expect(mine).toHaveLength(3)
      expect(new Set([...heard, ...mine.map(({ customerId }) => customerId)]).size).toBe(1)
    }
    expect(await desk.ctx.db.select().from(customers)).toHaveLength(8)
  })

  it('two that turn out to be one are joined once', async () => {
    for (let round = 0; round < 4; round++) {
      const email = `ben${round}@example.com`
      await hear(chat, typed(`a-${round}`, email))
      await hear(chat, typed(`b-${round}`, email))
      await Promise.all([
        hear(chat, verified(`a-${round}`, email)),
        hear(chat, verified(`b-${round}`, email)),
        hear(mail, verified(email, email)),
        hear(chat, { externalId: `a-${round}`, name: 'Ben' }),
      ])
      const mine = (await desk.ctx.db.select().from(identities)).filter(({ emailKey }) => emailKey === email)
      expect(new Set(mine.map(({ customerId }) => customerId)).size).toBe(1)
      const strays = await rowsOf(
        desk.ctx.db,
        sql`select 1 from conversations c join interactions i on i.conversation_id = c.id
            join identities d on d.id = i.identity_id where d.customer_id <> c.customer_id`,
      )
      expect(strays).toEqual([])
    }
  })

  it.runIf(inject('databaseKind') === 'postgres')(
    'nobody looks through a hundred thousand others: there are indexes',
    async () => {
      await desk.ctx.db.execute(
        sql`insert into customers select gen_random_uuid(), 'Mia', now() from generate_series(1, 1000)`,
      )
      await desk.ctx.db.execute(sql`
      insert into identities (id, customer_id, channel, external_id, email_key, is_email_verified, phone_key, is_phone_verified, created_at)
      select gen_random_uuid(), (select id from customers limit 1), 'mail', 'm' || n, 'm' || n || '@example.com', true, '+4930' || n, true, now()
      from generate_series(1, 100000) n`)
      await desk.ctx.db.execute(sql`analyze identities`)
      const item = (channel: typeof mail, customer: CustomerIdentity): Item => ({
        channel,
        inbound: inbound('probe', { customer }),
        key: 'probe',
        result: null,
      })
      const scans = async (tx: Db) =>
        rowsOf<{ seq_scan: string }>(
          tx,
          sql`select seq_scan from pg_stat_xact_user_tables where relname = 'identities'`,
        )
      await desk.ctx.db.transaction(async (tx) => {
        const before = await scans(tx)
        const items = [item(chat, verified('v', 'm7@example.com')), item(mail, verified('m9', 'm9@example.com'))]
        const found = await identify(desk.ctx, tx, items, new Map(), desk.clock.now())
        expect(found.size).toBe(2)
        expect(await scans(tx)).toEqual(before)
      })
    },
  )
})
