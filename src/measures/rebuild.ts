import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { conversations, countedPeriods, events, interactions, outcomes, settings } from '../db/schema.ts'
import { insertAll, isAnyOf } from '../db/sets.ts'
import { replay, type Stretch } from './replay.ts'
import { timelineOf, toldEvents, type LoggedEvent } from './timeline.ts'

type InteractionRow = Pick<typeof interactions.$inferSelect, keyof typeof described>

/** What the log doesn't tell of an interaction, or didn't in earlier versions. */
const described = {
  id: interactions.id,
  conversationId: interactions.conversationId,
  seq: interactions.seq,
  channel: interactions.channel,
  account: interactions.account,
  kind: interactions.kind,
  rating: interactions.rating,
  recommends: interactions.recommends,
  occurredAt: interactions.occurredAt,
  receivedAt: interactions.receivedAt,
  theme: interactions.theme,
  sentiment: interactions.sentiment,
  urgency: interactions.urgency,
  language: interactions.language,
  topics: interactions.topics,
}

type OutcomeRow = typeof outcomes.$inferSelect

/** Conversations that are read into memory at once. */
const chunk = 200

/** Fills the table `outcomes` once, from what was logged before there was one. To be called at every start. Returns the number of rows. */
export async function ensureOutcomes({ db, clock }: Pick<Context, 'db' | 'clock'>): Promise<number> {
  const [done] = await db.select({ key: settings.key }).from(settings).where(eq(settings.key, 'outcomes'))
  if (done) return 0
  const made = await rebuildOutcomes(db)
  // Postgres looks by itself only after a while. Of an empty table it would keep in mind that reading all of it costs nothing.
  if (made > 0) await db.execute(sql`analyze outcomes`)
  await db.insert(settings).values({ key: 'outcomes', value: { made }, updatedAt: clock.now() }).onConflictDoNothing()
  return made
}

/**
 * Makes the table `outcomes` anew from the event log; past periods are counted again. Returns the number of rows. It holds the
 * conversations that it is at, as the verbs do, so it may run beside them, be broken off, and be repeated, also by two replicas
 * at once.
 */
export async function rebuildOutcomes(db: Db): Promise<number> {
  let made = 0
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const round = await db.transaction((tx) => rebuildAfter(tx, after))
    if (!round) break
    made += round.made
    after = round.last
  }
  // They were counted from the table as it was before, or while it was made.
  await db.delete(countedPeriods)
  return made
}

async function rebuildAfter(tx: Db, after: string): Promise<{ made: number; last: string } | null> {
  const held = await tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(gt(conversations.id, after))
    .orderBy(asc(conversations.id))
    .limit(chunk)
    .for('update')
  const ids = held.map(({ id }) => id)
  const last = ids.at(-1)
  if (last === undefined) return null
  const heard = await tx.select(described).from(interactions).where(isAnyOf(interactions.conversationId, ids))
  const logged = await tx
    .select()
    .from(events)
    .where(and(isAnyOf(events.conversationId, ids), inArray(events.type, [...toldEvents])))
    .orderBy(asc(events.at), asc(events.id))
  const rowById = new Map(heard.map((row) => [row.id, row]))
  const logs = new Map<string, LoggedEvent[]>(ids.map((id) => [id, []]))
  for (const event of completed(logged, rowById)) logs.get(event.conversationId ?? '')?.push(event)
  const rows = [...logs.values()].flatMap((log) =>
    replay(timelineOf(log)).flatMap((stretch) => {
      const row = rowById.get(stretch.heard.id)
      return row ? [outcomeOf(stretch, row)] : []
    }),
  )
  await tx.delete(outcomes).where(isAnyOf(outcomes.conversationId, ids))
  await insertAll(tx, outcomes, rows)
  return { made: rows.length, last }
}

/** Earlier versions wrote less into the log: when and in which place a customer did something, and that they went on. */
function* completed<Event extends LoggedEvent>(log: Event[], rowById: Map<string, InteractionRow>): Iterable<Event> {
  const went = new Set(log.filter(({ type }) => type === 'interaction.continued').map((event) => event.interactionId))
  for (const event of log) {
    const row = event.type === 'interaction.received' ? rowById.get(event.interactionId ?? '') : undefined
    if (row && !went.has(row.id)) {
      const { seq, occurredAt } = row
      yield { ...event, data: { occurredAt: occurredAt.toISOString(), ...Object(event.data), seq } }
    } else yield event
  }
}

function outcomeOf({ heard, isFirst, since, settled, undoneAt }: Stretch, row: InteractionRow): OutcomeRow {
  const sent = settled?.as === 'answered' ? settled.sent : null
  const { id: interactionId, ...known } = row
  return {
    ...known,
    interactionId,
    since,
    seq: heard.seq,
    isFirst,
    topics: row.topics ?? [],
    settledAt: settled?.at ?? null,
    settledAs: settled?.as ?? null,
    dismissedReason: settled?.as === 'dismissed' ? settled.reason : null,
    undoneAt,
    replyId: sent?.replyId ?? null,
    approvedBy: sent?.approvedBy ?? null,
    draftedAt: sent?.draftedAt ?? null,
    approvedAt: sent?.approvedAt ?? null,
    acceptedAt: sent?.acceptedAt ?? null,
    editedShare: sent?.editedShare ?? null,
    isByHand: sent?.isByHand ?? false,
  }
}
