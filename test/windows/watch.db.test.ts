import { eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowsOf } from '../../src/db/client.ts'
import { events } from '../../src/db/schema.ts'
import { WindowClosedError } from '../../src/errors.ts'
import { record } from '../../src/interactions/record.ts'
import { findClosing } from '../../src/windows/queries.ts'
import { watchWindows } from '../../src/windows/watch.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

const hour = 3_600_000
const wrote = new Date('2026-03-02T09:00:00Z')
let desk: Desk
let id: string
beforeEach(async () => {
  const templates = async () => [{ id: 'T1', name: 'hello', language: 'en', text: 'Hello' }]
  desk = await openDesk({ channels: [fakeChannel('fake', { templates }, { replyWindowHours: 24 })] })
  desk.clock.set(wrote)
  id = await desk.hearOne(inbound('a', { occurredAt: wrote }))
  await desk.work()
})
afterEach(() => desk.close())

/** Hours after they wrote. */
async function watchAt(hours: number): Promise<void> {
  desk.clock.set(new Date(wrote.getTime() + hours * hour))
  await watchWindows(desk.ctx)
  await desk.work()
}

const card = () => desk.room.shown.get(id)
const closings = () => desk.ctx.db.select().from(events).where(eq(events.type, 'conversation.window-closed'))
const told = () => card()?.replyWindow?.minutesLeft

describe('the watch on reply windows', () => {
  it('has the card follow in four steps, each once, and leaves one event', async () => {
    await watchAt(17)
    expect(told()).toBeNull()
    for (const [hours, minutes] of [
      [18.1, 360],
      [22.1, 120],
      [23.6, 30],
      [24, 0],
    ] as const) {
      await watchAt(hours)
      expect(told()).toBe(minutes)
      const { version } = await desk.conversation(id)
      await watchWindows(desk.ctx)
      expect((await desk.conversation(id)).version).toBe(version)
    }
    expect(card()?.alerts).toEqual([
      'Fake takes no free text more than 24 h after their last message. Send a template, or wait until they write again',
    ])
    expect(card()?.actions.map((action) => `${action.id} ${action.style}`)).toEqual([
      'template primary',
      'assign plain',
      'assign-to plain',
      'dismiss plain',
      'snooze plain',
      'customer plain',
      'spam danger',
    ])
    expect(await closings()).toMatchObject([
      { conversationId: id, actor: 'deskbell', data: { closedAt: '2026-03-03T09:00:00.000Z' } },
    ])
  })

  it('begins anew when they write again, and not with older words that come late', async () => {
    await watchAt(24)
    await desk.hear(inbound('old', { occurredAt: new Date(wrote.getTime() - hour) }))
    await desk.work()
    expect(told()).toBe(0)
    await desk.hear(inbound('b', { occurredAt: desk.clock.now() }))
    await desk.work()
    expect(card()).toMatchObject({
      replyWindow: { closesAt: new Date(wrote.getTime() + 48 * hour), minutesLeft: null },
      alerts: [],
    })
    expect(card()?.actions[0]).toMatchObject({ id: 'approve' })
    await watchAt(48)
    expect(told()).toBe(0)
    expect(await closings()).toHaveLength(2)
  })

  it('has nothing to tell of what came in after its window had closed: the card knew', async () => {
    const thread = (externalId: string) => ({ conversation: { externalId } })
    const late = { occurredAt: new Date(wrote.getTime() - 25 * hour) }
    const other = await desk.hearOne(inbound('late', { ...thread('thread-2'), ...late }))
    expect(await desk.conversation(other)).toMatchObject({ replyWindow: { minutesLeft: 0 } })
    await desk.work()
    expect(desk.room.shown.get(other)?.actions[0]).toMatchObject({ id: 'template' })
    expect(await closings()).toMatchObject([
      { conversationId: other, data: { closedAt: new Date(wrote.getTime() - hour).toISOString() } },
    ])
    await desk.hear(inbound('later', { ...thread('thread-2'), ...late }))
    await watchWindows(desk.ctx)
    expect(await closings()).toHaveLength(1)
    const nearly = { occurredAt: new Date(wrote.getTime() - 23 * hour) }
    const third = await desk.hearOne(inbound('nearly', { ...thread('thread-3'), ...nearly }))
    expect(await desk.conversation(third)).toMatchObject({ replyWindow: { minutesLeft: 120 } })
    await desk.hear(inbound('now', { ...thread('thread-2'), occurredAt: wrote }))
    expect(await desk.conversation(other)).toMatchObject({ replyWindow: { minutesLeft: null } })
    expect(await closings()).toHaveLength(1)
  })

  it('looks at what is snoozed as well, and at nothing that is answered', async () => {
    await desk.decide(id, { kind: 'snooze', seenSeq: 1, until: new Date(wrote.getTime() + 30 * hour) })
    await watchAt(25)
    expect(told()).toBe(0)
    await desk.decide(id, { kind: 'reopen' })
    await desk.work()
    expect(card()?.alerts).toHaveLength(1)

    const other = await desk.hearOne(
      inbound('c', { conversation: { externalId: 'thread-2' }, occurredAt: desk.clock.now() }),
    )
    await desk.work()
    const { draft } = await desk.conversation(other)
    await desk.decide(other, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: 1 })
    await desk.work()
    await watchAt(60)
    expect(await desk.conversation(other)).toMatchObject({ state: 'answered', replyWindow: { minutesLeft: null } })
    expect(desk.room.shown.get(other)?.replyWindow).toBeNull()
  })

  it('tells once when two replicas look at the same moment', async () => {
    desk.clock.set(new Date(wrote.getTime() + 25 * hour))
    await Promise.all([watchWindows(desk.ctx), watchWindows(desk.ctx)])
    expect(await closings()).toHaveLength(1)
  })

  it('is served by an index, however many conversations there were', async () => {
    const { db } = desk.ctx
    await db.execute(sql`
      insert into conversations (id, channel, account, external_id, customer_id, state, inbound_seq, version, indexed_version,
        waiting_since, last_inbound_at, suspicion, is_drafting, surfacings, created_at, updated_at)
      select gen_random_uuid(), 'fake', 'main', n::text, (select customer_id from conversations where id = ${id}::uuid),
        case when n % 100 = 0 then 'waiting' else 'answered' end, 1, 1, 1, at, at, '[]', false, 0, at, at
      from generate_series(1, 20000) n, lateral (select timestamptz '2026-03-01' - n * interval '10 minutes' as at) t`)
    await db.execute(sql.raw('vacuum analyze conversations'))
    const asked = { channel: 'fake', hours: 24, now: wrote, most: 500 }
    expect(await findClosing(db, asked)).toHaveLength(200)
    const steps = await rowsOf<Record<string, string>>(db, sql`explain ${findClosing(db, asked)}`)
    const plan = steps.map((step) => Object.values(step).join()).join('\n')
    expect(plan).toMatch(/Index|Bitmap/)
    expect(plan).not.toContain('Seq Scan on conversations')
  })
})

