import fc from 'fast-check'
import { eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reportAccount } from '../../src/accounts/broken.ts'
import type { Delivery } from '../../src/channels/channel.ts'
import { viewOf } from '../../src/conversations/view.ts'
import { attachments, conversations, events, interactions, outcomes, replies } from '../../src/db/schema.ts'
import { rowsOf } from '../../src/db/client.ts'
import { CredentialsError, RetryableError } from '../../src/errors.ts'
import { indexHistory } from '../../src/history/index-history.ts'
import { findStanding } from '../../src/interactions/queries.ts'
import { record } from '../../src/interactions/record.ts'
import { rebuildOutcomes } from '../../src/measures/rebuild.ts'
import { fakeChannel, inbound } from '../support/channel.ts'
import { openDesk, type Desk } from '../support/desk.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk({ channels: [fakeChannel('fake', {}, { graceSeconds: 30 })] })
})
afterEach(() => desk.close())

const minute = (count: number) => new Date(Date.UTC(2026, 2, 2, 9, count))
const message = (externalId: string, at = 0) => inbound(externalId, { occurredAt: minute(at) })
const deliver = (delivery: Partial<Delivery>) =>
  record(desk.ctx, [{ channel: desk.channel, delivery: { interactions: [], ...delivery } }])
const remove = (externalId: string, at = 50) => deliver({ removals: [{ account: 'main', externalId, at: minute(at) }] })
const approve = async (id: string, sendAt?: Date) => {
  const { draft, inboundSeq: seenSeq } = await desk.conversation(id)
  return desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq, ...(sendAt ? { sendAt } : {}) })
}
const fates = async () =>
  (await desk.ctx.db.select().from(outcomes)).map(({ settledAs, dismissedReason, undoneAt }) =>
    [dismissedReason ?? settledAs ?? 'waiting', ...(undoneAt ? ['undone'] : [])].join(' '),
  )
/** The numbers are what the log tells. */
const agreed = async () => {
  const kept = await fates()
  await rebuildOutcomes(desk.ctx.db)
  expect((await fates()).toSorted()).toEqual(kept.toSorted())
  return kept
}

