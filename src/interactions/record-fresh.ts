import type { InboundInteraction } from '../channels/channel.ts'
import { hostedKey } from '../conversations/hosted.ts'
import { findReferenced, lockConversations } from '../conversations/locate.ts'
import type { ConversationRow } from '../conversations/queries.ts'
import { identify } from '../customers/identify.ts'
import type { Db } from '../db/client.ts'
import { required, type Item } from './arrival.ts'
import { emptyBatch, storeBatch, updateInteraction, type Batch, type NewInteraction } from './batch.ts'
import { countDown, hear, hearOlder } from './hear.ts'
import { findAnsweredByUs, findKnownLines, findNewest, type NewestInteraction } from './queries.ts'
import type { RecordContext } from './record.ts'
import { changeNote, compareVersion, findVersions, versionKey, versionOfRow, type Version } from './versions.ts'

const groupedTextLimit = 20_000

/** Something that was said, in its conversation, which is locked. */
interface Said extends Pick<Item, 'channel' | 'inbound'> {
  conversation: ConversationRow
  identityId: string
  /** Written by somebody else than the customer who began the conversation. */
  isByOther: boolean
  now: Date
}

/** Stores what was not known, and queues what follows from it. Throws RaceError where another transaction was faster. */
export async function recordFresh(ctx: RecordContext, tx: Db, items: Item[]): Promise<void> {
  const now = ctx.clock.now()
  const referenced = await findReferenced(tx, items)
  const identityOf = await identify(ctx, tx, items, referenced, now)
  const conversationOf = await lockConversations(ctx, tx, items, referenced, identityOf, now)
  const [ours, newest, knownLines, versions] = await Promise.all([
    findAnsweredByUs(tx, items, conversationOf),
    findNewest(tx, items, conversationOf),
    findKnownLines(tx, items, conversationOf),
    findVersions(tx, items, conversationOf),
  ])
  const batch = emptyBatch()
  for (const item of items) {
    const { channel } = item
    const conversation = required(conversationOf.get(item))
    // What they changed while our own reply was on its way is not answered by that.
    const inbound = ours.has(conversation.id) ? unanswered(item.inbound) : item.inbound
    const identity = required(identityOf.get(item))
    const isByOther = referenced.has(item) && identity.customerId !== conversation.customerId
    const said: Said = { channel, inbound, conversation, identityId: identity.id, isByOther, now }
    const settle = (id: string, isDuplicate: boolean): void => {
      item.result = { id, conversationId: conversation.id, isDuplicate }
    }

    const last = newest.get(conversation.id)
    if (last && knownLines.has(JSON.stringify([conversation.id, inbound.externalId]))) {
      settle(last.id, true)
      continue
    }
    const key = versionKey(conversation.id, inbound)
    const version = versions.get(key)
    const compared = version ? compareVersion(inbound, version) : 'newer'
    if (version && compared !== 'newer' && hearOlder(conversation, inbound, version, now))
      batch.changed.set(conversation.id, conversation)
    if (version && compared === 'same') {
      sayAgain(batch, version, inbound)
      settle(version.id, true)
      continue
    }
    if (compared === 'older') {
      settle(addOutdated(ctx, batch, said), false)
      continue
    }

    const isNew = conversation.inboundSeq === 0
    hear(conversation, inbound, isNew, now)
    batch.changed.set(conversation.id, conversation)
    let id: string
    if (last && !version && !isNew && isSameBreath(last, said)) {
      goOn(ctx, batch, last, said)
      id = last.id
    } else {
      const row = add(ctx, batch, said, version)
      versions.set(key, versionOfRow(row))
      // Elsewhere each message has an id of its own, by which it must be known again.
      if (channel.open.isHosted)
        newest.set(conversation.id, { id: row.id, text: row.text, lastLineAt: now, isOpen: !inbound.automatic })
      id = row.id
    }
    follow(ctx, batch, said, id)
    settle(id, false)
  }
  tellWindows(ctx, batch, items, now)
  await storeBatch(ctx, tx, batch)
}

function unanswered({ automatic, ...inbound }: InboundInteraction): InboundInteraction {
  return automatic === undefined || automatic === 'answered' ? inbound : { ...inbound, automatic }
}

/** They said just this again: nothing changes but until when they are known to have said it. */
function sayAgain(batch: Batch, version: Version, { occurredAt }: InboundInteraction): void {
  if (version.saidAt >= occurredAt) return
  version.saidAt = occurredAt
  updateInteraction(batch, version.id, { lastLineAt: occurredAt })
}

/** A customer of a thread that Deskbell keeps goes on within their channel's quiet time, and nobody answered in between. */
function isSameBreath(last: NewestInteraction, { channel, inbound, now }: Said): boolean {
  const quietMs = channel.limits.quietSeconds * 1000
  return (
    quietMs > 0 &&
    !inbound.automatic &&
    last.isOpen &&
    now.getTime() - last.lastLineAt.getTime() <= quietMs &&
    last.text.length + 1 + inbound.text.length <= groupedTextLimit
  )
}

/** Adds a line to what they said last. */
function goOn(ctx: RecordContext, batch: Batch, last: NewestInteraction, { conversation, inbound, now }: Said): void {
  const seq = conversation.inboundSeq
  const text = `${last.text}\n${inbound.text}`
  Object.assign(last, { text, lastLineAt: now })
  if (updateInteraction(batch, last.id, { text, seq, lastLineAt: now })) {
    // What it is about must be worked out anew: until then nobody knows it.
    updateInteraction(batch, last.id, { theme: null, triagedAt: null })
    batch.continued.set(last.id, seq)
  }
  batch.events.push({
    id: ctx.newId(),
    at: now,
    type: 'interaction.continued',
    conversationId: conversation.id,
    interactionId: last.id,
    actor: 'customer',
    data: { seq },
  })
}

