import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { settings } from '../../src/db/schema.ts'
import { rowsOf } from '../../src/db/client.ts'
import { reopenConversation } from '../../src/conversations/reopen.ts'
import { dueSoon } from '../../src/posts/post.ts'
import { renderPost } from '../../src/posts/render.ts'
import { defaultTuning, type Target } from '../../src/settings/tuning.ts'
import { watchTargets } from '../../src/targets/watch.ts'
import { question } from '../support/assistant.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace } from '../support/workspace.ts'
import { storedNotices } from '../posts/notices.ts'
import { approve, clear, write } from '../posts/room.ts'

const minute = 60
const chat = fakeWorkspace('fake', { hasThreads: true, room: null })
const web = fakeWorkspace('web', { room: 'page' })
let desk: Desk

beforeAll(async () => {
  desk = await openDesk({ rooms: [chat, web] })
})
afterAll(() => desk.close())
beforeEach(async () => {
  await clear(desk, chat, web)
  // A Monday, in the middle of the team's day.
  desk.clock.set(new Date('2026-03-02T10:00:00Z'))
  desk.assistant.onTriage = () => ({ ...question, theme: 'complaint' })
  await choose({ targets: [within(60)] })
})

const within = (minutes: number, over: Partial<Target> = {}): Target => ({
  channels: [],
  themes: [],
  urgencies: [],
  minutes,
  isBusinessTime: true,
  ...over,
})

async function choose({
  targets,
  escalation = 'help',
}: {
  targets: Target[]
  escalation?: string | null
}): Promise<void> {
  const rooms = { fake: { default: 'main', escalation, rules: [] } }
  const row = { value: { ...defaultTuning, targets, rooms }, updatedAt: desk.clock.now() }
  await desk.ctx.db
    .insert(settings)
    .values({ key: 'tuning', ...row })
    .onConflictDoUpdate({ target: settings.key, set: row })
}

/** Lets time pass, and has the watch look now and then, and at its end. */
async function watch(minutes: number, every = 15): Promise<void> {
  for (let left = minutes; left > 0; left -= every) {
    await desk.pass(Math.min(every, left) * minute)
    await watchTargets(desk.ctx)
    await desk.work()
  }
}

const warnings = (id: string) =>
  chat.thread(id).flatMap(({ entry }) => (entry.kind === 'surfaced' ? [entry.reason] : []))

const notices = () => storedNotices(desk)

async function told(): Promise<string[]> {
  const rows = await rowsOf<{ type: string }>(
    desk.ctx.db,
    sql`select type from events where type in ('conversation.at-risk', 'conversation.late') order by at, id`,
  )
  return rows.map(({ type }) => type)
}

async function hear(thread: string): Promise<string> {
  const id = await write(desk, thread)
  await desk.work()
  return id
}

