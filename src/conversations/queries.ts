import { and, asc, count, desc, eq, inArray, isNull, lt, or, sql, type SQL } from 'drizzle-orm'
import type { ActiveChannel, Context } from '../context.ts'
import { rowsOf, type Db } from '../db/client.ts'
import {
  attachments,
  conversations,
  customers,
  drafts,
  events,
  identities,
  interactions,
  problems,
  replies,
  teammates,
} from '../db/schema.ts'
import type { Draft } from '../drafts/draft.ts'
import { jobFailures, type JobName } from '../jobs/jobs.ts'
import { isUuid } from '../id.ts'
import type { Reply } from '../replies/reply.ts'
import { cardFilters, type CardFilter } from '../workspaces/workspace.ts'
import type { Conversation, Turn } from './conversation.ts'

export type ConversationRow = typeof conversations.$inferSelect

/** The rows a change may set; `version` and `updatedAt` move by themselves. */
export type ConversationChange = Partial<Omit<ConversationRow, 'id' | 'version' | 'updatedAt' | 'inboundSeq'>>

/**
 * Changes one conversation where `condition` holds, and has its cards follow. Returns the row as it is now,
 * or null when the condition did not hold: then nothing changed.
 */
export async function changeConversation(
  ctx: Pick<Context, 'queue' | 'clock'>,
  tx: Db,
  id: string,
  set: ConversationChange,
  condition?: SQL,
): Promise<ConversationRow | null> {
  const [row] = await tx
    .update(conversations)
    .set({ ...set, version: sql`${conversations.version} + 1`, updatedAt: ctx.clock.now() })
    .where(and(eq(conversations.id, id), condition))
    .returning()
  if (!row) return null
  await ctx.queue.add(tx, 'sync-card', { conversationId: id })
  return row
}

export type EventType =
  | 'interaction.triaged'
  | 'draft.proposed'
  | 'draft.redraft-asked'
  | 'draft.approved'
  | 'reply.sending'
  | 'reply.accepted'
  | 'reply.published'
  | 'reply.rejected'
  | 'reply.failed'
  | 'reply.unknown'
  | 'reply.retried'
  | 'reply.withdrawn'
  | 'reply.marked-sent'
  | 'conversation.dismissed'
  | 'conversation.reopened'
  | 'conversation.snoozed'
  | 'conversation.woken'
  | 'conversation.assigned'
  | 'job.failed'
  | 'job.retried'

/** Adds one row to the event log. */
export async function addEvent(
  ctx: Pick<Context, 'clock' | 'newId'>,
  tx: Db,
  type: EventType,
  event: {
    conversationId: string | null
    actor: string
    interactionId?: string
    draftId?: string
    replyId?: string
    data?: Record<string, unknown>
  },
): Promise<void> {
  await tx.insert(events).values({ id: ctx.newId(), at: ctx.clock.now(), type, data: {}, ...event })
}

