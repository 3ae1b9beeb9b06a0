import { and, eq, inArray } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { conversations } from '../db/schema.ts'
import { findClosing, isToldOfMore, type Closing } from './queries.ts'
import { minutesLeft, windowEnd } from './window.ts'

type WatchContext = Pick<Context, 'db' | 'queue' | 'clock' | 'newId' | 'channels'>

/** Of each channel, in one run: the cards of more follow in the next ones. Each approval looks at the clock itself. */
const most = 500

/**
 * Tells the cards of those who wait how little time is left to answer them, and that it is over: each step once, until they
 * write again. May be repeated, and run on several replicas at once.
 */
export async function watchWindows(ctx: WatchContext): Promise<void> {
  for (const { id: channel, limits } of ctx.channels.values()) {
    const hours = limits.replyWindowHours
    if (hours === null) continue
    const found = await findClosing(ctx.db, { channel, hours, now: ctx.clock.now(), most })
    for (const one of found) await tell(ctx, one, hours)
  }
}

/** Nothing happens when somebody dealt with it, or they wrote, meanwhile. */
async function tell(ctx: WatchContext, { id, lastInboundAt }: Closing, hours: number): Promise<void> {
  const closesAt = windowEnd({ lastInboundAt }, hours)
  const minutes = minutesLeft(closesAt, ctx.clock.now())
  if (minutes === null) return
  await ctx.db.transaction(async (tx) => {
    const row = await changeConversation(
      ctx,
      tx,
      id,
      { windowMinutes: minutes },
      and(
        inArray(conversations.state, ['waiting', 'snoozed']),
        eq(conversations.lastInboundAt, lastInboundAt),
        isToldOfMore(minutes),
      ),
    )
    if (!row || minutes > 0) return
    const data = { closedAt: closesAt.toISOString() }
    await addEvent(ctx, tx, 'conversation.window-closed', { conversationId: id, actor: 'deskbell', data })
  })
}
