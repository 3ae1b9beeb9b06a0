import { eq } from 'drizzle-orm'
import type { Delivery, InboundInteraction, Recorded } from '../channels/channel.ts'
import type { ActiveChannel, Context } from '../context.ts'
import { hostedKey } from '../conversations/hosted.ts'
import { findReferenced, lockConversations, updateConversations } from '../conversations/locate.ts'
import type { ConversationRow } from '../conversations/queries.ts'
import { identify } from '../customers/identify.ts'
import type { Db } from '../db/client.ts'
import { attachments, cursors, events, interactions, lines } from '../db/schema.ts'
import { insertAll } from '../db/sets.ts'
import { findBuried, nowhere } from '../erasures/tombstones.ts'
import { continueOutcomes, receiveOutcomes } from '../measures/outcomes.ts'
import { applyReceipt, lockReplies } from '../replies/receipt.ts'
import { interactionKey, RaceError, repeated, required, type Item } from './arrival.ts'
import { cleanInbound } from './clean.ts'
import { hear } from './hear.ts'
import { findKnownInteractions, findKnownLines, findNewest } from './queries.ts'

export interface Arrival {
  channel: ActiveChannel
  delivery: Delivery
}

export type RecordContext = Pick<Context, 'db' | 'queue' | 'signals' | 'clock' | 'newId' | 'key' | 'channels'>

const groupedTextLimit = 20_000

/**
 * Stores what came in, once, and queues what follows from it, in one transaction for all of it.
 * Returns one entry per arrival, in order. Throws what the database throws; then nothing was stored.
 */
export async function record(ctx: RecordContext, arrivals: Arrival[]): Promise<Recorded[]> {
  return repeated(() => ctx.db.transaction((tx) => recordIn(ctx, tx, arrivals)))
}

async function recordIn(ctx: RecordContext, tx: Db, arrivals: Arrival[]): Promise<Recorded[]> {
  const perArrival = arrivals.map(({ channel, delivery }) =>
    delivery.interactions.map((raw): Item => {
      const inbound = cleanInbound(raw)
      return { channel, inbound, key: interactionKey(channel.id, inbound.account, inbound.externalId), result: null }
    }),
  )
  const items = perArrival.flat()
  await lockReplies(
    tx,
    arrivals.flatMap(({ delivery }) => delivery.receipts ?? []),
  )
  if (items.length > 0) await recordItems(ctx, tx, items)
  for (const { channel, delivery } of arrivals) {
    for (const receipt of delivery.receipts ?? []) await applyReceipt(ctx, tx, channel.id, receipt)
    if (delivery.cursor) {
      await tx
        .insert(cursors)
        .values({ channel: channel.id, ...delivery.cursor })
        .onConflictDoUpdate({ target: [cursors.channel, cursors.key], set: { value: delivery.cursor.value } })
    }
  }
  return perArrival.map((group) => ({ interactions: group.map(({ result }) => result ?? neverRecorded()) }))
}

async function recordItems(ctx: RecordContext, tx: Db, items: Item[]): Promise<void> {
  const [rows, buried] = await Promise.all([
    findKnownInteractions(
      tx,
      items.map(({ inbound }) => inbound.externalId),
    ),
    findBuried(
      ctx,
      tx,
      items.map(({ key }) => key),
    ),
  ])
  const known = new Map(rows.map((row) => [interactionKey(row.channel, row.account, row.externalId), row]))
  const fresh: Item[] = []
  const first = new Map<string, Item>()
  for (const item of items) {
    const row = known.get(item.key)
    if (row) item.result = { id: row.id, conversationId: row.conversationId, isDuplicate: true }
    // It was here, and was erased because its customer asked for it.
    else if (buried.has(item.key)) item.result = { id: nowhere, conversationId: nowhere, isDuplicate: true }
    else if (!first.has(item.key)) fresh.push(item)
    if (!first.has(item.key)) first.set(item.key, item)
  }
  if (fresh.length > 0) await recordFresh(ctx, tx, fresh)
  for (const item of items) {
    const original = first.get(item.key)?.result
    if (!item.result && original) item.result = { ...original, isDuplicate: true }
  }
}

