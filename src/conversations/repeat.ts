import { and, eq, gte, ne, sql, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { conversations, events, replies } from '../db/schema.ts'
import { cleanReply } from '../drafts/approve.ts'
import { cleanInstruction } from '../drafts/redraft.ts'
import type { Decision } from '../workspaces/workspace.ts'
import type { EventType } from './queries.ts'

/** A platform that got no answer brings a click again within this time. */
const repeatMs = 10 * 60_000

/**
 * True when a decision that came too late came second only to itself: the same teammate decided just this, and it
 * still stands. Platforms may bring one click twice.
 */
export async function isRepeat(ctx: Pick<Context, 'db' | 'clock'>, decision: Decision, by: string): Promise<boolean> {
  const { conversationId } = decision
  switch (decision.kind) {
    case 'approve':
    case 'edit':
    case 'template': {
      const [reply] = await ctx.db
        .select({ text: replies.text, sendAfter: replies.sendAfter, isScheduled: replies.isScheduled })
        .from(replies)
        .where(
          and(
            eq(replies.conversationId, conversationId),
            eq(replies.approvedBy, by),
            eq(replies.answersSeq, decision.seenSeq),
            ne(replies.state, 'withdrawn'),
            isTheOne(decision),
          ),
        )
        .limit(1)
      const sendAt = decision.kind === 'template' ? undefined : decision.sendAt?.getTime()
      return reply !== undefined && (reply.isScheduled ? reply.sendAfter.getTime() : undefined) === sendAt
    }
    case 'dismiss':
      return isAsLeft(
        ctx,
        decision,
        eq(conversations.state, 'dismissed'),
        eq(conversations.dismissedReason, decision.reason),
        eq(conversations.dismissedBy, by),
      )
    case 'snooze':
      return isAsLeft(ctx, decision, eq(conversations.state, 'snoozed'), eq(conversations.snoozedUntil, decision.until))
    case 'redraft': {
      const done = await findRecent(ctx, conversationId, 'draft.redraft-asked', by)
      const instruction = cleanInstruction(decision.instruction)
      return done.some(({ data }) => data['seq'] === decision.seenSeq && data['instruction'] === instruction)
    }
    case 'reopen':
      return (await findRecent(ctx, conversationId, 'conversation.reopened', by)).length > 0
    case 'undo':
    case 'mark-sent':
    case 'mark-unsent':
    case 'resend': {
      const done = await findRecent(ctx, conversationId, replyEvents[decision.kind], by)
      return done.some(({ replyId }) => replyId === decision.replyId)
    }
    default:
      return false
  }
}

/** True of the reply that a decision would have made. */
function isTheOne(decision: Extract<Decision, { kind: 'approve' | 'edit' | 'template' }>): SQL {
  switch (decision.kind) {
    case 'approve':
      return eq(replies.draftId, decision.draftId)
    case 'edit':
      return eq(replies.text, cleanReply(decision.text))
    case 'template':
      return sql`${replies.template} = ${JSON.stringify(decision.template)}::jsonb`
  }
}

const replyEvents = {
  undo: 'reply.withdrawn',
  'mark-sent': 'reply.marked-sent',
  'mark-unsent': 'reply.failed',
  resend: 'reply.retried',
} as const

/** True when the customer wrote nothing since, and the conversation stands as the decision left it. */
async function isAsLeft(
  { db }: Pick<Context, 'db'>,
  { conversationId, seenSeq }: { conversationId: string; seenSeq: number },
  ...left: SQL[]
): Promise<boolean> {
  const rows = await db
    .select({ id: conversations.id })
    .from(conversations)
    .where(and(eq(conversations.id, conversationId), eq(conversations.inboundSeq, seenSeq), ...left))
  return rows.length > 0
}

async function findRecent(
  ctx: Pick<Context, 'db' | 'clock'>,
  conversationId: string,
  type: EventType,
  by: string,
): Promise<{ replyId: string | null; data: Record<string, unknown> }[]> {
  const since = new Date(ctx.clock.now().getTime() - repeatMs)
  return ctx.db
    .select({ replyId: events.replyId, data: events.data })
    .from(events)
    .where(
      and(
        eq(events.conversationId, conversationId),
        eq(events.type, type),
        eq(events.actor, by),
        gte(events.at, since),
      ),
    )
}
