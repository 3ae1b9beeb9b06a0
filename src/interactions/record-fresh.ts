import { eq } from 'drizzle-orm'
import type { InboundInteraction } from '../channels/channel.ts'
import { hostedKey } from '../conversations/hosted.ts'
import { findReferenced, lockConversations, updateConversations } from '../conversations/locate.ts'
import type { ConversationRow } from '../conversations/queries.ts'
import { identify } from '../customers/identify.ts'
import type { Db } from '../db/client.ts'
import { attachments, events, interactions, lines } from '../db/schema.ts'
import { insertAll } from '../db/sets.ts'
import { continueOutcomes, receiveOutcomes } from '../measures/outcomes.ts'
import { RaceError, required, type Item } from './arrival.ts'
import { hear, hearOlder } from './hear.ts'
import { findKnownLines, findNewest } from './queries.ts'
import type { RecordContext } from './record.ts'
import { changeNote, compareVersion, findVersions, versionKey, versionOfRow } from './versions.ts'

type InteractionRow = typeof interactions.$inferInsert

const groupedTextLimit = 20_000

/** Stores what was not known, and queues what follows from it. Throws RaceError where another transaction was faster. */
export async function recordFresh(ctx: RecordContext, tx: Db, items: Item[]): Promise<void> {
  const now = ctx.clock.now()
  const referenced = await findReferenced(tx, items)
  const identityOf = await identify(ctx, tx, items, referenced, now)
  const conversationOf = await lockConversations(ctx, tx, items, referenced, identityOf, now)
  const [newest, knownLines, versions] = await Promise.all([
    findNewest(tx, items, conversationOf),
    findKnownLines(tx, items, conversationOf),
    findVersions(tx, items, conversationOf),
  ])

  const changed = new Map<string, ConversationRow>()
  const inserts = {
    interactions: [] as InteractionRow[],
    lines: [] as (typeof lines.$inferInsert)[],
    attachments: [] as (typeof attachments.$inferInsert)[],
    events: [] as (typeof events.$inferInsert)[],
  }
  const quarantined = new Set<string>()
  /** Came late: nobody waits for an answer to them. */
  const outdated = new Set<string>()
  const updates = new Map<string, Partial<InteractionRow>>()
  const continued = new Map<string, number>()
  const triage = new Map<string, { seq: number; startAfter: Date | undefined }>()
  const files: { attachmentId: string; conversationId: string }[] = []
  const hosted = new Set<string>()

  /** Changes an interaction that is stored, or is about to be. */
  function update(id: string, set: Partial<InteractionRow>): void {
    const insert = inserts.interactions.find((row) => row.id === id)
    if (insert) Object.assign(insert, set)
    else updates.set(id, { ...updates.get(id), ...set })
  }

  for (const item of items) {
    const { channel, inbound } = item
    const conversation = required(conversationOf.get(item))
    const last = newest.get(conversation.id)
    if (last && knownLines.has(JSON.stringify([conversation.id, inbound.externalId]))) {
      item.result = { id: last.id, conversationId: conversation.id, isDuplicate: true }
      continue
    }
    const version = versions.get(versionKey(conversation.id, inbound))
    const compared = version ? compareVersion(inbound, version) : 'newer'
    if (version && compared !== 'newer' && hearOlder(conversation, inbound, version, now))
      changed.set(conversation.id, conversation)
    if (version && compared === 'same') {
      item.result = { id: version.id, conversationId: conversation.id, isDuplicate: true }
      if (version.saidAt < inbound.occurredAt) {
        version.saidAt = inbound.occurredAt
        update(version.id, { lastLineAt: inbound.occurredAt })
      }
      continue
    }
    const isOutdated = compared === 'older'
    const isNew = conversation.inboundSeq === 0
    const isByOther = referenced.has(item) && required(identityOf.get(item)).customerId !== conversation.customerId
    if (!isOutdated) {
      hear(conversation, inbound, isNew, now)
      changed.set(conversation.id, conversation)
    }
    const quietMs = channel.limits.quietSeconds * 1000
    const text = last ? `${last.text}\n${inbound.text}` : inbound.text
    const isSameBreath =
      last !== undefined &&
      version === undefined &&
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
      const isStored = inserts.interactions.every(({ id }) => id !== last.id)
      update(last.id, { text, seq: conversation.inboundSeq, lastLineAt: now })
      if (isStored) {
        // What it is about must be worked out anew: until then nobody knows it.
        update(last.id, { theme: null, triagedAt: null })
        continued.set(last.id, conversation.inboundSeq)
      }
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
      if (isOutdated) outdated.add(interactionId)
      const isChange = version !== undefined && !isOutdated && !version.isRemoved && !inbound.automatic
      const row = {
        id: interactionId,
        conversationId: conversation.id,
        identityId: required(identityOf.get(item)).id,
        channel: channel.id,
        account: inbound.account,
        externalId: inbound.externalId,
        versionOf: inbound.versionOf ?? null,
        replacedAt: isOutdated ? now : null,
        kind: inbound.kind,
        // Nothing ever answers what came late: it stands before everything.
        seq: isOutdated ? 0 : conversation.inboundSeq,
        text: inbound.text,
        fullText: inbound.fullText ?? null,
        automatic: inbound.automatic ?? null,
        notes: [
          ...(inbound.notes ?? []),
          ...(isChange ? [changeNote(inbound)] : []),
          ...(isByOther ? [writtenByOther(inbound)] : []),
        ],
        rating: inbound.rating ?? null,
        recommends: inbound.recommends ?? null,
        occurredAt: inbound.occurredAt,
        receivedAt: now,
        lastLineAt: channel.open.isHosted ? now : inbound.occurredAt,
      }
      inserts.interactions.push(row)
      if (!isOutdated) {
        if (version) update(version.id, { replacedAt: now })
        versions.set(versionKey(conversation.id, inbound), versionOfRow(row))
        newest.set(conversation.id, {
          id: interactionId,
          text: inbound.text,
          lastLineAt: now,
          isOpen: !inbound.automatic,
        })
      }
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
          seq: row.seq,
          occurredAt: inbound.occurredAt.toISOString(),
          automatic: inbound.automatic ?? null,
          isQuarantined,
          ...(isOutdated ? { isOutdated } : {}),
        },
      })
    }
    item.result = { id: interactionId, conversationId: conversation.id, isDuplicate: false }
    if (isOutdated) continue
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
    for (const { name, mediaType, bytes, content = null, source = null } of inbound.attachments ?? []) {
      const id = ctx.newId()
      inserts.attachments.push({ id, interactionId, name, mediaType, bytes, content, source })
      if (source) files.push({ attachmentId: id, conversationId: conversation.id })
    }
    if (conversation.isDrafting && !inbound.automatic) {
      triage.set(conversation.id, {
        seq: conversation.inboundSeq,
        startAfter: quietMs > 0 ? new Date(now.getTime() + quietMs) : undefined,
      })
    }
  }

  // Sent together: none needs the answer of another, and a round trip each would be most of the time it takes.
  const [stored] = await Promise.all([
    insertAll(tx, interactions, inserts.interactions, { skipKnown: true }),
    ...[...updates].map(([id, set]) => tx.update(interactions).set(set).where(eq(interactions.id, id))),
    insertAll(tx, lines, inserts.lines),
    insertAll(tx, events, inserts.events),
    receiveOutcomes(
      tx,
      inserts.interactions.filter(({ id }) => !outdated.has(id)),
      quarantined,
    ),
    continueOutcomes(
      tx,
      [...continued].map(([interactionId, seq]) => ({ interactionId, seq })),
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
    ctx.queue.addAll(
      tx,
      'fetch-attachment',
      files.map((payload) => ({ payload })),
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
