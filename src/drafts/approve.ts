import { and, eq } from 'drizzle-orm'
import type { Conversation } from '../conversations/conversation.ts'
import { addEvent, changeConversation, lockConversation } from '../conversations/queries.ts'
import { readConversation } from '../conversations/read.ts'
import type { Db } from '../db/client.ts'
import { conversations, drafts } from '../db/schema.ts'
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts'
import { storable } from '../interactions/clean.ts'
import { findNewestTheme } from '../interactions/queries.ts'
import { writingJobs } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { checkSendable, isUnanswered, queueReply, startSending, type QueueContext } from '../replies/queue.ts'
import type { FilledTemplate } from '../replies/reply.ts'
import { readTuning } from '../settings/queries.ts'
import type { Tuning } from '../settings/tuning.ts'
import { checkDraft, trustedTexts } from './check.ts'
import { explainConflict, type Approval } from './conflict.ts'
import type { Draft, Flag } from './draft.ts'
import { insertDraft, isProposed, supersedeDrafts, type DraftRow } from './queries.ts'
import { approvalStep, isOneEnough, secondApprovalReasons, type ApprovalStep } from './second-approval.ts'

/** An approval that may send. */
export interface Sending extends Approval {
  /** Undefined: as soon as it can't be undone any more. */
  sendAt?: Date | undefined
  /** Why the teammate is no manager, in words for them; null: they are one. Asked only where it matters. */
  refusalAsManager(): Promise<string | null>
}

/**
 * Approves one revision of a draft, word for word: queues its reply, or records the first of two approvals.
 * Throws ConflictError if the customer wrote again, the draft was rewritten, a teammate got there first, or somebody
 * else must be the second; BadInputError for a text that the channel can't take, or a time that won't do.
 */
export async function approveDraft(ctx: QueueContext, input: Sending & { draftId: string }): Promise<void> {
  await takeStep(input, (isManager) =>
    ctx.db.transaction(async (tx) => {
      const look = await lookWhereTwoMayBeNeeded(ctx, tx, input)
      return approveIn(ctx, tx, input, look, isManager)
    }),
  )
}

/** What a teammate wrote, or made of a template. */
interface OwnWords {
  text: string
  template: FilledTemplate | null
}

/**
 * Sends a teammate's own words instead of, or without, a draft; where two must approve, they become the draft, which
 * its author has approved. Throws as above, but another draft is no conflict, unless somebody approved it unseen.
 * `draftId`: the draft that the teammate saw. `template`: what the words were made of.
 */
export async function sendEdited(
  ctx: QueueContext,
  { template = null, ...input }: Sending & { text: string; draftId: string | null; template?: FilledTemplate | null },
): Promise<void> {
  const text = cleanReply(input.text)
  const words = { text, template }
  if (text === '') throw new BadInputError('The reply is empty. Write something, or dismiss the conversation')
  await takeStep(input, (isManager) =>
    ctx.db.transaction(async (tx): Promise<ApprovalStep> => {
      const look = await lookWhereTwoMayBeNeeded(ctx, tx, input)
      const draft = look?.conversation.draft
      // Not a word was changed: that is an approval of what is there.
      if (look && isCurrent(look.conversation, input, draft?.id) && isSame(draft, words)) {
        if (draft.firstApprovedBy?.id === input.by) return 'first'
        return approveIn(ctx, tx, { ...input, draftId: draft.id }, look, isManager)
      }
      if (look) checkOverriding(look.conversation, input)
      const flags = look ? flagsOf(text, look) : []
      const reasons = look ? await reasonsFor(tx, look, flags) : []
      const step = approvalStep({ reasons, first: null, by: input.by, mustBeManager: false })
      if (step === 'first') await recordOwnWords(ctx, tx, input, words, flags, reasons)
      else await sendOwnWords(ctx, tx, input, words, flags)
      return step
    }),
  )
}

/** A reply's text as it is kept and sent. */
export function cleanReply(text: string): string {
  return storable(text.replaceAll('\r\n', '\n')).trim()
}

/** Asks the workspace between two attempts, never while a conversation is held. */
async function takeStep(input: Sending, attempt: (isManager: boolean) => Promise<ApprovalStep>): Promise<void> {
  if ((await attempt(false)) !== 'ask-manager') return
  const refusal = await input.refusalAsManager()
  if (refusal !== null) throw new ConflictError(`A manager must be the second to approve this. ${refusal}`)
  await attempt(true)
}

interface Look {
  conversation: Conversation
  tuning: Tuning
}

/** Holds the conversation, so that nobody else approves meanwhile, and reads it. Null: one approval is always enough. */
async function lookWhereTwoMayBeNeeded(ctx: QueueContext, tx: Db, { conversationId }: Approval): Promise<Look | null> {
  const tuning = await readTuning(tx)
  if (isOneEnough(tuning.secondApproval)) return null
  await lockConversation(tx, conversationId)
  const conversation = await readConversation(tx, ctx.channels, conversationId)
  return conversation && { conversation, tuning }
}

/** True while this draft can be approved by who saw this. */
function isCurrent(
  { state, inboundSeq, draft }: Conversation,
  { seenSeq }: Approval,
  draftId: string | undefined,
): boolean {
  const isOpen = (state === 'waiting' || state === 'snoozed') && inboundSeq === seenSeq
  return isOpen && draft?.id === draftId && draft?.state === 'proposed' && draft.answersSeq === seenSeq
}

/** Not a word was changed, and no template was chosen instead. */
function isSame(draft: Draft | null | undefined, { text, template }: OwnWords): draft is Draft {
  return draft?.text === text && (template === null || draft.template?.id === template.id)
}