describe('a provider that says that the window has closed', () => {
  const approve = async () => {
    const { draft, inboundSeq: seenSeq } = await desk.conversation(id)
    return desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq })
  }
  const expectClosed = async () => {
    expect(card()).toMatchObject({
      state: 'waiting',
      replyWindow: { minutesLeft: 0, closesAt: desk.clock.now() },
      alerts: [expect.stringContaining('takes no free text'), expect.stringContaining('Not sent: It is over')],
    })
    expect(card()?.actions.map((one) => one.id)).not.toContain('resend')
    expect(card()?.actions[0]).toMatchObject({ id: 'template', style: 'primary' })
    expect(await closings()).toHaveLength(1)
    const { reply, inboundSeq: seenSeq } = await desk.conversation(id)
    const closed = { isDone: false, reason: expect.stringContaining('takes no free text') }
    expect(await desk.decide(id, { kind: 'edit', draftId: null, text: 'Sorry', seenSeq })).toMatchObject(closed)
    expect(await desk.decide(id, { kind: 'resend', replyId: reply?.id ?? '' })).toMatchObject(closed)
  }

  it('is believed before the clock, until they write again', async () => {
    desk.clock.set(new Date(wrote.getTime() + 20 * hour))
    desk.channel.onSend = async () => {
      throw new WindowClosedError('It is over', { action: 'Send a template' })
    }
    await approve()
    await desk.work()
    await expectClosed()
    await watchAt(24)
    expect(await closings()).toHaveLength(1)
    await desk.hear(inbound('b', { occurredAt: desk.clock.now() }))
    await desk.work()
    expect(told()).toBeNull()
    expect(card()?.actions[0]).toMatchObject({ id: 'approve' })
  })

  it('is believed as well when it says so later', async () => {
    desk.clock.set(new Date(wrote.getTime() + 20 * hour))
    await approve()
    await desk.work()
    const { reply } = await desk.conversation(id)
    const at = desk.clock.now()
    const failed = { externalId: reply?.externalId ?? '', state: 'failed' as const, reason: 'It is over', at }
    const delivery = { interactions: [], receipts: [{ ...failed, isWindowClosed: true }] }
    await record(desk.ctx, [{ channel: desk.channel, delivery }])
    await desk.work()
    await expectClosed()
  })

  it('says nothing of what they wrote since', async () => {
    desk.channel.onSend = async () => {
      desk.clock.advance(1000)
      await desk.hear(inbound('b', { occurredAt: desk.clock.now() }))
      throw new WindowClosedError('It is over', { action: 'Send a template' })
    }
    await approve()
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', replyWindow: { minutesLeft: null } })
    expect(await closings()).toEqual([])
  })
})