/** The conversations with these ids, in their order; unknown ids are left out. */
export async function readConversations(
  db: Db,
  channels: ReadonlyMap<string, ActiveChannel>,
  wanted: string[],
): Promise<Conversation[]> {
  const ids = wanted.filter(isUuid)
  if (ids.length === 0) return []
  const rows = await db
    .select({ conversation: conversations, customer: customers })
    .from(conversations)
    .innerJoin(customers, eq(customers.id, conversations.customerId))
    .where(inArray(conversations.id, ids))
  if (rows.length === 0) return []
  const draftIds = rows.flatMap(({ conversation }) => conversation.draftId ?? [])
  const replyIds = rows.flatMap(({ conversation }) => conversation.replyId ?? [])
  const [heard, files, said, draftRows, problemRows, before, names] = await Promise.all([
    db
      .select({ interaction: interactions, identity: identities })
      .from(interactions)
      .innerJoin(identities, eq(identities.id, interactions.identityId))
      .where(inArray(interactions.conversationId, ids))
      .orderBy(asc(interactions.seq), asc(interactions.id)),
    db
      .select({
        id: attachments.id,
        interactionId: attachments.interactionId,
        name: attachments.name,
        mediaType: attachments.mediaType,
        bytes: attachments.bytes,
        isKept: sql<boolean>`${attachments.content} is not null`,
      })
      .from(attachments)
      .innerJoin(interactions, eq(interactions.id, attachments.interactionId))
      .where(inArray(interactions.conversationId, ids))
      .orderBy(asc(attachments.id)),
    db
      .select()
      .from(replies)
      .where(
        and(
          inArray(replies.conversationId, ids),
          or(
            inArray(replies.state, ['accepted', 'published', 'rejected']),
            replyIds.length > 0 ? inArray(replies.id, replyIds) : sql`false`,
          ),
        ),
      )
      .orderBy(asc(replies.approvedAt)),
    draftIds.length > 0 ? db.select().from(drafts).where(inArray(drafts.id, draftIds)) : [],
    db
      .select()
      .from(problems)
      .where(and(inArray(problems.conversationId, ids), isNull(problems.resolvedAt)))
      .orderBy(asc(problems.id)),
    rowsOf<{ id: string; before: number }>(
      db,
      sql`select c.id, (select count(*)::int from conversations o where o.customer_id = c.customer_id and o.created_at < c.created_at) as before
          from conversations c where c.id in ${ids}`,
    ),
    readTeammateNames(
      db,
      rows.map(({ conversation }) => conversation),
    ),
  ])
  const beforeOf = new Map(before.map((row) => [row.id, row.before]))
  const nameOf = (id: string | null) => (id === null ? 'Deskbell' : (names.get(id) ?? id))
  const all = rows.map(({ conversation: row, customer }): Conversation => {
    const channel = channels.get(row.channel)
    const mine = heard.filter(({ interaction }) => interaction.conversationId === row.id)
    const newest = mine.at(-1)
    const triaged = mine.findLast(({ interaction }) => interaction.triagedAt !== null)?.interaction
    const myReplies = said.filter(({ conversationId }) => conversationId === row.id)
    const replyRow = myReplies.find(({ id }) => id === row.replyId)
    const draftRow = draftRows.find(({ id }) => id === row.draftId)
    const windowHours = channel?.limits.replyWindowHours ?? null
    return {
      id: row.id,
      channel: {
        id: row.channel,
        name: channel?.name ?? row.channel,
        account: row.account,
        isPublic: channel?.limits.isPublic ?? true,
        isLetter: channel?.limits.isLetter ?? false,
        maxLength: channel?.limits.maxLength ?? 1000,
      },
      subject: row.subject,
      state: row.state,
      inboundSeq: row.inboundSeq,
      version: row.version,
      createdAt: row.createdAt,
      waitingSince: row.waitingSince,
      replyBy: windowHours === null ? null : new Date(row.lastInboundAt.getTime() + windowHours * 3_600_000),
      snoozedUntil: row.snoozedUntil,
      dismissed: row.dismissedReason ? { reason: row.dismissedReason, by: nameOf(row.dismissedBy) } : null,
      suspicion: row.suspicion,
      assignee: row.assignee && nameOf(row.assignee),
      customer: {
        id: customer.id,
        name: newest?.identity.name ?? customer.name,
        handle: newest?.identity.handle ?? newest?.identity.email ?? null,
        conversationsBefore: beforeOf.get(row.id) ?? 0,
      },
      turns: [
        ...mine.map(({ interaction, identity }): Turn & Order => ({
          from: 'customer',
          name: identity.name ?? identity.handle ?? identity.email ?? customer.name,
          at: interaction.occurredAt,
          text: interaction.text,
          kind: interaction.kind,
          automatic: interaction.automatic,
          attachments: files
            .filter((file) => file.interactionId === interaction.id)
            .map(({ interactionId: _, ...file }) => file),
          notes: interaction.notes,
          moment: interaction.receivedAt.getTime(),
          seq: interaction.seq,
        })),
        ...myReplies
          .filter(({ state }) => state === 'accepted' || state === 'published')
          .map((reply): Turn & Order => ({
            from: 'team',
            name: nameOf(reply.approvedBy),
            at: reply.acceptedAt ?? reply.approvedAt,
            text: reply.text,
            kind: 'message',
            automatic: null,
            attachments: [],
            notes: [],
            moment: (reply.acceptedAt ?? reply.approvedAt).getTime(),
            seq: reply.answersSeq + 0.5,
          })),
      ]
        .toSorted((a, b) => a.moment - b.moment || a.seq - b.seq)
        .map(({ moment: _moment, seq: _seq, ...turn }) => turn),
      triage: triaged ? triageOf(triaged) : null,
      isDrafting: row.isDrafting,
      draft: draftRow ? draftOf(draftRow, nameOf) : null,
      reply: replyRow ? replyOf(replyRow, nameOf) : null,
      problems: problemRows
        .filter(({ conversationId }) => conversationId === row.id)
        .map((problem) => ({
          id: problem.id,
          text: `${jobFailures[problem.job as JobName] ?? problem.job}: ${problem.error}`,
        })),
    }
  })
  const byId = new Map(all.map((conversation) => [conversation.id, conversation]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** Where a turn stands among the others: by our own clock, and where that can't tell, by what answered what. */
interface Order {
  moment: number
  seq: number
}

/** One conversation, or null. */
export async function readConversation(
  db: Db,
  channels: ReadonlyMap<string, ActiveChannel>,
  id: string,
): Promise<Conversation | null> {
  const [conversation] = await readConversations(db, channels, [id])
  return conversation ?? null
}

async function readTeammateNames(db: Db, rows: ConversationRow[]): Promise<Map<string, string>> {
  const ids = rows.map(({ id }) => id)
  const people = await rowsOf<{ id: string; name: string }>(
    db,
    sql`select id, name from ${teammates} where id in (
          select assignee from conversations where id in ${ids}
          union select dismissed_by from conversations where id in ${ids}
          union select approved_by from replies where conversation_id in ${ids}
          union select teammate_id from drafts where conversation_id in ${ids})`,
  )
  return new Map(people.map(({ id, name }) => [id, name]))
}

function triageOf(row: typeof interactions.$inferSelect): Conversation['triage'] {
  const { theme, sentiment, urgency, language, topics, summary, needsReply } = row
  if (!theme || !sentiment || !urgency) return null
  return {
    theme,
    sentiment,
    urgency,
    language: language ?? 'und',
    topics: topics ?? [],
    summary: summary ?? '',
    needsReply: needsReply ?? true,
  }
}

function draftOf(row: typeof drafts.$inferSelect, nameOf: (id: string | null) => string): Draft {
  const { teammateId, writtenBy, ...draft } = row
  return { ...draft, writtenBy: writtenBy ?? nameOf(teammateId) }
}

function replyOf(row: typeof replies.$inferSelect, nameOf: (id: string | null) => string): Reply {
  const { recipient: _, ...reply } = row
  return { ...reply, approvedBy: nameOf(reply.approvedBy) }
}

const filterStates = {
  open: ['waiting', 'sending'],
  quarantined: ['quarantined'],
  done: ['answered', 'dismissed', 'snoozed'],
} as const satisfies Record<CardFilter, readonly string[]>

/**
 * Ids of the conversations under a filter, and where the next page starts. Open: longest waiting first; others: newest change first.
 * `after` is what the page before returned as `next`; anything else starts at the beginning.
 */
export async function listConversations(
  db: Db,
  filter: CardFilter,
  after: string | null,
  limit: number,
): Promise<{ ids: string[]; next: string | null }> {
  const column = filter === 'open' ? conversations.waitingSince : conversations.updatedAt
  const position = after === null ? null : parsePosition(after)
  const beyond = position
    ? filter === 'open'
      ? sql`(${conversations.waitingSince}, ${conversations.id}) > (${position.at}::timestamptz, ${position.id}::uuid)`
      : or(
          lt(conversations.updatedAt, new Date(position.at)),
          and(eq(conversations.updatedAt, new Date(position.at)), lt(conversations.id, position.id)),
        )
    : undefined
  const direction = filter === 'open' ? asc : desc
  const rows = await db
    .select({ id: conversations.id, at: column })
    .from(conversations)
    .where(and(inArray(conversations.state, filterStates[filter]), beyond))
    .orderBy(direction(column), direction(conversations.id))
    .limit(limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    ids: page.map(({ id }) => id),
    next: rows.length > limit && last?.at ? `${last.at.toISOString()}~${last.id}` : null,
  }
}

function parsePosition(after: string): { at: string; id: string } | null {
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)~([0-9a-f-]{36})$/.exec(after)
  return match?.[1] && match[2] && !Number.isNaN(Date.parse(match[1])) ? { at: match[1], id: match[2] } : null
}

const countedUpTo = 1000

/** How many conversations there are under each filter, counted up to 1,000. */
export async function countConversations(db: Db): Promise<Record<CardFilter, number>> {
  const counts = await Promise.all(
    cardFilters.map(async (filter) => {
      const some = db
        .select({ id: conversations.id })
        .from(conversations)
        .where(inArray(conversations.state, filterStates[filter]))
        .limit(countedUpTo)
        .as('some')
      const [row] = await db.select({ count: count() }).from(some)
      return [filter, row?.count ?? 0] as const
    }),
  )
  return Object.fromEntries(counts) as Record<CardFilter, number>
}
