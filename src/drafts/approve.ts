import { and, eq, inArray, sql, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent, changeConversation, type ConversationRow } from '../conversations/queries.ts'
import { readConversation } from '../conversations/read.ts'
import type { Conversation } from '../conversations/conversation.ts'
import type { Db } from '../db/client.ts'
import { conversations, drafts, replies } from '../db/schema.ts'
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts'
import { storable } from '../interactions/clean.ts'
import { writingJobs } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { routeReply } from '../replies/route.ts'
import { readTuning } from '../settings/queries.ts'
import { findAssistantDraft, insertDraft, supersedeDrafts } from './queries.ts'
import { editedShare } from './similarity.ts'

export type ApproveContext = Pick<Context, 'db' | 'queue' | 'signals' | 'clock' | 'newId' | 'channels'>

export interface Approval {
  conversationId: string
  /** The newest inbound sequence number that the teammate could see. */
  seenSeq: number
  /** A teammate's id. */
  by: string
}

/**
 * Approves one revision of a draft, word for word, and queues its reply.
 * Throws ConflictError if the customer wrote again, the draft was rewritten, or a teammate got there first;
 * BadInputError for a text that the channel can't take.
 */
export async function approveDraft(ctx: ApproveContext, input: Approval & { draftId: string }): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [draft] = await tx
      .select()
      .from(drafts)
      .where(and(eq(drafts.id, input.draftId), eq(drafts.conversationId, input.conversationId)))
    if (!draft) throw new NotFoundError('This draft does not exist')
    const row = await startSending(
      ctx,
      tx,
      input,
      and(
        eq(conversations.draftId, input.draftId),
        sql`exists (select 1 from drafts d where d.id = ${input.draftId} and d.state = 'proposed' and d.answers_seq = ${input.seenSeq})`,
      ),
    )
    await tx.update(drafts).set({ state: 'approved' }).where(eq(drafts.id, draft.id))
    await queueReply(ctx, tx, row, draft, input.by)
  })
}

/**
 * Sends a teammate's own words instead of, or without, a draft.
 * Throws as above, but another draft is no conflict.
 */
export async function sendEdited(ctx: ApproveContext, input: Approval & { text: string }): Promise<void> {
  const text = storable(input.text.replaceAll('\r\n', '\n')).trim()
  if (text === '') throw new BadInputError('The reply is empty. Write something, or dismiss the conversation')
  await ctx.db.transaction(async (tx) => {
    const row = await startSending(ctx, tx, input)
    await supersedeDrafts(tx, row.id)
    const draft = await insertDraft(tx, {
      id: ctx.newId(),
      conversationId: row.id,
      state: 'approved',
      text,
      answersSeq: input.seenSeq,
      teammateId: input.by,
      evidence: [],
      flags: [],
      createdAt: ctx.clock.now(),
    })
    await tx.update(conversations).set({ draftId: draft.id }).where(eq(conversations.id, row.id))
    await queueReply(ctx, tx, row, draft, input.by)
  })
}

/** The one conditional update that settles every race for a reply. */
async function startSending(ctx: ApproveContext, tx: Db, input: Approval, condition?: SQL): Promise<ConversationRow> {
  const row = await changeConversation(
    ctx,
    tx,
    input.conversationId,
    { state: 'sending', isDrafting: false, snoozedUntil: null },
    and(inArray(conversations.state, ['waiting', 'snoozed']), eq(conversations.inboundSeq, input.seenSeq), condition),
  )
  if (!row) throw await explainConflict(ctx, tx, input)
  await resolveProblems(ctx, tx, row.id, writingJobs)
  return row
}

async function queueReply(
  ctx: ApproveContext,
  tx: Db,
  row: ConversationRow,
  draft: typeof drafts.$inferSelect,
  by: string,
): Promise<void> {
  const limit = ctx.channels.get(row.channel)?.limits.maxLength ?? Infinity
  const { length } = draft.text
  if (length > limit) {
    throw new BadInputError(
      `The reply has ${length} characters; this channel takes ${limit}. Shorten it by ${length - limit}`,
    )
  }
  const now = ctx.clock.now()
  const route = await routeReply(ctx, tx, row.id)
  const { graceSeconds } = await readTuning(tx)
  const grace = graceSeconds[row.channel] ?? ctx.channels.get(row.channel)?.limits.graceSeconds ?? 0
  const sendAfter = new Date(now.getTime() + grace * 1000)
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
      sendAfter: sendAfter.toISOString(),
      isByHand: !route.canSend,
    },
  })
  if (route.canSend)
    await ctx.queue.add(tx, 'send-reply', { replyId, conversationId: row.id }, grace > 0 ? sendAfter : undefined)
}

/** Why a decision came too late, in words for the teammate who made it. */
export async function explainConflict(
  ctx: Pick<Context, 'channels'>,
  tx: Db,
  input: Pick<Approval, 'conversationId' | 'seenSeq'>,
): Promise<Error> {
  const conversation = await readConversation(tx, ctx.channels, input.conversationId)
  if (!conversation) return new NotFoundError('This conversation does not exist any more')
  return new ConflictError(conflictText(conversation, input.seenSeq))
}

function conflictText(conversation: Conversation, seenSeq: number): string {
  const { state, reply, dismissed } = conversation
  if ((state === 'sending' || state === 'answered') && reply)
    return `${reply.approvedBy} approved a reply first. Nothing was changed`
  if (state === 'dismissed' && dismissed)
    return `${dismissed.by} dismissed this conversation first. Nothing was changed`
  if (state === 'quarantined') return 'This conversation is quarantined as suspected spam. Release it first'
  if (conversation.inboundSeq > seenSeq)
    return `${conversation.customer.name} wrote again since you looked. Nothing was sent: read the new message first`
  if (conversation.isDrafting) return 'Another draft is being written. Nothing was changed'
  return 'The draft was rewritten since you looked. Nothing was sent: read the new one first'
}
