import { and, asc, desc, eq, inArray, isNotNull, isNull, ne, or, sql, type SQL } from 'drizzle-orm'
import { breakAccount } from '../accounts/broken.ts'
import { endTrial } from '../accounts/mend.ts'
import { keepBroken } from '../accounts/queries.ts'
import type { OutboundReply, Sent } from '../channels/channel.ts'
import type { ActiveChannel, Context } from '../context.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { conversations, customers, identities, interactions, replies } from '../db/schema.ts'
import { CredentialsError, PermanentError, RetryableError, WindowClosedError } from '../errors.ts'
import type { JobPayload } from '../jobs/jobs.ts'
import { pause } from '../waiting.ts'
import type { ReplyState } from './reply.ts'
import { moveReply, settleAccepted, settleFailed, type ReplyRow, type SettleContext } from './settle.ts'
import { withdrawMoot, withdrawScheduled } from './withdraw.ts'

type SendContext = SettleContext & Pick<Context, 'db' | 'log' | 'metrics' | 'workspaces'>

export const timeLimitMs = 60_000
/** After this many the reply counts as failed, and the team decides. */
export const attemptLimit = 12
/** Of each side: the thread's newest, besides its first. */
const mostReferences = 100
const shortestRetryMs = 5000
const longestRetryMs = 15 * 60_000
/** Between two looks at a reply that isn't due by the clock here, though it is by the queue's. */
const earlyPauseMs = 250

/**
 * Sends one approved reply. The attempt is committed before the network call; an attempt that a crash cut off
 * is found here again as `sending`, and then its outcome is looked up instead of sending once more. Where the account must be
 * authorised anew, the reply is held without an attempt: `mendAccount` sets it free.
 */
export async function sendReply(
  ctx: SendContext,
  { replyId, isTrial = false }: JobPayload<'send-reply'>,
  signal: AbortSignal,
): Promise<void> {
  const now = ctx.clock.now()
  const claimed = await ctx.db.transaction(async (tx) => {
    const broken = isTrial ? null : await keepBroken(tx, replyId)
    const [row] = await tx.select().from(replies).where(eq(replies.id, replyId)).for('update')
    if (!row) return null
    if (row.state === 'sending') {
      await becomeUnknown(ctx, tx, row)
      return null
    }
    if (row.state !== 'queued') return null
    if (row.sendAfter > now) return { early: row }
    // With newer words of the customer, a scheduled reply never leaves.
    const isCurrent = row.isScheduled ? eq(conversations.inboundSeq, row.answersSeq) : undefined
    if (!(await changeConversation(ctx, tx, row.conversationId, {}, isCurrent))) {
      await withdrawScheduled(ctx, tx, replyId)
      return null
    }
    if (broken) {
      await holdReply(ctx, tx, row, broken, ['queued'])
      return null
    }
    const [reply] = await tx
      .update(replies)
      .set({ state: 'sending', attempts: row.attempts + 1, attemptedAt: now })
      .where(eq(replies.id, replyId))
      .returning()
    if (!reply) return null
    await addEvent(ctx, tx, 'reply.sending', {
      conversationId: reply.conversationId,
      replyId,
      actor: 'deskbell',
      data: { attempt: reply.attempts },
    })
    return { reply, outbound: await outboundReply(tx, reply) }
  })
  if (!claimed) return
  if ('early' in claimed) return comeBack(ctx, claimed.early, isTrial, signal)
  const { reply, outbound } = claimed
  const channel = ctx.channels.get(reply.channel)
  const started = performance.now()
  const outcome = await attempt(channel, outbound, AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]))
  // Another worker may have taken this attempt for lost meanwhile. Its outcome is a fact all the same;
  // but only an acceptance may end an attempt that was made since.
  await ctx.db.transaction(async (tx) => {
    switch (outcome.kind) {
      case 'accepted':
        return void (await settleAccepted(ctx, tx, replyId, ['sending', 'unknown', 'queued'], outcome.sent, {
          type: 'reply.accepted',
          actor: 'deskbell',
          // A receipt may have told already that just this failed after all.
          condition: or(
            ne(replies.state, 'queued'),
            sql`${replies.externalId} is distinct from ${outcome.sent.externalId}`,
          ),
        }))
      case 'failed':
        return void (await settleFailed(ctx, tx, replyId, ['sending', 'unknown'], 'failed', outcome.problem, {
          condition: isAttempt(reply),
          isWindowClosed: outcome.error instanceof WindowClosedError,
        }))
      case 'refused':
        return breakAccount(ctx, tx, reply, outcome.error, () =>
          holdReply(ctx, tx, reply, { reason: outcome.error.message, action: outcome.error.action }, [
            'sending',
            'unknown',
          ]),
        )
      case 'retry':
        return retryLater(ctx, tx, reply, outcome.error)
      case 'unknown':
        return becomeUnknown(ctx, tx, reply)
    }
  })
  if (isTrial && outcome.kind !== 'refused') await endTrial(ctx, reply, outcome.kind === 'accepted' ? 1 : 0)
  ctx.metrics.replies.inc({ channel: reply.channel, outcome: outcome.kind })
  const ids = {
    replyId,
    conversationId: reply.conversationId,
    channel: reply.channel,
    attempt: reply.attempts,
    ms: Math.round(performance.now() - started),
  }
  if (outcome.kind === 'accepted') ctx.log.info('reply sent', ids)
  else ctx.log.warn('reply not sent', { ...ids, outcome: outcome.kind, error: outcome.error.message })
}

