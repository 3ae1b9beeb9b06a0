import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Delivery, InboundInteraction, Recorded } from '../channels/channel.ts'
import type { ActiveChannel, Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import {
  attachments,
  conversations,
  cursors,
  customers,
  events,
  identities,
  interactions,
  lines,
} from '../db/schema.ts'
import { applyReceipt } from '../replies/receipt.ts'
import { hostedKey } from '../conversations/hosted.ts'
import { cleanInbound } from './clean.ts'
import { findConversations, findKnownInteractions, type ConversationKey } from './queries.ts'

export interface Arrival {
  channel: ActiveChannel
  delivery: Delivery
}

type ConversationRow = typeof conversations.$inferSelect
export type RecordContext = Pick<Context, 'db' | 'queue' | 'signals' | 'clock' | 'newId' | 'channels'>

/** Another transaction made the same customer, conversation or interaction first: on a second run it will be seen. */
class RaceError extends Error {}

const groupedTextLimit = 20_000

/**
 * Stores what came in, once, and queues what follows from it, in one transaction for all of it.
 * Returns one entry per arrival, in order. Throws what the database throws; then nothing was stored.
 */
export async function record(ctx: RecordContext, arrivals: Arrival[]): Promise<Recorded[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ctx.db.transaction((tx) => recordIn(ctx, tx, arrivals))
    } catch (error) {
      if (attempt === 5 || !isRace(error)) throw error
    }
  }
}

function isRace(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    // Serialization failure, deadlock.
    if (cause instanceof RaceError || ('code' in cause && (cause.code === '40001' || cause.code === '40P01')))
      return true
  }
  return false
}

/** One interaction on its way through `recordIn`. */
interface Item {
  channel: ActiveChannel
  inbound: InboundInteraction
  key: string
  result: Recorded['interactions'][number] | null
}

const interactionKey = (channel: string, account: string, externalId: string) =>
  JSON.stringify([channel, account, externalId])

async function recordIn(ctx: RecordContext, tx: Db, arrivals: Arrival[]): Promise<Recorded[]> {
  const perArrival = arrivals.map(({ channel, delivery }) =>
    delivery.interactions.map((raw): Item => {
      const inbound = cleanInbound(raw)
      return { channel, inbound, key: interactionKey(channel.id, inbound.account, inbound.externalId), result: null }
    }),
  )
  const items = perArrival.flat()
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
  const known = new Map(
    (
      await findKnownInteractions(
        tx,
        items.map(({ inbound }) => inbound.externalId),
      )
    ).map((row) => [interactionKey(row.channel, row.account, row.externalId), row]),
  )
  const fresh: Item[] = []
  const first = new Map<string, Item>()
  for (const item of items) {
    const row = known.get(item.key)
    if (row) item.result = { id: row.id, conversationId: row.conversationId, isDuplicate: true }
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
  const identityOf = await upsertIdentities(ctx, tx, items, referenced, now)
  const conversationOf = await lockConversations(ctx, tx, items, referenced, identityOf, now)
  const newest = await newestInteractions(tx, items, conversationOf)
  const knownLines = await findKnownLines(tx, items, conversationOf)

  const changed = new Map<string, ConversationRow>()
  const inserts = {
    interactions: [] as (typeof interactions.$inferInsert)[],
    lines: [] as (typeof lines.$inferInsert)[],
    attachments: [] as (typeof attachments.$inferInsert)[],
    events: [] as (typeof events.$inferInsert)[],
  }
  const appended = new Map<string, { text: string; seq: number; lastLineAt: Date }>()
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
      else appended.set(last.id, { text, seq: conversation.inboundSeq, lastLineAt: now })
    } else {
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
        notes: inbound.notes ?? [],
        occurredAt: inbound.occurredAt,
        receivedAt: now,
        lastLineAt: now,
      })
      newest.set(conversation.id, { id: interactionId, text: inbound.text, lastLineAt: now, isOpen: true })
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
          occurredAt: inbound.occurredAt.toISOString(),
          automatic: inbound.automatic ?? null,
          isQuarantined: conversation.state === 'quarantined',
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
    if (conversation.isDrafting) {
      triage.set(conversation.id, {
        seq: conversation.inboundSeq,
        startAfter: quietMs > 0 ? new Date(now.getTime() + quietMs) : undefined,
      })
    }
    item.result = { id: interactionId, conversationId: conversation.id, isDuplicate: false }
  }

  if (inserts.interactions.length > 0) {
    const stored = await tx
      .insert(interactions)
      .values(inserts.interactions)
      .onConflictDoNothing()
      .returning({ id: interactions.id })
    if (stored.length < inserts.interactions.length) throw new RaceError('An interaction was stored twice at once')
  }
  for (const [id, set] of appended) await tx.update(interactions).set(set).where(eq(interactions.id, id))
  if (inserts.lines.length > 0) await tx.insert(lines).values(inserts.lines)
  if (inserts.attachments.length > 0) await tx.insert(attachments).values(inserts.attachments)
  if (inserts.events.length > 0) await tx.insert(events).values(inserts.events)
  await updateConversations(tx, [...changed.values()])
  await ctx.queue.addAll(
    tx,
    'triage',
    [...triage].map(([conversationId, { seq, startAfter }]) => ({ payload: { conversationId, seq }, startAfter })),
  )
  await ctx.queue.addAll(
    tx,
    'sync-card',
    [...changed.values()].filter(isShown).map(({ id }) => ({ payload: { conversationId: id } })),
  )
  await ctx.signals.send(tx, 'hosted', [...hosted])
}

