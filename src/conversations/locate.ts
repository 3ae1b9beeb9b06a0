import { or, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { IdentityRow } from '../customers/identify.ts'
import type { Db } from '../db/client.ts'
import { conversations } from '../db/schema.ts'
import { insertAll, isAnyOf } from '../db/sets.ts'
import { interactionKey, required, type Item } from '../interactions/arrival.ts'
import { findConversations, type ConversationKey } from '../interactions/queries.ts'
import type { ConversationRow } from './queries.ts'

/** Ids of the conversations that items refer to, by what was said there before. */
export async function findReferenced(tx: Db, items: Item[]): Promise<Map<Item, string>> {
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

/** Finds or makes each item's conversation, and locks it until the transaction ends. */
export async function lockConversations(
  ctx: Pick<Context, 'newId'>,
  tx: Db,
  items: Item[],
  referenced: Map<Item, string>,
  identityOf: Map<Item, IdentityRow>,
  now: Date,
): Promise<Map<Item, ConversationRow>> {
  const keyOf = (key: ConversationKey) => interactionKey(key.channel, key.account, key.externalId)
  const keyOfItem = ({ channel, inbound }: Item) =>
    keyOf({ channel: channel.id, account: inbound.account, externalId: inbound.conversation.externalId })
  // Of several that begin one conversation at once, it is the first one's.
  const begun = items.filter((item) => !referenced.has(item)).toReversed()
  const unresolved = new Map(begun.map((item) => [keyOfItem(item), item]))
  // In one order everywhere, so that two transactions never wait for one another.
  const wanted = [...unresolved]
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
      suspicion: [],
      isDrafting: false,
      surfacings: 0,
      createdAt: now,
      updatedAt: now,
    }))
  const externalIds = wanted.map(({ externalId }) => externalId)
  const [, rows] = await Promise.all([
    insertAll(tx, conversations, wanted, { skipKnown: true }),
    tx
      .select()
      .from(conversations)
      .where(
        or(
          isAnyOf(conversations.id, [...new Set(referenced.values())]),
          isAnyOf(conversations.externalId, externalIds),
        ),
      )
      .orderBy(conversations.id)
      // Rows that refer to one can still be added by who holds a post: see `takePosts`.
      .for('no key update'),
  ])
  const rowById = new Map(rows.map((row) => [row.id, row]))
  const rowByKey = new Map(rows.map((row) => [keyOf(row), row]))
  return new Map(
    items.map((item) => [item, required(rowById.get(referenced.get(item) ?? '') ?? rowByKey.get(keyOfItem(item)))]),
  )
}

/** Writes back the rows that were changed while they were locked, in one statement. */
export async function updateConversations(tx: Db, rows: ConversationRow[]): Promise<void> {
  if (rows.length === 0) return
  const values = rows.map((row) => ({
    id: row.id,
    state: row.state,
    inbound_seq: row.inboundSeq,
    version: row.version,
    waiting_since: row.waitingSince,
    last_inbound_at: row.lastInboundAt,
    window_minutes: row.windowMinutes,
    snoozed_until: row.snoozedUntil,
    dismissed_reason: row.dismissedReason,
    dismissed_by: row.dismissedBy,
    suspicion: row.suspicion,
    is_drafting: row.isDrafting,
    surfacings: row.surfacings,
    surfaced_because: row.surfacedBecause,
    updated_at: row.updatedAt,
  }))
  await tx.execute(sql`
    update conversations c
    set state = u.state, inbound_seq = u.inbound_seq, version = u.version, waiting_since = u.waiting_since,
        last_inbound_at = u.last_inbound_at, window_minutes = u.window_minutes, snoozed_until = u.snoozed_until, dismissed_reason = u.dismissed_reason,
        dismissed_by = u.dismissed_by, suspicion = u.suspicion, is_drafting = u.is_drafting,
        surfacings = u.surfacings, surfaced_because = u.surfaced_because, updated_at = u.updated_at
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as u(
      id uuid, state text, inbound_seq int, version int, waiting_since timestamptz, last_inbound_at timestamptz,
      window_minutes int, snoozed_until timestamptz, dismissed_reason text, dismissed_by text, suspicion jsonb, is_drafting boolean,
      surfacings int, surfaced_because text, updated_at timestamptz)
    where c.id = u.id`)
}
