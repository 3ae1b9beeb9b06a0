import type { Context } from '../context.ts'
import { approveDraft, sendEdited } from '../drafts/approve.ts'
import { redraft } from '../drafts/redraft.ts'
import { sendTemplate } from '../drafts/send-template.ts'
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts'
import { retryJob } from '../jobs/retry.ts'
import { markSent, markUnsent } from '../replies/mark-sent.ts'
import { resendReply } from '../replies/resend.ts'
import { undoReply } from '../replies/undo.ts'
import { checkAccess, refusalFor } from '../teammates/access.ts'
import { knowTeammate } from '../teammates/know.ts'
import { cardOf } from '../workspaces/card.ts'
import type { Decision, Outcome } from '../workspaces/workspace.ts'
import { assignConversation } from './assign.ts'
import { dismissConversation } from './dismiss.ts'
import { readConversation } from './read.ts'
import { reopenConversation } from './reopen.ts'
import { isRepeat } from './repeat.ts'
import { snoozeConversation } from './snooze.ts'

type DecideContext = Pick<
  Context,
  'db' | 'queue' | 'signals' | 'clock' | 'log' | 'metrics' | 'newId' | 'channels' | 'workspaces'
>

/**
 * Carries out what a teammate decided, or says why not: they have no right to, or came too late.
 * The same decision by the same teammate may come twice. Throws only when the database can't be reached.
 */
export async function decide(ctx: DecideContext, workspaceId: string, decision: Decision): Promise<Outcome> {
  const { conversationId, kind } = decision
  const reason = await tryTo(ctx, workspaceId, decision)
  ctx.metrics.decisions.inc({ kind, outcome: reason === null ? 'done' : 'refused' })
  ctx.log.info(reason === null ? 'decision carried out' : 'decision refused', {
    kind,
    conversationId,
    workspace: workspaceId,
    teammate: decision.teammate.id,
  })
  const conversation = await readConversation(ctx.db, ctx.channels, conversationId)
  const card = conversation && cardOf(conversation)
  if (reason !== null) return { isDone: false, reason, card }
  return card
    ? { isDone: true, card }
    : { isDone: false, reason: 'This conversation does not exist any more', card: null }
}

/** Null when it was done; else why not. */
async function tryTo(ctx: DecideContext, workspaceId: string, decision: Decision): Promise<string | null> {
  let by: string | null = null
  try {
    await checkAccess(ctx, workspaceId, decision.teammate, 'agent')
    by = await knowTeammate(ctx, workspaceId, decision.teammate)
    await carryOut(ctx, workspaceId, decision, by)
    return null
  } catch (error) {
    if (error instanceof ConflictError && by !== null && (await isRepeat(ctx, decision, by))) return null
    if (error instanceof ConflictError || error instanceof BadInputError || error instanceof NotFoundError)
      return error.message
    throw error
  }
}

async function carryOut(ctx: DecideContext, workspaceId: string, decision: Decision, by: string): Promise<void> {
  const refusalAsManager = () => refusalFor(ctx, workspaceId, decision.teammate, 'manager')
  switch (decision.kind) {
    case 'approve':
      return approveDraft(ctx, { ...decision, by, refusalAsManager })
    case 'edit':
      return sendEdited(ctx, { ...decision, by, refusalAsManager })
    case 'template':
      return sendTemplate(ctx, { ...decision, by, refusalAsManager })
    case 'redraft':
      return redraft(ctx, { ...decision, by })
    case 'dismiss':
      return dismissConversation(ctx, { ...decision, by })
    case 'snooze':
      return snoozeConversation(ctx, { ...decision, by })
    case 'assign':
      return assignConversation(ctx, {
        ...decision,
        by,
        to: decision.to && (await knowTeammate(ctx, workspaceId, decision.to)),
      })
    case 'reopen':
      return reopenConversation(ctx, { ...decision, by })
    case 'undo':
      return undoReply(ctx, { ...decision, by })
    case 'mark-sent':
      return markSent(ctx, { ...decision, by })
    case 'mark-unsent':
      return markUnsent(ctx, { ...decision, by })
    case 'resend':
      return resendReply(ctx, { ...decision, by })
    case 'retry':
      return retryJob(ctx, { ...decision, by })
  }
}