/** What a new line does to its conversation. */
function hear(conversation: ConversationRow, inbound: InboundInteraction, isNew: boolean, now: Date): void {
  conversation.version += 1
  conversation.updatedAt = now
  if (inbound.automatic) {
    if (isNew) Object.assign(conversation, { inboundSeq: 1, state: 'dismissed', dismissedReason: 'automatic' })
    return
  }
  conversation.inboundSeq += 1
  conversation.lastInboundAt = inbound.occurredAt
  const isSuspect =
    (isNew && (inbound.suspicion?.length ?? 0) > 0) ||
    conversation.state === 'quarantined' ||
    conversation.dismissedReason === 'spam'
  if (isSuspect) {
    const reasons = inbound.suspicion?.length ? inbound.suspicion : ['Earlier messages were marked as spam']
    Object.assign(conversation, {
      state: 'quarantined',
      dismissedReason: null,
      dismissedBy: null,
      waitingSince: null,
      isDrafting: false,
      suspicion: [...new Set([...conversation.suspicion, ...reasons])],
    })
    return
  }
  if (conversation.state !== 'waiting' && conversation.state !== 'sending') {
    Object.assign(conversation, { state: 'waiting', dismissedReason: null, dismissedBy: null, snoozedUntil: null })
  }
  if (conversation.state === 'waiting') conversation.waitingSince ??= inbound.occurredAt
  conversation.isDrafting = true
}

/** Quarantined and automatic conversations never had a card, so there is none to update. */
function isShown({ state, dismissedReason }: ConversationRow): boolean {
  return state !== 'quarantined' && dismissedReason !== 'automatic'
}

async function findReferenced(tx: Db, items: Item[]): Promise<Map<Item, string>> {
  const references = [...new Set(items.flatMap(({ inbound }) => inbound.conversation.references ?? []))]
  if (references.length === 0) return new Map()
  const rows = await findConversations(tx, references)
  const byKey = new Map(
    rows.map((row) => [interactionKey(row.channel, row.account, row.externalId), row.conversationId]),
  )
  const found = new Map<Item, string>()
  for (const item of items) {
    const match = item.inbound.conversation.references
      ?.map((reference) => byKey.get(interactionKey(item.channel.id, item.inbound.account, reference)))
      .find((id) => id !== undefined)
    if (match) found.set(item, match)
  }
  return found
}

interface IdentityRow {
  id: string
  customerId: string
}

