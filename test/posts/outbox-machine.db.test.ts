import { and, eq, isNull, like, lt, lte, or } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { posts } from '../../src/db/schema.ts'
import { RetryableError } from '../../src/errors.ts'
import { sweepPosts } from '../../src/posts/sweep.ts'
import { openStates } from '../../src/posts/rooms.ts'
import { question } from '../support/assistant.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { fakeWorkspace, type FakeWorkspace } from '../support/workspace.ts'
import { chooseRooms, clear, write } from './room.ts'

const faults = ['busy', 'rate', 'lost before', 'lost after', 'crash before', 'crash after', 'blind'] as const
type Fault = (typeof faults)[number]

type Step =
  | { kind: 'write'; who: number }
  | { kind: 'delete'; who: number }
  | { kind: 'act'; who: number; does: 'approve' | 'dismiss' | 'snooze' | 'reopen' | 'assign' }
  | { kind: 'fault'; fault: Fault; where: number }
  | { kind: 'pass'; seconds: number }
  | { kind: 'sweep' }
  | { kind: 'archive' }
  | { kind: 'restore' }

const who = fc.nat(2)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: who.map((one): Step => ({ kind: 'write', who: one })) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        who,
        fc.constantFrom(
          'approve' as const,
          'dismiss' as const,
          'snooze' as const,
          'reopen' as const,
          'assign' as const,
        ),
      )
      .map(([one, does]): Step => ({ kind: 'act', who: one, does })),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(...faults), fc.nat(1))
      .map(([fault, where]): Step => ({ kind: 'fault', fault, where })),
  },
  { weight: 5, arbitrary: fc.constantFrom(1, 2, 7, 70).map((seconds): Step => ({ kind: 'pass', seconds })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'sweep' }) },
  { weight: 1, arbitrary: who.map((one): Step => ({ kind: 'delete', who: one })) },
  { weight: 1, arbitrary: fc.constantFrom('archive' as const, 'restore' as const).map((kind): Step => ({ kind })) },
)

/** The team closes it while nobody can post in its room: what the customer said last is told once that is there again. */
const leftInALostRoom: Step[] = [
  { kind: 'write', who: 0 },
  { kind: 'pass', seconds: 1 },
  { kind: 'archive' },
  { kind: 'write', who: 0 },
  { kind: 'act', who: 0, does: 'dismiss' },
  { kind: 'pass', seconds: 2 },
]

describe('rooms, whatever customers, teammates, the platform and the clock do', () => {
  let desk: Desk
  const chat = fakeWorkspace('fake', { hasThreads: true, paceMs: 1000, room: null })
  const web = fakeWorkspace('web')
  beforeAll(async () => {
    desk = await openDesk({ rooms: [chat, web] })
  })
  afterAll(() => desk.close())

  it(
    'show each conversation once and as it is, tell each of its turns once, and keep their pace',
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (plan) => {
          await clear(desk, chat, web)
          await chooseRooms(desk, { default: 'main', escalation: 'help' })
          desk.assistant.onTriage = ({ customerName }) => ({
            ...question,
            urgency: customerName === 'thread-0' ? 'high' : 'normal',
          })
          const pending: Fault[][] = [[], []]
          for (const [index, room] of [chat, web].entries()) failNext(desk, room, pending[index] ?? [])
          const ids: string[] = []
          for (const one of plan) await take(desk, chat, one, ids, pending)
          for (const list of pending) list.length = 0
          chat.gone.clear()
          // Somebody looks at each: what was deleted is missed now.
          for (const id of ids) if (id) await desk.decide(id, { kind: 'assign', to: { id: 'zoe', name: 'Zoe' } })
          // More than an hour: by then a room that was lost has been tried again.
          for (let round = 0; round < 4; round++) {
            await desk.pass(1000)
            await sweepPosts(desk.ctx)
          }
          await desk.work()
          for (const id of ids) if (id) await holds(desk, chat, web, id)
          keepsPace(chat)
          expect(await desk.ctx.db.select().from(posts).where(isNull(posts.ref))).toEqual([])
        }),
        { numRuns: 12, examples: [[leftInALostRoom]] },
      )
    },
  )
})

/** Has the workspace fail at its next posts, one way after another. */
function failNext(desk: Desk, room: FakeWorkspace, pending: Fault[]): void {
  let isLost = false
  room.beforePost = async (message, place) => {
    isLost = false
    if (message.kind === 'card' && room.paceMs > 0) await isFirst(desk, place.room, place.key)
    switch (pending[0]) {
      case 'busy':
        pending.shift()
        throw new RetryableError('Busy')
      case 'rate':
        pending.shift()
        throw new RetryableError('Too many', { retryAfterMs: 15_000 })
      case 'lost before':
        pending.shift()
        throw new Error('reset')
      case 'crash before':
        pending.shift()
        return desk.crash()
      case 'lost after':
      case 'crash after':
        isLost = true
    }
  }
  room.afterPost = async () => {
    if (!isLost) return
    if (pending.shift() === 'crash after') await desk.crash()
    throw new Error('reset')
  }
  room.onFind = room.onUpdate = async () => {
    if (pending[0] !== 'blind') return
    pending.shift()
    throw new RetryableError('Busy')
  }
}

