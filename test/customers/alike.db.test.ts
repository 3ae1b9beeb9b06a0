import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { CustomerIdentity } from '../../src/channels/channel.ts'
import { findAlike, readJoined } from '../../src/customers/alike.ts'
import { distinguishCustomers } from '../../src/customers/distinguish.ts'
import { joinCustomers } from '../../src/customers/join.ts'
import { partCustomers } from '../../src/customers/part.ts'
import { rowsOf } from '../../src/db/client.ts'
import { identities, teammates } from '../../src/db/schema.ts'
import { record } from '../../src/interactions/record.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

const mail = Object.assign(fakeChannel('mail'), { name: 'Email' })
const form = Object.assign(fakeChannel('form'), { name: 'Contact form' })
const reviews = Object.assign(fakeChannel('reviews', {}, { isPublic: true }), { name: 'Google reviews' })
const by = 'fake:ana'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ channels: [mail, form, reviews] })
})
afterAll(() => desk.close())
beforeEach(async () => {
  await desk.ctx.db.execute(
    sql`truncate customers, identities, conversations, interactions, merges, distinctions, posts, events, outcomes, pgboss.job cascade`,
  )
})

/** Has somebody write, and returns whose it is. */
async function meet(channel: typeof mail, customer: CustomerIdentity): Promise<string> {
  const { externalId } = customer
  await record(desk.ctx, [
    { channel, delivery: { interactions: [inbound(externalId, { conversation: { externalId }, customer })] } },
  ])
  const row = (await desk.ctx.db.select().from(identities)).find(
    (one) => one.channel === channel.id && one.externalId === externalId,
  )
  return row?.customerId ?? ''
}

const mia: CustomerIdentity = {
  externalId: 'mia@example.com',
  name: 'Mia Jansen',
  email: 'mia@example.com',
  phone: '+49 30 1234567',
  verified: ['email'],
}

describe('who may be the same', () => {
  it('is suggested by address, then by number, then by name; in public last, and says so', async () => {
    const id = await meet(mail, mia)
    const byName = await meet(form, { externalId: 'n', name: 'Jansen, Mía' })
    const inPublic = await meet(reviews, { externalId: 'r', name: 'Mia Jansen' })
    const byPhone = await meet(form, { externalId: 'p', name: 'M. J.', phone: '0049 (30) 1234567' })
    const byAddress = await meet(form, { externalId: 'a', name: 'M. Jansen', email: 'MIA@example.com' })
    await meet(form, { externalId: 'o', name: 'Mia Janssen', email: 'mia@example.org', phone: '030 1234567' })
    expect(await findAlike(desk.ctx, id, 9)).toEqual([
      { customerId: byAddress, name: 'M. Jansen', reason: 'the same address, not verified (Contact form)' },
      { customerId: byPhone, name: 'M. J.', reason: 'the same phone number, not verified (Contact form)' },
      { customerId: byName, name: 'Jansen, Mía', reason: 'the same name (Contact form)' },
      { customerId: inPublic, name: 'Mia Jansen', reason: 'the same name on Google reviews, which is public' },
    ])
    expect(await findAlike(desk.ctx, id, 3)).toHaveLength(3)
    // From the other side.
    expect(await findAlike(desk.ctx, byAddress, 3)).toEqual([
      { customerId: id, name: 'Mia Jansen', reason: 'the same address (Email)' },
    ])
    expect((await findAlike(desk.ctx, inPublic, 3)).map(({ reason }) => reason)).toEqual([
      'the same name on Google reviews, which is public',
      'the same name on Google reviews, which is public',
    ])
  })

  it('is suggested once, for the best reason, and not whom a teammate told apart', async () => {
    const id = await meet(mail, mia)
    const other = await meet(form, { externalId: 'a', name: 'Mia Jansen', email: 'mia@example.com' })
    const { name = '' } = mia
    expect(await findAlike(desk.ctx, id, 3)).toEqual([
      { customerId: other, name, reason: 'the same address, not verified (Contact form)' },
    ])
    await desk.ctx.db.transaction((tx) => distinguishCustomers(desk.ctx, tx, { customerId: other, otherId: id, by }))
    expect(await findAlike(desk.ctx, id, 3)).toEqual([])
    expect(await findAlike(desk.ctx, other, 3)).toEqual([])
  })

  it('is nobody when nothing is known', async () => {
    expect(await findAlike(desk.ctx, await meet(form, { externalId: 'v' }), 3)).toEqual([])
  })

  it('is found by index, also by a name that ten thousand have', async () => {
    const id = await meet(mail, mia)
    const many = inject('databaseKind') === 'postgres' ? 10_000 : 1000
    await desk.ctx.db.execute(sql`
      with people as (
        insert into customers select gen_random_uuid(), 'Mia Jansen', now() from generate_series(1, ${sql.raw(`${many}`)})
        returning id)
      insert into identities (id, customer_id, channel, external_id, name, name_key, created_at)
      select gen_random_uuid(), id, 'form', id::text, 'Mia Jansen', 'jansen mia', now() from people`)
    await desk.ctx.db.execute(sql`
      with people as (insert into customers select gen_random_uuid(), 'Ben', now() from generate_series(1, ${sql.raw(`${many}`)}) returning id)
      insert into identities (id, customer_id, channel, external_id, email_key, phone_key, name_key, created_at)
      select gen_random_uuid(), id, 'form', id::text, id::text, id::text, id::text, now() from people`)
    await desk.ctx.db.execute(sql`analyze`)
    await desk.ctx.db.transaction(async (tx) => {
      const read = () =>
        rowsOf<{ rows: string }>(
          tx,
          sql`select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as rows from pg_stat_xact_user_tables where relname = 'identities'`,
        )
      const before = Number((await read())[0]?.rows ?? 0)
      expect(await findAlike({ ...desk.ctx, db: tx }, id, 3)).toHaveLength(3)
      expect(Number((await read())[0]?.rows ?? 0) - before).toBeLessThan(300)
    })
  })
})

describe('joins that can be undone', () => {
  it('are told with where they wrote, when, and who joined them; also those within', async () => {
    const id = await meet(mail, mia)
    const chatting = await meet(form, { externalId: 'a', name: 'Mia' })
    const third = await meet(form, { externalId: 'b', name: 'M.' })
    await desk.ctx.db
      .insert(teammates)
      .values({ id: by, workspace: 'fake', name: 'Ana Ruiz', seenAt: desk.clock.now() })
      .onConflictDoNothing()
    const join = (customerId: string, otherId: string, who: string) =>
      desk.ctx.db.transaction((tx) =>
        joinCustomers(desk.ctx, tx, { customerId, otherId, reason: 'The same verified phone number', by: who }),
      )
    const inner = (await join(chatting, third, 'deskbell')) ?? ''
    await desk.pass(86_400)
    const outer = (await join(id, chatting, by)) ?? ''
    const texts = [
      { mergeId: outer, text: 'Contact form · Mia joined on 3 March 2026 by Ana Ruiz' },
      {
        mergeId: inner,
        text: 'Contact form · M. joined on 2 March 2026 by Deskbell: the same verified phone number',
      },
    ]
    expect(await readJoined(desk.ctx, id, 3, 'UTC')).toEqual(texts)
    expect(await readJoined(desk.ctx, id, 1, 'UTC')).toEqual(texts.slice(0, 1))
    await desk.ctx.db.transaction((tx) => partCustomers(desk.ctx, tx, inner, by))
    expect(await readJoined(desk.ctx, id, 3, 'UTC')).toEqual(texts.slice(0, 1))
    expect(await readJoined(desk.ctx, third, 3, 'UTC')).toEqual([])
  })
})
