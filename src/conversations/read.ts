import { and, asc, eq, inArray, isNull, or, sql } from 'drizzle-orm'
import { accountName, type ActiveChannel } from '../context.ts'
import { nothingBefore, readShortForms, shortForm } from '../customers/short-form.ts'
import { rowsOf, type Db } from '../db/client.ts'
import {
  attachments,
  conversations,
  drafts,
  identities,
  interactions,
  problems,
  replies,
  teammates,
} from '../db/schema.ts'
import type { Draft } from '../drafts/draft.ts'
import { secondApprovalReasons } from '../drafts/second-approval.ts'
import { isUuid } from '../id.ts'
import { jobFailures, type JobName } from '../jobs/jobs.ts'
import type { Reply } from '../replies/reply.ts'
import { routeTo } from '../replies/route.ts'
import { readTuning } from '../settings/queries.ts'
import type { Tuning } from '../settings/tuning.ts'
import { dueAt, targetFor } from '../targets/target.ts'
import { windowEnd } from '../windows/window.ts'
import type { Conversation, Turn } from './conversation.ts'
import { customerTurn, shownOf, type Order } from './customer-turn.ts'
import type { ConversationRow } from './queries.ts'

/** Of each side, in one conversation: the newest. */
const mostTurns = 100

/** The conversations with these ids, in their order; unknown ids are left out. */
export async function readConversations(
  db: Db,
  channels: ReadonlyMap<string, ActiveChannel>,
  wanted: string[],
): Promise<Conversation[]> {
  const ids = wanted.filter(isUuid)
  if (ids.length === 0) return []
  const rows = await db
    .select({
      conversation: conversations,
      draft: drafts,
    })
    .from(conversations)
    .leftJoin(drafts, eq(drafts.id, conversations.draftId))
    .where(inArray(conversations.id, ids))
  if (rows.length === 0) return []
  const shown = sql`(select i.id from conversations c cross join lateral (
    select id from interactions where conversation_id = c.id order by seq desc, id desc limit ${mostTurns}) i
    where c.id in ${ids})`
  const replyIds = rows.flatMap(({ conversation }) => conversation.replyId ?? [])
  const [heard, files, said, problemRows, names, tuning, pasts] = await Promise.all([
    db
      .select({ interaction: interactions, identity: identities })
      .from(interactions)
      .innerJoin(identities, eq(identities.id, interactions.identityId))
      .where(inArray(interactions.id, shown))
      .orderBy(asc(interactions.seq), asc(interactions.id)),
    db
      .select({
        id: attachments.id,
        interactionId: attachments.interactionId,
        name: attachments.name,
        mediaType: attachments.mediaType,
        bytes: attachments.bytes,
        isKept: sql<boolean>`${attachments.content} is not null`,
        isBeingFetched: sql<boolean>`${attachments.source} is not null`,
        problem: attachments.problem,
      })
      .from(attachments)
      .where(inArray(attachments.interactionId, shown))
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
          inArray(
            replies.id,
            sql`(select r.id from conversations c cross join lateral (
              select id from replies where conversation_id = c.id order by approved_at desc limit ${mostTurns}) r
              where c.id in ${ids})`,
          ),
        ),
      )
      .orderBy(asc(replies.approvedAt)),
    db
      .select()
      .from(problems)
      .where(and(inArray(problems.conversationId, ids), isNull(problems.resolvedAt)))
      .orderBy(asc(problems.id)),
    readTeammateNames(
      db,
      rows.map(({ conversation }) => conversation),
    ),
    readTuning(db),
    readShortForms(db, channels, ids),
  ])
  const nameOf = (id: string | null) => (id === null ? 'Deskbell' : (names.get(id) ?? id))
  const all = rows.map(({ conversation: row, draft }): Conversation => {
    const channel = channels.get(row.channel)
    const mine = heard.filter(({ interaction }) => interaction.conversationId === row.id)
    const standing = mine.filter(({ interaction }) => !interaction.replacedAt && !interaction.removedAt)
    const newest = newestOf(standing) ?? newestOf(mine)
    const triaged = standing.findLast(({ interaction }) => interaction.triagedAt !== null)?.interaction
    const triage = triaged ? triageOf(triaged) : null
    const myReplies = said.filter(({ conversationId }) => conversationId === row.id)
    const replyRow = myReplies.find(({ id }) => id === row.replyId)
    const name = channel?.name ?? row.channel
    const windowHours = channel?.limits.replyWindowHours ?? null
    return {
      id: row.id,
      channel: {
        id: row.channel,
        name,
        account: row.account,
        accountName: accountName(channel, row.account),
        isPublic: channel?.limits.isPublic ?? true,
        isLetter: channel?.limits.isLetter ?? false,
        maxLength: channel?.limits.maxLength ?? 1000,
        isModerated: channel?.limits.isModerated ?? false,
        hasTemplates: channel?.open.templates !== undefined,
        canSend: newest !== undefined && routeTo(channels, originOf(newest)).canSend,
      },
      subject: row.subject,
      state: row.state,
      inboundSeq: row.inboundSeq,
      version: row.version,
      createdAt: row.createdAt,
      waitingSince: row.waitingSince,
      dueAt: dueOf(row, triage, tuning),
      replyWindow:
        windowHours === null
          ? null
          : { closesAt: closesAt(row, windowHours), hours: windowHours, minutesLeft: row.windowMinutes },
      snoozedUntil: row.snoozedUntil,
      dismissed: row.dismissedReason ? { reason: row.dismissedReason, by: nameOf(row.dismissedBy) } : null,
      suspicion: row.suspicion,
      assignee: row.assignee === null ? null : { id: row.assignee, name: nameOf(row.assignee) },
      customer: {
        id: row.customerId,
        name: nameIn(newest?.identity),
        handle: newest?.identity.handle ?? newest?.identity.email ?? null,
        history: shortForm(pasts.get(row.id) ?? nothingBefore),
      },
      turns: [
        ...shownOf(mine, myReplies).map(({ interaction, identity }): Turn & Order =>
          customerTurn(
            interaction,
            nameIn(identity),
            files.filter((file) => file.interactionId === interaction.id),
          ),
        ),
        ...myReplies
          .filter(({ state }) => state === 'accepted' || state === 'published')
          .map((reply): Turn & Order => ({
            from: 'team',
            name: nameOf(reply.approvedBy),
            at: reply.acceptedAt ?? reply.approvedAt,
            id: reply.id,
            rating: null,
            text: reply.text,
            translation: null,
            kind: 'message',
            automatic: null,
            attachments: [],
            notes: [],
            moment: (reply.acceptedAt ?? reply.approvedAt).getTime(),
            seq: reply.answersSeq + 0.5,
          })),
      ]
        .toSorted((a, b) => a.moment - b.moment || a.seq - b.seq)
        .map(({ moment: _moment, ...turn }) => turn),
      triage,
      surfacings: row.surfacings,
      surfacedBecause: row.surfacedBecause,
      secondApproval: secondApprovalReasons(
        {
          theme: newest?.interaction.theme ?? null,
          channel: { id: row.channel, name },
          rating: standing.findLast(({ interaction }) => interaction.rating !== null)?.interaction.rating ?? null,
          flags: draft?.state === 'proposed' ? draft.flags : [],
        },
        tuning.secondApproval,
      ),
      isDrafting: row.isDrafting,
      draft: draft && draftOf(draft, nameOf),
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

/** As they write here: under which names else, nobody who reads this may learn. */
const nameIn = (identity: Heard['identity'] | undefined): string =>
  identity?.name ?? identity?.handle ?? identity?.email ?? 'Visitor'

interface Heard {
  interaction: typeof interactions.$inferSelect
  identity: typeof identities.$inferSelect
}

const newestOf = (heard: Heard[]): Heard | undefined =>
  heard.findLast(({ interaction }) => interaction.automatic === null) ?? heard.at(-1)

/** One conversation, or null. */
export async function readConversation(
  db: Db,
  channels: ReadonlyMap<string, ActiveChannel>,
  id: string,
): Promise<Conversation | null> {
  const [conversation] = await readConversations(db, channels, [id])
  return conversation ?? null
}

function originOf({ interaction, identity }: Heard): Parameters<typeof routeTo>[1] {
  const { channel, account } = interaction
  return { channel, account, address: identity.externalId, email: identity.email }
}

async function readTeammateNames(db: Db, rows: ConversationRow[]): Promise<Map<string, string>> {
  const ids = rows.map(({ id }) => id)
  const people = await rowsOf<{ id: string; name: string }>(
    db,
    sql`select id, name from ${teammates} where id in (
          select assignee from conversations where id in ${ids}
          union select dismissed_by from conversations where id in ${ids}
          union select approved_by from replies where conversation_id in ${ids}
          union select teammate_id from drafts where conversation_id in ${ids}
          union select first_approved_by from drafts where conversation_id in ${ids})`,
  )
  return new Map(people.map(({ id, name }) => [id, name]))
}

function triageOf(row: typeof interactions.$inferSelect): Conversation['triage'] {
  const { theme, sentiment, urgency, language, topics, summary, translation, needsReply } = row
  if (!theme || !sentiment || !urgency) return null
  return {
    theme,
    sentiment,
    urgency,
    language: language ?? 'und',
    topics: topics ?? [],
    summary: summary ?? '',
    translation,
    needsReply: needsReply ?? true,
  }
}

function dueOf(row: ConversationRow, triage: Conversation['triage'], { targets, hours }: Tuning): Date | null {
  const { state, waitingSince: since, channel } = row
  if (since === null || (state !== 'waiting' && state !== 'snoozed')) return null
  const target = targetFor(targets, { channel, theme: triage?.theme ?? null, urgency: triage?.urgency ?? null })
  return target && dueAt(target, hours, since)
}

/** Where the provider said so before our clock did, it has closed by now. */
function closesAt(row: ConversationRow, hours: number): Date {
  const end = windowEnd(row, hours)
  return row.windowMinutes === 0 && row.updatedAt < end ? row.updatedAt : end
}

function draftOf(row: typeof drafts.$inferSelect, nameOf: (id: string | null) => string): Draft {
  const { teammateId, writtenBy, firstApprovedBy: first, ...draft } = row
  return {
    ...draft,
    writtenBy: writtenBy ?? nameOf(teammateId),
    firstApprovedBy: first === null ? null : { id: first, name: nameOf(first) },
  }
}

function replyOf(row: typeof replies.$inferSelect, nameOf: (id: string | null) => string): Reply {
  const { recipient: _, ...reply } = row
  return { ...reply, approvedBy: nameOf(reply.approvedBy) }
}
