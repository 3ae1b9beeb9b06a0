import type { Conversation, SurfaceReason } from '../conversations/conversation.ts'
import { dueSoon, type CardBody, type PostBody, type ThreadBody } from './post.ts'
import { newPost, retryRefused, type PostRow } from './queries.ts'

export interface ThreadPlan {
  /** The card's body: it says how far the thread tells. */
  body: PostBody
  added: PostRow[]
  /** `thread`, in its order, as it is to be. */
  kept: PostRow[]
}

const surfaceReasons: Record<SurfaceReason, string> = {
  wrote: 'The customer wrote again',
  woken: 'Back from snooze',
  reopened: 'Reopened by a teammate',
  'at-risk': dueSoon,
}

/**
 * What the thread below a card is to tell. Pure. `thread`: what was planned before, in order.
 * The customer's words join the last post about them, while nobody tried to post that.
 */
export function planThread(card: PostRow, conversation: Conversation, thread: PostRow[], now: Date): ThreadPlan {
  if (card.body.kind !== 'card') return { body: card.body, added: [], kept: thread }
  const { surfacings, surfacedBecause, version } = conversation
  const hasSurfaced = surfacings > card.body.surfacings
  const isBroadcast = hasSurfaced && surfacedBecause === 'wrote'
  const bodies = untold(card.body, conversation, thread, isBroadcast)
  if (hasSurfaced && !isBroadcast)
    bodies.push({ kind: 'surfaced', reason: surfaceReasons[surfacedBecause ?? 'reopened'] })

  let kept = thread
  const [first, last] = [bodies[0], thread.at(-1)]
  if (first?.kind === 'said' && last?.body.kind === 'said' && last.ref === null && last.attemptedAt === null) {
    bodies.shift()
    const body = { ...last.body, to: first.to, isBroadcast: last.body.isBroadcast || first.isBroadcast }
    kept = [...thread.slice(0, -1), { ...last, body }]
  }
  // Each later than the one before: they are posted in the order they happened.
  const begin = Math.max(now.getTime(), (thread.at(-1)?.createdAt.getTime() ?? 0) + 1)
  const { workspace, room } = card
  const added = bodies.map((body, index) => {
    const key = threadKey(body, conversation)
    const row = newPost({ workspace, key, conversationId: conversation.id, room, body, rank: 2 }, now)
    return { ...row, createdAt: new Date(begin + index) }
  })
  const inRoom = kept.map((row) => (row.ref === null ? retryRefused({ ...row, room }, version, now) : row))
  const ranked = rankThread([...inRoom, ...added])
  return {
    body: { ...card.body, surfacings },
    kept: ranked.slice(0, thread.length),
    added: ranked.slice(thread.length),
  }
}

/** What was said on both sides that nothing tells yet, in order. */
function untold(card: CardBody, { turns }: Conversation, thread: PostRow[], isBroadcast: boolean): ThreadBody[] {
  let covered = Math.max(card.since, ...thread.flatMap(({ body }) => (body.kind === 'said' ? [body.to] : [])))
  const told = new Set([
    ...(card.told ?? []),
    ...thread.flatMap(({ body }) => (body.kind === 'sent' ? [body.replyId] : [])),
  ])
  const planned: ThreadBody[] = []
  for (const turn of turns) {
    const last = planned.at(-1)
    if (turn.from === 'team') {
      if (!told.has(turn.id)) planned.push({ kind: 'sent', replyId: turn.id })
    } else if (!turn.automatic && turn.seq > covered) {
      if (last?.kind === 'said') last.to = turn.seq
      else planned.push({ kind: 'said', from: covered + 1, to: turn.seq, isBroadcast })
      covered = turn.seq
    }
  }
  return planned
}

export function threadKey(body: ThreadBody, { id, surfacings }: Conversation): string {
  switch (body.kind) {
    case 'said':
      return `said:${id}:${body.from}`
    case 'sent':
      return `sent:${body.replyId}`
    case 'surfaced':
      return `surfaced:${id}:${surfacings}`
    case 'files':
      return `files:${id}`
  }
}

/** What is shown in the room as well is urgent, and so is what has to come before it. */
function rankThread(rows: PostRow[]): PostRow[] {
  let rank = 2
  return rows
    .toReversed()
    .map((row) => {
      const isUrgent = row.body.kind === 'surfaced' || (row.body.kind === 'said' && row.body.isBroadcast)
      if (row.ref === null && isUrgent) rank = 0
      return row.ref === null ? { ...row, rank } : row
    })
    .toReversed()
}
