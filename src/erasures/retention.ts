import { and, asc, eq, lt, sql, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent } from '../conversations/queries.ts'
import type { ConversationState } from '../conversations/conversation.ts'
import { conversations, erasures, replies } from '../db/schema.ts'
import { repeated } from '../interactions/arrival.ts'
import { clockText } from '../settings/hours.ts'
import { readTuning } from '../settings/queries.ts'
import { eraseConversations } from './erase.ts'
import type { ForgetContext } from './forget.ts'
import { eraseLeftBehind } from './people.ts'
import { addToReceipt, openReceipt, settleReceipt, sumOf, type Counts } from './receipt.ts'

type RetentionContext = ForgetContext & Pick<Context, 'workspaces'>

const batch = 100
/** One run erases so many conversations; the next goes on. */
const mostPerRun = 10_000
/** Nobody waits in these. */
const doneStates: ConversationState[] = ['answered', 'dismissed', 'quarantined']
const dayMs = 86_400_000
/** From midnight to six. */
const lastNightHour = 6

/** `eraseOld`, in the hours in which the team sleeps. */
export async function eraseOldByNight(ctx: RetentionContext): Promise<void> {
  const { hours } = await readTuning(ctx.db)
  const [hour] = clockText(ctx.clock.now(), hours.timeZone).slice(-5).split(':')
  if (Number(hour) < lastNightHour) await eraseOld(ctx)
}

/**
 * Erases conversations that nobody waits in, once their channel's days are over since they last changed, and customers of
 * whom nothing else is left. One receipt for each run that found some. Returns how many there were: at most 10,000, so that
 * who has more lets it run again. May be repeated, and run on several replicas at once.
 */
export async function eraseOld(ctx: RetentionContext): Promise<number> {
  const { retentionDays } = await readTuning(ctx.db)
  const receiptId = ctx.newId()
  let counts: Counts = {}
  for (const [channel, days] of Object.entries(retentionDays)) {
    const before = new Date(ctx.clock.now().getTime() - days * dayMs)
    for (const state of doneStates) {
      let after: Position | null = null
      // Also when none of a batch could be had: what is left behind is passed over, and found by the next run.
      while ((counts['conversations'] ?? 0) < mostPerRun) {
        const found: Position[] = await findOld(ctx, { channel, state, before, after })
        if (found.length === 0) break
        counts = sumOf([counts, await eraseBatch(ctx, receiptId, found, and(isOld(channel, state, before), isSettled))])
        after = found.at(-1) ?? null
      }
    }
  }
  const done = counts['conversations'] ?? 0
  if (done === 0) return 0
  await ctx.db.transaction(async (tx) => {
    await addEvent(ctx, tx, 'history.erased', {
      conversationId: null,
      actor: 'deskbell',
      data: { erasureId: receiptId, counts },
    })
    await settleReceipt(ctx, tx, receiptId)
  })
  ctx.log.info('old conversations erased', { erasureId: receiptId, ...counts })
  return done
}

/** Where the search goes on: each row is looked at once in a run. The moment is as the database has it, to the microsecond. */
interface Position {
  id: string
  at: string
}

/** Nothing that the team approved is on its way still. */
const isSettled = sql`not exists (select from ${replies} where ${replies.conversationId} = ${conversations.id}
  and ${replies.state} in ('queued', 'sending', 'unknown'))`

const isOld = (channel: string, state: ConversationState, before: Date): SQL | undefined =>
  and(eq(conversations.channel, channel), eq(conversations.state, state), lt(conversations.updatedAt, before))

async function findOld(
  ctx: RetentionContext,
  {
    channel,
    state,
    before,
    after,
  }: { channel: string; state: ConversationState; before: Date; after: Position | null },
): Promise<Position[]> {
  return ctx.db
    .select({ id: conversations.id, at: sql<string>`${conversations.updatedAt}::text` })
    .from(conversations)
    .where(
      and(
        isOld(channel, state, before),
        after
          ? sql`(${conversations.updatedAt}, ${conversations.id}) > (${after.at}::timestamptz, ${after.id}::uuid)`
          : undefined,
      ),
    )
    .orderBy(asc(conversations.updatedAt), asc(conversations.id))
    .limit(batch)
}

async function eraseBatch(
  ctx: RetentionContext,
  receiptId: string,
  found: Position[],
  condition: SQL | undefined,
): Promise<Counts> {
  const ids = found.map(({ id }) => id)
  const by = 'deskbell'
  return repeated(() =>
    ctx.db.transaction(async (tx) => {
      const receipt = await openReceipt(ctx, tx, { id: receiptId, kind: 'retention', by })
      const erased = await eraseConversations(ctx, tx, ids, receiptId, { by, isForgotten: false, condition })
      const counts = sumOf([erased.counts, await eraseLeftBehind(tx, erased.customerIds)])
      await addToReceipt(tx, receipt, counts)
      // None of them was old any more.
      const isEmpty = and(eq(erasures.id, receiptId), sql`${erasures.counts} = '{}'`)
      if (!erased.counts['conversations']) await tx.delete(erasures).where(isEmpty)
      return counts
    }),
  )
}