/** Added at once, the job would be due again at once: the queue goes by the database's clock, which is ahead of ours. */
async function comeBack(
  ctx: SendContext,
  { id: replyId, conversationId, sendAfter }: ReplyRow,
  isTrial: boolean,
  signal: AbortSignal,
): Promise<void> {
  await pause(Math.min(sendAfter.getTime() - ctx.clock.now().getTime(), earlyPauseMs), signal)
  await ctx.queue.add(ctx.db, 'send-reply', { replyId, conversationId, isTrial }, sendAfter)
}

type Outcome =
  | { kind: 'accepted'; sent: Sent }
  | { kind: 'failed'; error: Error; problem: { reason: string; action?: string } }
  | { kind: 'refused'; error: CredentialsError }
  | { kind: 'retry'; error: RetryableError }
  | { kind: 'unknown'; error: Error }

async function attempt(
  channel: ActiveChannel | undefined,
  outbound: OutboundReply,
  signal: AbortSignal,
): Promise<Outcome> {
  const send = channel?.open.send
  if (typeof send !== 'function') {
    const error = new RetryableError('The channel is switched off')
    return { kind: 'retry', error }
  }
  try {
    return { kind: 'accepted', sent: await send(outbound, signal) }
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause))
    if (error instanceof RetryableError) return { kind: 'retry', error }
    if (error instanceof CredentialsError) return { kind: 'refused', error }
    if (error instanceof PermanentError) {
      return {
        kind: 'failed',
        error,
        problem: { reason: error.message, ...(error.action ? { action: error.action } : {}) },
      }
    }
    return { kind: 'unknown', error }
  }
}

/** Keeps a reply until its account is authorised anew. An attempt that was refused for that reason doesn't count. */
async function holdReply(
  ctx: SendContext,
  tx: Db,
  reply: ReplyRow,
  { reason, action }: { reason: string; action: string },
  from: ReplyState[],
): Promise<void> {
  const attempts = reply.state === 'sending' ? reply.attempts - 1 : reply.attempts
  const set = { state: 'queued', attempts, problem: { reason, action, isHeld: true } } as const
  if (!(await moveReply(tx, reply.id, from, set, isAttempt(reply)))) return
  const { conversationId } = reply
  await changeConversation(ctx, tx, conversationId, {})
  if (reply.problem?.isHeld || (await withdrawMoot(ctx, tx, reply.id))) return
  await addEvent(ctx, tx, 'reply.held', { conversationId, replyId: reply.id, actor: 'deskbell', data: { reason } })
}

async function retryLater(ctx: SendContext, tx: Db, reply: ReplyRow, error: RetryableError): Promise<void> {
  if (reply.attempts >= attemptLimit) {
    const problem = {
      reason: `${error.message} (tried ${reply.attempts} times)`,
      action: 'Send it again once this is mended',
    }
    await settleFailed(ctx, tx, reply.id, ['sending', 'unknown'], 'failed', problem, { condition: isAttempt(reply) })
    return
  }
  const sendAfter = new Date(ctx.clock.now().getTime() + (error.retryAfterMs ?? backoffMs(reply.attempts)))
  const problem = { reason: error.message, action: 'It will be tried again' }
  const set = { state: 'queued', sendAfter, problem } as const
  const moved = await moveReply(tx, reply.id, ['sending', 'unknown'], set, isAttempt(reply))
  if (!moved) return
  await changeConversation(ctx, tx, reply.conversationId, {})
  if (await withdrawMoot(ctx, tx, reply.id)) return
  await addEvent(ctx, tx, 'reply.retried', {
    conversationId: reply.conversationId,
    replyId: reply.id,
    actor: 'deskbell',
    data: { reason: error.message, attempt: reply.attempts },
  })
  await ctx.queue.add(tx, 'send-reply', { replyId: reply.id, conversationId: reply.conversationId }, sendAfter)
}

