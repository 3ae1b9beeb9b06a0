import { eq } from 'drizzle-orm'
import { updateConversations } from '../conversations/locate.ts'
import type { ConversationRow } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { attachments, events, interactions, lines } from '../db/schema.ts'
import { insertAll } from '../db/sets.ts'
import { continueOutcomes, receiveOutcomes } from '../measures/outcomes.ts'
import { RaceError } from './arrival.ts'
import type { RecordContext } from './record.ts'

export type NewInteraction = typeof interactions.$inferInsert

/** What one transaction stores of what came in, and queues after it. */
export interface Batch {
  interactions: NewInteraction[]
  attachments: (typeof attachments.$inferInsert)[]
  lines: (typeof lines.$inferInsert)[]
  events: (typeof events.$inferInsert)[]
  /** By the id of an interaction that is stored already. */
  updates: Map<string, Partial<NewInteraction>>
  /** Interactions that have more lines now, with the sequence number of the newest. */
  continued: Map<string, number>
  /** Of suspected spam. */
  quarantined: Set<string>
  /** Came late: nobody waits for an answer to them. */
  outdated: Set<string>
  /** Conversations, as they are to be stored. */
  changed: Map<string, ConversationRow>
  triage: Map<string, { seq: number; startAfter: Date | undefined }>
  /** Files that are to be fetched. */
  files: { attachmentId: string; conversationId: string }[]
  /** Channels to signal: somebody reads along. */
  hosted: Set<string>
}

export function emptyBatch(): Batch {
  return {
    interactions: [],
    attachments: [],
    lines: [],
    events: [],
    updates: new Map(),
    continued: new Map(),
    quarantined: new Set(),
    outdated: new Set(),
    changed: new Map(),
    triage: new Map(),
    files: [],
    hosted: new Set(),
  }
}

/** Changes an interaction that is stored, or is about to be. True: it is stored. */
export function updateInteraction(batch: Batch, id: string, set: Partial<NewInteraction>): boolean {
  const row = batch.interactions.find((one) => one.id === id)
  if (row) Object.assign(row, set)
  else batch.updates.set(id, { ...batch.updates.get(id), ...set })
  return row === undefined
}

/** Stores it, and queues what follows. Throws RaceError where another transaction was faster. */
export async function storeBatch(ctx: RecordContext, tx: Db, batch: Batch): Promise<void> {
  // Sent together: none needs the answer of another, and a round trip each would be most of the time it takes.
  const [stored] = await Promise.all([
    insertAll(tx, interactions, batch.interactions, { skipKnown: true }),
    ...[...batch.updates].map(([id, set]) => tx.update(interactions).set(set).where(eq(interactions.id, id))),
    insertAll(tx, lines, batch.lines),
    insertAll(tx, events, batch.events),
    receiveOutcomes(
      tx,
      batch.interactions.filter(({ id }) => !batch.outdated.has(id)),
      batch.quarantined,
    ),
    continueOutcomes(
      tx,
      [...batch.continued].map(([interactionId, seq]) => ({ interactionId, seq })),
    ),
    updateConversations(tx, [...batch.changed.values()]),
    ctx.queue.addAll(
      tx,
      'triage',
      [...batch.triage].map(([conversationId, { seq, startAfter }]) => ({
        payload: { conversationId, seq },
        startAfter,
      })),
    ),
    ctx.queue.addAll(
      tx,
      'sync-card',
      [...batch.changed.values()].map(({ id }) => ({ payload: { conversationId: id } })),
    ),
    ctx.queue.addAll(
      tx,
      'fetch-attachment',
      batch.files.map((payload) => ({ payload })),
    ),
    ctx.signals.send(tx, 'hosted', [...batch.hosted]),
  ])
  if (stored < batch.interactions.length) throw new RaceError('An interaction was stored twice at once')
  if (batch.attachments.length > 0) await tx.insert(attachments).values(batch.attachments)
}
