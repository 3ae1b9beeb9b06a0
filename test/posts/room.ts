import { sql } from 'drizzle-orm'
import { posts, settings } from '../../src/db/schema.ts'
import { roomsChanged } from '../../src/posts/rooms.ts'
import { defaultTuning, type Rooms } from '../../src/settings/tuning.ts'
import { inbound } from '../support/channel.ts'
import type { Desk } from '../support/desk.ts'
import type { FakeWorkspace } from '../support/workspace.ts'

export const noRule: Omit<Rooms['rules'][number], 'room'> = {
  channels: [],
  accounts: [],
  themes: [],
  urgencies: [],
  languages: [],
}

/** The team chooses rooms. */
export async function chooseRooms(desk: Desk, rooms: Partial<Rooms>): Promise<void> {
  await desk.ctx.db.transaction(async (tx) => {
    const chosen = { default: null, escalation: null, rules: [], ...rooms }
    const row = { value: { ...defaultTuning, rooms: { fake: chosen } }, updatedAt: desk.clock.now() }
    await tx
      .insert(settings)
      .values({ key: 'tuning', ...row })
      .onConflictDoUpdate({ target: settings.key, set: row })
    await roomsChanged(desk.ctx, tx)
  })
}

/** As if nothing had happened yet. */
export async function clear(desk: Desk, ...rooms: FakeWorkspace[]): Promise<void> {
  await desk.ctx.db.execute(
    sql`truncate posts, rooms, problems, replies, drafts, lines, attachments, interactions, conversations, identities,
        customers, events, settings cascade`,
  )
  await desk.ctx.db.execute(sql`delete from pgboss.job`)
  const nothing = async () => {}
  for (const room of rooms) {
    Object.assign(room, {
      beforePost: nothing,
      afterPost: nothing,
      onFind: nothing,
      onUpdate: nothing,
      onPost: nothing,
    })
    for (const list of [room.posts, room.updates, room.standing]) list.length = 0
    room.shown.clear()
    room.gone.clear()
  }
}

let said = 0

/** A customer of a thread of their own writes. */
export async function write(desk: Desk, thread: string, over: Parameters<typeof inbound>[1] = {}): Promise<string> {
  return desk.hearOne(
    inbound(`words-${++said}`, {
      text: `Words ${said}`,
      conversation: { externalId: thread },
      customer: { externalId: thread, name: thread },
      occurredAt: desk.clock.now(),
      ...over,
    }),
  )
}

export async function approve(desk: Desk, id: string): Promise<void> {
  const { draft, inboundSeq } = await desk.conversation(id)
  const outcome = await desk.decide(id, { kind: 'approve', draftId: draft?.id ?? '', seenSeq: inboundSeq })
  if (!outcome.isDone) throw new Error(outcome.reason)
  await desk.work()
}

/** The keys of what waits to be posted. */
export async function waiting(desk: Desk): Promise<string[]> {
  const rows = await desk.ctx.db.select({ key: posts.key, ref: posts.ref }).from(posts)
  return rows.filter(({ ref }) => ref === null).map(({ key }) => key)
}