/** True while no later attempt was made than the one that this row tells of. */
function isAttempt({ attemptedAt }: ReplyRow): SQL | undefined {
  return attemptedAt ? eq(replies.attemptedAt, attemptedAt) : undefined
}

/** How long to wait after the nth attempt. */
export function backoffMs(attempts: number): number {
  return Math.min(longestRetryMs, shortestRetryMs * 2 ** Math.max(0, attempts - 1))
}

async function becomeUnknown(ctx: SendContext, tx: Db, reply: ReplyRow): Promise<void> {
  const moved = await moveReply(tx, reply.id, ['sending'], { state: 'unknown', problem: null }, isAttempt(reply))
  if (!moved) return
  await changeConversation(ctx, tx, reply.conversationId, {})
  await addEvent(ctx, tx, 'reply.unknown', {
    conversationId: reply.conversationId,
    replyId: reply.id,
    actor: 'deskbell',
    data: { attempt: reply.attempts },
  })
  await ctx.queue.add(tx, 'reconcile-reply', { replyId: reply.id, conversationId: reply.conversationId })
}

/** The reply as its channel needs it. */
export async function outboundReply(tx: Db, reply: ReplyRow): Promise<OutboundReply> {
  const isTheirs = and(
    eq(interactions.conversationId, reply.conversationId),
    eq(interactions.channel, reply.channel),
    eq(interactions.account, reply.account),
    isNull(interactions.removedAt),
  )
  const { id, seq, automatic, removedAt } = interactions
  const said = { id, externalId: interactions.externalId, at: interactions.receivedAt, seq, automatic, removedAt }
  const [[conversation], [recipient], oldest, newest, ours] = await Promise.all([
    tx
      .select({ externalId: conversations.externalId, subject: conversations.subject, name: customers.name })
      .from(conversations)
      .innerJoin(customers, eq(customers.id, conversations.customerId))
      .where(eq(conversations.id, reply.conversationId)),
    tx
      .select({ phone: identities.phone })
      .from(identities)
      .where(and(eq(identities.channel, reply.channel), eq(identities.externalId, reply.recipient))),
    tx.select(said).from(interactions).where(isTheirs).orderBy(asc(interactions.seq)).limit(1),
    tx.select(said).from(interactions).where(isTheirs).orderBy(desc(interactions.seq)).limit(mostReferences),
    tx
      .select({ id: replies.id, externalId: replies.externalId, at: replies.acceptedAt })
      .from(replies)
      .where(
        and(
          eq(replies.conversationId, reply.conversationId),
          eq(replies.channel, reply.channel),
          inArray(replies.state, ['accepted', 'published']),
          isNotNull(replies.externalId),
        ),
      )
      .orderBy(desc(replies.approvedAt))
      .limit(mostReferences),
  ])
  const answered = newest.find((one) => one.seq <= reply.answersSeq && !one.automatic && !one.removedAt)
  const [last] = ours
  const { externalId, text, rating } = interactions
  // Their words only here: a hundred of them may be long.
  const [[answers], [previous]] = await Promise.all([
    answered ? tx.select({ externalId, text, rating }).from(interactions).where(eq(id, answered.id)) : [],
    last
      ? tx.select({ text: replies.text, acceptedAt: replies.acceptedAt }).from(replies).where(eq(replies.id, last.id))
      : [],
  ])
  return {
    id: reply.id,
    account: reply.account,
    text: reply.text,
    to: { externalId: reply.recipient, name: conversation?.name ?? null, phone: recipient?.phone ?? null },
    conversation: { externalId: conversation?.externalId ?? '', subject: conversation?.subject ?? null },
    references: [
      ...new Set(
        [...oldest, ...newest.toReversed(), ...ours.toReversed()]
          .toSorted((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0))
          .flatMap((one) => one.externalId ?? []),
      ),
    ],
    ...(answers && { answers }),
    ...(previous?.acceptedAt && { previous: { ...previous, acceptedAt: previous.acceptedAt } }),
    approvedAt: reply.approvedAt,
    attemptedAt: reply.attemptedAt,
    template: reply.template,
  }
}
