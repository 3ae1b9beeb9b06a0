import { and, eq, inArray, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent, changeConversation, type ConversationRow } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { conversations, replies } from '../db/schema.ts'
import { explainConflict, type Approval } from '../drafts/conflict.ts'
import { findAssistantDraft, type DraftRow } from '../drafts/queries.ts'
import { editedShare } from '../drafts/similarity.ts'
import { BadInputError } from '../errors.ts'
import { writingJobs } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { timeLabel } from '../settings/hours.ts'
import { readTuning } from '../settings/queries.ts'
import { closedText, windowEnd } from '../windows/window.ts'
import { routeReply } from './route.ts'

export type QueueContext = Pick<Context, 'db' | 'queue' | 'signals' | 'clock' | 'newId' | 'channels'>

const longestDelayMs = 30 * 86_400_000

/** True of a conversation that waits for an answer to what the teammate saw. */
export function isUnanswered({ seenSeq }: Approval): SQL | undefined {
  return and(inArray(conversations.state, ['waiting', 'snoozed']), eq(conversations.inboundSeq, seenSeq))
}

/** The one conditional update that settles every race for a reply. */
export async function startSending(
  ctx: QueueContext,
  tx: Db,
  input: Approval,
  condition?: SQL,
): Promise<ConversationRow> {
  const set = { state: 'sending', isDrafting: false, snoozedUntil: null } as const
  const row = await changeConversation(ctx, tx, input.conversationId, set, and(isUnanswered(input), condition))
  if (!row) throw await explainConflict(ctx, tx, input)
  await resolveProblems(ctx, tx, row.id, writingJobs)
  return row
}

/** Throws BadInputError, with what to do, for what the channel doesn't take: a text too long, own words after the reply window. */
export function checkSendable(
  ctx: Pick<Context, 'channels' | 'clock'>,
  row: ConversationRow,
  { text: { length }, template }: Pick<DraftRow, 'text' | 'template'>,
): void {
  const closed = template === null ? whyClosed(ctx, row) : null
  if (closed !== null) throw new BadInputError(closed)
  const limit = ctx.channels.get(row.channel)?.limits.maxLength ?? Infinity
  if (length <= limit) return
  throw new BadInputError(
    `The reply has ${length} characters; this channel takes ${limit}. Shorten it by ${length - limit}`,
  )
}

/** Why a conversation can't be answered in the team's own words any more, by the clock or the provider's word, and what to do. Null: it can. */
export function whyClosed(
  { channels, clock }: Pick<Context, 'channels' | 'clock'>,
  row: Pick<ConversationRow, 'channel' | 'lastInboundAt' | 'windowMinutes'>,
): string | null {
  const channel = channels.get(row.channel)
  const hours = channel?.limits.replyWindowHours ?? null
  if (!channel || hours === null) return null
  if (row.windowMinutes !== 0 && windowEnd(row, hours) > clock.now()) return null
  return closedText({ name: channel.name, hours, hasTemplates: channel.open.templates !== undefined })
}

interface Approved {
  by: string
  sendAt?: Date | undefined
  /** Why two had to approve it. */
  reasons: string[]
}

/**
 * Makes an approved draft a reply, which leaves after the grace period or at the time that was chosen.
 * Throws BadInputError for what the channel doesn't take, or a time that won't do.
 */
export async function queueReply(
  ctx: QueueContext,
  tx: Db,
  row: ConversationRow,
  draft: DraftRow,
  { by, sendAt, reasons }: Approved,
): Promise<void> {
  checkSendable(ctx, row, draft)
  const now = ctx.clock.now()
  const route = await routeReply(ctx, tx, row.id)
  const tuning = await readTuning(tx)
  const limits = ctx.channels.get(row.channel)?.limits
  if (sendAt) {
    const windowHours = limits?.replyWindowHours ?? null
    const replyBy = windowHours === null ? null : windowEnd(row, windowHours)
    checkSendTime(sendAt, { now, replyBy, canSend: route.canSend, timeZone: tuning.hours.timeZone })
  }
  const graceMs = (tuning.graceSeconds[row.channel] ?? limits?.graceSeconds ?? 0) * 1000
  const sendAfter = sendAt ?? new Date(now.getTime() + graceMs)
  const proposed = await findAssistantDraft(tx, row.id, draft.answersSeq)
  const replyId = ctx.newId()
  await tx.insert(replies).values({
    id: replyId,
    conversationId: row.id,
    draftId: draft.id,
    channel: route.channel,
    account: route.account,
    recipient: route.recipient,
    state: route.canSend ? 'queued' : 'by_hand',
    text: draft.text,
    answersSeq: draft.answersSeq,
    waitingSince: row.waitingSince,
    approvedBy: by,
    approvedAt: now,
    sendAfter,
    isScheduled: sendAt !== undefined,
    attempts: 0,
    template: draft.template,
    editedShare: proposed === null || draft.template ? null : editedShare(proposed, draft.text),
  })
  await tx.update(conversations).set({ replyId }).where(eq(conversations.id, row.id))
  await addEvent(ctx, tx, 'draft.approved', {
    conversationId: row.id,
    actor: by,
    draftId: draft.id,
    replyId,
    data: {
      revision: draft.revision,
      writtenBy: draft.writtenBy,
      answersSeq: draft.answersSeq,
      firstApprovedBy: draft.firstApprovedBy,
      reasons,
      sendAfter: sendAfter.toISOString(),
      isScheduled: sendAt !== undefined,
      isByHand: !route.canSend,
    },
  })
  if (!route.canSend) return
  const startAfter = sendAfter > now ? sendAfter : undefined
  await ctx.queue.add(tx, 'send-reply', { replyId, conversationId: row.id }, startAfter)
}

interface Sendable {
  now: Date
  /** The channel takes no reply after this. */
  replyBy: Date | null
  canSend: boolean
  timeZone: string
}

/** Throws BadInputError, with what to do, for a time that a reply can't be sent at. */
function checkSendTime(sendAt: Date, { now, replyBy, canSend, timeZone }: Sendable): void {
  if (!canSend)
    throw new BadInputError(
      "This channel can't send by itself, so nothing can be sent later. Approve it, and send it by hand",
    )
  const inMs = sendAt.getTime() - now.getTime()
  if (!(inMs > 0 && inMs <= longestDelayMs)) throw new BadInputError('Choose a time between now and 30 days from now')
  if (replyBy && sendAt > replyBy)
    throw new BadInputError(
      `This channel takes a reply only until ${timeLabel(replyBy, now, timeZone)} (${timeZone}). Choose an earlier time`,
    )
}
