import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { teammates } from '../db/schema.ts'
import { approveDraft, sendEdited } from '../drafts/approve.ts'
import { redraft } from '../drafts/redraft.ts'
import { BadInputError, ConflictError, NotFoundError } from '../errors.ts'
import { retryJob } from '../jobs/retry.ts'
import { markSent, markUnsent } from '../replies/mark-sent.ts'
import { resendReply } from '../replies/resend.ts'
import { undoReply } from '../replies/undo.ts'
import { cardOf } from '../workspaces/card.ts'
import type { Decision, Outcome, Teammate } from '../workspaces/workspace.ts'
import { assignConversation } from './assign.ts'
import { dismissConversation } from './dismiss.ts'
import { readConversation } from './read.ts'
import { reopenConversation } from './reopen.ts'
import { snoozeConversation } from './snooze.ts'

type DecideContext = Pick<Context, 'db' | 'queue' | 'signals' | 'clock' | 'log' | 'metrics' | 'newId' | 'channels'>

/** Carries out what a teammate decided, or says why not. Throws only when the database can't be reached. */
export async function decide(ctx: DecideContext, workspaceId: string, decision: Decision): Promise<Outcome> {
  const { conversationId, kind } = decision
  let reason: string | null = null
  try {
    const by = await knowTeammate(ctx, workspaceId, decision.teammate)
    await carryOut(ctx, workspaceId, decision, by)
  } catch (error) {
    if (!(error instanceof ConflictError || error instanceof BadInputError || error instanceof NotFoundError))
      throw error
    reason = error.message
  }
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

async function carryOut(ctx: DecideContext, workspaceId: string, decision: Decision, by: string): Promise<void> {
  switch (decision.kind) {
    case 'approve':
      return approveDraft(ctx, { ...decision, by })
    case 'edit':
      return sendEdited(ctx, { ...decision, by })
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

/** Remembers who decided, and returns their id across workspaces. */
async function knowTeammate(
  ctx: Pick<Context, 'db' | 'clock'>,
  workspace: string,
  { id, name }: Teammate,
): Promise<string> {
  const row = { id: `${workspace}:${id}`, workspace, name, seenAt: ctx.clock.now() }
  await ctx.db
    .insert(teammates)
    .values(row)
    .onConflictDoUpdate({
      target: teammates.id,
      set: { name, seenAt: row.seenAt },
      setWhere: sql`${teammates.name} <> excluded.name or ${teammates.seenAt} < excluded.seen_at - interval '1 hour'`,
    })
  return row.id
}