async function upsertIdentities(
  ctx: RecordContext,
  tx: Db,
  items: Item[],
  referenced: Map<Item, string>,
  now: Date,
): Promise<Map<Item, IdentityRow>> {
  const keyOf = (channel: string, externalId: string) => JSON.stringify([channel, externalId])
  const wanted = new Map(items.map((item) => [keyOf(item.channel.id, item.inbound.customer.externalId), item]))
  const rows = await tx
    .select()
    .from(identities)
    .where(
      inArray(
        identities.externalId,
        [...wanted.values()].map(({ inbound }) => inbound.customer.externalId),
      ),
    )
  const existing = new Map<string, IdentityRow>()
  for (const row of rows) {
    const key = keyOf(row.channel, row.externalId)
    const item = wanted.get(key)
    if (!item) continue
    existing.set(key, row)
    const { name, handle, email } = item.inbound.customer
    if ((name && name !== row.name) || (handle && handle !== row.handle) || (email && email !== row.email)) {
      await tx
        .update(identities)
        .set({ name: name ?? row.name, handle: handle ?? row.handle, email: email ?? row.email })
        .where(eq(identities.id, row.id))
      if (name && name !== row.name) await tx.update(customers).set({ name }).where(eq(customers.id, row.customerId))
    }
  }
  // In one order everywhere, so that two transactions never wait for one another.
  const missing = [...wanted].filter(([key]) => !existing.has(key)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (missing.length > 0) {
    const conversationIds = [...new Set(missing.flatMap(([, item]) => referenced.get(item) ?? []))]
    const owners =
      conversationIds.length > 0
        ? await tx
            .select({ id: conversations.id, customerId: conversations.customerId })
            .from(conversations)
            .where(inArray(conversations.id, conversationIds))
        : []
    const ownerOf = new Map(owners.map(({ id, customerId }) => [id, customerId]))
    const newCustomers: (typeof customers.$inferInsert)[] = []
    const newIdentities = missing.map(([, item]) => {
      const { externalId, name, handle, email } = item.inbound.customer
      let customerId = ownerOf.get(referenced.get(item) ?? '')
      if (!customerId) {
        customerId = ctx.newId()
        newCustomers.push({ id: customerId, name: name ?? handle ?? email ?? 'Visitor', createdAt: now })
      }
      return {
        id: ctx.newId(),
        customerId,
        channel: item.channel.id,
        externalId,
        name: name ?? null,
        handle: handle ?? null,
        email: email ?? null,
        createdAt: now,
      }
    })
    if (newCustomers.length > 0) await tx.insert(customers).values(newCustomers)
    const stored = await tx
      .insert(identities)
      .values(newIdentities)
      .onConflictDoNothing()
      .returning({ id: identities.id })
    if (stored.length < newIdentities.length) throw new RaceError('An identity was stored twice at once')
    for (const identity of newIdentities) existing.set(keyOf(identity.channel, identity.externalId), identity)
  }
  return new Map(
    items.map((item) => [item, required(existing.get(keyOf(item.channel.id, item.inbound.customer.externalId)))]),
  )
}

async function lockConversations(
  ctx: RecordContext,
  tx: Db,
  items: Item[],
  referenced: Map<Item, string>,
  identityOf: Map<Item, IdentityRow>,
  now: Date,
): Promise<Map<Item, ConversationRow>> {
  const keyOf = (key: ConversationKey) => interactionKey(key.channel, key.account, key.externalId)
  const keyOfItem = ({ channel, inbound }: Item) =>
    keyOf({ channel: channel.id, account: inbound.account, externalId: inbound.conversation.externalId })
  const unresolved = new Map(items.filter((item) => !referenced.has(item)).map((item) => [keyOfItem(item), item]))
  if (unresolved.size > 0) {
    await tx
      .insert(conversations)
      .values(
        [...unresolved]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([, item]) => ({
            id: ctx.newId(),
            channel: item.channel.id,
            account: item.inbound.account,
            externalId: item.inbound.conversation.externalId,
            customerId: required(identityOf.get(item)).customerId,
            subject: item.inbound.conversation.subject ?? null,
            state: 'waiting' as const,
            inboundSeq: 0,
            version: 0,
            lastInboundAt: item.inbound.occurredAt,
            isDrafting: false,
            createdAt: now,
            updatedAt: now,
          })),
      )
      .onConflictDoNothing()
  }
  const byExternalId = [...unresolved.values()].map(({ inbound }) => inbound.conversation.externalId)
  const byId = [...new Set(referenced.values())]
  const rows = await tx
    .select()
    .from(conversations)
    .where(
      sql`${byId.length > 0 ? inArray(conversations.id, byId) : sql`false`} or ${byExternalId.length > 0 ? inArray(conversations.externalId, byExternalId) : sql`false`}`,
    )
    .orderBy(conversations.id)
    .for('update')
  const rowById = new Map(rows.map((row) => [row.id, row]))
  const rowByKey = new Map(rows.map((row) => [keyOf(row), row]))
  return new Map(
    items.map((item) => [item, required(rowById.get(referenced.get(item) ?? '') ?? rowByKey.get(keyOfItem(item)))]),
  )
}

