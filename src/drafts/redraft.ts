import { and, eq, inArray, isNotNull } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { addEvent, changeConversation } from '../conversations/queries.ts'
import { conversations, interactions } from '../db/schema.ts'
import { storable } from '../interactions/clean.ts'
import { explainConflict, type Approval } from './conflict.ts'

const instructionLimit = 1000

/** Has another draft written, by a teammate's instruction. Throws ConflictError if what they saw is out of date, or one is being written. */
export async function redraft(
  ctx: Pick<Context, 'db' | 'queue' | 'clock' | 'newId' | 'channels'>,
  input: Approval & { instruction: string },
): Promise<void> {
  const { conversationId, seenSeq: seq, by } = input
  const instruction = cleanInstruction(input.instruction)
  await ctx.db.transaction(async (tx) => {
    const row = await changeConversation(
      ctx,
      tx,
      conversationId,
      { isDrafting: true },
      and(
        eq(conversations.inboundSeq, seq),
        eq(conversations.isDrafting, false),
        inArray(conversations.state, ['waiting', 'snoozed']),
      ),
    )
    if (!row) throw await explainConflict(ctx, tx, input)
    await addEvent(ctx, tx, 'draft.redraft-asked', { conversationId, actor: by, data: { seq, instruction } })
    const [triaged] = await tx
      .select({ id: interactions.id })
      .from(interactions)
      .where(and(eq(interactions.conversationId, conversationId), isNotNull(interactions.triagedAt)))
      .limit(1)
    if (triaged) await ctx.queue.add(tx, 'propose', { conversationId, seq, instruction, by })
    else await ctx.queue.add(tx, 'triage', { conversationId, seq, redraft: { instruction, by } })
  })
}

/** An instruction as the assistant gets it. */
export function cleanInstruction(text: string): string {
  return storable(text.trim().slice(0, instructionLimit))
}