/** Words that somebody approved give way to others only where those who wrote them had seen them. */
function checkOverriding({ draft }: Conversation, { by, draftId }: { by: string; draftId: string | null }): void {
  const first = draft?.state === 'proposed' ? draft.firstApprovedBy : null
  if (first && first.id !== by && draft?.id !== draftId)
    throw new ConflictError(`${first.name} approved other words since you looked. Nothing was changed: read them first`)
}

async function approveIn(
  ctx: QueueContext,
  tx: Db,
  input: Sending & { draftId: string },
  look: Look | null,
  isManager: boolean,
): Promise<ApprovalStep> {
  const [draft] = await tx
    .select()
    .from(drafts)
    .where(and(eq(drafts.id, input.draftId), eq(drafts.conversationId, input.conversationId)))
  if (!draft) throw new NotFoundError('This draft does not exist')
  // Of one that is out of date, the conditional update below says why.
  const reasons = look && isCurrent(look.conversation, input, draft.id) ? look.conversation.secondApproval : []
  const step = approvalStep({
    reasons,
    first: draft.firstApprovedBy,
    by: input.by,
    mustBeManager: look?.tuning.secondApproval.by === 'managers' && !isManager,
  })
  if (step === 'first') await recordFirst(ctx, tx, input, draft, reasons)
  if (step === 'send') {
    const row = await startSending(
      ctx,
      tx,
      input,
      and(eq(conversations.draftId, draft.id), isProposed(draft.id, input.seenSeq)),
    )
    await tx.update(drafts).set({ state: 'approved' }).where(eq(drafts.id, draft.id))
    await queueReply(ctx, tx, row, draft, { ...input, reasons })
  }
  return step
}

async function recordFirst(
  ctx: QueueContext,
  tx: Db,
  input: Sending,
  draft: DraftRow,
  reasons: string[],
): Promise<void> {
  leaveTimeToSecond(input)
  const condition = and(isUnanswered(input), eq(conversations.draftId, draft.id), isProposed(draft.id, input.seenSeq))
  const row = await changeConversation(
    ctx,
    tx,
    input.conversationId,
    { state: 'waiting', snoozedUntil: null },
    condition,
  )
  if (!row) throw await explainConflict(ctx, tx, input)
  checkSendable(ctx, row, draft)
  await tx.update(drafts).set({ firstApprovedBy: input.by }).where(eq(drafts.id, draft.id))
  await addFirstApproval(ctx, tx, draft, input.by, reasons)
}

async function recordOwnWords(
  ctx: QueueContext,
  tx: Db,
  input: Sending,
  words: OwnWords,
  flags: Flag[],
  reasons: string[],
): Promise<void> {
  leaveTimeToSecond(input)
  const set = { state: 'waiting', snoozedUntil: null, isDrafting: false } as const
  const row = await changeConversation(ctx, tx, input.conversationId, set, isUnanswered(input))
  if (!row) throw await explainConflict(ctx, tx, input)
  checkSendable(ctx, row, words)
  await resolveProblems(ctx, tx, row.id, writingJobs)
  const draft = await insertOwnWords(ctx, tx, input, words, flags, 'proposed')
  await addFirstApproval(ctx, tx, draft, input.by, reasons)
}

async function sendOwnWords(ctx: QueueContext, tx: Db, input: Sending, words: OwnWords, flags: Flag[]): Promise<void> {
  const row = await startSending(ctx, tx, input)
  const draft = await insertOwnWords(ctx, tx, input, words, flags, 'approved')
  await queueReply(ctx, tx, row, draft, { ...input, reasons: [] })
}

async function insertOwnWords(
  ctx: QueueContext,
  tx: Db,
  { conversationId, seenSeq, by }: Approval,
  { text, template }: OwnWords,
  flags: Flag[],
  state: 'proposed' | 'approved',
): Promise<DraftRow> {
  await supersedeDrafts(tx, conversationId)
  const draft = await insertDraft(tx, {
    id: ctx.newId(),
    conversationId,
    state,
    text,
    template,
    answersSeq: seenSeq,
    teammateId: by,
    evidence: [],
    flags,
    firstApprovedBy: state === 'proposed' ? by : null,
    createdAt: ctx.clock.now(),
  })
  await tx.update(conversations).set({ draftId: draft.id }).where(eq(conversations.id, conversationId))
  return draft
}

async function addFirstApproval(
  ctx: QueueContext,
  tx: Db,
  draft: DraftRow,
  by: string,
  reasons: string[],
): Promise<void> {
  const { conversationId, revision, writtenBy, answersSeq } = draft
  await addEvent(ctx, tx, 'draft.first-approved', {
    conversationId,
    actor: by,
    draftId: draft.id,
    data: { revision, writtenBy, answersSeq, reasons },
  })
}

function leaveTimeToSecond({ sendAt }: Sending): void {
  if (sendAt)
    throw new BadInputError('Two must approve this, and the second chooses when it is sent. Approve it without a time')
}

/** A teammate's own words are looked at like the assistant's, where it decides how many must approve them. */
function flagsOf(text: string, { conversation: { channel, turns, triage }, tuning }: Look): Flag[] {
  const { maxLength, isPublic } = channel
  return checkDraft({ text, maxLength, isPublic, triage, sources: trustedTexts(tuning.brand, turns) })
}

async function reasonsFor(tx: Db, { conversation, tuning }: Look, flags: Flag[]): Promise<string[]> {
  const { id, channel, turns } = conversation
  const rating = turns.findLast(({ rating: stars, undone }) => stars !== null && !undone)?.rating ?? null
  const theme = await findNewestTheme(tx, id)
  return secondApprovalReasons({ theme, channel, rating, flags }, tuning.secondApproval)
}