describe('an answer that is due', () => {
  it('is shown on the card by the target that fits, and only while somebody waits', async () => {
    await choose({ targets: [within(30, { themes: ['question'] }), within(60)] })
    const id = await hear('mia')
    expect((await desk.conversation(id)).dueAt).toEqual(new Date('2026-03-02T11:00:00Z'))
    await choose({ targets: [within(30, { themes: ['question'] })] })
    expect((await desk.conversation(id)).dueAt).toBeNull()
    await choose({ targets: [within(60)] })
    await approve(desk, id)
    expect((await desk.conversation(id)).dueAt).toBeNull()
  })

  it('is warned of once before it is late, and told to be late once, with who has it', async () => {
    const id = await hear('mia')
    await watch(44)
    expect([warnings(id), await notices()]).toEqual([[], []])
    await watch(1)
    expect(warnings(id)).toEqual(['Due in 15 min: answer by 11:00'])
    await watch(14)
    expect(await notices()).toEqual([])
    await desk.decide(id, { kind: 'assign', to: { id: 'ana', name: 'Ana' } })
    await watch(30)
    expect(warnings(id)).toHaveLength(1)
    const late = {
      title: 'Late: complaint · Fake',
      lines: [`<${id}>`, 'Due 11:00 (1 h of the team’s hours), assigned to Ana'],
    }
    expect(await notices()).toEqual([
      { room: 'help', ...late },
      { room: 'page', ...late },
    ])
  })

  it('is told anew when the customer waits again, and not when they write once more or the targets change', async () => {
    const id = await hear('mia')
    await watch(50)
    await write(desk, 'mia')
    await watch(15)
    await choose({ targets: [within(80)] })
    await watch(30)
    expect(await told()).toEqual(['conversation.at-risk', 'conversation.late'])
    await choose({ targets: [within(60)] })
    await approve(desk, id)
    await watch(5)
    await hear('mia')
    await watch(61)
    expect(await told()).toEqual([
      'conversation.at-risk',
      'conversation.late',
      'conversation.at-risk',
      'conversation.late',
    ])
  })

  it('waits out a snooze, and what was late by its end is told then', async () => {
    const id = await hear('mia')
    await watch(50)
    await desk.decide(id, { kind: 'snooze', until: new Date('2026-03-02T14:00:00Z'), seenSeq: 1 })
    await watch(180)
    expect(await told()).toEqual(['conversation.at-risk'])
    await watch(15)
    expect(await told()).toEqual(['conversation.at-risk', 'conversation.late'])
    expect(warnings(id)).toEqual(['Due in 15 min: answer by 11:00', 'Back from snooze'])
  })

  it('stays told when it was dismissed and reopened', async () => {
    const id = await hear('mia')
    await watch(65)
    await desk.decide(id, { kind: 'dismiss', reason: 'no-reply-needed', seenSeq: 1 })
    await reopenConversation(desk.ctx, { conversationId: id, by: 'fake:ana' })
    await watch(5)
    expect(await told()).toEqual(['conversation.at-risk', 'conversation.late'])
  })

  it('is not warned of any more when it comes up late already', async () => {
    const id = await hear('mia')
    await desk.pass(300 * minute)
    await watchTargets(desk.ctx)
    await desk.work()
    expect([warnings(id), await told()]).toEqual([[], ['conversation.late']])
  })

  it('rests over night and over the weekend, where only the team’s hours count', async () => {
    desk.clock.set(new Date('2026-03-06T16:50:00Z'))
    const id = await hear('mia')
    await watch(30)
    desk.clock.set(new Date('2026-03-09T09:30:00Z'))
    await watch(4)
    expect(await told()).toEqual([])
    await watch(1)
    expect(warnings(id)).toEqual(['Due in 15 min: answer by 09:50'])
    await watch(15)
    expect(await told()).toEqual(['conversation.at-risk', 'conversation.late'])
  })

  it('is told nowhere while the team has no targets, and in the room for cards where none is chosen for trouble', async () => {
    await choose({ targets: [] })
    await hear('mia')
    await watch(65)
    expect(await told()).toEqual([])
    await choose({ targets: [within(60)], escalation: null })
    await watch(1)
    expect((await notices()).map(({ room }) => room)).toEqual(['main', 'page'])
  })

  it('is told in one list when many are late at once', async () => {
    const ids: string[] = []
    for (let index = 0; index < 13; index++) {
      desk.clock.advance(1000)
      ids.push(await write(desk, `customer ${index}`))
    }
    desk.clock.advance(90 * minute * 1000)
    await watchTargets(desk.ctx)
    const lines = [...ids.slice(0, 10).map((id) => `<${id}>`), 'and 3 more: /desk open']
    expect((await notices()).filter(({ room }) => room === 'help')).toEqual([
      { room: 'help', title: '13 answers are late', lines },
    ])
    expect(await told()).toHaveLength(13)
    await watchTargets(desk.ctx)
    expect(await notices()).toHaveLength(2)
  })

  it('is told once when several replicas look at once', async () => {
    const id = await hear('mia')
    for (const passed of [46, 20]) {
      await desk.pass(passed * minute)
      await Promise.all([watchTargets(desk.ctx), watchTargets(desk.ctx), watchTargets(desk.ctx)])
    }
    await desk.work()
    expect(warnings(id)).toEqual(['Due in 14 min: answer by 11:00'])
    expect(await told()).toEqual(['conversation.at-risk', 'conversation.late'])
    expect(await notices()).toHaveLength(2)
    expect((await desk.conversation(id)).surfacings).toBe(1)
  })

  it('is spoken of as it stands when that is posted, and not at all once nobody waits', async () => {
    const id = await hear('mia')
    const render = async () => {
      const clock = { now: new Date('2026-03-02T11:20:00Z'), timeZone: 'Europe/Berlin' }
      const message = renderPost({ kind: 'surfaced', reason: dueSoon }, await desk.conversation(id), [], clock)?.message
      return message?.kind === 'entry' && message.entry.kind === 'surfaced' ? message.entry.reason : null
    }
    expect(await render()).toBe('Due since 12:00')
    await approve(desk, id)
    expect(await render()).toBeNull()
  })

  it('is found among thousands that need nothing', async () => {
    const id = await hear('mia')
    await desk.ctx.db.execute(
      sql`insert into conversations (id, channel, account, external_id, customer_id, state, inbound_seq, version, waiting_since,
            last_inbound_at, is_drafting, late_since, created_at, updated_at)
          select gen_random_uuid(), channel, account, 'bulk-' || n, customer_id, 'waiting', 1, 1, waiting_since - interval '1 day',
            last_inbound_at, false, case when n % 2 = 0 then waiting_since - interval '1 day' end, created_at, updated_at
          from conversations, generate_series(1, 5000) n where id = ${id}::uuid`,
    )
    await choose({ targets: [within(60, { themes: ['complaint'] })] })
    await desk.pass(46 * minute)
    await watchTargets(desk.ctx)
    expect(await told()).toEqual(['conversation.at-risk'])
  })
})
