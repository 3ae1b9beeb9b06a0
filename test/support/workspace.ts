import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../src/clock.ts'
import { GoneError } from '../../src/errors.ts'
import type { Card } from '../../src/workspaces/card.ts'
import type { EntryMessage, Message } from '../../src/workspaces/message.ts'
import type { Place, PostRef, Workspace } from '../../src/workspaces/workspace.ts'

/** One thing that stands in a fake room. */
export interface Standing {
  place: Place
  message: Message
  at: Date
  ref: PostRef
  isDeleted: boolean
}

export interface FakeWorkspace extends Workspace {
  /** The desk's. */
  clock: Clock
  /** What each posted card shows now. */
  shown: Map<string, Card>
  posts: Card[]
  updates: Card[]
  onPost: (card: Card) => Promise<void>
  /** Everything that was ever posted, in order. */
  standing: Standing[]
  /** Rooms that can't be posted in, and why. */
  gone: Map<string, string>
  /** Called before anything is posted; what it throws comes before the post is there. */
  beforePost: (message: Message, place: Place) => Promise<void>
  /** Called once a post is there; what it throws keeps the caller from knowing. */
  afterPost: (message: Message, place: Place) => Promise<void>
  onFind: (place: Place) => Promise<void>
  onUpdate: (card: Card) => Promise<void>
  /** Called before something is taken away. */
  onRemove: (ref: PostRef) => Promise<void>
  /** What stands in a room and was not deleted: cards, and notices. */
  roots(room?: string): Standing[]
  /** What stands in the thread below a conversation's newest card. */
  thread(conversationId: string): EntryMessage[]
  /** A teammate deletes what stands there. */
  discard(standing: Standing | undefined): void
}

interface FakeOptions {
  hasThreads?: boolean
  paceMs?: number
  room?: string | null
}

/** A workspace that is this test. */
export function fakeWorkspace(id = 'fake', options: FakeOptions = {}): FakeWorkspace {
  const { hasThreads = false, paceMs = 0, room = 'room' } = options
  const nothing = async () => {}
  const byRef = (ref: PostRef | null) => fake.standing.find((one) => isDeepStrictEqual(one.ref, ref))
  const fake: FakeWorkspace = {
    clock: { now: () => new Date(0) },
    id,
    room,
    showsAside: false,
    hasThreads,
    paceMs,
    shown: new Map(),
    posts: [],
    updates: [],
    onPost: nothing,
    standing: [],
    gone: new Map(),
    beforePost: nothing,
    afterPost: nothing,
    onFind: nothing,
    onUpdate: nothing,
    onRemove: nothing,
    start: nothing,
    async post(message, place) {
      await fake.beforePost(message, place)
      const reason = fake.gone.get(place.room)
      if (reason !== undefined) throw new GoneError(reason, 'room')
      if (place.thread && (byRef(place.thread)?.isDeleted ?? true)) throw new GoneError('No such thread', 'post')
      if (message.kind === 'card') {
        await fake.onPost(message.card)
        fake.posts.push(message.card)
        fake.shown.set(message.card.conversationId, message.card)
      }
      const ref = { room: place.room, number: fake.standing.length + 1 }
      fake.standing.push({ place, message, at: fake.clock.now(), ref, isDeleted: false })
      await fake.afterPost(message, place)
      return ref
    },
    async find(place, since) {
      await fake.onFind(place)
      const found = fake.standing.find(
        (one) =>
          one.place.key === place.key &&
          one.place.room === place.room &&
          isDeepStrictEqual(one.place.thread, place.thread) &&
          one.at >= since &&
          !one.isDeleted,
      )
      return found?.ref ?? null
    },
    async update(ref, message) {
      if (message.kind === 'card') await fake.onUpdate(message.card)
      const one = byRef(ref)
      const reason = fake.gone.get(one?.place.room ?? '')
      if (reason !== undefined) throw new GoneError(reason, 'room')
      if (!one || one.isDeleted) throw new GoneError('No such message', 'post')
      one.message = message
      if (message.kind !== 'card') return
      fake.updates.push(message.card)
      fake.shown.set(message.card.conversationId, message.card)
    },
    async remove(ref) {
      await fake.onRemove(ref)
      for (const one of fake.standing)
        if (isDeepStrictEqual(one.ref, ref) || isDeepStrictEqual(one.place.thread, ref)) one.isDeleted = true
    },
    urlOf: () => null,
    membershipOf: async () => ({ groups: [], isAdmin: false }),
    isReady: () => true,
    check: async () => [],
    stop: nothing,
    roots: (inRoom) =>
      fake.standing.filter(
        ({ place, isDeleted }) => !isDeleted && place.thread === null && (inRoom ?? place.room) === place.room,
      ),
    thread(conversationId) {
      const card = fake.standing.findLast(
        ({ message }) => message.kind === 'card' && message.card.conversationId === conversationId,
      )
      return fake.standing.flatMap(({ place, message }) =>
        message.kind === 'entry' && isDeepStrictEqual(place.thread, card?.ref) ? [message] : [],
      )
    },
    discard(standing) {
      if (standing) standing.isDeleted = true
    },
  }
  return fake
}
