import { and, eq, inArray } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { conversations } from '../db/schema.ts'
import { explainConflict, type Approval } from './approve.ts'

const instructionLimit = 1000

/** Has another draft written, by a teammate's instruction. Throws ConflictError if what they saw is out of date. */
export async function redraft(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId' | 'channels'>,
  input: Approval & { instruction: string },
): Promise<void> {
  const { conversationId, seenSeq: seq, by } = input
  const instruction = input.instruction.trim().slice(0, instructionLimit)
  await ctx.db.transaction(async (tx) => {
    const row = await changeConversation(
      ctx,
      tx,
      conversationId,
      { isDrafting: true },
      and(eq(conversations.inboundSeq, seq), inArray(conversations.state, ['waiting', 'snoozed'])),
    )
    if (!row) throw await explainConflict(ctx, tx, input)
    await addEvent(ctx, tx, 'draft.redraft-asked', { conversationId, actor: by })
    await ctx.queue.add(tx, 'propose', { conversationId, seq, instruction, by })
  })
}
