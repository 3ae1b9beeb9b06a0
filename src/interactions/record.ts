import type { Delivery, Recorded } from '../channels/channel.ts'
import type { ActiveChannel, Context } from '../context.ts'
import { hearElsewhere } from '../conversations/hear-elsewhere.ts'
import type { Db } from '../db/client.ts'
import { cursors } from '../db/schema.ts'
import { findBuried, nowhere } from '../erasures/tombstones.ts'
import { applyReceipt, lockReplies } from '../replies/receipt.ts'
import { interactionKey, repeated, type Item } from './arrival.ts'
import { cleanAnswer, cleanInbound, cleanRemoval } from './clean.ts'
import { findKnownInteractions } from './queries.ts'
import { recordFresh } from './record-fresh.ts'
import { lockForRemovals, remove, waitForRemovals, type Taken } from './remove.ts'

export interface Arrival {
  channel: ActiveChannel
  delivery: Delivery
}

export type RecordContext = Pick<Context, 'db' | 'queue' | 'signals' | 'clock' | 'newId' | 'key' | 'channels'>

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
  const removals = arrivals.flatMap(({ channel, delivery }) =>
    (delivery.removals ?? []).map((removal): Taken => ({ channel: channel.id, ...cleanRemoval(removal) })),
  )
  const receipts = arrivals.flatMap(({ delivery }) => delivery.receipts ?? [])
  const takenFrom = await lockForRemovals(tx, removals)
  // Removals before replies, as by who takes something back; who does needs not wait for itself.
  const locks = [
    ...(removals.length > 0 || items.length + receipts.length === 0 ? [] : [waitForRemovals(tx)]),
    lockReplies(tx, receipts),
  ]
  await (items.length > 0 ? recordItems(ctx, tx, items, locks) : Promise.all(locks))
  const stored = items.flatMap(({ result }) => (result && !result.isDuplicate ? result.conversationId : []))
  await remove(ctx, tx, removals, [...new Set([...takenFrom, ...stored])])
  for (const { channel, delivery } of arrivals) {
    for (const answer of delivery.answers ?? []) await hearElsewhere(ctx, tx, channel.id, cleanAnswer(answer))
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

/** `locks`: sent with the first questions, and before them. */
async function recordItems(ctx: RecordContext, tx: Db, items: Item[], locks: Promise<void>[]): Promise<void> {
  const [rows, buried] = await Promise.all([
    findKnownInteractions(
      tx,
      items.map(({ inbound }) => inbound.externalId),
    ),
    findBuried(
      ctx,
      tx,
      items.flatMap((item) => [item.key, ...(firstKey(item) ?? [])]),
    ),
    ...locks,
  ])
  const known = new Map(rows.map((row) => [interactionKey(row.channel, row.account, row.externalId), row]))
  const fresh: Item[] = []
  const first = new Map<string, Item>()
  for (const item of items) {
    const row = known.get(item.key)
    if (row) item.result = { id: row.id, conversationId: row.conversationId, isDuplicate: true }
    // It was here, and was erased because its customer asked for it; or they took it back before it came.
    else if (isBuried(item, buried)) item.result = { id: nowhere, conversationId: nowhere, isDuplicate: true }
    else if (!first.has(item.key)) fresh.push(item)
    if (!first.has(item.key)) first.set(item.key, item)
  }
  if (fresh.length > 0) await recordFresh(ctx, tx, fresh)
  for (const item of items) {
    const original = first.get(item.key)?.result
    if (!item.result && original) item.result = { ...original, isDuplicate: true }
  }
}

/** Of what it is a version of. */
function firstKey({ channel, inbound }: Item): string[] | undefined {
  return inbound.versionOf === undefined ? undefined : [interactionKey(channel.id, inbound.account, inbound.versionOf)]
}

/** A version that was written since is new: it may come in. */
function isBuried(item: Item, buried: Map<string, Date>): boolean {
  const ended = (firstKey(item) ?? []).flatMap((key) => buried.get(key) ?? [])
  return buried.has(item.key) || ended.some((at) => item.inbound.occurredAt <= at)
}

function neverRecorded(): never {
  throw new Error('An interaction was neither stored nor found')
}
