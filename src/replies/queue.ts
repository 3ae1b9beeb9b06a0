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

/** Throws BadInputError for a text that is longer than the channel takes. */
export function checkLength(
  { channels }: Pick<Context, 'channels'>,
  { channel }: Pick<ConversationRow, 'channel'>,
  { length }: string,
): void {
  const limit = channels.get(channel)?.limits.maxLength ?? Infinity
  if (length <= limit) return
  throw new BadInputError(
    `The reply has ${length} characters; this channel takes ${limit}. Shorten it by ${length - limit}`,
  )
}

interface Approved {
  by: string
  sendAt?: Date | undefined
  /** Why two had to approve it. */
  reasons: string[]
}

/**
 * Makes an approved draft a reply, which leaves after the grace period or at the time that was chosen.
 * Throws BadInputError for a text that the channel can't take, or a time that won't do.
 */
export async function queueReply(
  ctx: QueueContext,
  tx: Db,
  row: ConversationRow,
  draft: DraftRow,
  { by, sendAt, reasons }: Approved,
): Promise<void> {
  checkLength(ctx, row, draft.text)
  const now = ctx.clock.now()
  const route = await routeReply(ctx, tx, row.id)
  const tuning = await readTuning(tx)
  const limits = ctx.channels.get(row.channel)?.limits
  if (sendAt) {
    const windowHours = limits?.replyWindowHours ?? null
    const replyBy = windowHours === null ? null : new Date(row.lastInboundAt.getTime() + windowHours * 3_600_000)
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
    editedShare: proposed === null ? null : editedShare(proposed, draft.text),
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
