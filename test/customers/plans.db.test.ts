import { sql, type SQL } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCustomer } from '../../src/customers/answer.ts'
import { readShortForms } from '../../src/customers/short-form.ts'
import { rowsOf, type Db } from '../../src/db/client.ts'
import { openDesk, type Desk } from '../support/desk.ts'

const regular = '00000000-0000-4000-8000-000000000001'
const teammate = { id: 'ana', name: 'Ana' }

/** A long history: every third conversation is with one customer. */
async function fill(db: Db, size: number): Promise<void> {
  await db.execute(sql`
    insert into customers (id, name, created_at)
    select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Mia ' || n, '2026-01-01' from generate_series(1, ${size / 10}::int) n`)
  await db.execute(sql`
    insert into identities (id, customer_id, channel, external_id, name, name_key, email_key, is_email_verified, is_phone_verified, created_at)
    select gen_random_uuid(), id, 'fake', id::text, name, lower(name), id || '@example.com', false, false, created_at from customers`)
  await db.execute(
    sql`insert into teammates (id, workspace, name, seen_at) values ('fake:ana', 'fake', 'Ana', '2026-01-01')`,
  )
  await db.execute(sql`
    insert into conversations (id, channel, account, external_id, customer_id, state, inbound_seq, version, indexed_version,
      waiting_since, last_inbound_at, suspicion, is_drafting, surfacings, created_at, updated_at)
    select gen_random_uuid(), 'fake', 'main', n::text, case when n % 3 = 0 then ${regular}::uuid
        else ('00000000-0000-4000-8000-' || lpad((1 + n % ${size / 10}::int)::text, 12, '0'))::uuid end,
      case when n % 50 = 0 then 'waiting' else 'answered' end, 1, 1, 1, at, at, '[]', false, 0, at, at
    from generate_series(1, ${size}::int) n, lateral (select timestamptz '2026-03-01' - n * interval '10 minutes' as at) t`)
  await db.execute(sql`
    insert into interactions (id, conversation_id, identity_id, channel, account, external_id, kind, seq, text, notes, occurred_at,
      received_at, last_line_at, theme, sentiment, urgency, language, topics, summary, triaged_at)
    select gen_random_uuid(), c.id, i.id, c.channel, c.account, c.external_id, 'message', 1, 'Where is it?', '[]', c.created_at,
      c.created_at, c.created_at, 'complaint', 'negative', 'normal', 'en', '["delivery"]', 'Asks', c.created_at
    from conversations c join identities i on i.customer_id = c.customer_id`)
  await db.execute(sql`
    insert into drafts (id, conversation_id, revision, state, text, answers_seq, evidence, flags, created_at)
    select gen_random_uuid(), id, 1, 'approved', 'We will send it today.', 1, '[]', '[]', created_at from conversations`)
  await db.execute(sql`
    insert into replies (id, conversation_id, draft_id, channel, account, recipient, state, text, answers_seq, approved_by, approved_at,
      send_after, is_scheduled, attempts, accepted_at)
    select gen_random_uuid(), conversation_id, id, 'fake', 'main', 'x', 'accepted', text, 1, 'fake:ana', created_at, created_at, false, 1,
      created_at + interval '12 minutes' from drafts`)
  await db.execute(sql`
    insert into exchanges (interaction_id, conversation_id, customer_id, channel, at, theme, topics, state, reply_id, answered_by, answered_at, terms)
    select i.id, c.id, c.customer_id, c.channel, c.created_at, 'complaint', '["delivery"]', c.state, r.id, 'fake:ana', r.accepted_at, ''
    from conversations c join interactions i on i.conversation_id = c.id join replies r on r.conversation_id = c.id`)
  for (const table of ['customers', 'identities', 'conversations', 'interactions', 'replies', 'exchanges'])
    await db.execute(sql.raw(`vacuum analyze ${table}`))
}

describe('in a long history', () => {
  let desk: Desk
  let plans: string[]
  beforeAll(async () => {
    desk = await openDesk()
    await fill(desk.ctx.db, 30_000)
  })
  afterAll(() => desk.close())

  /** Keeps the plan of every statement that it carries out. */
  function explaining(db: Db): Db {
    plans = []
    return new Proxy(db, {
      get(target, key) {
        if (key !== 'execute') return Reflect.get(target, key) as unknown
        return async (query: SQL) => {
          const steps = await rowsOf<Record<string, string>>(db, sql`explain ${query}`)
          plans.push(steps.map((step) => Object.values(step).join()).join('\n'))
          return target.execute(query)
        }
      },
    })
  }

  const large = /Seq Scan on (customers|identities|conversations|interactions|replies|exchanges)/

  it('a customer’s page is read by indexes, also that of one who wrote ten thousand times', async () => {
    const ctx = { ...desk.ctx, db: explaining(desk.ctx.db) }
    const { customer } = await openCustomer(ctx, 'fake', { customerId: regular }, teammate)
    expect(customer?.waiting).toHaveLength(5)
    expect(customer?.promises).toHaveLength(5)
    expect(customer?.facts.find(({ label }) => label === 'Messages')?.value).toBe(
      'over 500 in over 1,000 conversations; told here of the newest 500',
    )
    expect(plans.length).toBeGreaterThan(5)
    expect(plans.filter((plan) => large.test(plan))).toEqual([])
    // Nothing is sorted but what a limit was put to.
    expect(plans.join('\n')).toMatch(/Index.* Scan.* (on|using) exchanges_customer/)
  })

  it('a card’s short form is read by indexes', async () => {
    const db = explaining(desk.ctx.db)
    const rows = await rowsOf<{ id: string }>(
      desk.ctx.db,
      sql`select id from conversations order by created_at desc limit 30`,
    )
    const pasts = await readShortForms(
      db,
      desk.ctx.channels,
      rows.map(({ id }) => id),
    )
    expect(pasts.size).toBe(30)
    expect([...pasts.values()].filter(({ before }) => before === 100)).toHaveLength(10)
    expect(plans.filter((plan) => large.test(plan))).toEqual([])
  })
})
