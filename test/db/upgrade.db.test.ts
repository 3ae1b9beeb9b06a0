import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { expect, it } from 'vitest'
import { rowsOf } from '../../src/db/client.ts'
import { migrate } from '../../src/db/migrate.ts'
import { conversations, outcomes, posts, replies } from '../../src/db/schema.ts'
import { ensureOutcomes } from '../../src/measures/rebuild.ts'
import { createSyncCard } from '../../src/posts/sync-card.ts'
import { sweepPosts } from '../../src/posts/sweep.ts'
import { openDesk } from '../support/desk.ts'

const states = ['waiting', 'sending', 'answered', 'dismissed', 'snoozed', 'quarantined']
const idOf = (index: number, kind = 0) => `01890000-0000-7000-8000-${kind}${String(index).padStart(11, '0')}`

it('keeps the cards of an earlier version, in every state, and goes on with them', async () => {
  const desk = await openDesk()
  const { db } = desk.ctx
  const run = (text: string) => db.execute(sql.raw(text))
  try {
    await run('drop schema public cascade')
    await run('create schema public')
    await run('create table migrations (hash text primary key, applied_at timestamptz not null default now())')
    for (const { sql: statements, hash } of readMigrationFiles({ migrationsFolder: 'migrations' }).slice(0, 2)) {
      for (const statement of statements) await run(statement)
      await run(`insert into migrations values ('${hash}')`)
    }
    await run(`insert into customers values ('${idOf(1)}', 'Mia', now())`)
    await run(`insert into teammates values ('fake:ana', 'fake', 'Ana', now())`)
    await run(`insert into identities values ('${idOf(1)}', '${idOf(1)}', 'fake', 'mia', 'Mia', null, null, now())`)
    for (const [index, state] of states.entries()) {
      const id = idOf(index)
      await run(`insert into conversations (id, channel, account, external_id, customer_id, state, inbound_seq, version,
          waiting_since, last_inbound_at, is_drafting, created_at, updated_at)
        values ('${id}', 'fake', 'main', '${state}', '${idOf(1)}', '${state}', 1, 3, '2026-03-01', '2026-03-01', false,
          '2026-03-01', '2026-03-01')`)
      await run(`insert into interactions (id, conversation_id, identity_id, channel, account, external_id, kind, seq, text,
          notes, occurred_at, received_at, last_line_at)
        values ('${id}', '${id}', '${idOf(1)}', 'fake', 'main', '${state}', 'message', 1, 'Words', '[]', '2026-03-01',
          '2026-03-01', '2026-03-01')`)
      await run(`insert into drafts (id, conversation_id, revision, state, text, answers_seq, evidence, flags, created_at)
        values ('${id}', '${id}', 1, '${state === 'waiting' ? 'proposed' : 'approved'}', 'Answer', 1, '[]', '[]', now())`)
      await run(
        `insert into cards values ('fake', '${id}', 'room', ${state === 'snoozed' ? 'null' : `'{"n":${index}}'`}, 2, now())`,
      )
    }
    await run(`update conversations set draft_id = id`)
    await run(`insert into replies (id, conversation_id, draft_id, channel, account, recipient, state, text, answers_seq,
        approved_by, approved_at, send_after, attempts)
      values ('${idOf(1, 1)}', '${idOf(1)}', '${idOf(1)}', 'fake', 'main', 'mia', 'queued', 'Answer', 1, 'fake:ana',
        '2026-03-01', '2026-03-01', 0)`)
    await run(`update conversations set reply_id = '${idOf(1, 1)}' where state = 'sending'`)

    const received = { channel: 'fake', account: 'main', kind: 'message', automatic: null }
    for (const index of states.keys())
      await run(`insert into events (id, at, type, conversation_id, interaction_id, actor, data)
        values (gen_random_uuid(), '2026-03-01', 'interaction.received', '${idOf(index)}', '${idOf(index)}', 'customer',
          '${JSON.stringify(received)}')`)
    const reason = { reason: 'duplicate' }
    await run(`insert into events (id, at, type, conversation_id, actor, data)
      values (gen_random_uuid(), '2026-03-02', 'conversation.dismissed', '${idOf(states.indexOf('dismissed'))}', 'fake:ana',
        '${JSON.stringify(reason)}')`)

    expect(await migrate(db)).toBeGreaterThan(2)
    expect(await ensureOutcomes(desk.ctx)).toBe(states.length)
    expect((await db.select().from(outcomes)).filter(({ settledAs }) => settledAs === 'dismissed')).toMatchObject([
      { interactionId: idOf(states.indexOf('dismissed')), dismissedReason: 'duplicate' },
    ])
    const kept = await db.select().from(posts)
    expect(kept).toHaveLength(5)
    expect((await db.select().from(replies))[0]).toMatchObject({ state: 'queued', isScheduled: false })
    expect((await db.select().from(conversations)).every(({ surfacings }) => surfacings === 0)).toBe(true)
    const updated: string[] = []
    desk.room.update = async (ref) => void updated.push(JSON.stringify(ref))
    for (const index of states.keys()) await createSyncCard(desk.ctx)({ conversationId: idOf(index) })
    await sweepPosts(desk.ctx)
    await desk.work()
    // What stood there is updated; what did not is posted now.
    expect(new Set(updated)).toEqual(new Set([0, 1, 2, 3, 5].map((index) => `{"n":${index}}`)))
    expect(desk.room.posts.map(({ state }) => state)).toEqual(['snoozed'])
    expect(await rowsOf(db, sql`select * from posts where ref is null`)).toEqual([])
  } finally {
    await desk.close()
  }
})