describe('what was taken back', () => {
  it('has no words any more where it comes in one delivery with being taken back, beside the provider’s word on a reply', async () => {
    await deliver({
      interactions: [message('a'), inbound('b', { occurredAt: minute(0), conversation: { externalId: 'other' } })],
      removals: [{ account: 'main', externalId: 'a', at: minute(1) }],
      receipts: [{ externalId: 'sent-1', state: 'delivered', at: minute(1) }],
    })
    await desk.work()
    const stored = await desk.ctx.db.select().from(interactions).orderBy(interactions.externalId)
    expect(stored.map(({ text, removedAt }) => [text === '', removedAt])).toEqual([
      [true, minute(1)],
      [false, null],
    ])
    expect((await agreed()).toSorted()).toEqual(['removed', 'waiting'])
  })

  it('has no words any more, and nobody waits for an answer to it', async () => {
    const file = { name: 'a.png', mediaType: 'image/png', bytes: 1, content: new Uint8Array([1]) }
    const id = await desk.hearOne({ ...message('a'), fullText: 'All of it', attachments: [file] })
    await desk.work()
    expect(await indexHistory(desk.ctx)).toBe(1)
    await remove('a')
    await desk.work()
    const conversation = await desk.conversation(id)
    expect(conversation).toMatchObject({ state: 'dismissed', dismissed: { reason: 'removed', by: 'Deskbell' } })
    expect(conversation).toMatchObject({ draft: { state: 'dismissed' }, waitingSince: null, triage: null })
    expect(conversation.turns).toMatchObject([
      { text: '', translation: null, attachments: [], notes: ['Removed by its author'], undone: 'removed' },
    ])
    expect(viewOf(conversation, 'en').turns).toEqual([])
    expect(await desk.ctx.db.select().from(attachments)).toEqual([])
    expect(await desk.ctx.db.select().from(interactions)).toMatchObject([
      { text: '', fullText: null, summary: null, topics: null, removedAt: minute(50) },
    ])
    expect(desk.room.shown.get(id)?.status?.text).toBe('Dismissed by Deskbell: removed by its author')
    await indexHistory(desk.ctx)
    expect(await rowsOf(desk.ctx.db, sql`select 1 from exchanges`)).toEqual([])
    expect(await rowsOf(desk.ctx.db, sql`select 1 from terms where count > 0`)).toEqual([])
    expect(await agreed()).toEqual(['removed'])
  })

  it('changes nothing when it is told again, or was never heard of', async () => {
    const id = await desk.hearOne(message('a'))
    await remove('a')
    const { version } = await desk.conversation(id)
    await remove('a')
    await remove('b')
    expect((await desk.conversation(id)).version).toBe(version)
    expect(await desk.ctx.db.select().from(events).where(eq(events.type, 'interaction.removed'))).toHaveLength(1)
  })

  it('never comes in when the news of it came first, and no earlier version of it does', async () => {
    await remove('a', 5)
    await desk.hear(message('a'), { ...message('a2', 3), versionOf: 'a' })
    expect(await desk.ctx.db.select().from(interactions)).toEqual([])
    const id = await desk.hearOne({ ...message('a3', 9), versionOf: 'a' })
    expect((await desk.conversation(id)).turns.map(({ text }) => text)).toEqual(['Text of a3'])
  })

  it('leaves the others waiting, with another draft, and what was seen before can not be approved', async () => {
    const id = await desk.hearOne(message('a', 0))
    await desk.hear(message('b', 1))
    await desk.work()
    const seen = await desk.conversation(id)
    await remove('a')
    const refused = { kind: 'edit' as const, draftId: null, seenSeq: seen.inboundSeq, text: 'To both' }
    expect(await desk.decide(id, refused)).toMatchObject({ isDone: false })
    await desk.work()
    const conversation = await desk.conversation(id)
    expect(conversation).toMatchObject({ state: 'waiting', waitingSince: minute(1), isDrafting: false })
    expect(conversation.draft?.id).not.toBe(seen.draft?.id)
    expect(conversation.draft?.state).toBe('proposed')
    await approve(id)
    await desk.pass(60)
    expect((await agreed()).toSorted()).toEqual(['answered', 'removed'])
  })

  it('stands nowhere when it comes in at the very moment in which it is taken back', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `m${index}`)
    const of = (name: string) => ({ ...message(name), conversation: { externalId: name } })
    await Promise.all(names.flatMap((name) => [desk.hear(of(name)), remove(name), desk.hear(of(name))]))
    const rows = await desk.ctx.db.select().from(interactions)
    expect(rows.filter(({ text }) => text !== '')).toEqual([])
    expect((await fates()).filter((fate) => fate === 'waiting')).toEqual([])
  })

  it('takes all versions of it along, but not what was written anew since', async () => {
    const version = (n: number) => ({ ...message(`a${n}`, n), versionOf: 'a' })
    const id = await desk.hearOne(version(1))
    await desk.hear(version(2))
    await remove('a', 3)
    expect(await desk.conversation(id)).toMatchObject({ state: 'dismissed', turns: [{ text: '' }] })
    expect(await findStanding(desk.ctx.db, 'fake', 'main')).toEqual([])
    await desk.hear(version(4))
    await remove('a', 3)
    expect(await findStanding(desk.ctx.db, 'fake', 'main')).toEqual(['thread-1'])
    const { state, turns } = await desk.conversation(id)
    expect({ state, texts: turns.map(({ text }) => text) }).toEqual({ state: 'waiting', texts: ['Text of a4'] })
    expect((await agreed()).toSorted()).toEqual(['removed', 'removed', 'waiting'])
  })

  it('takes back a reply that answers nothing else, unless it is on its way', async () => {
    const id = await desk.hearOne(message('a'))
    await desk.work()
    await approve(id)
    await remove('a')
    await desk.pass(60)
    expect(desk.channel.sent).toEqual([])
    expect(await desk.conversation(id)).toMatchObject({ state: 'dismissed', draft: { state: 'dismissed' } })
    expect((await desk.ctx.db.select().from(replies)).map(({ state }) => state)).toEqual(['withdrawn'])

    const other = { conversation: { externalId: 'thread-2' } }
    const second = await desk.hearOne({ ...message('b'), ...other })
    await desk.work()
    await approve(second)
    desk.channel.onSend = async (reply) => {
      await remove('b')
      return { externalId: reply.id, at: desk.clock.now() }
    }
    await desk.pass(60)
    expect(await desk.conversation(second)).toMatchObject({ state: 'answered' })
    expect((await agreed()).toSorted()).toEqual(['removed', 'removed'])
  })

  it('is never answered by a reply that comes back into the queue after that', async () => {
    const fails = [
      new RetryableError('Busy'),
      new CredentialsError('Expired', { action: 'Renew it' }),
      new Error('reset'),
    ]
    desk.channel.onFind = async () => ({ outcome: 'absent' })
    for (const [index, failure] of fails.entries()) {
      const name = `gone-${index}`
      const id = await desk.hearOne({ ...message(name), conversation: { externalId: name } })
      await desk.work()
      await approve(id)
      desk.channel.onSend = async () => {
        await remove(name)
        throw failure
      }
      await desk.pass(60)
      desk.channel.onSend = async (reply) => ({ externalId: reply.id, at: desk.clock.now() })
      await reportAccount(desk.ctx, 'fake', 'main', null)
      await desk.pass(600)
      expect(desk.channel.sent).toHaveLength(index + 1)
      expect(await desk.conversation(id)).toMatchObject({ state: 'dismissed', dismissed: { reason: 'removed' } })
    }
    expect(await agreed()).toEqual(['removed', 'removed', 'removed'])
  })

  it('lets a reply go out that answers something else as well', async () => {
    const id = await desk.hearOne(message('a'))
    await desk.hear(message('b', 1))
    await desk.work()
    await approve(id)
    await remove('b')
    await desk.pass(60)
    expect(desk.channel.sent).toHaveLength(1)
    expect(await desk.conversation(id)).toMatchObject({ state: 'answered' })
  })

  it('is not waited for when its answer comes back, or a teammate reopens the conversation', async () => {
    const id = await desk.hearOne(message('a'))
    await desk.work()
    await approve(id)
    await desk.pass(60)
    await remove('a')
    const { reply } = await desk.conversation(id)
    const receipt = { externalId: reply?.externalId ?? '', state: 'failed' as const, at: minute(55) }
    desk.clock.advance(1000)
    await deliver({ receipts: [receipt] })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ state: 'dismissed', dismissed: { reason: 'removed' } })
    expect((await agreed()).toSorted()).toEqual(['answered undone', 'removed'])
    desk.clock.advance(1000)
    await desk.decide(id, { kind: 'reopen' })
    await desk.work()
    expect(await desk.conversation(id)).toMatchObject({ state: 'waiting', isDrafting: false })
    expect((await agreed()).toSorted()).toEqual(['answered undone', 'removed'])
  })

  it('answers what came before it, when it came while a reply was on its way', async () => {
    const id = await desk.hearOne(message('a'))
    await desk.work()
    await approve(id)
    await desk.hear(message('b', 1))
    await remove('b')
    await desk.pass(60)
    expect(await desk.conversation(id)).toMatchObject({ state: 'answered', isDrafting: false })
    expect((await agreed()).toSorted()).toEqual(['answered', 'removed'])
  })

  it('leaves no trace where it was a reaction', async () => {
    const id = await desk.hearOne(message('a'))
    await desk.hear({ ...message('r', 1), automatic: 'reaction', text: '👍' })
    await desk.work()
    const before = await desk.conversation(id)
    await remove('r')
    await desk.work()
    const after = await desk.conversation(id)
    expect(after.turns.map(({ text }) => text)).toEqual(['Text of a'])
    expect(after).toMatchObject({ state: 'waiting', inboundSeq: before.inboundSeq, draft: { id: before.draft?.id } })
  })

  it('is not told by what the assistant read before', async () => {
    const id = await desk.hearOne(message('a'))
    await desk.hear(message('b', 1))
    const triage = desk.assistant.triage.bind(desk.assistant)
    desk.assistant.triage = async (...given) => {
      const made = await triage(...given)
      desk.assistant.triage = triage
      await remove('a')
      return { ...made, value: { ...made.value, summary: 'Tells of a' } }
    }
    await desk.work()
    expect((await desk.conversation(id)).triage?.summary).not.toBe('Tells of a')
    expect(desk.assistant.triages.at(-1)?.turns.map(({ text }) => text)).toEqual(['Text of b'])
  })
})

it(
  'ends the same with removals, whatever the order in which they and the messages come',
  { timeout: 120_000 },
  async () => {
    let threads = 0
    const plans = fc.shuffledSubarray(['a', 'b', '-a', '-b', 'a', '-a'], { minLength: 6, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const thread = `plan-${++threads}`
        for (const step of plan) {
          const externalId = `${thread}-${step.replace('-', '')}`
          if (step.startsWith('-')) await remove(externalId)
          else await desk.hear({ ...message(externalId), conversation: { externalId: thread } })
        }
        await desk.work()
        const [row] = await desk.ctx.db.select().from(conversations).where(eq(conversations.externalId, thread))
        const said = row ? (await desk.conversation(row.id)).turns.filter(({ text }) => text !== '') : []
        expect(said).toEqual([])
        expect(row?.state ?? 'dismissed').toBe('dismissed')
        expect((await fates()).filter((fate) => fate === 'waiting')).toEqual([])
      }),
      { numRuns: 10 },
    )
  },
)