interface NewestInteraction {
  id: string
  text: string
  lastLineAt: Date
  /** Nothing was answered since, and a person wrote it. */
  isOpen: boolean
}

async function newestInteractions(
  tx: Db,
  items: Item[],
  conversationOf: Map<Item, ConversationRow>,
): Promise<Map<string, NewestInteraction>> {
  const grouped = items
    .filter(({ channel }) => channel.open.isHosted || channel.limits.quietSeconds > 0)
    .map((item) => required(conversationOf.get(item)))
  const talking = new Map(grouped.filter(({ inboundSeq }) => inboundSeq > 0).map((row) => [row.id, row]))
  if (talking.size === 0) return new Map()
  const rows = await tx
    .selectDistinctOn([interactions.conversationId])
    .from(interactions)
    .where(inArray(interactions.conversationId, [...talking.keys()]))
    .orderBy(interactions.conversationId, desc(interactions.seq), desc(interactions.id))
  return new Map(
    rows.map((row) => [
      row.conversationId,
      {
        id: row.id,
        text: row.text,
        lastLineAt: row.lastLineAt,
        isOpen: talking.get(row.conversationId)?.state === 'waiting' && row.automatic === null,
      },
    ]),
  )
}

async function findKnownLines(tx: Db, items: Item[], conversationOf: Map<Item, ConversationRow>): Promise<Set<string>> {
  const hosted = items.filter(({ channel }) => channel.open.isHosted)
  if (hosted.length === 0) return new Set()
  const rows = await tx
    .select({ conversationId: lines.conversationId, externalId: lines.externalId })
    .from(lines)
    .where(
      and(
        inArray(
          lines.conversationId,
          hosted.map((item) => required(conversationOf.get(item)).id),
        ),
        inArray(
          lines.externalId,
          hosted.map(({ inbound }) => inbound.externalId),
        ),
      ),
    )
  return new Set(rows.map(({ conversationId, externalId }) => JSON.stringify([conversationId, externalId])))
}

async function updateConversations(tx: Db, rows: ConversationRow[]): Promise<void> {
  if (rows.length === 0) return
  const values = rows.map((row) => ({
    id: row.id,
    state: row.state,
    inbound_seq: row.inboundSeq,
    version: row.version,
    waiting_since: row.waitingSince,
    last_inbound_at: row.lastInboundAt,
    snoozed_until: row.snoozedUntil,
    dismissed_reason: row.dismissedReason,
    dismissed_by: row.dismissedBy,
    suspicion: row.suspicion,
    is_drafting: row.isDrafting,
    updated_at: row.updatedAt,
  }))
  await tx.execute(sql`
    update conversations c
    set state = u.state, inbound_seq = u.inbound_seq, version = u.version, waiting_since = u.waiting_since,
        last_inbound_at = u.last_inbound_at, snoozed_until = u.snoozed_until, dismissed_reason = u.dismissed_reason,
        dismissed_by = u.dismissed_by, suspicion = u.suspicion, is_drafting = u.is_drafting, updated_at = u.updated_at
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as u(
      id uuid, state text, inbound_seq int, version int, waiting_since timestamptz, last_inbound_at timestamptz,
      snoozed_until timestamptz, dismissed_reason text, dismissed_by text, suspicion jsonb, is_drafting boolean,
      updated_at timestamptz)
    where c.id = u.id`)
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new RaceError('A row that was just stored is gone')
  return value
}

function neverRecorded(): never {
  throw new Error('An interaction was neither stored nor found')
}
