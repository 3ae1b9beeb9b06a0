import { and, inArray, type SQL } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { Db } from '../db/client.ts'
import { conversations } from '../db/schema.ts'
import { supersedeDrafts } from '../drafts/queries.ts'
import { writingJobs } from '../jobs/jobs.ts'
import { resolveProblems } from '../jobs/resolve.ts'
import { dismissOutcomes } from '../measures/outcomes.ts'
import type { DismissReason } from './conversation.ts'
import { addEvent, changeConversation } from './queries.ts'

/** Dismisses a conversation that waits, or is put off, without a teammate. False: it is in another state, or not as `condition` says. */
export async function dismissUnasked(
  ctx: Pick<Context, 'queue' | 'clock' | 'newId'>,
  tx: Db,
  conversationId: string,
  reason: DismissReason,
  condition?: SQL,
): Promise<boolean> {
  const row = await changeConversation(
    ctx,
    tx,
    conversationId,
    {
      state: 'dismissed',
      dismissedReason: reason,
      dismissedBy: null,
      isDrafting: false,
      waitingSince: null,
      snoozedUntil: null,
    },
    and(inArray(conversations.state, ['waiting', 'snoozed']), condition),
  )
  if (!row) return false
  await supersedeDrafts(tx, conversationId, 'dismissed')
  await resolveProblems(ctx, tx, conversationId, writingJobs)
  const data = { reason, seq: row.inboundSeq }
  const at = await addEvent(ctx, tx, 'conversation.dismissed', { conversationId, actor: 'deskbell', data })
  await dismissOutcomes(tx, [{ conversationId, at, ...data }])
  return true
}