async function recordFresh(ctx: RecordContext, tx: Db, items: Item[]): Promise<void> {
  const now = ctx.clock.now()
  const referenced = await findReferenced(tx, items)
  const identityOf = await identify(ctx, tx, items, referenced, now)
  const conversationOf = await lockConversations(ctx, tx, items, referenced, identityOf, now)
  const newest = await findNewest(tx, items, conversationOf)
  const knownLines = await findKnownLines(tx, items, conversationOf)

  const changed = new Map<string, ConversationRow>()
  const inserts = {
    interactions: [] as (typeof interactions.$inferInsert)[],
    lines: [] as (typeof lines.$inferInsert)[],
    attachments: [] as (typeof attachments.$inferInsert)[],
    events: [] as (typeof events.$inferInsert)[],
  }
  const quarantined = new Set<string>()
  const appended = new Map<string, Partial<typeof interactions.$inferInsert> & { seq: number }>()
  const triage = new Map<string, { seq: number; startAfter: Date | undefined }>()
  const hosted = new Set<string>()

  for (const item of items) {
    const { channel, inbound } = item
    const conversation = required(conversationOf.get(item))
    const last = newest.get(conversation.id)
    if (last && knownLines.has(JSON.stringify([conversation.id, inbound.externalId]))) {
      item.result = { id: last.id, conversationId: conversation.id, isDuplicate: true }
      continue
    }
    const isNew = conversation.inboundSeq === 0
    const isByOther = referenced.has(item) && required(identityOf.get(item)).customerId !== conversation.customerId
    hear(conversation, inbound, isNew, now)
    changed.set(conversation.id, conversation)
    const quietMs = channel.limits.quietSeconds * 1000
    const text = last ? `${last.text}\n${inbound.text}` : inbound.text
    const isSameBreath =
      last !== undefined &&
      !isNew &&
      quietMs > 0 &&
      !inbound.automatic &&
      last.isOpen &&
      now.getTime() - last.lastLineAt.getTime() <= quietMs &&
      text.length <= groupedTextLimit
    let interactionId = ctx.newId()
    if (isSameBreath) {
      interactionId = last.id
      Object.assign(last, { text, lastLineAt: now })
      const insert = inserts.interactions.find(({ id }) => id === last.id)
      if (insert) Object.assign(insert, { text, seq: conversation.inboundSeq, lastLineAt: now })
      // What it is about must be worked out anew: until then nobody knows it.
      else appended.set(last.id, { text, seq: conversation.inboundSeq, lastLineAt: now, theme: null, triagedAt: null })
      inserts.events.push({
        id: ctx.newId(),
        at: now,
        type: 'interaction.continued',
        conversationId: conversation.id,
        interactionId,
        actor: 'customer',
        data: { seq: conversation.inboundSeq },
      })
    } else {
      const isQuarantined = conversation.state === 'quarantined'
      if (isQuarantined) quarantined.add(interactionId)
      inserts.interactions.push({
        id: interactionId,
        conversationId: conversation.id,
        identityId: required(identityOf.get(item)).id,
        channel: channel.id,
        account: inbound.account,
        externalId: inbound.externalId,
        kind: inbound.kind,
        seq: conversation.inboundSeq,
        text: inbound.text,
        fullText: inbound.fullText ?? null,
        automatic: inbound.automatic ?? null,
        notes: [...(inbound.notes ?? []), ...(isByOther ? [writtenByOther(inbound)] : [])],
        rating: inbound.rating ?? null,
        recommends: inbound.recommends ?? null,
        occurredAt: inbound.occurredAt,
        receivedAt: now,
        lastLineAt: now,
      })
      newest.set(conversation.id, {
        id: interactionId,
        text: inbound.text,
        lastLineAt: now,
        isOpen: !inbound.automatic,
      })
      inserts.events.push({
        id: ctx.newId(),
        at: now,
        type: 'interaction.received',
        conversationId: conversation.id,
        interactionId,
        actor: inbound.automatic ? 'deskbell' : 'customer',
        data: {
          channel: channel.id,
          account: inbound.account,
          kind: inbound.kind,
          seq: conversation.inboundSeq,
          occurredAt: inbound.occurredAt.toISOString(),
          automatic: inbound.automatic ?? null,
          isQuarantined,
        },
      })
    }
    if (channel.open.isHosted) {
      inserts.lines.push({
        conversationId: conversation.id,
        seq: conversation.version,
        sender: 'customer',
        externalId: inbound.externalId,
        name: inbound.customer.name ?? null,
        text: inbound.text,
        at: inbound.occurredAt,
      })
      hosted.add(hostedKey(conversation.channel, conversation.account, conversation.externalId))
    }
    for (const attachment of inbound.attachments ?? []) {
      inserts.attachments.push({
        id: ctx.newId(),
        interactionId,
        name: attachment.name,
        mediaType: attachment.mediaType,
        bytes: attachment.bytes,
        content: attachment.content ?? null,
      })
    }
    if (conversation.isDrafting && !inbound.automatic) {
      triage.set(conversation.id, {
        seq: conversation.inboundSeq,
        startAfter: quietMs > 0 ? new Date(now.getTime() + quietMs) : undefined,
      })
    }
    item.result = { id: interactionId, conversationId: conversation.id, isDuplicate: false }
  }

  // Sent together: none needs the answer of another, and a round trip each would be most of the time it takes.
  const [stored] = await Promise.all([
    insertAll(tx, interactions, inserts.interactions, { skipKnown: true }),
    ...[...appended].map(([id, set]) => tx.update(interactions).set(set).where(eq(interactions.id, id))),
    insertAll(tx, lines, inserts.lines),
    insertAll(tx, events, inserts.events),
    receiveOutcomes(tx, inserts.interactions, quarantined),
    continueOutcomes(
      tx,
      [...appended].map(([interactionId, { seq }]) => ({ interactionId, seq })),
    ),
    updateConversations(tx, [...changed.values()]),
    ctx.queue.addAll(
      tx,
      'triage',
      [...triage].map(([conversationId, { seq, startAfter }]) => ({ payload: { conversationId, seq }, startAfter })),
    ),
    ctx.queue.addAll(
      tx,
      'sync-card',
      [...changed.values()].map(({ id }) => ({ payload: { conversationId: id } })),
    ),
    ctx.signals.send(tx, 'hosted', [...hosted]),
  ])
  if (stored < inserts.interactions.length) throw new RaceError('An interaction was stored twice at once')
  if (inserts.attachments.length > 0) await tx.insert(attachments).values(inserts.attachments)
}

/** A forwarded message is enough to write into its conversation: the team must see it before they answer. */
function writtenByOther({ customer: { handle, email, name, externalId } }: InboundInteraction): string {
  return `Written by ${handle ?? email ?? name ?? externalId}, not by the customer who began this conversation. The answer goes to whoever wrote last`
}

function neverRecorded(): never {
  throw new Error('An interaction was neither stored nor found')
}
