import { and, asc, eq, isNotNull, ne, sql } from 'drizzle-orm'
import { reportAccount } from '../accounts/broken.ts'
import type { Downloaded } from '../channels/channel.ts'
import type { ActiveChannel, Context } from '../context.ts'
import { changeConversation } from '../conversations/queries.ts'
import type { Db } from '../db/client.ts'
import { attachments, events, interactions } from '../db/schema.ts'
import { CredentialsError, messageOf, PermanentError, RetryableError } from '../errors.ts'
import type { JobPayload } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { planLateFiles } from '../posts/late-files.ts'
import { clean } from './clean.ts'
import { largestAttachment, type AttachmentSource } from './interaction.ts'

type FetchContext = Pick<Context, 'db' | 'queue' | 'clock' | 'log' | 'newId' | 'channels' | 'workspaces'>

const timeLimitMs = 120_000
/** How long an account that must be authorised anew is left alone. */
const heldMs = 15 * 60_000

/**
 * Fetches a file that was announced with what a customer wrote, and has the card show it, or say why it is missing. May be
 * repeated. Throws what `download` throws where trying again may help.
 */
export async function fetchAttachment(
  ctx: FetchContext,
  { attachmentId, conversationId }: JobPayload<'fetch-attachment'>,
  signal: AbortSignal,
): Promise<void> {
  const [row] = await ctx.db
    .select({
      source: attachments.source,
      interactionId: interactions.id,
      channel: interactions.channel,
      account: interactions.account,
    })
    .from(attachments)
    .innerJoin(interactions, eq(interactions.id, attachments.interactionId))
    .where(eq(attachments.id, attachmentId))
  if (!row?.source) return
  const { interactionId, channel, account, source } = row
  let fetched: Downloaded | { problem: string }
  try {
    fetched = await download(ctx.channels.get(channel), account, source, signal)
  } catch (error) {
    if (error instanceof CredentialsError) return hold(ctx, { attachmentId, conversationId }, channel, account, error)
    if (!(error instanceof PermanentError)) throw error
    fetched = { problem: error.message }
  }
  const set =
    'problem' in fetched
      ? { problem: clean(fetched.problem, 300) }
      : {
          content: fetched.content,
          bytes: fetched.content.byteLength,
          ...(fetched.mediaType ? { mediaType: clean(fetched.mediaType, 255) } : {}),
        }
  await ctx.db.transaction(async (tx) => {
    // The conversation first, as everywhere.
    if (!(await changeConversation(ctx, tx, conversationId, {}))) return
    await tx
      .update(attachments)
      .set({ ...set, source: null })
      .where(and(eq(attachments.id, attachmentId), isNotNull(attachments.source)))
    await showFiles(ctx, tx, conversationId, interactionId)
    await resolveProblems(ctx, tx, conversationId, ['fetch-attachment'])
    await fetchOthers(ctx, tx, { attachmentId, conversationId })
  })
  const outcome = 'problem' in set ? { problem: set.problem } : { bytes: set.bytes }
  ctx.log.info('file fetched', { attachmentId, conversationId, channel, ...outcome })
}

/** Throws as `OpenChannel.download`. */
async function download(
  channel: ActiveChannel | undefined,
  account: string,
  source: AttachmentSource,
  signal: AbortSignal,
): Promise<Downloaded> {
  if (!channel) throw new RetryableError('The channel is switched off')
  if (!channel.open.download) throw new PermanentError(`${channel.name} can't fetch files`)
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)])
  const fetched = await channel.open.download(account, source, limited)
  if (fetched.content.byteLength > largestAttachment) throw new PermanentError('it is too large to keep')
  return fetched
}

/** It is tried again until somebody has mended the account: what is told of a job that failed for good would be told for each file. */
async function hold(
  ctx: FetchContext,
  payload: JobPayload<'fetch-attachment'>,
  channel: string,
  account: string,
  error: CredentialsError,
): Promise<void> {
  await reportAccount(ctx, channel, account, error)
  ctx.log.warn('file not fetched', { ...payload, channel, account, error: messageOf(error) })
  await ctx.queue.add(ctx.db, 'fetch-attachment', payload, new Date(ctx.clock.now().getTime() + heldMs))
}

/** Once none of a turn's files is on its way any more. */
async function showFiles(ctx: FetchContext, tx: Db, conversationId: string, interactionId: string): Promise<void> {
  const isOfTurn = eq(attachments.interactionId, interactionId)
  const left = await tx.$count(attachments, and(isOfTurn, isNotNull(attachments.source)))
  const kept = await tx.$count(attachments, and(isOfTurn, isNotNull(attachments.content)))
  if (left > 0 || kept === 0) return
  const [turn] = await tx
    .select({ id: interactions.id, seq: interactions.seq })
    .from(interactions)
    .where(eq(interactions.id, interactionId))
  if (turn) await planLateFiles(ctx, tx, conversationId, turn)
}

/** Of several files that could not be fetched, a teammate is told once, and has one of them tried again: that goes for all. */
async function fetchOthers(
  ctx: Pick<Context, 'queue'>,
  tx: Db,
  { attachmentId, conversationId }: JobPayload<'fetch-attachment'>,
): Promise<void> {
  const [failed] = await tx
    .select({ id: events.id })
    .from(events)
    .where(
      and(
        eq(events.conversationId, conversationId),
        eq(events.type, 'job.failed'),
        sql`${events.data}->>'job' = 'fetch-attachment'`,
      ),
    )
    .limit(1)
  if (!failed) return
  const others = await tx
    .select({ attachmentId: attachments.id })
    .from(attachments)
    .innerJoin(interactions, eq(interactions.id, attachments.interactionId))
    .where(
      and(
        eq(interactions.conversationId, conversationId),
        isNotNull(attachments.source),
        ne(attachments.id, attachmentId),
      ),
    )
    .orderBy(asc(attachments.id))
  await ctx.queue.addAll(
    tx,
    'fetch-attachment',
    others.map((other) => ({ payload: { ...other, conversationId } })),
  )
}