/** Adds what is new, in place of the version before it. */
function add(ctx: RecordContext, batch: Batch, said: Said, version: Version | undefined): NewInteraction {
  const { conversation, inbound, now } = said
  const isQuarantined = conversation.state === 'quarantined'
  const isChange = version !== undefined && !version.isRemoved && !inbound.automatic
  const row = rowOf(ctx, said, { seq: conversation.inboundSeq, notes: isChange ? [changeNote(inbound)] : [] })
  insert(ctx, batch, said, row, { isQuarantined })
  if (isQuarantined) batch.quarantined.add(row.id)
  if (version) updateInteraction(batch, version.id, { replacedAt: now })
  return row
}

/** Adds an older version that came late. Nothing ever answers it: it stands before everything. Returns its id. */
function addOutdated(ctx: RecordContext, batch: Batch, said: Said): string {
  const row = rowOf(ctx, said, { seq: 0, notes: [], replacedAt: said.now })
  insert(ctx, batch, said, row, { isQuarantined: said.conversation.state === 'quarantined', isOutdated: true })
  batch.outdated.add(row.id)
  return row.id
}

function rowOf(
  ctx: RecordContext,
  { channel, inbound, conversation, identityId, isByOther, now }: Said,
  { seq, notes, replacedAt = null }: { seq: number; notes: string[]; replacedAt?: Date | null },
): NewInteraction {
  return {
    id: ctx.newId(),
    conversationId: conversation.id,
    identityId,
    channel: channel.id,
    account: inbound.account,
    externalId: inbound.externalId,
    versionOf: inbound.versionOf ?? null,
    replacedAt,
    kind: inbound.kind,
    seq,
    text: inbound.text,
    fullText: inbound.fullText ?? null,
    automatic: inbound.automatic ?? null,
    notes: [...(inbound.notes ?? []), ...notes, ...(isByOther ? [writtenByOther(inbound)] : [])],
    rating: inbound.rating ?? null,
    recommends: inbound.recommends ?? null,
    occurredAt: inbound.occurredAt,
    receivedAt: now,
    lastLineAt: channel.open.isHosted ? now : inbound.occurredAt,
  }
}

function insert(
  ctx: RecordContext,
  batch: Batch,
  { inbound, now }: Said,
  row: NewInteraction,
  claims: { isQuarantined: boolean; isOutdated?: true },
): void {
  batch.interactions.push(row)
  batch.events.push({
    id: ctx.newId(),
    at: now,
    type: 'interaction.received',
    conversationId: row.conversationId,
    interactionId: row.id,
    actor: inbound.automatic ? 'deskbell' : 'customer',
    data: {
      channel: row.channel,
      account: row.account,
      kind: row.kind,
      seq: row.seq,
      occurredAt: inbound.occurredAt.toISOString(),
      automatic: inbound.automatic ?? null,
      ...claims,
    },
  })
}

/** The line in a thread that Deskbell keeps, the files, and the draft that is to be written. */
function follow(ctx: RecordContext, batch: Batch, { channel, inbound, conversation, now }: Said, id: string): void {
  if (channel.open.isHosted) {
    batch.lines.push({
      conversationId: conversation.id,
      seq: conversation.version,
      sender: 'customer',
      externalId: inbound.externalId,
      name: inbound.customer.name ?? null,
      text: inbound.text,
      at: inbound.occurredAt,
    })
    batch.hosted.add(hostedKey(conversation.channel, conversation.account, conversation.externalId))
  }
  for (const { name, mediaType, bytes, content = null, source = null } of inbound.attachments ?? []) {
    const attachmentId = ctx.newId()
    batch.attachments.push({ id: attachmentId, interactionId: id, name, mediaType, bytes, content, source })
    if (source) batch.files.push({ attachmentId, conversationId: conversation.id })
  }
  if (conversation.isDrafting && !inbound.automatic) {
    const quietMs = channel.limits.quietSeconds * 1000
    const startAfter = quietMs > 0 ? new Date(now.getTime() + quietMs) : undefined
    batch.triage.set(conversation.id, { seq: conversation.inboundSeq, startAfter })
  }
}

/** What comes in late may be past its channel's reply window already. */
function tellWindows(ctx: RecordContext, batch: Batch, items: Item[], now: Date): void {
  const hoursOf = new Map(items.map(({ channel }) => [channel.id, channel.limits.replyWindowHours]))
  for (const conversation of batch.changed.values()) {
    const closedAt = countDown(conversation, hoursOf.get(conversation.channel) ?? null, now)
    if (!closedAt) continue
    batch.events.push({
      id: ctx.newId(),
      at: now,
      type: 'conversation.window-closed',
      conversationId: conversation.id,
      actor: 'deskbell',
      data: { closedAt: closedAt.toISOString() },
    })
  }
}

/** A forwarded message is enough to write into its conversation: the team must see it before they answer. */
function writtenByOther({ customer: { handle, email, name, externalId } }: InboundInteraction): string {
  return `Written by ${handle ?? email ?? name ?? externalId}, not by the customer who began this conversation. The answer goes to whoever wrote last`
}