/** No card that is more urgent could have been posted instead. */
async function isFirst(desk: Desk, room: string, key: string): Promise<void> {
  const now = desk.clock.now()
  const [mine] = await desk.ctx.db
    .select()
    .from(posts)
    .where(and(eq(posts.workspace, 'fake'), eq(posts.key, key)))
  const sooner = await desk.ctx.db
    .select({ key: posts.key })
    .from(posts)
    .where(
      and(
        eq(posts.workspace, 'fake'),
        eq(posts.room, room),
        like(posts.key, 'card:%'),
        isNull(posts.ref),
        lt(posts.rank, mine?.rank ?? 0),
        lte(posts.notBefore, now),
        or(isNull(posts.heldUntil), lte(posts.heldUntil, now)),
      ),
    )
  expect(sooner).toEqual([])
}

async function take(desk: Desk, chat: FakeWorkspace, one: Step, ids: string[], pending: Fault[][]): Promise<void> {
  if (one.kind === 'pass') return desk.pass(one.seconds)
  if (one.kind === 'sweep') return sweepPosts(desk.ctx)
  if (one.kind === 'fault') return void pending[one.where]?.push(one.fault)
  if (one.kind === 'archive') return void chat.gone.set('main', 'It was archived')
  if (one.kind === 'restore') return chat.gone.clear()
  if (one.kind === 'write') return void (ids[one.who] = await write(desk, `thread-${one.who}`))
  const id = ids[one.who]
  if (!id) return
  if (one.kind === 'delete')
    return chat.discard(
      chat.roots().find(({ message }) => message.kind === 'card' && message.card.conversationId === id),
    )
  const { inboundSeq: seenSeq, draft } = await desk.conversation(id)
  if (one.does === 'approve') await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? id, seenSeq })
  if (one.does === 'dismiss') await desk.decide(id, { kind: 'dismiss', seenSeq, reason: 'duplicate' })
  if (one.does === 'reopen') await desk.decide(id, { kind: 'reopen' })
  if (one.does === 'assign') await desk.decide(id, { kind: 'assign', to: null })
  const until = new Date(desk.clock.now().getTime() + 60_000)
  if (one.does === 'snooze') await desk.decide(id, { kind: 'snooze', seenSeq, until })
}

async function holds(desk: Desk, chat: FakeWorkspace, web: FakeWorkspace, id: string): Promise<void> {
  const conversation = await desk.conversation(id)
  const cardsIn = (room: FakeWorkspace) =>
    room.standing.filter(({ message }) => message.kind === 'card' && message.card.conversationId === id)
  const onWeb = cardsIn(web)
  expect(onWeb).toHaveLength(1)
  const versionOf = (one: (typeof onWeb)[number] | undefined) =>
    one?.message.kind === 'card' ? one.message.card.version : null
  expect(versionOf(onWeb[0])).toBe(conversation.version)

  const cards = cardsIn(chat)
  const isOpen = openStates.includes(conversation.state)
  const rooms = new Set(cards.map(({ place }) => place.room))
  const live = cards.filter(({ isDeleted }) => !isDeleted)
  // A card leaves one behind only in a room that it had to leave.
  expect(live.length).toBeLessThanOrEqual(rooms.size)
  const [row] = await desk.ctx.db
    .select()
    .from(posts)
    .where(and(eq(posts.workspace, 'fake'), eq(posts.key, `card:${id}`)))
  const current = cards.find(({ ref }) => JSON.stringify(ref) === JSON.stringify({ ...ref, ...row?.ref }))
  expect(current).toBeDefined()
  if (isOpen) expect(current?.isDeleted).toBe(false)
  if (isOpen || (rooms.size === 1 && !current?.isDeleted)) expect(versionOf(current)).toBe(conversation.version)

  const told = chat.standing.flatMap(({ message }) =>
    message.kind === 'entry' && message.card.conversationId === id && message.entry.kind === 'said'
      ? message.entry.turns.map((turn) => turn.id)
      : [],
  )
  expect(new Set(told).size).toBe(told.length)
  const since = row?.body.kind === 'card' ? row.body.since : 0
  for (const { from, seq, id: turn } of conversation.turns)
    if (from === 'customer' && seq > since) expect(told).toContain(turn)
}

function keepsPace(room: FakeWorkspace): void {
  for (const name of new Set(room.standing.map(({ place }) => place.room))) {
    const times = room.standing.flatMap(({ place, at }) => (place.room === name ? [at.getTime()] : []))
    for (const [index, time] of times.entries())
      if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(room.paceMs)
  }
}
